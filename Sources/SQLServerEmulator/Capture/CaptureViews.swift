/// The views of what captures do.
///
/// Source: Microsoft, "sys.dm_cdc_log_scan_sessions", "sys.dm_cdc_errors", "sys.dm_tran_commit_table".
extension SystemViews {
    static let captureViews: [SystemView] = [
        SystemView(
            "sys",
            "dm_cdc_log_scan_sessions",
            [
                ("session_id", .int), ("start_time", .datetime), ("end_time", .datetime), ("duration", .bigint),
                ("scan_phase", .nvarchar(200)),
                ("error_count", .int), ("start_lsn", .nvarchar(23)), ("current_lsn", .nvarchar(23)),
                ("end_lsn", .nvarchar(23)),
                ("tran_count", .bigint), ("last_commit_lsn", .nvarchar(23)), ("last_commit_time", .datetime),
                ("log_record_count", .bigint),
                ("schema_change_count", .int), ("command_count", .bigint), ("first_begin_cdc_lsn", .nvarchar(23)),
                ("last_commit_cdc_lsn", .nvarchar(23)), ("last_commit_cdc_time", .datetime), ("latency", .int),
                ("empty_scan_count", .int),
                ("failed_sessions_count", .int),
            ]
        ) { (session, database) throws(SQLError) in
            try session.checkMayViewState(of: database)
            return session.server.capture.sessions(of: database.name).map { scan in
                let commit = scan.lastCommit
                let lsn = SQLValue.string((commit?.lsn ?? .zero).text)
                let time = commit.map { dateTime($0.time) } ?? .null
                return [
                    .integer(Int64(scan.id)), dateTime(scan.start), dateTime(scan.end),
                    .integer((scan.end - scan.start) / 1_000_000),
                    .string(scan.errors > 0 && scan.id > 0 ? "Aborted" : "Done"), .integer(Int64(scan.errors)),
                    .string(scan.startLSN.text),
                    .string(scan.endLSN.text),
                    .string(scan.transactions == 0 ? LogSequenceNumber.zero.text : scan.endLSN.text),
                    .integer(Int64(scan.transactions)), lsn, time, .integer(Int64(scan.records)),
                    .integer(Int64(scan.schemaChanges)),
                    .integer(Int64(scan.commands)), .string((scan.firstCommit ?? .zero).text), lsn, time,
                    .integer(commit.map { max(0, scan.end - $0.time) / 1_000_000 } ?? 0),
                    .integer(Int64(scan.emptyScans)),
                    .integer(Int64(scan.failures)),
                ]
            }
        },
        SystemView(
            "sys",
            "dm_cdc_errors",
            [
                ("session_id", .int), ("phase_number", .int), ("entry_time", .datetime), ("error_number", .int),
                ("error_severity", .int),
                ("error_state", .int), ("error_message", .nvarchar(1024)), ("start_lsn", .nvarchar(23)),
                ("begin_lsn", .nvarchar(23)),
                ("sequence_value", .nvarchar(23)),
            ]
        ) { (session, database) throws(SQLError) in
            try session.checkMayViewState(of: database)
            return session.server.capture.errors(of: database.name).map { entry in
                [
                    .integer(Int64(entry.session)), .integer(7), dateTime(entry.time),
                    .integer(Int64(entry.error.number)),
                    .integer(Int64(entry.error.severity)), .integer(Int64(entry.error.state)),
                    .string(String(entry.error.message.prefix(1024))),
                    .string(entry.lsn.text), .string(entry.lsn.text), .string(entry.lsn.text),
                ]
            }
        },
        SystemView(
            "sys",
            "dm_tran_commit_table",
            [
                ("commit_ts", .bigint), ("xdes_id", .bigint), ("commit_lbn", .bigint), ("commit_csn", .bigint),
                ("commit_time", .datetime),
            ]
        ) { (session, database) throws(SQLError) in
            try session.checkMayViewState(of: database)
            guard try !session.sqlite.rows("SELECT 1 FROM sqlite_schema WHERE name = 'tracking_commits'").isEmpty else {
                return []
            }
            let sql = "SELECT version, time, number FROM tracking_commits WHERE database = ?1 ORDER BY version"
            return try session.sqlite.rows(sql, [.integer(Int64(database.id))]).compactMap { row in
                guard case .integer(let version) = row[0], case .integer(let time) = row[1],
                    case .integer(let number) = row[2]
                else { return nil }
                return [.integer(version), .integer(number), .integer(version), .integer(version), dateTime(time)]
            }
        },
    ]
}
