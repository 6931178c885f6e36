import CDCCore
import CDCTesting
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
    /// When the last transaction was committed, in microseconds since 1970.
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

    /// Commits the next transaction.
    @discardableResult
    mutating func commit(to source: InMemorySource) throws -> LSN {
        time += Int64(random.within(200_000...20_000_000))
        let lsn = try source.transaction(at: time) { transaction in
            switch random.below(100) {
            case ..<30: try placeOrder(&transaction)
            case ..<52: try moveOrderOn(&transaction)
            case ..<62: try moveCustomer(&transaction)
            case ..<69: try welcomeCustomer(&transaction)
            case ..<79: try changePrice(&transaction)
            case ..<84: try changeDescription(&transaction)
            case ..<90: try restock(&transaction)
            case ..<94: try forgetOrder(&transaction)
            case ..<97: try partWithCustomer(&transaction)
            case ..<99: try correctTwice(&transaction)
            default: try replaceOrder(&transaction)
            }
        }
        counts.transactions += 1
        return lsn
    }

    // MARK: Orders

    /// An order comes in, and what was sold leaves the shelf: two tables.
    private mutating func placeOrder(_ transaction: inout InMemoryTransaction) throws {
        guard let customer = ledger.customers.draw(&random) else { return }
        try insertOrder(&transaction, of: customer)
        for _ in 0..<random.within(1...3) { try sell(&transaction) }
    }

    private mutating func insertOrder(_ transaction: inout InMemoryTransaction, of customer: Int32) throws {
        try insertOrder(&transaction, ledger.newOrder(of: customer), of: customer)
    }

    private mutating func insertOrder(
        _ transaction: inout InMemoryTransaction,
        _ order: Int32,
        of customer: Int32
    ) throws {
        let owner = try transaction.row(RetailDB.customers.name, key: [.integer(Int64(customer))]) ?? [:]
        let parts = ["address", "city", "state", "zip_code"].compactMap { name -> String? in
            if case .string(let text)? = owner[name] { text } else { nil }
        }
        try transaction.insert(
            RetailDB.orders.name,
            [
                "order_id": .integer(Int64(order)), "customer_id": .integer(Int64(customer)), "order_date": now,
                "order_status": "PENDING",
                "total_amount": .decimal(unscaled: Int128(random.within(5_00...900_00)), scale: 2),
                "shipping_address": .string(parts.joined(separator: ", ")),
                "payment_method": .string(random.pick(RetailWords.paymentMethods)), "created_date": now,
                "last_updated": now,
            ]
        )
        counts.inserts += 1
    }

    private mutating func moveOrderOn(_ transaction: inout InMemoryTransaction) throws {
        guard let order = ledger.orders.draw(&random),
            case .string(let status)? =
                try transaction.row(RetailDB.orders.name, key: [.integer(Int64(order))])?["order_status"]
        else { return }
        let place = RetailDB.statuses.firstIndex(of: status) ?? 0
        let next =
            random.chance(6)
            ? RetailDB.cancelled : RetailDB.statuses[min(place + 1, RetailDB.statuses.count - 1)]
        try update(&transaction, RetailDB.orders, order, ["order_status": .string(next)])
    }

    /// The same row twice in one transaction: only the last state may be seen.
    private mutating func correctTwice(_ transaction: inout InMemoryTransaction) throws {
        guard let order = ledger.orders.draw(&random) else { return }
        try update(&transaction, RetailDB.orders, order, ["payment_method": "Gift Card"])
        try update(&transaction, RetailDB.orders, order, ["payment_method": "Bank Transfer"])
    }

    /// Delete and insert of one key in one transaction.
    private mutating func replaceOrder(_ transaction: inout InMemoryTransaction) throws {
        guard let order = ledger.orders.draw(&random),
            case .integer(let customer)? =
                try transaction.row(RetailDB.orders.name, key: [.integer(Int64(order))])?["customer_id"]
        else { return }
        try delete(&transaction, RetailDB.orders, order)
        try insertOrder(&transaction, order, of: Int32(truncatingIfNeeded: customer))
    }

    private mutating func forgetOrder(_ transaction: inout InMemoryTransaction) throws {
        guard let order = ledger.orders.draw(&random) else { return }
        try delete(&transaction, RetailDB.orders, order)
        ledger.remove(order: order)
    }

    // MARK: Customers

    /// A new customer with a first order: two tables. Sometimes the customer gets the id of one who left.
    private mutating func welcomeCustomer(_ transaction: inout InMemoryTransaction) throws {
        var generation = 0
        let id: Int32
        if random.chance(40), let reused = ledger.reuseCustomer(&random) {
            (id, generation) = reused
        } else {
            id = ledger.newCustomer()
        }
        let person = RetailPerson(id: id, generation: generation, seed: seed)
        try transaction.insert(
            RetailDB.customers.name,
            [
                "customer_id": .integer(Int64(id)), "first_name": .string(person.firstName),
                "last_name": .string(person.lastName), "email": .string(person.email),
                "phone": person.phone.map { .string($0) } ?? .null, "address": .string(person.address.street),
                "city": .string(person.address.city), "state": .string(person.address.state),
                "zip_code": .string(person.address.zipCode), "created_date": now, "last_updated": now,
            ]
        )
        counts.inserts += 1
        try insertOrder(&transaction, of: id)
    }

    private mutating func moveCustomer(_ transaction: inout InMemoryTransaction) throws {
        guard let customer = ledger.customers.draw(&random) else { return }
        let address = RetailAddress(&random)
        try update(
            &transaction,
            RetailDB.customers,
            customer,
            [
                "address": .string(address.street), "city": .string(address.city), "state": .string(address.state),
                "zip_code": .string(address.zipCode), "phone": random.chance(20) ? .null : "(312) 555-0199",
            ]
        )
    }

    /// A customer leaves: the orders first, as the foreign key demands.
    private mutating func partWithCustomer(_ transaction: inout InMemoryTransaction) throws {
        guard let customer = ledger.customers.draw(&random) else { return }
        for order in ledger.orders(of: customer) {
            try delete(&transaction, RetailDB.orders, order)
            ledger.remove(order: order)
        }
        try delete(&transaction, RetailDB.customers, customer)
        ledger.remove(customer: customer)
    }

    // MARK: Products

    private mutating func sell(_ transaction: inout InMemoryTransaction) throws {
        guard let product = ledger.products.draw(&random),
            case .integer(let stock)? =
                try transaction.row(RetailDB.products.name, key: [.integer(Int64(product))])?["stock_quantity"],
            stock > 0
        else { return }
        try update(&transaction, RetailDB.products, product, ["stock_quantity": .integer(stock - 1)])
    }

    private mutating func changePrice(_ transaction: inout InMemoryTransaction) throws {
        guard let product = ledger.products.draw(&random) else { return }
        let cents = random.within(2...400) * 100 + 99
        try update(&transaction, RetailDB.products, product, ["price": .decimal(unscaled: Int128(cents), scale: 2)])
    }

    /// The large column gets a new value, or none; all other updates leave it untouched.
    private mutating func changeDescription(_ transaction: inout InMemoryTransaction) throws {
        guard let product = ledger.products.draw(&random) else { return }
        let text: Value = random.chance(25) ? .null : .string(RetailGoods.newDescription(&random))
        try update(&transaction, RetailDB.products, product, ["description": text])
    }

    private mutating func restock(_ transaction: inout InMemoryTransaction) throws {
        for _ in 0..<random.within(2...8) {
            guard let product = ledger.products.draw(&random) else { return }
            let stock = Value.integer(Int64(random.within(50...500)))
            try update(&transaction, RetailDB.products, product, ["stock_quantity": stock])
        }
    }

    // MARK: Pieces

    private var now: Value { .timestampNTZ(DateTime.rounded(time)) }

    private mutating func update(
        _ transaction: inout InMemoryTransaction,
        _ table: SourceTable,
        _ id: Int32,
        _ values: [String: Value]
    ) throws {
        var values = values
        values["last_updated"] = now
        try transaction.update(table.name, key: [.integer(Int64(id))], set: values)
        counts.updates += 1
    }

    private mutating func delete(_ transaction: inout InMemoryTransaction, _ table: SourceTable, _ id: Int32) throws {
        try transaction.delete(table.name, key: [.integer(Int64(id))])
        counts.deletes += 1
    }
}
