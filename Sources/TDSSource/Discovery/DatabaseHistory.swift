import CDCCore

/// What tells a database from the one that it was before a restore.
///
/// A restore begins a new recovery fork, and so does a failover that is forced and may lose what was committed; a restart and a failover
/// without loss go on in the same one, as do all replicas. Azure SQL Database shows no forks, but a restore there makes a new database.
///
/// Source: SQL Server documentation, "sys.database_recovery_status (Transact-SQL)", "sys.databases (Transact-SQL)".
enum DatabaseHistory {
    /// - Returns: `nil` where the login may not know.
    static func name(profile: ServerProfile, from server: some MetadataSource) async throws -> String? {
        let rows = try await server.metadata(
            profile.isAzureDatabase
                ? "SELECT CONVERT(nvarchar(36), create_date, 126) AS name FROM sys.databases WHERE name = DB_NAME()"
                : """
                SELECT CONVERT(nvarchar(36), recovery_fork_guid) AS name FROM sys.database_recovery_status
                WHERE database_id = DB_ID()
                """
        )
        return rows.count == 1 ? try rows.optionalString(0, "name") : nil
    }
}
