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

    /// The ledger of a database as it begins. The rows of the workshop are in it, so that their orders can be found, but
    /// are never drawn: they stay as the workshop leaves them.
    init(size: RetailSize, seed: UInt64, orders rows: RecordBatch) throws(ColumnarError) {
        nextCustomer = max(size.customerID(size.customers - 1), RetailDB.Workshop.newCustomer) + 1
        nextOrder = size.orderID(size.orders - 1) + 1
        customers.reserveCapacity(size.customers)
        products.reserveCapacity(size.products)
        orders.reserveCapacity(size.orders)
        for row in 0..<size.customers where size.customerID(row) != RetailDB.Workshop.leavingCustomer {
            customers.insert(size.customerID(row))
        }
        for row in 0..<size.products where size.productID(row) != RetailDB.Workshop.product {
            products.insert(size.productID(row))
        }
        let ids = try rows.column("order_id").values.int32 ?? []
        let owners = try rows.column("customer_id").values.int32 ?? []
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
        guard let customer = customerOfOrder.removeValue(forKey: order) else { return }
        ordersOfCustomer[customer]?.removeAll { $0 == order }
    }

    /// Takes a customer out, whose orders must have gone.
    mutating func remove(customer: Int32) {
        customers.remove(customer)
        ordersOfCustomer[customer] = nil
        free.append((customer, (generations[customer] ?? 0) + 1))
    }

    private mutating func add(order: Int32, of customer: Int32) {
        orders.insert(order)
        customerOfOrder[order] = customer
        ordersOfCustomer[customer, default: []].append(order)
    }
}
