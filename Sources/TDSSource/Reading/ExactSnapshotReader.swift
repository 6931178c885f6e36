import CDCCore
import Logging

/// Reads a table as of exactly one captured point, while writers go on: they wait only until the point is found.
///
/// 1. A shared lock on the table keeps it as it is.
/// 2. The capture job gets to the end of the log: every change of the table is captured now, up to a point.
/// 3. A transaction of isolation level SNAPSHOT reads one row, which fixes what it sees from then on.
/// 4. The lock is given back. The transaction reads the table at leisure; all that it sees happened up to the point, and
///    everything later has a higher LSN.
///
/// Source: SQL Server documentation, "Table hints" (`TABLOCK`, `HOLDLOCK`) and "SET TRANSACTION ISOLATION LEVEL" (`SNAPSHOT`).
struct ExactSnapshotReader {
    let table: TableName
    let pool: ConnectionPool
    /// Opens the connection that holds the lock: not one of the pool's, so that nobody waits for a connection while writers
    /// wait for the lock.
    let openLock: () async throws -> TDSConnection
    /// Gets the capture job to the end of the log.
    let fence: () async throws -> SourcePosition

    /// For how many milliseconds the lock is waited for: behind it other writers would queue.
    private static let lockTimeout = 5_000

    /// The point, and a connection in a transaction that sees the table as of it.
    func begin() async throws -> (position: SourcePosition, lease: ConnectionLease) {
        let lock = try await openLock()
        do {
            let name = SQLText.table(table)
            try await lock.execute(
                """
                SET LOCK_TIMEOUT \(Self.lockTimeout); SET TRANSACTION ISOLATION LEVEL READ COMMITTED; BEGIN TRANSACTION;
                SELECT TOP (1) 1 AS locked FROM \(name) WITH (TABLOCK, HOLDLOCK);
                """
            )
            let position = try await fence()
            let lease = try await pool.lease()
            try await lease.beginSnapshot(of: table)
            // Where the lock was lost meanwhile, somebody may have written between the point and the view.
            try await lock.execute("COMMIT TRANSACTION;")
            await lock.close()
            return (position, lease)
        } catch {
            await lock.close()
            throw error
        }
    }
}
