import Columnar

/// Who is in the retail database: what mixed traffic has to know to make changes that the database accepts.
struct RetailLedger: Sendable {
    var customers = LiveRows()
    var orders = LiveRows()
    var products = LiveRows()
    private var ordersOfCustomer: [Int32: [Int32]] = [:]
    private var customerOfOrder: [Int32: Int32] = [:]
    /// Ids of customers who left, with how many had the id before.
    private var free: [(id: Int32, generations: Int)] = []
    private var generations: [Int32: Int] = [:]
    private var nextCustomer: Int32
    private var nextOrder: Int32

    /// What the traffic has changed of what it needs to know.
    private var statusOfOrder: [Int32: String] = [:]
    private var stockOfProduct: [Int32: Int32] = [:]
    private var addressOfCustomer: [Int32: String] = [:]
    private let seed: UInt64

    /// The ledger of a database as it begins. The rows of the workshop are in it, so that their orders can be found, but
    /// are never drawn: they stay as the workshop leaves them.
    init(_ contents: RetailContents, seed: UInt64) throws(ColumnarError) {
        self.seed = seed
        nextCustomer = max(contents.customers.max() ?? 0, RetailDB.Workshop.newCustomer) + 1
        customers.reserveCapacity(contents.customers.count)
        products.reserveCapacity(contents.products.count)
        orders.reserveCapacity(contents.orders.rowCount)
        let ofTheWorkshop = [RetailDB.Workshop.leavingCustomer, RetailDB.Workshop.newCustomer]
        for id in contents.customers where !ofTheWorkshop.contains(id) { customers.insert(id) }
        for id in contents.products where id != RetailDB.Workshop.product { products.insert(id) }
        let ids = try contents.orders.column("order_id").values.int32 ?? []
        let owners = try contents.orders.column("customer_id").values.int32 ?? []
        let statuses = try contents.orders.column("order_status")
        nextOrder = (ids.max() ?? 0) + 1
        for (row, id) in ids.enumerated() {
            if case .string(let status) = statuses.value(at: row) { statusOfOrder[id] = status }
        }
        for (order, customer) in zip(ids, owners) {
            if order == RetailDB.Workshop.order {
                customers.remove(customer)  // who has it must stay, too
                ordersOfCustomer[customer, default: []].append(order)
            } else if customer == RetailDB.Workshop.leavingCustomer {
                ordersOfCustomer[customer, default: []].append(order)
            } else {
                add(order: order, of: customer)
            }
        }
    }

    func orders(of customer: Int32) -> [Int32] { ordersOfCustomer[customer] ?? [] }

    // MARK: What rows say

    func customer(of order: Int32) -> Int32? { customerOfOrder[order] }

    func status(of order: Int32) -> String { statusOfOrder[order] ?? RetailDB.statuses[0] }

    mutating func set(status: String, of order: Int32) { statusOfOrder[order] = status }

    func stock(of product: Int32) -> Int32 { stockOfProduct[product] ?? RetailGoods(id: product, seed: seed).stock }

    mutating func set(stock: Int32, of product: Int32) { stockOfProduct[product] = stock }

    func address(of customer: Int32) -> String {
        addressOfCustomer[customer]
            ?? RetailPerson(id: customer, generation: generations[customer] ?? 0, seed: seed).address.line
    }

    mutating func set(address: RetailAddress, of customer: Int32) { addressOfCustomer[customer] = address.line }

    // MARK: Rows that come and go

    /// An id that no order has had yet.
    mutating func newOrder(of customer: Int32) -> Int32 {
        defer { nextOrder += 1 }
        add(order: nextOrder, of: customer)
        return nextOrder
    }

    /// An id that no customer has had yet.
    mutating func newCustomer() -> Int32 {
        defer { nextCustomer += 1 }
        customers.insert(nextCustomer)
        return nextCustomer
    }

    /// An id that a customer had who left, and how many had it before; `nil` where nobody has left.
    mutating func reuseCustomer(_ random: inout RetailRandom) -> (id: Int32, generation: Int)? {
        guard !free.isEmpty else { return nil }
        let reused = free.remove(at: random.below(free.count))
        generations[reused.id] = reused.generations
        customers.insert(reused.id)
        return (reused.id, reused.generations)
    }

    mutating func remove(order: Int32) {
        orders.remove(order)
        statusOfOrder[order] = nil
        guard let customer = customerOfOrder.removeValue(forKey: order) else { return }
        ordersOfCustomer[customer]?.removeAll { $0 == order }
    }

    /// Takes a customer out, whose orders must have gone.
    mutating func remove(customer: Int32) {
        customers.remove(customer)
        ordersOfCustomer[customer] = nil
        addressOfCustomer[customer] = nil
        free.append((customer, (generations[customer] ?? 0) + 1))
    }

    private mutating func add(order: Int32, of customer: Int32) {
        orders.insert(order)
        customerOfOrder[order] = customer
        ordersOfCustomer[customer, default: []].append(order)
    }
}
