import CDCCore

/// What the catalogue looks like from outside: it changes whenever a table, a capture instance or a captured column does, whenever
/// capture is enabled or disabled, whenever the login gets to read more or less of it, and whenever another kind of server answers,
/// as after a failover or an upgrade.
struct CatalogueStamp: Hashable, Sendable {
    private var text: String
    /// For a login that may not read the tables of the schema `cdc`: the instances that it may know of.
    private var instances: [String] = []

    /// One small batch, asked in every pass.
    static func read(from server: some MetadataSource) async throws -> CatalogueStamp {
        // The schema cdc may not be there, which matters only to a statement that is run.
        let rows = try await server.metadata(
            """
            DECLARE @captured nvarchar(400) = N'';
            DECLARE @may_read int = HAS_PERMS_BY_NAME(N'cdc.change_tables', N'OBJECT', N'SELECT');
            IF @may_read = 1
                SELECT @captured = CONCAT(
                    (SELECT COUNT(*) FROM cdc.change_tables), N'|',
                    (SELECT COUNT(*) FROM cdc.change_tables WHERE start_lsn IS NULL), N'|',
                    (SELECT CONVERT(nvarchar(30), MAX(create_date), 126) FROM cdc.change_tables), N'|',
                    (SELECT CONVERT(nvarchar(30), MAX(ddl_lsn), 1) FROM cdc.ddl_history));
            SELECT CONCAT(
                    CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(64)), N'|',
                    CAST(DATABASEPROPERTYEX(d.name, 'Updateability') AS nvarchar(32)), N'|',
                    d.is_cdc_enabled, N'|', d.snapshot_isolation_state, N'|', @may_read, N'|', @captured, N'|',
                    (SELECT COUNT(*) FROM sys.change_tracking_databases AS t WHERE t.database_id = DB_ID()), N'|',
                    (SELECT CONCAT(COUNT(*), N'|', SUM(CAST(object_id AS bigint))) FROM sys.change_tracking_tables), N'|',
                    (SELECT COUNT(*) FROM sys.tables), N'|',
                    (SELECT CONVERT(nvarchar(30), MAX(modify_date), 126) FROM sys.tables)) AS stamp,
                CASE WHEN d.is_cdc_enabled = 1 AND ISNULL(@may_read, 0) = 0 THEN 1 ELSE 0 END AS asks_procedure
            FROM sys.databases AS d WHERE d.name = DB_NAME();
            """
        )
        guard rows.count == 1 else { return CatalogueStamp(text: "") }
        var stamp = CatalogueStamp(text: try rows.optionalString(0, "stamp") ?? "")
        if try rows.integer(0, "asks_procedure") == 1 {
            let instances = try await server.metadata("EXEC sys.sp_cdc_help_change_data_capture")
            stamp.instances = try (0..<instances.count).map { row in
                let isEstablished = try instances.optionalLSN(row, "start_lsn") != nil
                let created = try instances.optionalTime(row, "create_date") ?? 0
                return "\(try instances.string(row, "capture_instance"))|\(created)|\(isEstablished)"
            }
        }
        return stamp
    }
}
