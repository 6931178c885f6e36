import Columnar
import TDSWire

/// The columns of `dbo.orders` as the workshop's script declares them, and its rows in TDS.
enum OrdersOnTheWire {
    static let declaration = """
        order_id INT NOT NULL PRIMARY KEY, customer_id INT, order_date DATETIME, order_status VARCHAR(20),
        total_amount DECIMAL(10,2), shipping_address VARCHAR(200), payment_method VARCHAR(50), created_date DATETIME,
        last_updated DATETIME
        """

    static let columns = ResultColumns([ColumnDescription("order_id", .integer(.four, nullable: false))] + nullable)
    /// As a change table has them.
    static let captured = [ColumnDescription("order_id", .int)] + nullable

    private static let nullable = [
        ColumnDescription("customer_id", .int),
        ColumnDescription("order_date", .datetime),
        ColumnDescription("order_status", .varchar(20, .sqlLatin1GeneralCP1CIAS)),
        ColumnDescription("total_amount", .decimal(precision: 10, scale: 2)),
        ColumnDescription("shipping_address", .varchar(200, .sqlLatin1GeneralCP1CIAS)),
        ColumnDescription("payment_method", .varchar(50, .sqlLatin1GeneralCP1CIAS)),
        ColumnDescription("created_date", .datetime),
        ColumnDescription("last_updated", .datetime),
    ]

    static func write(_ batch: RecordBatch, into writer: inout RowWriter) throws {
        for row in 0..<batch.rowCount {
            try writer.beginRow()
            try writeValues(batch, row, into: &writer)
            try writer.endRow()
        }
    }

    static func writeValues(_ batch: RecordBatch, _ row: Int, into writer: inout RowWriter) throws {
        for column in batch.columns {
            switch column.value(at: row) {
            case .integer(let value): try writer.integer(value)
            case .string(let text): try writer.text(text)
            case .decimal(let unscaled, let scale):
                try writer.decimal(TDSDecimal(unscaled: unscaled, scale: UInt8(scale)))
            case .timestamp(let time):
                let (days, rest) = time.quotientAndRemainder(dividingBy: 86_400_000_000)
                try writer.datetime(days: Int32(days) + 25_567, threeHundredths: UInt32(rest * 3 / 10_000))
            default: try writer.null()
            }
        }
    }
}
