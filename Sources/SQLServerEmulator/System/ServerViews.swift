import TSQL

/// What the server says of itself: sessions, connections, settings, services.
///
/// Source: Microsoft, "System dynamic management views", "Server-wide configuration catalog views (Transact-SQL)".
extension SystemViews {
    static let serverViews: [SystemView] = [
        SystemView(
            "sys",
            "configurations",
            [
                ("configuration_id", .int), ("name", .nvarchar(35)), ("value", .sqlVariant), ("minimum", .sqlVariant),
                ("maximum", .sqlVariant), ("value_in_use", .sqlVariant), ("description", .nvarchar(255)),
                ("is_dynamic", .bit),
                ("is_advanced", .bit),
            ]
        ) { session, _ in
            session.server.registry.settings.map { setting in
                [
                    .number(setting.number), .string(setting.name), .variant(.int, .integer(setting.value)),
                    .variant(.int, .integer(setting.minimum)), .variant(.int, .integer(setting.maximum)),
                    .variant(.int, .integer(setting.valueInUse)), .string(setting.name), .bool(true),
                    .bool(setting.isAdvanced),
                ]
            }
        },
        SystemView(
            "sys",
            "servers",
            [("server_id", .int), ("name", sysname), ("product", sysname), ("provider", sysname), ("is_linked", .bit)]
        ) { session, _ in
            [[.integer(0), .string(session.server.name), .string("SQL Server"), .string("SQLNCLI"), .bool(false)]]
        },
        SystemView(
            "sys",
            "dm_exec_connections",
            [
                ("session_id", .int), ("most_recent_session_id", .int), ("connect_time", .datetime),
                ("net_transport", .nvarchar(40)),
                ("protocol_type", .nvarchar(40)), ("protocol_version", .int), ("endpoint_id", .int),
                ("encrypt_option", .nvarchar(40)),
                ("auth_scheme", .nvarchar(40)), ("node_affinity", .smallint), ("net_packet_size", .int),
                ("client_net_address", .varchar(48)), ("client_tcp_port", .int), ("local_net_address", .varchar(48)),
                ("local_tcp_port", .int),
            ]
        ) { (session, _) throws(SQLError) in
            try session.checkMayViewServerState()
            return session.server.registry.sessions.map { other in
                [
                    .number(other.id), .number(other.id), dateTime(other.connected), .string("TCP"), .string("TSQL"),
                    .integer(other.client.protocolVersion), .integer(4),
                    .string(other.client.isEncrypted ? "TRUE" : "FALSE"),
                    .string("SQL"), .integer(0), .number(other.client.packetSize), .string(other.client.address),
                    .number(other.client.port), .string(other.client.address), .integer(1433),
                ]
            }
        },
        SystemView(
            "sys",
            "dm_exec_sessions",
            [
                ("session_id", .smallint), ("login_time", .datetime), ("host_name", .nvarchar(128)),
                ("program_name", .nvarchar(128)),
                ("host_process_id", .int), ("client_version", .int), ("client_interface_name", .nvarchar(32)),
                ("login_name", .nvarchar(128)), ("original_login_name", .nvarchar(128)), ("status", .nvarchar(30)),
                ("is_user_process", .bit), ("database_id", .smallint), ("authenticating_database_id", .int),
                ("language", .nvarchar(128)),
            ]
        ) { session, _ in
            visibleSessions(session).map { other in
                [
                    .number(other.id), dateTime(other.connected), .string(other.client.hostName),
                    .string(other.client.programName),
                    .number(other.client.processID), .integer(7), .string(other.client.interfaceName),
                    .string(other.login),
                    .string(other.login), .string(other.id == session.id ? "running" : "sleeping"), .bool(true),
                    .number(session.server.database(other.database)?.id ?? 0), .integer(1), .string("us_english"),
                ]
            }
        },
        SystemView(
            "sys",
            "dm_exec_requests",
            [
                ("session_id", .smallint), ("request_id", .int), ("start_time", .datetime), ("status", .nvarchar(30)),
                ("command", .nvarchar(32)), ("database_id", .smallint), ("blocking_session_id", .smallint),
                ("wait_type", .nvarchar(60)),
                ("wait_time", .int), ("open_transaction_count", .int), ("transaction_id", .bigint),
                ("percent_complete", .real),
                ("transaction_isolation_level", .smallint), ("lock_timeout", .int),
            ]
        ) { session, database in
            // What runs in other sessions is not known here.
            [
                [
                    .number(session.id), .integer(0), dateTime(session.server.now()), .string("running"),
                    .string("SELECT"),
                    .number(session.database.id), .integer(0), .null, .integer(0), .number(session.transaction.count),
                    .integer(Int64(clamping: session.transaction.id)), .double(0),
                    .number(session.settings.isolation.rawValue),
                    .integer(session.settings.lockTimeout),
                ]
            ]
        },
        SystemView(
            "sys",
            "dm_server_services",
            [
                ("servicename", .nvarchar(256)), ("startup_type", .int), ("startup_type_desc", .nvarchar(256)),
                ("status", .int),
                ("status_desc", .nvarchar(256)), ("process_id", .int), ("last_startup_time", .datetimeoffset(7)),
                ("service_account", .nvarchar(256)), ("filename", .nvarchar(256)), ("is_clustered", .nvarchar(1)),
            ]
        ) { (session, _) throws(SQLError) in
            try session.checkMayViewServerState()
            let isAgentRunning = session.server.capture.options.isAgentRunning
            return [("SQL Server (MSSQLSERVER)", true), ("SQL Server Agent (MSSQLSERVER)", isAgentRunning)].map {
                name,
                isRunning in
                [
                    .string(name), .integer(2), .string("Automatic"), .integer(isRunning ? 4 : 1),
                    .string(isRunning ? "Running" : "Stopped"),
                    isRunning ? .integer(1000) : .null, .null, .string("LocalSystem"), .string(""), .string("N"),
                ]
            }
        },
    ]

    /// Without `VIEW SERVER STATE` a session sees itself only.
    static func visibleSessions(_ session: Session) -> [SessionRecord] {
        let seesAll = session.holdsOnServer("VIEW SERVER STATE")
        return session.server.registry.sessions.filter { seesAll || $0.id == session.id }
    }
}
