import CDCCore
import Columnar

/// The four changes of the workshop, each a transaction of its own.
enum RetailWorkshop {
    /// A change to be made.
    struct Step: Sendable {
        var title: String
        var transaction: RetailTransaction
    }

    /// A change that was made, and the transaction that made it.
    struct Change: Sendable {
        var title: String
        /// What the server ran; none where the database knows no SQL.
        var sql: [String]
        var lsn: LSN
        /// Microseconds since 1970-01-01T00:00:00Z.
        var commitTime: Int64
    }

    /// The changes, a minute apart on the clock of a database that has none of its own.
    ///
    /// - Parameter orders: The orders of the customer who leaves: they must go first, for they refer to the customer.
    static func steps(deleting orders: [Int32], startingAt time: Int64) -> [Step] {
        let customer = RetailDB.Workshop.newCustomer
        let order = RetailDB.Workshop.order
        let product = RetailDB.Workshop.product
        let leaving = RetailDB.Workshop.leavingCustomer
        var time = time
        func step(_ title: String, _ body: (inout RetailTransaction) -> Void) -> Step {
            time += 60 * CivilTime.microsecondsPerSecond
            var transaction = RetailTransaction(time: time)
            body(&transaction)
            return Step(title: title, transaction: transaction)
        }
        return [
            step("insert customer \(customer), Jane Smith") { transaction in
                transaction.insert(
                    RetailDB.customers,
                    customer,
                    [
                        ("first_name", "Jane"), ("last_name", "Smith"), ("email", "jane.smith@example.com"),
                        ("phone", "(206) 555-0142"), ("address", "123 Main St"), ("city", "Seattle"),
                        ("state", "WA"), ("zip_code", "98101"),
                    ],
                    stamping: ["created_date", "last_updated"]
                )
            },
            step("update order \(order): SHIPPED") { transaction in
                transaction.update(
                    RetailDB.orders,
                    order,
                    [("order_status", "SHIPPED")],
                    stamping: ["last_updated"]
                )
            },
            step("update product \(product): price 29.99") { transaction in
                let price = Value.decimal(unscaled: Int128(RetailDB.Workshop.price), scale: 2)
                transaction.update(RetailDB.products, product, [("price", price)], stamping: ["last_updated"])
            },
            step("delete customer \(leaving) and the customer's \(Readable.count(orders.count, "order"))") {
                transaction in
                if !orders.isEmpty { transaction.delete(RetailDB.orders, orders) }
                transaction.delete(RetailDB.customers, [leaving])
            },
        ]
    }
}
