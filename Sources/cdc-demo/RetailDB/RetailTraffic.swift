import CDCCore
import Columnar

/// Mixed traffic on the retail database: orders come in and move on, prices change, customers come, move and leave.
///
/// Every kind of change that a pipeline has to get right is among it: transactions over several tables, several changes of
/// one row in one transaction, deletes with their dependents, a key used again after a delete, updates that touch the large
/// column and updates that leave it alone. The same seed makes the same transactions.
struct RetailTraffic {
    /// What the traffic came to, so far.
    struct Counts: Hashable, Sendable {
        var transactions = 0
        var inserts = 0
        var updates = 0
        var deletes = 0

        var changes: Int { inserts + updates + deletes }
    }

    private(set) var counts = Counts()
    /// When the last transaction was made, in microseconds since 1970.
    private(set) var time: Int64
    private let seed: UInt64
    private var ledger: RetailLedger
    private var random: RetailRandom

    /// - Parameter time: When the traffic begins, in microseconds since 1970.
    init(ledger: RetailLedger, seed: UInt64, startingAt time: Int64) {
        self.ledger = ledger
        self.seed = seed
        self.time = time
        random = RetailRandom(seed: seed ^ 0x7261_6666_6963)
    }

    /// The next transaction.
    mutating func next() -> RetailTransaction {
        time += Int64(random.within(200_000...20_000_000))
        var transaction = RetailTransaction(time: time)
        switch random.below(100) {
        case ..<30: placeOrder(&transaction)
        case ..<52: moveOrderOn(&transaction)
        case ..<62: moveCustomer(&transaction)
        case ..<69: welcomeCustomer(&transaction)
        case ..<79: changePrice(&transaction)
        case ..<84: changeDescription(&transaction)
        case ..<90: restock(&transaction)
        case ..<94: forgetOrder(&transaction)
        case ..<97: partWithCustomer(&transaction)
        case ..<99: correctTwice(&transaction)
        default: replaceOrder(&transaction)
        }
        counts.transactions += 1
        return transaction
    }

    // MARK: Orders

    /// An order comes in, and what was sold leaves the shelf: two tables.
    private mutating func placeOrder(_ transaction: inout RetailTransaction) {
        guard let customer = ledger.customers.draw(&random) else { return }
        insertOrder(&transaction, ledger.newOrder(of: customer), of: customer)
        for _ in 0..<random.within(1...3) { sell(&transaction) }
    }

    private mutating func insertOrder(_ transaction: inout RetailTransaction, _ order: Int32, of customer: Int32) {
        ledger.set(status: RetailDB.statuses[0], of: order)
        let total = Int128(random.within(5_00...900_00))
        transaction.insert(
            RetailDB.orders,
            order,
            [
                ("customer_id", .integer(Int64(customer))), ("order_status", .string(RetailDB.statuses[0])),
                ("total_amount", .decimal(unscaled: total, scale: 2)),
                ("shipping_address", .string(ledger.address(of: customer))),
                ("payment_method", .string(random.pick(RetailWords.paymentMethods))),
            ],
            stamping: ["order_date", "created_date", "last_updated"]
        )
        counts.inserts += 1
    }

    private mutating func moveOrderOn(_ transaction: inout RetailTransaction) {
        guard let order = ledger.orders.draw(&random) else { return }
        let place = RetailDB.statuses.firstIndex(of: ledger.status(of: order)) ?? 0
        let next =
            random.chance(6)
            ? RetailDB.cancelled : RetailDB.statuses[min(place + 1, RetailDB.statuses.count - 1)]
        ledger.set(status: next, of: order)
        update(&transaction, RetailDB.orders, order, [("order_status", .string(next))])
    }

    /// The same row twice in one transaction: only the last state may be seen.
    private mutating func correctTwice(_ transaction: inout RetailTransaction) {
        guard let order = ledger.orders.draw(&random) else { return }
        update(&transaction, RetailDB.orders, order, [("payment_method", "Gift Card")])
        update(&transaction, RetailDB.orders, order, [("payment_method", "Bank Transfer")])
    }

    /// Delete and insert of one key in one transaction.
    private mutating func replaceOrder(_ transaction: inout RetailTransaction) {
        guard let order = ledger.orders.draw(&random), let customer = ledger.customer(of: order) else { return }
        delete(&transaction, RetailDB.orders, [order])
        insertOrder(&transaction, order, of: customer)
    }

