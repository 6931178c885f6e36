import TSQL

/// The procedures of Change Data Capture.
///
/// Source: Microsoft, "Change data capture stored procedures (Transact-SQL)"; the texts of errors: "Database engine events and
/// errors (22000 to 22999)".
extension SystemProcedures {
    static let captureProcedures: [String: SystemProcedure] = [
        "sp_cdc_enable_db": SystemProcedure([]) { (session, _) throws(SQLError) in
            try session.enableCapture()
            return 0
        },
        "sp_cdc_disable_db": SystemProcedure([]) { (session, _) throws(SQLError) in
            try session.disableCapture()
            return 0
        },
        "sp_cdc_enable_table": SystemProcedure([
            ("@source_schema", sysname, nil), ("@source_name", sysname, nil), ("@capture_instance", sysname, .null),
            ("@supports_net_changes", .bit, .null), ("@role_name", sysname, nil),
            ("@index_name", sysname, .null),
            ("@captured_column_list", .nvarchar(.max), .null), ("@filegroup_name", sysname, .null),
            ("@allow_partition_switch", .bit, .integer(1)),
        ]) { (session, call) throws(SQLError) in
            try session.enableCapture(
                Session.CaptureRequest(
                    schema: try required("@source_schema", call),
                    table: try required("@source_name", call),
                    instance: call.text("@capture_instance"),
                    supportsNetChanges: call.number("@supports_net_changes").map { $0 != 0 },
                    role: call.text("@role_name"),
                    index: call.text("@index_name"),
                    columns: call.text("@captured_column_list"),
                    filegroup: call.text("@filegroup_name"),
                    allowsSwitch: call.number("@allow_partition_switch") != 0
                )
            )
            return 0
        },
        "sp_cdc_disable_table": SystemProcedure([
            ("@source_schema", sysname, nil), ("@source_name", sysname, nil), ("@capture_instance", sysname, nil),
        ]) { (session, call) throws(SQLError) in
            try session.disableCapture(
                schema: try required("@source_schema", call),
                table: try required("@source_name", call),
                instance: try required("@capture_instance", call)
            )
            return 0
        },
        "sp_cdc_add_job": SystemProcedure([
            ("@job_type", .nvarchar(20), nil), ("@start_job", .bit, .integer(1)), ("@maxtrans", .int, .null),
            ("@maxscans", .int, .null),
            ("@continuous", .bit, .null), ("@pollinginterval", .bigint, .null),
            ("@retention", .bigint, .null),
            ("@threshold", .bigint, .null), ("@check_for_logreader", .bit, .integer(0)),
        ]) { (session, call) throws(SQLError) in
            let (database, _) = try session.capturing()
            try session.checkOwner()
            let job = try SystemProcedures.job(call)
            let settings = try SystemProcedures.changed(.initial(job), call)
            try session.writing { () throws(SQLError) in try session.addJob(settings, of: database) }
            session.server.capture.setRunning(call.number("@start_job") != 0, job, of: database.name)
            return 0
        },
        "sp_cdc_change_job": SystemProcedure([
            ("@job_type", .nvarchar(20), .string("capture")), ("@maxtrans", .int, .null),
            ("@maxscans", .int, .null),
            ("@continuous", .bit, .null), ("@pollinginterval", .bigint, .null),
            ("@retention", .bigint, .null),
            ("@threshold", .bigint, .null),
        ]) { (session, call) throws(SQLError) in
            let (database, _) = try session.capturing()
            try session.checkOwner()
            let settings = try SystemProcedures.changed(
                try session.knownJob(try SystemProcedures.job(call), of: database),
                call
            )
            try session.writing { () throws(SQLError) in try session.changeJob(settings, of: database) }
            return 0
        },
        "sp_cdc_drop_job": SystemProcedure([("@job_type", .nvarchar(20), nil)]) {
            (session, call) throws(SQLError) in
            let (database, _) = try session.capturing()
            try session.checkOwner()
            let job = try session.knownJob(try SystemProcedures.job(call), of: database).job
            try session.writing { () throws(SQLError) in try session.removeJob(job, of: database) }
            return 0
        },
        "sp_cdc_start_job": SystemProcedure([("@job_type", .nvarchar(20), .string("capture"))]) {
            (session, call) throws(SQLError) in
            let (database, _) = try session.capturing()
            try session.checkOwner()
            let job = try session.knownJob(try SystemProcedures.job(call), of: database).job
            session.server.capture.setRunning(true, job, of: database.name)
            session.tellOfStart(job, of: database)
            return 0
        },
        "sp_cdc_stop_job": SystemProcedure([("@job_type", .nvarchar(20), .string("capture"))]) {
            (session, call) throws(SQLError) in
            let (database, _) = try session.capturing()
            try session.checkOwner()
            let job = try session.knownJob(try SystemProcedures.job(call), of: database).job
            session.server.capture.setRunning(false, job, of: database.name)
            session.inform("Job 'cdc.\(database.name)_\(job)' stopped successfully.")
            return 0
        },
        "sp_cdc_scan": SystemProcedure([
            ("@maxtrans", .int, .integer(500)), ("@maxscans", .int, .integer(10)),
            ("@continuous", .tinyint, .integer(0)),
            ("@pollinginterval", .bigint, .integer(0)), ("@is_from_job", .int, .integer(0)),
        ]) { (session, call) throws(SQLError) in
            let (database, _) = try session.capturing()
            try session.checkOwner()
            let control = session.server.capture
            guard !control.isRunning("capture", of: database.name) || control.isPaused(database.name) else {
                throw SQLError(
                    22903,
                    "Another connection is already running 'sp_replcmds' for Change Data Capture in the current database."
                )
            }
            try LogScan(session, database.name).run(
                maximumTransactions: call.number("@maxtrans") ?? 500,
                maximumScans: call.number("@maxscans") ?? 10
            )
            return 0
        },
        "sp_cdc_cleanup_change_table": SystemProcedure([
            ("@capture_instance", sysname, nil), ("@low_water_mark", CaptureTables.lsn, nil),
            ("@threshold", .bigint, .integer(5000)),
            ("@fCleanupFailed", .bit, .integer(0)),
        ]) { (session, call) throws(SQLError) in
            let (database, capture) = try session.capturing()
            try session.checkOwner()
            let name = try required("@capture_instance", call)
            guard let instance = capture.instance(name) else {
                throw SQLError(
                    22920,
                    "The named capture instance \(name) does not exist for database \(database.name)."
                )
            }
            try ChangeCleanup(session, database.name).clean(
                instance,
                low: call.bytes("@low_water_mark").flatMap { LogSequenceNumber($0) },
                threshold: call.number("@threshold") ?? 5000
            )
            call.give("@fcleanupfailed", .integer(0), .bit)
            return 0
        },
        "sp_cdc_help_change_data_capture": SystemProcedure([
            ("@source_schema", sysname, .null), ("@source_name", sysname, .null),
        ]) { (session, call) throws(SQLError) in
            try help(session, call.text("@source_schema"), call.text("@source_name"))
            return 0
        },
        "sp_cdc_help_jobs": SystemProcedure([]) { (session, _) throws(SQLError) in
            let (database, _) = try session.capturing()
            try session.checkOwner()
            let rows = try session.jobRows(of: database).map { row -> [SQLValue] in
                var name = "cdc.\(database.name)_"
                if case .text(let job) = row[1] { name += String(decoding: job, as: UTF8.self) }
                return [row[2], row[1], .string(name)] + row[3...]
            }
            try session.answer(
                [
                    ("job_id", .uniqueidentifier), ("job_type", .nvarchar(20)), ("job_name", sysname),
                    ("maxtrans", .int), ("maxscans", .int),
                    ("continuous", .bit), ("pollinginterval", .bigint), ("retention", .bigint), ("threshold", .bigint),
                ],
                rows
            )
            return 0
        },
        "sp_cdc_get_ddl_history": SystemProcedure([("@capture_instance", sysname, nil)]) {
            (session, call) throws(SQLError) in
            let (database, instance, source) = try SystemProcedures.instance(session, call)
            let table = try session.captureTable("ddl_history", in: database)
            let rows = try session.rows(of: table, "WHERE c2 = ?1 ORDER BY c5", [.integer(Int64(instance.changeTable))])
            try session.answer(
                [
                    ("source_schema", sysname), ("source_table", sysname), ("capture_instance", sysname),
                    ("required_column_update", .bit),
                    ("ddl_command", .nvarchar(.max)), ("ddl_lsn", CaptureTables.lsn), ("ddl_time", .datetime),
                ],
                rows.map { [.string(source.schema), .string(source.name), .string(instance.name)] + $0[2...] }
            )
            return 0
        },
        "sp_cdc_get_captured_columns": SystemProcedure([("@capture_instance", sysname, nil)]) {
            (session, call) throws(SQLError) in
            let (database, instance, source) = try SystemProcedures.instance(session, call)
            let table = try session.captureTable("captured_columns", in: database)
            let changes = database.tables[instance.changeTable]
            var rows: [[SQLValue]] = []
            for row in try session.rows(of: table, "WHERE c1 = ?1 ORDER BY c5", [.integer(Int64(instance.changeTable))])
            {
                let type = changes?.columns[Int(row[4].int) + CaptureTables.prefix - 1].type ?? .int
                let number = type.decimalEquivalent
                let isTime = type.family == .dateTime
                rows.append(
                    [
                        .string(source.schema), .string(source.name), .string(instance.name), row[1], row[2], row[4],
                        row[3],
                        type.length.map { .integer(Int64($0.units ?? -1)) } ?? .null,
                        number.map { .integer(Int64($0.precision)) } ?? .null, number == nil ? .null : .integer(10),
                        number.map { .integer(Int64($0.scale)) } ?? .null, isTime ? .integer(Int64(type.scale)) : .null,
                    ]
                )
            }
            try session.answer(
                [
                    ("source_schema", sysname), ("source_table", sysname), ("capture_instance", sysname),
                    ("column_name", sysname),
                    ("column_id", .int), ("ordinal_position", .int), ("data_type", sysname),
                    ("character_maximum_length", .int),
                    ("numeric_precision", .tinyint), ("numeric_precision_radix", .smallint), ("numeric_scale", .int),
                    ("datetime_precision", .smallint),
                ],
                rows
            )
            return 0
        },
    ]

