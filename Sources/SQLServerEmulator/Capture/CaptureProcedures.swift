import TSQL

/// The procedures of Change Data Capture.
///
/// Source: Microsoft, "Change data capture stored procedures (Transact-SQL)"; the texts of errors: "Database engine events and
/// errors (22000 to 22999)".
enum CaptureProcedures {
    /// The procedure of a name; it runs in the database that the name says.
    static func find(_ name: Name, in session: Session) throws(SQLError) -> SystemProcedures.Procedure? {
        let schema = name.parts.count > 1 ? name.parts[name.parts.count - 2] : "sys"
        guard schema.isEmpty || schema.matches("sys") || schema.matches("dbo"),
            let procedure = all[name.last.lowercased()]
        else { return nil }
        let database = try Binder(session).database(of: name).name
        return { (session, arguments) throws(SQLError) in
            let parameters = try ProcedureParameters(name.last, procedure.parameters, arguments)
            let values = try session.within(database) { () throws(SQLError) in try procedure.body(session, parameters) }
            return (0, values.compactMap { name, value in parameters.outputs[name].map { ($0, value) } })
        }
    }

    static let all: [String: CaptureProcedure] = [
        "sp_cdc_enable_db": CaptureProcedure { (session, _) throws(SQLError) in
            try session.enableCapture()
            return [:]
        },
        "sp_cdc_disable_db": CaptureProcedure { (session, _) throws(SQLError) in
            try session.disableCapture()
            return [:]
        },
        "sp_cdc_enable_table": CaptureProcedure([
            .init("source_schema", sysname), .init("source_name", sysname), .init("capture_instance", sysname, .null),
            .init("supports_net_changes", .bit, .null), .init("role_name", sysname),
            .init("index_name", sysname, .null),
            .init("captured_column_list", .nvarchar(.max), .null), .init("filegroup_name", sysname, .null),
            .init("allow_partition_switch", .bit, .integer(1)),
        ]) { (session, parameters) throws(SQLError) in
            try session.enableCapture(
                Session.CaptureRequest(
                    schema: try required("source_schema", parameters),
                    table: try required("source_name", parameters),
                    instance: parameters.text("capture_instance"),
                    supportsNetChanges: parameters.number("supports_net_changes").map { $0 != 0 },
                    role: parameters.text("role_name"),
                    index: parameters.text("index_name"),
                    columns: parameters.text("captured_column_list"),
                    filegroup: parameters.text("filegroup_name"),
                    allowsSwitch: parameters.number("allow_partition_switch") != 0
                )
            )
            return [:]
        },
        "sp_cdc_disable_table": CaptureProcedure([
            .init("source_schema", sysname), .init("source_name", sysname), .init("capture_instance", sysname),
        ]) { (session, parameters) throws(SQLError) in
            try session.disableCapture(
                schema: try required("source_schema", parameters),
                table: try required("source_name", parameters),
                instance: try required("capture_instance", parameters)
            )
            return [:]
        },
        "sp_cdc_add_job": CaptureProcedure([
            .init("job_type", .nvarchar(20)), .init("start_job", .bit, .integer(1)), .init("maxtrans", .int, .null),
            .init("maxscans", .int, .null),
            .init("continuous", .bit, .null), .init("pollinginterval", .bigint, .null),
            .init("retention", .bigint, .null),
            .init("threshold", .bigint, .null), .init("check_for_logreader", .bit, .integer(0)),
        ]) { (session, parameters) throws(SQLError) in
            let (database, _) = try session.capturing()
            try session.checkOwner()
            let job = try CaptureProcedures.job(parameters)
            let settings = try CaptureProcedures.changed(.initial(job), parameters)
            try session.writing { () throws(SQLError) in try session.addJob(settings, of: database) }
            session.server.capture.setRunning(parameters.number("start_job") != 0, job, of: database.name)
            return [:]
        },
        "sp_cdc_change_job": CaptureProcedure([
            .init("job_type", .nvarchar(20), .string("capture")), .init("maxtrans", .int, .null),
            .init("maxscans", .int, .null),
            .init("continuous", .bit, .null), .init("pollinginterval", .bigint, .null),
            .init("retention", .bigint, .null),
            .init("threshold", .bigint, .null),
        ]) { (session, parameters) throws(SQLError) in
            let (database, _) = try session.capturing()
            try session.checkOwner()
            let settings = try CaptureProcedures.changed(
                try session.knownJob(try CaptureProcedures.job(parameters), of: database),
                parameters
            )
            try session.writing { () throws(SQLError) in try session.changeJob(settings, of: database) }
            return [:]
        },
        "sp_cdc_drop_job": CaptureProcedure([.init("job_type", .nvarchar(20))]) {
            (session, parameters) throws(SQLError) in
            let (database, _) = try session.capturing()
            try session.checkOwner()
            let job = try session.knownJob(try CaptureProcedures.job(parameters), of: database).job
            try session.writing { () throws(SQLError) in try session.removeJob(job, of: database) }
            return [:]
        },
        "sp_cdc_start_job": CaptureProcedure([.init("job_type", .nvarchar(20), .string("capture"))]) {
            (session, parameters) throws(SQLError) in
            let (database, _) = try session.capturing()
            try session.checkOwner()
            let job = try session.knownJob(try CaptureProcedures.job(parameters), of: database).job
            session.server.capture.setRunning(true, job, of: database.name)
            session.tellOfStart(job, of: database)
            return [:]
        },
        "sp_cdc_stop_job": CaptureProcedure([.init("job_type", .nvarchar(20), .string("capture"))]) {
            (session, parameters) throws(SQLError) in
            let (database, _) = try session.capturing()
            try session.checkOwner()
            let job = try session.knownJob(try CaptureProcedures.job(parameters), of: database).job
            session.server.capture.setRunning(false, job, of: database.name)
            session.inform("Job 'cdc.\(database.name)_\(job)' stopped successfully.")
            return [:]
        },
        "sp_cdc_scan": CaptureProcedure([
            .init("maxtrans", .int, .integer(500)), .init("maxscans", .int, .integer(10)),
            .init("continuous", .tinyint, .integer(0)),
            .init("pollinginterval", .bigint, .integer(0)), .init("is_from_job", .int, .integer(0)),
        ]) { (session, parameters) throws(SQLError) in
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
                maximumTransactions: parameters.number("maxtrans") ?? 500,
                maximumScans: parameters.number("maxscans") ?? 10
            )
            return [:]
        },
        "sp_cdc_cleanup_change_table": CaptureProcedure([
            .init("capture_instance", sysname), .init("low_water_mark", CaptureTables.lsn),
            .init("threshold", .bigint, .integer(5000)),
            .init("fCleanupFailed", .bit, .integer(0)),
        ]) { (session, parameters) throws(SQLError) in
            let (database, capture) = try session.capturing()
            try session.checkOwner()
            let name = try required("capture_instance", parameters)
            guard let instance = capture.instance(name) else {
                throw SQLError(
                    22920,
                    "The named capture instance \(name) does not exist for database \(database.name)."
                )
            }
            try ChangeCleanup(session, database.name).clean(
                instance,
                low: parameters.bytes("low_water_mark").flatMap { LogSequenceNumber($0) },
                threshold: parameters.number("threshold") ?? 5000
            )
            return ["fCleanupFailed": (.integer(0), .bit)]
        },
        "sp_cdc_help_change_data_capture": CaptureProcedure([
            .init("source_schema", sysname, .null), .init("source_name", sysname, .null),
        ]) { (session, parameters) throws(SQLError) in
            try help(session, parameters.text("source_schema"), parameters.text("source_name"))
            return [:]
        },
        "sp_cdc_help_jobs": CaptureProcedure { (session, _) throws(SQLError) in
            let (database, _) = try session.capturing()
            try session.checkOwner()
            let rows = try session.jobRows(of: database).map { row -> [SQLValue] in
                var name = "cdc.\(database.name)_"
                if case .text(let job) = row[1] { name += String(decoding: job, as: UTF8.self) }
                return [row[2], row[1], .string(name)] + row[3...]
            }
            try session.give(
                [
                    ("job_id", .uniqueidentifier), ("job_type", .nvarchar(20)), ("job_name", sysname),
                    ("maxtrans", .int), ("maxscans", .int),
                    ("continuous", .bit), ("pollinginterval", .bigint), ("retention", .bigint), ("threshold", .bigint),
                ],
                rows
            )
            return [:]
        },
        "sp_cdc_get_ddl_history": CaptureProcedure([.init("capture_instance", sysname)]) {
            (session, parameters) throws(SQLError) in
            let (database, instance, source) = try CaptureProcedures.instance(session, parameters)
            let table = try session.captureTable("ddl_history", in: database)
            let rows = try session.rows(of: table, "WHERE c2 = ?1 ORDER BY c5", [.integer(Int64(instance.changeTable))])
            try session.give(
                [
                    ("source_schema", sysname), ("source_table", sysname), ("capture_instance", sysname),
                    ("required_column_update", .bit),
                    ("ddl_command", .nvarchar(.max)), ("ddl_lsn", CaptureTables.lsn), ("ddl_time", .datetime),
                ],
                rows.map { [.string(source.schema), .string(source.name), .string(instance.name)] + $0[2...] }
            )
            return [:]
        },
        "sp_cdc_get_captured_columns": CaptureProcedure([.init("capture_instance", sysname)]) {
            (session, parameters) throws(SQLError) in
            let (database, instance, source) = try CaptureProcedures.instance(session, parameters)
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
            try session.give(
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
            return [:]
        },
    ]