    private mutating func forgetOrder(_ transaction: inout RetailTransaction) {
        guard let order = ledger.orders.draw(&random) else { return }
        delete(&transaction, RetailDB.orders, [order])
        ledger.remove(order: order)
    }

    // MARK: Customers

    /// A new customer with a first order: two tables. Sometimes the customer gets the id of one who left.
    private mutating func welcomeCustomer(_ transaction: inout RetailTransaction) {
        var generation = 0
        let id: Int32
        if random.chance(40), let reused = ledger.reuseCustomer(&random) {
            (id, generation) = reused
        } else {
            id = ledger.newCustomer()
        }
        let person = RetailPerson(id: id, generation: generation, seed: seed)
        transaction.insert(
            RetailDB.customers,
            id,
            [
                ("first_name", .string(person.firstName)), ("last_name", .string(person.lastName)),
                ("email", .string(person.email)), ("phone", person.phone.map { .string($0) } ?? .null),
                ("address", .string(person.address.street)), ("city", .string(person.address.city)),
                ("state", .string(person.address.state)), ("zip_code", .string(person.address.zipCode)),
            ],
            stamping: ["created_date", "last_updated"]
        )
        counts.inserts += 1
        insertOrder(&transaction, ledger.newOrder(of: id), of: id)
    }

    private mutating func moveCustomer(_ transaction: inout RetailTransaction) {
        guard let customer = ledger.customers.draw(&random) else { return }
        let address = RetailAddress(&random)
        ledger.set(address: address, of: customer)
        update(
            &transaction,
            RetailDB.customers,
            customer,
            [
                ("address", .string(address.street)), ("city", .string(address.city)),
                ("state", .string(address.state)), ("zip_code", .string(address.zipCode)),
                ("phone", random.chance(20) ? .null : "(312) 555-0199"),
            ]
        )
    }

    /// A customer leaves: the orders first, as the foreign key demands.
    private mutating func partWithCustomer(_ transaction: inout RetailTransaction) {
        guard let customer = ledger.customers.draw(&random) else { return }
        let orders = ledger.orders(of: customer)
        if !orders.isEmpty { delete(&transaction, RetailDB.orders, orders) }
        for order in orders { ledger.remove(order: order) }
        delete(&transaction, RetailDB.customers, [customer])
        ledger.remove(customer: customer)
    }

    // MARK: Products

    private mutating func sell(_ transaction: inout RetailTransaction) {
        guard let product = ledger.products.draw(&random) else { return }
        let stock = ledger.stock(of: product)
        guard stock > 0 else { return }
        setStock(&transaction, product, stock - 1)
    }

    private mutating func restock(_ transaction: inout RetailTransaction) {
        for _ in 0..<random.within(2...8) {
            guard let product = ledger.products.draw(&random) else { return }
            setStock(&transaction, product, Int32(random.within(50...500)))
        }
    }

    private mutating func setStock(_ transaction: inout RetailTransaction, _ product: Int32, _ stock: Int32) {
        ledger.set(stock: stock, of: product)
        update(&transaction, RetailDB.products, product, [("stock_quantity", .integer(Int64(stock)))])
    }

    private mutating func changePrice(_ transaction: inout RetailTransaction) {
        guard let product = ledger.products.draw(&random) else { return }
        let cents = random.within(2...400) * 100 + 99
        update(&transaction, RetailDB.products, product, [("price", .decimal(unscaled: Int128(cents), scale: 2))])
    }

    /// The large column gets a new value, or none; all other updates leave it untouched.
    private mutating func changeDescription(_ transaction: inout RetailTransaction) {
        guard let product = ledger.products.draw(&random) else { return }
        let text: Value = random.chance(25) ? .null : .string(RetailGoods.newDescription(&random))
        update(&transaction, RetailDB.products, product, [("description", text)])
    }

    // MARK: Pieces

    private mutating func update(
        _ transaction: inout RetailTransaction,
        _ table: SourceTable,
        _ id: Int32,
        _ values: [RetailStatement.Assignment]
    ) {
        transaction.update(table, id, values, stamping: ["last_updated"])
        counts.updates += 1
    }

    private mutating func delete(_ transaction: inout RetailTransaction, _ table: SourceTable, _ ids: [Int32]) {
        transaction.delete(table, ids)
        counts.deletes += ids.count
    }
}
