import CDCCore
import Columnar

/// The rows of one range of a table's key, on a connection of their own until the last one.
final class SnapshotCursor: BatchCursor {
    private let lease: ConnectionLease
    private let rows: TDSRows
    private let schema: Schema
    private let table: TableName
    private let isInTransaction: Bool

    /// - Parameters:
    ///   - isSnapshot: Whether the rows are those of one moment, which no writer keeps from being read.
    ///   - check: Looks at the connection before it is asked for rows, in the transaction that shows that moment.
    convenience init(
        _ statement: String,
        schema: Schema,
        table: TableName,
        isSnapshot: Bool,
        pool: ConnectionPool,
        after check: (TDSConnection) async throws -> Void
    ) async throws {
        let lease = try await pool.lease()
        if isSnapshot { try await lease.beginSnapshot(of: table) }
        try await check(lease.connection)
        try await self.init(statement, schema: schema, table: table, lease, isInTransaction: isSnapshot)
    }

    /// - Parameter isInTransaction: Whether the connection is in a transaction of isolation level SNAPSHOT, which ends with the
    ///   rows.
    init(
        _ statement: String,
        schema: Schema,
        table: TableName,
        _ lease: ConnectionLease,
        isInTransaction: Bool
    ) async throws {
        self.lease = lease
        self.schema = schema
        self.table = table
        self.isInTransaction = isInTransaction
        rows = try await lease.connection.query(statement)
    }

    func next() async throws -> RecordBatch? {
        if let batch = try await rows.next() { return try batch.conforming(to: schema, table: table) }
        if isInTransaction {
            try await lease.connection.execute("COMMIT TRANSACTION; SET TRANSACTION ISOLATION LEVEL READ COMMITTED;")
        }
        await lease.end()
        return nil
    }
}