    // MARK: Parameters

    private static func required(_ name: String, _ parameters: ProcedureParameters) throws(SQLError) -> String {
        guard let text = parameters.text(name), !text.isEmpty else {
            throw SQLError(
                22963,
                "Parameter '@\(name)' cannot be null or empty. Specify a value for the named parameter and retry the operation."
            )
        }
        return text
    }

    private static func job(_ parameters: ProcedureParameters) throws(SQLError) -> String {
        let job = (parameters.text("job_type") ?? "").trimmingSpaces.lowercased()
        guard ["capture", "cleanup"].contains(job) else {
            throw SQLError(
                22992,
                "The specified @job_type, \(job), is not supported. The value specified for the parameter @job_type must be N'capture' to indicate a capture job, or N'cleanup' to indicate a cleanup job."
            )
        }
        return job
    }

    private static func changed(_ job: CaptureJobSettings, _ parameters: ProcedureParameters) throws(SQLError)
        -> CaptureJobSettings
    {
        var job = job
        let isCapture = job.job == "capture"
        if isCapture, parameters.number("retention") != nil {
            throw SQLError(
                22995,
                "A value for the parameter @retention cannot be specified when the job type is 'capture'. Specify NULL for the parameter, or omit the parameter from the statement."
            )
        }
        if !isCapture,
            ["pollinginterval", "maxtrans", "maxscans", "continuous"].contains(where: { parameters.number($0) != nil })
        {
            throw SQLError(
                22996,
                "When adding or modifying the CDC cleanup job, @pollinginterval, @maxtrans, @maxscans, and @continuous may not be assigned non-null values."
            )
        }
        job.maximumTransactions = parameters.number("maxtrans") ?? job.maximumTransactions
        job.maximumScans = parameters.number("maxscans") ?? job.maximumScans
        job.isContinuous = parameters.number("continuous").map { $0 != 0 } ?? job.isContinuous
        job.pollingInterval = parameters.number("pollinginterval") ?? job.pollingInterval
        job.retention = parameters.number("retention") ?? job.retention
        if !isCapture { job.threshold = parameters.number("threshold") ?? job.threshold }
        return job
    }

    private static func instance(
        _ session: Session,
        _ parameters: ProcedureParameters
    ) throws(SQLError) -> (DatabaseCatalogue, CaptureInstanceObject, TableObject) {
        let (database, capture) = try session.capturing()
        let name = try required("capture_instance", parameters)
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
        try session.give(
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
