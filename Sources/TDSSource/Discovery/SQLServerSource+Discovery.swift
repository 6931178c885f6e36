extension SQLServerSource {
    /// The databases of the server that the login sees, without those of the system, by name.
    public func databases() async throws -> [DatabaseSummary] {
        try await translating {
            let rows = try await server.metadata(
                """
                SELECT d.name, HAS_DBACCESS(d.name) AS is_accessible, d.is_cdc_enabled,
                    CASE WHEN EXISTS (SELECT 1 FROM sys.change_tracking_databases AS t
                            WHERE t.database_id = CASE WHEN d.name = DB_NAME() THEN DB_ID() ELSE d.database_id END)
                        THEN 1 ELSE 0 END AS is_tracked
                FROM sys.databases AS d WHERE d.name NOT IN (N'master', N'tempdb', N'model', N'msdb', N'rdsadmin') ORDER BY d.name
                """
            )
            return try (0..<rows.count).map { row in
                DatabaseSummary(
                    name: try rows.string(row, "name"),
                    isAccessible: try rows.optionalInteger(row, "is_accessible") == 1,
                    isCaptured: try rows.bool(row, "is_cdc_enabled"),
                    isTracked: try rows.integer(row, "is_tracked") == 1
                )
            }
        }
    }

    /// The tables of the database that the login sees, by schema and name.
    public func tables() async throws -> [TableSummary] {
        try await translating {
            var profile = try await ServerProfile.read(from: server)
            let rows = try await server.metadata(
                "SELECT HAS_PERMS_BY_NAME(N'cdc', N'SCHEMA', N'SELECT') AS reads_capture"
            )
            let readsCapture = try rows.count == 1 && rows.optionalInteger(0, "reads_capture") == 1
            let isCaptured = profile.isCDCEnabled
            profile.isCDCEnabled = isCaptured && readsCapture
            let names = try await Catalogue.names(from: server)
            let catalogue = try await Catalogue.read(Set(names), profile: profile, from: server)
            return names.compactMap { catalogue.tables[$0] }.map { table in
                TableSummary(
                    name: table.name,
                    key: table.key,
                    foreignKeys: table.foreignKeys,
                    captureInstances: isCaptured && !readsCapture ? nil : table.captureInstances.map(\.name),
                    isTracked: table.changeTracking != nil,
                    rowCountEstimate: table.rowCountEstimate
                )
            }
        }
    }
}
