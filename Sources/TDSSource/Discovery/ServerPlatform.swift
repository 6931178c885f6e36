/// What runs the server, as far as capturing changes differs by it.
///
/// Source: SQL Server documentation, "SERVERPROPERTY (Transact-SQL)", property `EngineEdition`.
public enum ServerPlatform: String, Hashable, Sendable, CaseIterable {
    /// SQL Server on a machine of one's own, with SQL Server Agent.
    case sqlServer
    /// SQL Server at Amazon RDS, where an administrator is no `sysadmin`.
    case amazonRDS
    /// Azure SQL Database: no Agent; changes are captured about every 20 seconds and cleaned up every hour.
    case azureSQLDatabase
    /// Azure SQL Managed Instance, with SQL Server Agent.
    case azureManagedInstance
    /// Azure Synapse or Microsoft Fabric, which capture no changes.
    case warehouse

    /// Whether SQL Server Agent runs the jobs of captures.
    var hasAgent: Bool { self != .azureSQLDatabase && self != .warehouse }

    var text: String {
        switch self {
        case .sqlServer: "SQL Server"
        case .amazonRDS: "SQL Server at Amazon RDS"
        case .azureSQLDatabase: "Azure SQL Database"
        case .azureManagedInstance: "Azure SQL Managed Instance"
        case .warehouse: "Azure Synapse or Microsoft Fabric"
        }
    }

    /// Editions that are Azure SQL Database; 12 are Fabric's databases, which are made of the same.
    static let azureDatabaseEditions = [5, fabricDatabaseEdition]

    /// A SQL database in Fabric, which has no Change Data Capture.
    static let fabricDatabaseEdition = 12

    init(engineEdition: Int, host: String, hasRDSDatabase: Bool) {
        switch engineEdition {
        // Synapse dedicated and serverless pools, and Fabric's warehouses.
        case 6, 11: self = .warehouse
        case _ where Self.azureDatabaseEditions.contains(engineEdition): self = .azureSQLDatabase
        case 8: self = .azureManagedInstance
        default: self = hasRDSDatabase || host.lowercased().hasSuffix(".rds.amazonaws.com") ? .amazonRDS : .sqlServer
        }
    }

    static func read(
        from server: some MetadataSource,
        _ configuration: SQLServerConfiguration
    ) async throws -> ServerPlatform {
        let rows = try await server.metadata(
            """
            SELECT CAST(SERVERPROPERTY('EngineEdition') AS int) AS engine_edition,
                CASE WHEN DB_ID(N'rdsadmin') IS NULL THEN 0 ELSE 1 END AS has_rds
            """
        )
        guard rows.count == 1 else { return .sqlServer }
        return ServerPlatform(
            engineEdition: try rows.integer(0, "engine_edition"),
            host: configuration.host,
            hasRDSDatabase: try rows.integer(0, "has_rds") == 1
        )
    }
}
