import CDCCore

/// Reads a table as of exactly one captured point, while writers go on: they wait only until the point is found.
///
/// 1. The capture job gets to the end of the log, so that it is known to run and has little left to do.
/// 2. A shared lock on the table keeps it as it is.
/// 3. The capture job gets to the end of the log again: every change of the table is captured now, up to a point.
/// 4. A transaction of isolation level SNAPSHOT reads one row, which fixes what it sees from then on.
/// 5. The lock is given back. The transaction reads the table at leisure; all that it sees happened up to the point, and
///    everything later has a higher LSN.
///
/// The connections are its own, so that it waits for nobody else's while writers wait for the lock.
///
/// Source: SQL Server documentation, "Table hints" (`TABLOCK`, `HOLDLOCK`) and "SET TRANSACTION ISOLATION LEVEL" (`SNAPSHOT`).
struct ExactSnapshotReader {
    let table: TableName
    /// Of three connections.
    let pool: ConnectionPool
    /// How long the capture job may take, which is how long writers wait at most.
    let lockTime: Duration
    /// Gets the capture job to the end of the log, within a time.
    let fence: (Duration) async throws -> SourcePosition

    /// The capture job did not get there in time.
    struct Late: Error {
        let error: CDCError
        /// For how long nobody should try again, so that writers are left alone most of the time.
        let pause: Duration
    }

    /// A readable secondary answered, which takes no lock.
    struct OnSecondary: Error {}

    /// For how many milliseconds the lock is waited for: behind it other writers would queue.
    private static let lockTimeout = 5_000
    /// How many times as long as the lock was held writers are left alone where it was held in vain.
    private static let pauseFactor = 10

    /// The point, and a connection in a transaction that sees the table as of it.
    func begin() async throws -> (position: SourcePosition, lease: ConnectionLease) {
        let view = try await leasePrimary()
        let lock = try await leasePrimary()
        _ = try await point()
        do {
            let position = try await begin(lock.connection, view)
            await lock.end()
            return (position, view)
        } catch {
            // The server may be slow to notice that a connection was closed.
            try? await lock.connection.execute("IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION;")
            throw error
        }
    }

    private func begin(_ lock: TDSConnection, _ view: ConnectionLease) async throws -> SourcePosition {
        let name = SQLText.table(table)
        try await lock.execute(
            """
            SET LOCK_TIMEOUT \(Self.lockTimeout); SET TRANSACTION ISOLATION LEVEL READ COMMITTED; BEGIN TRANSACTION;
            SELECT TOP (1) 1 AS locked FROM \(name) WITH (TABLOCK, HOLDLOCK);
            """
        )
        let position = try await point()
        try await view.beginSnapshot(of: table)
        // Where the lock was lost meanwhile, somebody may have written between the point and the view.
        try await lock.execute("COMMIT TRANSACTION;")
        return position
    }

    private func point() async throws -> SourcePosition {
        do { return try await fence(lockTime) } catch let error as CDCError where error.code == .sourceUnavailable {
            let pause = lockTime * Self.pauseFactor
            let late = CDCError(
                .sourceFailed,
                "the rows of table \(table), which has no key, are wanted as of one captured point, and are tried for again after "
                    + "\(pause): \(error.message)",
                table: table,
                underlying: error.underlying
            )
            throw Late(error: late, pause: pause)
        }
    }

    private func leasePrimary() async throws -> ConnectionLease {
        let lease = try await pool.lease()
        let rows = try await lease.connection.metadata("SELECT \(ServerProfile.isReadOnlyExpression) AS is_read_only")
        guard rows.count == 1, try rows.integer(0, "is_read_only") == 0 else { throw OnSecondary() }
        return lease
    }
}
