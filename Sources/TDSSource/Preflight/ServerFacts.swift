import CDCCore

/// What a preflight asks a server and a database.
struct ServerFacts: Sendable {
    var platform: ServerPlatform
    var productVersion: String
    var edition: String
    var database: String
    /// The user in the database, and the login that it belongs to.
    var user: String
    var login: String
    var isCaptureEnabled: Bool
    var isTrackingEnabled: Bool
    var allowsSnapshotIsolation: Bool
    /// Whether nothing can be written: a secondary replica, or a database that was set so.
    var isReadOnly: Bool
    /// Whether the database itself was set to read-only.
    var isSetReadOnly: Bool
    /// Whether the database is a standby of log shipping, which is read-only because logs are restored into it.
    var isStandby = false
    /// Whether a table is captured, as far as the login may know: jobs come with the first one.
    var hasInstances = true
    /// Whether the database is published by transactional replication, whose Log Reader Agent then captures, too.
    var isPublished = false
    var logReuseWait: String
    var collation: String
    /// How many bytes of a large value a captured table takes; negative for any.
    var largeObjectLimit: Answer<Int?>
    var permissions = Permissions()
    var agentRuns = Answer<Bool?>.known(nil)
    var jobs = Answer<[CaptureJob]>.known([])
    var secondsSinceNewest = Answer<Int?>.known(nil)
    var failures = Answer<[SourceHealth.CaptureFailure]>.known([])

    struct Permissions: Hashable, Sendable {
        /// SELECT on the schema `cdc`.
        var readsCapture = true
        /// VIEW DATABASE STATE, or from SQL Server 2022 on VIEW DATABASE PERFORMANCE STATE.
        var viewsState = true
        /// VIEW DEFINITION of the database: what the login does not see is not there.
        var seesDefinitions = false
    }

    var majorVersion: Int { Int(productVersion.prefix { $0 != "." }) ?? 0 }

    /// The permission that shows what captures do.
    var statePermission: String {
        majorVersion >= 16 || platform == .azureSQLDatabase ? "VIEW DATABASE PERFORMANCE STATE" : "VIEW DATABASE STATE"
    }

    /// The permission that shows whether SQL Server Agent runs.
    var serverStatePermission: String { majorVersion >= 16 ? "VIEW SERVER SECURITY STATE" : "VIEW SERVER STATE" }

    static func read(
        from server: some MetadataSource,
        _ configuration: SQLServerConfiguration
    ) async throws -> ServerFacts {
        let profile = try await ServerProfile.read(from: server)
        let rows = try await server.metadata(
            """
            SELECT CAST(SERVERPROPERTY('Edition') AS nvarchar(128)) AS edition, USER_NAME() AS user_name,
                SUSER_SNAME() AS login_name, d.is_read_only, d.is_in_standby, d.is_published, d.log_reuse_wait_desc,
                HAS_PERMS_BY_NAME(N'cdc', N'SCHEMA', N'SELECT') AS reads_capture,
                HAS_PERMS_BY_NAME(NULL, N'DATABASE', N'VIEW DEFINITION') AS views_definition,
                HAS_PERMS_BY_NAME(NULL, N'DATABASE', N'VIEW DATABASE STATE') AS views_state,
                HAS_PERMS_BY_NAME(NULL, N'DATABASE', N'VIEW DATABASE PERFORMANCE STATE') AS views_performance
            FROM sys.databases AS d WHERE d.name = DB_NAME()
            """
        )
        var facts = ServerFacts(
            platform: try await .read(from: server, configuration),
            productVersion: profile.productVersion,
            edition: try rows.optionalString(0, "edition") ?? "",
            database: profile.databaseName,
            user: try rows.optionalString(0, "user_name") ?? configuration.user,
            login: try rows.optionalString(0, "login_name") ?? configuration.user,
            isCaptureEnabled: profile.isCDCEnabled,
            isTrackingEnabled: profile.isChangeTrackingEnabled,
            allowsSnapshotIsolation: profile.allowsSnapshotIsolation,
            isReadOnly: profile.isReadOnly,
            isSetReadOnly: try rows.optionalBool(0, "is_read_only") ?? false,
            isStandby: try rows.optionalBool(0, "is_in_standby") ?? false,
            isPublished: try rows.optionalBool(0, "is_published") ?? false,
            logReuseWait: try rows.optionalString(0, "log_reuse_wait_desc") ?? "",
            collation: profile.collation,
            largeObjectLimit: try await largeObjectLimit(server)
        )
        // Of a schema that is not there, and of a permission that the version does not know, the answer is NULL.
        facts.permissions.readsCapture = try rows.optionalInteger(0, "reads_capture") == 1
        facts.permissions.viewsState =
            try rows.optionalInteger(0, "views_state") == 1 || rows.optionalInteger(0, "views_performance") == 1
        facts.permissions.seesDefinitions = try rows.optionalInteger(0, "views_definition") == 1
        guard facts.isCaptureEnabled else { return facts }
        if profile.mayReadCaptureTables {
            let count = try await server.metadata("SELECT COUNT(*) AS instances FROM cdc.change_tables")
            facts.hasInstances = try count.integer(0, "instances") > 0
        }
        let monitor = CaptureMonitor(server: server)
        if facts.platform.hasAgent { facts.agentRuns = try await monitor.agentRuns() }
        facts.jobs = try await monitor.jobs()
        facts.secondsSinceNewest = try await monitor.secondsSinceNewest()
        facts.failures = try await monitor.failures()
        return facts
    }

    private static func largeObjectLimit(_ server: some MetadataSource) async throws -> Answer<Int?> {
        try await .ask {
            let rows = try await server.metadata(
                """
                SELECT CAST(c.value_in_use AS int) AS value FROM sys.configurations AS c
                WHERE c.name = N'max text repl size (B)'
                """
            )
            return rows.count == 1 ? try rows.optionalInteger(0, "value") : nil
        }
    }
}
