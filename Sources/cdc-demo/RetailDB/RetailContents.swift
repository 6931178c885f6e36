import Columnar

/// What is to be known of the rows that the retail database begins with.
struct RetailContents: Sendable {
    /// The ids of the customers.
    var customers: [Int32]
    /// `order_id`, `customer_id` and `order_status`, at least.
    var orders: RecordBatch
    /// The ids of the products.
    var products: [Int32]

    var rows: Int { customers.count + orders.rowCount + products.count }
}

extension RetailContents {
    /// A database that was filled by a ``RetailGenerator``.
    init(generated size: RetailSize, orders: RecordBatch) {
        self.init(
            customers: (0..<size.customers).map(size.customerID),
            orders: orders,
            products: (0..<size.products).map(size.productID)
        )
    }
}
