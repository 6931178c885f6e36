import CDCCore
import CDCTesting
import Columnar

/// The four changes of the workshop, each a transaction of its own.
struct RetailWorkshop {
    /// A change, and the transaction that made it.
    struct Change: Sendable {
        var title: String
        var lsn: LSN
        /// Microseconds since 1970-01-01T00:00:00Z.
        var commitTime: Int64
    }

    private let source: InMemorySource
    private var time: Int64

    /// - Parameter time: When the first of them is made, in microseconds since 1970.
    init(source: InMemorySource, startingAt time: Int64) {
        self.source = source
        self.time = time
    }

    /// Makes the changes.
    ///
    /// - Parameter orders: The orders of the customer who leaves: they must go first, for they refer to the customer.
    mutating func run(deleting orders: [Int32]) throws -> [Change] {
        let customer = RetailDB.Workshop.newCustomer
        let order = RetailDB.Workshop.order
        let product = RetailDB.Workshop.product
        let leaving = RetailDB.Workshop.leavingCustomer
        return [
            try commit("insert customer \(customer), Jane Smith") { transaction, now in
                try transaction.insert(
                    RetailDB.customers.name,
                    [
                        "customer_id": .integer(Int64(customer)), "first_name": "Jane", "last_name": "Smith",
                        "email": "jane.smith@example.com", "phone": "(206) 555-0142", "address": "123 Main St",
                        "city": "Seattle", "state": "WA", "zip_code": "98101", "created_date": now,
                        "last_updated": now,
                    ]
                )
            },
            try commit("update order \(order): SHIPPED") { transaction, now in
                try transaction.update(
                    RetailDB.orders.name,
                    key: [.integer(Int64(order))],
                    set: ["order_status": "SHIPPED", "last_updated": now]
                )
            },
            try commit("update product \(product): price 29.99") { transaction, now in
                try transaction.update(
                    RetailDB.products.name,
                    key: [.integer(Int64(product))],
                    set: [
                        "price": .decimal(unscaled: Int128(RetailDB.Workshop.price), scale: 2), "last_updated": now,
                    ]
                )
            },
            try commit("delete customer \(leaving) and the customer's \(orders.count) orders") { transaction, _ in
                for order in orders {
                    try transaction.delete(RetailDB.orders.name, key: [.integer(Int64(order))])
                }
                try transaction.delete(RetailDB.customers.name, key: [.integer(Int64(leaving))])
            },
        ]
    }

    private mutating func commit(
        _ title: String,
        _ body: (inout InMemoryTransaction, Value) throws -> Void
    ) throws -> Change {
        time += 60 * CivilTime.microsecondsPerSecond
        let now = Value.timestampNTZ(DateTime.rounded(time))
        let lsn = try source.transaction(at: time) { try body(&$0, now) }
        return Change(title: title, lsn: lsn, commitTime: time)
    }
}
