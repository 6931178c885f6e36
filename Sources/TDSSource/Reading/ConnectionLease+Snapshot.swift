import CDCCore

extension ConnectionLease {
    /// Begins a transaction of isolation level SNAPSHOT in which a table is read, and lets it see one row.
    ///
    /// The first row fixes what the transaction sees. Where the database does not allow the isolation level, the error comes here,
    /// and not among the rows.
    func beginSnapshot(of table: TableName) async throws(TDSError) {
        try await connection.execute(
            """
            SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRANSACTION;
            SELECT TOP (1) 1 AS pinned FROM \(SQLText.table(table));
            """
        )
    }
}
