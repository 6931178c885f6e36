/// How many rows the retail database begins with, and which ids they have.
///
/// Ids count from 1. However small or large the database is, it holds the rows that the workshop changes and leaves free
/// the id of the customer that the workshop inserts.
struct RetailSize: Hashable, Sendable {
    var customers: Int
    var orders: Int
    var products: Int

    /// The workshop's size, 10,000 customers, 50,000 orders and 5,000 products, times `scale`.
    init(scale: Double) {
        func scaled(_ rows: Int) -> Int { max(10, Int(Double(rows) * scale)) }
        customers = scaled(10_000)
        orders = scaled(50_000)
        products = scaled(5000)
    }

    /// The largest scale for which ids stay within an `INT`.
    static let scales: ClosedRange<Double> = 0.001...1000

    var rows: Int { customers + orders + products }

    func customerID(_ row: Int) -> Int32 {
        let id = Self.id(row, of: customers, including: RetailDB.Workshop.leavingCustomer)
        return id >= RetailDB.Workshop.newCustomer ? id + 1 : id
    }

    func orderID(_ row: Int) -> Int32 { Self.id(row, of: orders, including: RetailDB.Workshop.order) }

    func productID(_ row: Int) -> Int32 { Self.id(row, of: products, including: RetailDB.Workshop.product) }

    /// The last row of a table that is too short to reach the `wanted` id has that id.
    private static func id(_ row: Int, of rows: Int, including wanted: Int32) -> Int32 {
        let id = Int32(row + 1)
        return row == rows - 1 ? max(id, wanted) : id
    }
}
