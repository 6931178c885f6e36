import CDCCore
import Columnar

/// The rows of one range of a table's key, on a connection of their own until the last one.
final class SnapshotCursor: BatchCursor {
    private let lease: ConnectionLease
    private let rows: TDSRows
    private let schema: Schema
    private let table: TableName
    private let isInTransaction: Bool

    /// - Parameter isSnapshot: Whether the rows are those of one moment, which no writer keeps from being read.
    init(
        _ statement: String,
        schema: Schema,
        table: TableName,
        isSnapshot: Bool,
        pool: ConnectionPool
    ) async throws {
        lease = try await pool.lease()
        self.schema = schema
        self.table = table
        isInTransaction = isSnapshot
        let connection = lease.connection
        if isSnapshot {
            try await connection.execute("SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRANSACTION;")
        }
        rows = try await connection.query(statement)
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
