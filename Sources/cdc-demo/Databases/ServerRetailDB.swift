import CDCCore
import Columnar
import Logging
import TDSSource

/// The retail database on a SQL Server: changes are made in T-SQL, over TDS.
final class ServerRetailDB: RetailDatabase {
    let place: String
    private let server: SQLServerSource
    private let connection: TDSConnection
    private let end: @Sendable () async -> Void

    /// Connects to a database that has the tables.
    ///
    /// - Parameters:
    ///   - options: How the pipeline reads.
    ///   - end: Runs after the connections were closed.
    init(
        _ configuration: SQLServerConfiguration,
        place: String,
        options: SQLServerSourceOptions = .init(),
        end: @escaping @Sendable () async -> Void = {}
    ) async throws {
        self.place = place
        self.end = end
        connection = try await TDSConnection.open(configuration, logger: RetailServer.quiet)
        // What fails in a transaction takes the transaction with it.
        try await connection.execute("SET XACT_ABORT ON;")
        server = SQLServerSource(configuration, options: options)
    }

    var source: any ChangeSource { server }

    func close() async {
        await connection.close()
        await server.close()
        await end()
    }

    // MARK: Changes

    func commit(_ transaction: RetailTransaction) async throws -> RetailCommit {
        let sql = RetailScript.statements(of: transaction)
        try await connection.execute(sql.joined(separator: "\n"))
        return RetailCommit(sql: sql) { try await self.origin(of: transaction) }
    }

    /// Where the last change of a row is in the log, as the row's change table says.
    private func origin(of transaction: RetailTransaction) async throws -> RetailCommit.Origin {
        guard let statement = transaction.statements.last, let id = statement.ids.first else {
            return RetailCommit.Origin(lsn: .zero, time: 0)
        }
        let instance = try await server.describe([statement.table.name])[0].captureInstance
        let found = try await connection.smallResult(
            """
            SELECT TOP (1) c.[__$start_lsn] AS lsn,
                DATEADD(minute, -DATEPART(TZOFFSET, SYSDATETIMEOFFSET()), m.tran_end_time) AS commit_time
            FROM [cdc].\(SQLText.identifier("\(instance)_CT")) AS c
            JOIN [cdc].[lsn_time_mapping] AS m ON m.start_lsn = c.[__$start_lsn]
            WHERE c.\(SQLText.identifier(statement.key)) = \(id) ORDER BY c.[__$start_lsn] DESC
            """
        ).rows
        guard let row = found.first, case .binary(let bytes) = row[0], let lsn = LSN(bytes),
            case .timestampNTZ(let time) = row[1]
        else {
            throw Failure(
                .software,
                "notCaptured",
                "the change of \(statement.table.name), row \(id), was not captured"
            )
        }
        return RetailCommit.Origin(lsn: lsn, time: time)
    }

    func lastLSN() async throws -> LSN {
        // What the capture job writes while nothing happens has no transaction.
        let found = try await connection.smallResult(
            "SELECT MAX(start_lsn) AS lsn FROM [cdc].[lsn_time_mapping] WHERE tran_id <> 0x00"
        ).rows
        guard case .binary(let bytes)? = found.first?.first else { return .zero }
        return LSN(bytes) ?? .zero
    }

    // MARK: Rows

    func contents() async throws -> RetailContents {
        let customers = try await rows(of: RetailDB.customers, columns: ["customer_id"])
        let orders = try await rows(of: RetailDB.orders, columns: ["order_id", "customer_id", "order_status"])
        let products = try await rows(of: RetailDB.products, columns: ["product_id"])
        return RetailContents(
            customers: try customers.column("customer_id").values.int32 ?? [],
            orders: orders,
            products: try products.column("product_id").values.int32 ?? []
        )
    }

    func rows(of table: SourceTable) async throws -> RecordBatch {
        try await rows(of: table, columns: table.schema.fields.map(\.name))
    }

    private func rows(of table: SourceTable, columns: [String]) async throws -> RecordBatch {
        let names = columns.map(SQLText.identifier).joined(separator: ", ")
        let rows = try await connection.query("SELECT \(names) FROM \(SQLText.table(table.name));")
        var batches = [RecordBatch.empty(rows.schema)]
        while let batch = try await rows.next() { batches.append(batch) }
        return try .concatenate(batches)
    }
}
