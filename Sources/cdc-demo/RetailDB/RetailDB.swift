import CDCCore
import Columnar

/// The retail database of the change-capture workshop: customers, their orders, and products.
///
/// The types are those of SQL Server as they arrive in Delta tables: `INT` is `integer`, `VARCHAR` and `TEXT` are `string`,
/// `DATETIME` is `timestampNTZ`, `DECIMAL(10,2)` is itself.
enum RetailDB {
    static let customers = SourceTable(
        "dbo.customers",
        schema: [
            Field("customer_id", .integer, isNullable: false),
            Field("first_name", .string),
            Field("last_name", .string),
            Field("email", .string),
            Field("phone", .string),
            Field("address", .string),
            Field("city", .string),
            Field("state", .string),
            Field("zip_code", .string),
            Field("created_date", .timestampNTZ),
            Field("last_updated", .timestampNTZ),
        ],
        key: ["customer_id"]
    )

    static let orders = SourceTable(
        "dbo.orders",
        schema: [
            Field("order_id", .integer, isNullable: false),
            Field("customer_id", .integer),
            Field("order_date", .timestampNTZ),
            Field("order_status", .string),
            Field("total_amount", .decimal(precision: 10, scale: 2)),
            Field("shipping_address", .string),
            Field("payment_method", .string),
            Field("created_date", .timestampNTZ),
            Field("last_updated", .timestampNTZ),
        ],
        key: ["order_id"],
        foreignKeys: [ForeignKey(["customer_id"], references: "dbo.customers")]
    )

    static let products = SourceTable(
        "dbo.products",
        schema: [
            Field("product_id", .integer, isNullable: false),
            Field("product_name", .string),
            Field("category", .string),
            Field("price", .decimal(precision: 10, scale: 2)),
            Field("stock_quantity", .integer),
            Field("supplier", .string),
            Field("description", .string),
            Field("created_date", .timestampNTZ),
            Field("last_updated", .timestampNTZ),
        ],
        key: ["product_id"],
        largeObjects: ["description"]
    )

    /// Parents before children.
    static let tables = [customers, orders, products]

    /// When everything that the database is filled with has happened, and change capture begins: 2024-01-01T00:00:00.
    static let captureBegins = DateTime.midnight(2024, 1, 1)

    /// The order of a status in an order's life, cancelled ones aside.
    static let statuses = ["PENDING", "PROCESSING", "SHIPPED", "DELIVERED"]
    static let cancelled = "CANCELLED"

    /// The rows that the workshop's four changes are about.
    enum Workshop {
        /// Inserted; so the id is left free in the beginning, whatever the scale.
        static let newCustomer: Int32 = 10_001
        /// Shipped.
        static let order: Int32 = 5001
        /// Sold for less.
        static let product: Int32 = 2001
        static let price: Int64 = 29_99
        /// Deleted, orders and all.
        static let leavingCustomer: Int32 = 9999
    }
}