    // MARK: Parameters

    private static func required(_ name: String, _ call: SystemCall) throws(SQLError) -> String {
        guard let text = call.text(name), !text.isEmpty else {
            throw SQLError(
                22963,
                "Parameter '\(name)' cannot be null or empty. Specify a value for the named parameter and retry the operation."
            )
        }
        return text
    }

    private static func job(_ call: SystemCall) throws(SQLError) -> String {
        let job = (call.text("@job_type") ?? "").trimmingSpaces.lowercased()
        guard ["capture", "cleanup"].contains(job) else {
            throw SQLError(
                22992,
                "The specified @job_type, \(job), is not supported. The value specified for the parameter @job_type must be N'capture' to indicate a capture job, or N'cleanup' to indicate a cleanup job."
            )
        }
        return job
    }

    private static func changed(_ job: CaptureJobSettings, _ call: SystemCall) throws(SQLError)
        -> CaptureJobSettings
    {
        var job = job
        let isCapture = job.job == "capture"
        if isCapture, call.number("@retention") != nil {
            throw SQLError(
                22995,
                "A value for the parameter @retention cannot be specified when the job type is 'capture'. Specify NULL for the parameter, or omit the parameter from the statement."
            )
        }
        if !isCapture,
            ["@pollinginterval", "@maxtrans", "@maxscans", "@continuous"].contains(where: { call.number($0) != nil })
        {
            throw SQLError(
                22996,
                "When adding or modifying the CDC cleanup job, @pollinginterval, @maxtrans, @maxscans, and @continuous may not be assigned non-null values."
            )
        }
        job.maximumTransactions = call.number("@maxtrans") ?? job.maximumTransactions
        job.maximumScans = call.number("@maxscans") ?? job.maximumScans
        job.isContinuous = call.number("@continuous").map { $0 != 0 } ?? job.isContinuous
        job.pollingInterval = call.number("@pollinginterval") ?? job.pollingInterval
        job.retention = call.number("@retention") ?? job.retention
        if !isCapture { job.threshold = call.number("@threshold") ?? job.threshold }
        return job
    }

