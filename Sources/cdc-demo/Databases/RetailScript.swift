import CDCCore
import Columnar
import TDSSource

/// The retail database in Transact-SQL: its tables, its rows, its changes.
enum RetailScript {
    /// As many rows as SQL Server takes in one `VALUES`.
    static let rowsPerInsert = 1000

    /// Makes the tables, parents first.
    static let tables = """
        CREATE TABLE [dbo].[customers] (
            [customer_id] INT PRIMARY KEY, [first_name] VARCHAR(50), [last_name] VARCHAR(50), [email] VARCHAR(100),
            [phone] VARCHAR(20), [address] VARCHAR(200), [city] VARCHAR(50), [state] VARCHAR(50), [zip_code] VARCHAR(10),
            [created_date] DATETIME DEFAULT GETDATE(), [last_updated] DATETIME DEFAULT GETDATE());
        CREATE TABLE [dbo].[orders] (
            [order_id] INT PRIMARY KEY, [customer_id] INT FOREIGN KEY REFERENCES [dbo].[customers] ([customer_id]),
            [order_date] DATETIME, [order_status] VARCHAR(20), [total_amount] DECIMAL(10, 2),
            [shipping_address] VARCHAR(200), [payment_method] VARCHAR(50),
            [created_date] DATETIME DEFAULT GETDATE(), [last_updated] DATETIME DEFAULT GETDATE());
        CREATE TABLE [dbo].[products] (
            [product_id] INT PRIMARY KEY, [product_name] VARCHAR(100), [category] VARCHAR(50), [price] DECIMAL(10, 2),
            [stock_quantity] INT, [supplier] VARCHAR(100), [description] TEXT,
            [created_date] DATETIME DEFAULT GETDATE(), [last_updated] DATETIME DEFAULT GETDATE());
        """

    /// Has the changes of the database and of a table captured.
    static let captureDatabase = "EXEC sys.sp_cdc_enable_db;"

    static func capture(_ table: TableName) -> String {
        "EXEC sys.sp_cdc_enable_table @source_schema = \(SQLText.string(table.schema)), "
            + "@source_name = \(SQLText.string(table.name)), @role_name = NULL;"
    }

    /// Statements that put rows into a table, ``rowsPerInsert`` each.
    static func inserts(of rows: RecordBatch, into table: SourceTable) throws(ColumnarError) -> [String] {
        let names = rows.schema.fields.map { SQLText.identifier($0.name) }.joined(separator: ", ")
        var statements: [String] = []
        for start in stride(from: 0, to: rows.rowCount, by: rowsPerInsert) {
            let piece = try rows.slice(start..<min(start + rowsPerInsert, rows.rowCount))
            let values = piece.rows.map { "(" + $0.map(literal).joined(separator: ",") + ")" }.joined(separator: ",\n")
            statements.append("INSERT INTO \(SQLText.table(table.name)) (\(names)) VALUES\n\(values);")
        }
        return statements
    }

    /// The statements of a transaction.
    static func statements(of transaction: RetailTransaction) -> [String] {
        let statements = transaction.statements.map(sql)
        return statements.count == 1 ? statements : ["BEGIN TRANSACTION;"] + statements + ["COMMIT TRANSACTION;"]
    }

    private static func sql(_ statement: RetailStatement) -> String {
        let table = SQLText.table(statement.table.name)
        let key = SQLText.identifier(statement.key)
        let columns = statement.values.map(\.column) + statement.stamps
        let values = statement.values.map { literal($0.value) } + statement.stamps.map { _ in "GETDATE()" }
        let names = columns.map(SQLText.identifier)
        let ids = statement.ids.map { "\($0)" }.joined(separator: ", ")
        let filter = statement.ids.count == 1 ? "\(key) = \(ids)" : "\(key) IN (\(ids))"
        switch statement.kind {
        case .insert:
            return "INSERT INTO \(table) (\(([key] + names).joined(separator: ", "))) "
                + "VALUES (\(([ids] + values).joined(separator: ", ")));"
        case .update:
            let assignments = zip(names, values).map { "\($0) = \($1)" }.joined(separator: ", ")
            return "UPDATE \(table) SET \(assignments) WHERE \(filter);"
        case .delete: return "DELETE FROM \(table) WHERE \(filter);"
        }
    }

    /// A value of one of the types that the retail database has.
    private static func literal(_ value: Value) -> String {
        switch value {
        case .integer(let number): "\(number)"
        case .decimal(let unscaled, let scale): DecimalText.format(unscaled, scale: scale)
        case .string(let text): SQLText.string(text)
        case .timestampNTZ(let time): "'\(CivilTime.format(microseconds: time, digits: 3))'"
        default: "NULL"
        }
    }
}
