import TSQL

/// `sys.databases` and what says more of databases.
///
/// Source: Microsoft, "Databases and files catalog views", "Change tracking catalog views (Transact-SQL)".
extension SystemViews {
    static let databaseViews: [SystemView] = [
        SystemView(
            "sys",
            "databases",
            describe(DatabaseCatalogue(id: 0, name: "", collation: .default, created: 0)).map { ($0.0, $0.1) }
        ) {
            session,
            _ in session.databases.map { database in describe(database).map(\.2) }
        },
        SystemView(
            "sys",
            "database_recovery_status",
            [
                ("database_id", .int), ("database_guid", .uniqueidentifier), ("family_guid", .uniqueidentifier),
                ("last_log_backup_lsn", .decimal(25, 0)), ("recovery_fork_guid", .uniqueidentifier),
                ("first_recovery_fork_guid", .uniqueidentifier), ("fork_point_lsn", .decimal(25, 0)),
            ]
        ) { session, _ in
            session.databases.map { database in
                [
                    .number(database.id), .guid(database.fork), .guid(database.fork), .null, .guid(database.fork),
                    .null, .null,
                ]
            }
        },
        SystemView(
            "sys",
            "change_tracking_databases",
            [
                ("database_id", .int), ("is_auto_cleanup_on", .bit), ("retention_period", .int),
                ("retention_period_units", .tinyint),
                ("retention_period_units_desc", .nvarchar(60)), ("max_cleanup_version", .bigint),
            ]
        ) { session, _ in
            session.databases.compactMap { database in
                database.options.changeTracking.map { tracking -> [SQLValue] in
                    let unit = ["MINUTES", "HOURS", "DAYS"].firstIndex { $0.hasPrefix(tracking.unit.uppercased()) }
                    return [
                        .number(database.id), .bool(tracking.cleansUp), .number(tracking.retention),
                        .number((unit ?? 2) + 1),
                        .string(tracking.unit.uppercased()), .null,
                    ]
                }
            }
        },
        SystemView(
            "sys",
            "change_tracking_tables",
            [
                ("object_id", .int), ("is_track_columns_updated_on", .bit), ("min_valid_version", .bigint),
                ("begin_version", .bigint),
                ("cleanup_version", .bigint),
            ]
        ) { session, database in
            session.visibleTables(in: database).compactMap { table in
                table.tracking.map { tracking -> [SQLValue] in
                    [
                        .number(table.id), .bool(tracking.tracksColumns), .integer(tracking.minimumValidVersion),
                        .integer(tracking.beginVersion), .integer(tracking.minimumValidVersion),
                    ]
                }
            }
        },
    ]

    /// A row of `sys.databases`: the columns with their values.
    private static func describe(_ database: DatabaseCatalogue) -> [(String, SQLType, SQLValue)] {
        let options = database.options
        let isSystem = database.id <= 4
        let allowsSnapshots = database.allowsSnapshots
        let recovery = ["FULL", "BULK_LOGGED", "SIMPLE"].firstIndex(of: isSystem ? "SIMPLE" : options.recovery) ?? 0
        let broker = database.fork.reversed().map { $0 ^ 0x5A }
        var row: [(String, SQLType, SQLValue)] = []
        func add(_ name: String, _ type: SQLType, _ value: SQLValue) { row.append((name, type, value)) }
        func flag(_ name: String, _ value: Bool = false) { row.append((name, .bit, .bool(value))) }
        add("name", sysname, .string(database.name))
        add("database_id", .int, .number(database.id))
        add("source_database_id", .int, .null)
        add("owner_sid", .varbinary(85), .binary([1]))
        add("create_date", .datetime, dateTime(database.created))
        add("compatibility_level", .tinyint, .integer(160))
        add("collation_name", sysname, .string(database.collation.name))
        add("user_access", .tinyint, .integer(0))
        add("user_access_desc", .nvarchar(60), .string("MULTI_USER"))
        flag("is_read_only", options.isReadOnly)
        flag("is_auto_close_on")
        flag("is_auto_shrink_on")
        add("state", .tinyint, .integer(0))
        add("state_desc", .nvarchar(60), .string("ONLINE"))
        flag("is_in_standby")
        flag("is_cleanly_shutdown")
        flag("is_supplemental_logging_enabled")
        add("snapshot_isolation_state", .tinyint, .integer(allowsSnapshots ? 1 : 0))
        add("snapshot_isolation_state_desc", .nvarchar(60), .string(allowsSnapshots ? "ON" : "OFF"))
        flag("is_read_committed_snapshot_on", options.isReadCommittedSnapshot)
        add("recovery_model", .tinyint, .number(recovery + 1))
        add("recovery_model_desc", .nvarchar(60), .string(["FULL", "BULK_LOGGED", "SIMPLE"][recovery]))
        add("page_verify_option", .tinyint, .integer(2))
        add("page_verify_option_desc", .nvarchar(60), .string("CHECKSUM"))
        flag("is_auto_create_stats_on", true)
        flag("is_auto_create_stats_incremental_on")
        flag("is_auto_update_stats_on", true)
        flag("is_auto_update_stats_async_on")
        for name in ["null_default", "nulls", "padding", "warnings"] { flag("is_ansi_\(name)_on") }
        flag("is_arithabort_on")
        flag("is_concat_null_yields_null_on")
        flag("is_numeric_roundabort_on")
        flag("is_quoted_identifier_on")
        flag("is_recursive_triggers_on")
        flag("is_cursor_close_on_commit_on")
        flag("is_local_cursor_default")
        flag("is_fulltext_enabled", !isSystem)
        flag("is_trustworthy_on", database.name == "msdb")
        flag("is_db_chaining_on", isSystem && database.name != "model")
        flag("is_parameterization_forced")
        flag("is_master_key_encrypted_by_server")
        flag("is_query_store_on", !isSystem)
        flag("is_published")
        flag("is_subscribed")
        flag("is_merge_published")
        flag("is_distributor")
        flag("is_sync_with_backup")
        add("service_broker_guid", .uniqueidentifier, .guid(broker))
        flag("is_broker_enabled", ["tempdb", "msdb"].contains(database.name))
        add("log_reuse_wait", .tinyint, .integer(0))
        add("log_reuse_wait_desc", .nvarchar(60), .string("NOTHING"))
        flag("is_date_correlation_on")
        flag("is_cdc_enabled", database.capture != nil)
        flag("is_encrypted")
        flag("is_honor_broker_priority_on")
        add("replica_id", .uniqueidentifier, .null)
        add("group_database_id", .uniqueidentifier, .null)
        add("resource_pool_id", .int, .null)
        add("default_language_lcid", .smallint, .null)
        add("default_language_name", .nvarchar(128), .null)
        flag("is_nested_triggers_on", true)
        add("two_digit_year_cutoff", .smallint, .null)
        add("containment", .tinyint, .integer(0))
        add("containment_desc", .nvarchar(60), .string("NONE"))
        add("target_recovery_time_in_seconds", .int, .integer(60))
        add("delayed_durability", .int, .integer(0))
        add("delayed_durability_desc", .nvarchar(60), .string("DISABLED"))
        flag("is_memory_optimized_elevate_to_snapshot_on")
        flag("is_accelerated_database_recovery_on")
        flag("is_ledger_on")
        return row
    }
}

extension Session {
    /// All databases as the session's transaction sees them.
    var databases: [DatabaseCatalogue] {
        var all = Dictionary(uniqueKeysWithValues: server.databases.map { ($0.name.lowercased(), $0) })
        for (name, changed) in transaction.catalogues { all[name] = changed }
        return all.values.sorted { $0.id < $1.id }
    }
}
