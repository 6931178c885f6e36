import CDCCore

/// What kind of server and database it is.
///
/// Source: SQL Server documentation, "SERVERPROPERTY (Transact-SQL)" and "sys.databases (Transact-SQL)".
struct ServerProfile: Hashable, Sendable {
    var productVersion: String
    /// 2 Standard, 3 Enterprise and Developer, 4 Express, 5 Azure SQL Database, 8 Managed Instance.
    var engineEdition: Int
    var databaseName: String
    var databaseID: Int
    var isCDCEnabled: Bool
    var isChangeTrackingEnabled: Bool
    var allowsSnapshotIsolation: Bool
    /// A readable secondary, or a database that was set to read-only.
    var isReadOnly: Bool
    var collation: String
    /// Whether the login may SELECT from the tables of the schema `cdc`; otherwise procedures and functions tell it what it may know.
    var mayReadCaptureTables = true
    /// The login's user in the database.
    var userName = ""
    /// Whether the server is one of Amazon RDS.
    var hasRDSDatabase = false

    var majorVersion: Int { Int(productVersion.prefix { $0 != "." }) ?? 0 }
    var isAzureDatabase: Bool { ServerPlatform.azureDatabaseEditions.contains(engineEdition) }

    var platform: ServerPlatform {
        ServerPlatform(engineEdition: engineEdition, host: "", hasRDSDatabase: hasRDSDatabase)
    }

    /// What to add where a table does not seem to be there, or not captured: the login may only not see that it is.
    var missingSight: String {
        isCDCEnabled && !mayReadCaptureTables
            ? ". The login may not read the change tables and so may not know: "
                + Remedy.grant("SELECT", onSchema: "cdc", to: userName) : ""
    }

    /// Whether the server that answers takes no writes to the database: each connection may be one to another replica.
    static let isReadOnlyExpression =
        "CASE WHEN DATABASEPROPERTYEX(DB_NAME(), 'Updateability') = 'READ_ONLY' THEN 1 ELSE 0 END"

    /// Reads the profile of the connection's database, which is found by its name: in Azure SQL Database `DB_ID` may give another
    /// number than `sys.databases` does.
    static func read(from server: some MetadataSource) async throws -> ServerProfile {
        let rows = try await server.metadata(
            """
            SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(64)) AS product_version,
                CAST(SERVERPROPERTY('EngineEdition') AS int) AS engine_edition,
                d.name AS database_name, d.database_id, d.is_cdc_enabled, d.snapshot_isolation_state,
                CASE WHEN EXISTS (SELECT 1 FROM sys.change_tracking_databases AS t WHERE t.database_id = DB_ID())
                    THEN 1 ELSE 0 END AS is_change_tracking_enabled,
                CAST(DATABASEPROPERTYEX(d.name, 'Updateability') AS nvarchar(32)) AS updateability,
                d.collation_name,
                HAS_PERMS_BY_NAME(N'cdc.change_tables', N'OBJECT', N'SELECT') AS may_read_capture_tables,
                USER_NAME() AS user_name, CASE WHEN DB_ID(N'rdsadmin') IS NULL THEN 0 ELSE 1 END AS has_rds
            FROM sys.databases AS d WHERE d.name = DB_NAME()
            """
        )
        guard rows.count == 1 else {
            throw TDSError(
                .unexpectedResult,
                "the server says nothing of the database of this connection; does the login see it in sys.databases?"
            )
        }
        return ServerProfile(
            productVersion: try rows.string(0, "product_version"),
            engineEdition: try rows.integer(0, "engine_edition"),
            databaseName: try rows.string(0, "database_name"),
            databaseID: try rows.integer(0, "database_id"),
            isCDCEnabled: try rows.bool(0, "is_cdc_enabled"),
            isChangeTrackingEnabled: try rows.integer(0, "is_change_tracking_enabled") == 1,
            allowsSnapshotIsolation: try rows.integer(0, "snapshot_isolation_state") == 1,
            isReadOnly: try rows.optionalString(0, "updateability") == "READ_ONLY",
            collation: try rows.optionalString(0, "collation_name") ?? "",
            mayReadCaptureTables: try rows.optionalInteger(0, "may_read_capture_tables") == 1,
            userName: try rows.optionalString(0, "user_name") ?? "",
            hasRDSDatabase: try rows.integer(0, "has_rds") == 1
        )
    }
}