    private static func instance(
        _ session: Session,
        _ call: SystemCall
    ) throws(SQLError) -> (DatabaseCatalogue, CaptureInstanceObject, TableObject) {
        let (database, capture) = try session.capturing()
        let name = try required("@capture_instance", call)
        guard let instance = capture.instance(name), session.mayRead(instance, in: database),
            let source = database.tables[instance.sourceTable]
        else {
            throw SQLError(22981, "Object does not exist or access is denied.")
        }
        return (database, instance, source)
    }

    // MARK: Help

    private static func help(_ session: Session, _ schema: String?, _ name: String?) throws(SQLError) {
        let (database, capture) = try session.capturing()
        let (schema, name) = (schema.flatMap { $0.isEmpty ? nil : $0 }, name.flatMap { $0.isEmpty ? nil : $0 })
        guard (schema == nil) == (name == nil) else {
            throw SQLError(
                22972,
                "When calling stored procedure [sys].sp_cdc_help_change_data capture, if either @source_schema or @source_name is non-null and non-empty, the other parameter must also be non-null and non-empty."
            )
        }
        var meant = capture.instances
        if let schema, let name {
            guard let source = database.table(schema: schema, name: name),
                capture.instances.contains(where: { $0.sourceTable == source.id })
            else {
                throw SQLError(
                    22985,
                    "Change data capture has not been enabled for source table '\(schema).\(name)'. Specify the name of a table enabled for Change Data Capture. To report on the tables enabled for Change Data Capture, query the is_tracked_by_cdc column in the sys.tables catalog view."
                )
            }
            meant = meant.filter { $0.sourceTable == source.id }
        }
        let known = try session.rows(of: try session.captureTable("change_tables", in: database))
        let indexed = try session.rows(of: try session.captureTable("index_columns", in: database), "ORDER BY c1, c3")
        let captured = try session.rows(
            of: try session.captureTable("captured_columns", in: database),
            "ORDER BY c1, c5"
        )
        func list(_ rows: [[SQLValue]], _ instance: CaptureInstanceObject) -> SQLValue {
            let names = rows.filter { $0[0] == .integer(Int64(instance.changeTable)) }.map { row in
                "[\(String(decoding: row[1].textBytes, as: UTF8.self).replacing("]", with: "]]"))]"
            }
            return names.isEmpty ? .null : .string(names.joined(separator: ", "))
        }
        var rows: [[SQLValue]] = []
        for instance in meant where session.mayRead(instance, in: database) {
            guard let source = database.tables[instance.sourceTable],
                let row = known.first(where: { $0[0] == .integer(Int64(instance.changeTable)) })
            else { continue }
            rows.append(
                [.string(source.schema), .string(source.name), .string(instance.name), row[0], row[2]] + row[4...11]
                    + [list(indexed, instance), list(captured, instance)]
            )
        }
        try session.answer(
            [
                ("source_schema", sysname), ("source_table", sysname), ("capture_instance", sysname),
                ("object_id", .int), ("source_object_id", .int),
                ("start_lsn", CaptureTables.lsn), ("end_lsn", CaptureTables.lsn), ("supports_net_changes", .bit),
                ("has_drop_pending", .bit),
                ("role_name", sysname), ("index_name", sysname), ("filegroup_name", sysname),
                ("create_date", .datetime),
                ("index_column_list", .nvarchar(.max)), ("captured_column_list", .nvarchar(.max)),
            ],
            rows
        )
    }
}
