/// What a row of `msdb.dbo.cdc_jobs` says of a job.
struct CaptureJobSettings: Hashable, Sendable {
    /// `capture` or `cleanup`.
    var job: String
    var maximumTransactions: Int64
    var maximumScans: Int64
    var isContinuous: Bool
    /// Seconds.
    var pollingInterval: Int64
    /// Minutes.
    var retention: Int64
    var threshold: Int64

    static func initial(_ job: String) -> CaptureJobSettings {
        job == "capture"
            ? CaptureJobSettings(
                job: job,
                maximumTransactions: 500,
                maximumScans: 10,
                isContinuous: true,
                pollingInterval: 5,
                retention: 0,
                threshold: 0
            )
            : CaptureJobSettings(
                job: job,
                maximumTransactions: 0,
                maximumScans: 0,
                isContinuous: false,
                pollingInterval: 0,
                retention: 4320,
                threshold: 5000
            )
    }

    /// - Throws: 22850, 22970, 22990, 22991, 22994 for values that a job cannot have.
    func check() throws(SQLError) {
        if job == "capture" {
            if maximumTransactions <= 0 {
                throw SQLError(22991, "The value specified for the parameter @maxtrans must be greater than 0.")
            }
            if maximumScans <= 0 {
                throw SQLError(
                    22970,
                    "The value for parameter @maxscans specified for the Change Data Capture job must be greater than 0."
                )
            }
            guard 0...86_400 ~= pollingInterval else {
                throw SQLError(
                    22990,
                    "The value specified for the parameter @pollinginterval cannot exceed 24 hours or be less than 0. Specify a polling interval (in seconds) that is less than or equal to 24 hours (86,400 seconds)."
                )
            }
        } else {
            guard 1...52_594_800 ~= retention else {
                throw SQLError(
                    22994,
                    "The retention value specified for the Change Data Capture cleanup process must be greater than 0 and less than or equal to 52594800. When creating or modifying the cleanup job, specify a retention value (in minutes) that is within that range. If this error is encountered when executing the sys.sp_cdc_cleanup_change_table stored procedure, reset the retention value associated with the job to a non-negative value less than 52594800 by using the sp_cdc_change_job stored procedure."
                )
            }
            if threshold <= 0 { throw Self.wrongThreshold }
        }
    }

    static let wrongThreshold = SQLError(
        22850,
        "The threshold value specified for the Change Data Capture cleanup process must be greater than 0. When creating or modifying the cleanup job, specify a positive threshold value. If this error is encountered when executing the sys.sp_cdc_cleanup_change_table stored procedure, reset the threshold value associated with the job to a non-negative value by using the sp_cdc_change_job stored procedure."
    )
}

/// `msdb.dbo.cdc_jobs`, which comes into being with the first database that captures.
extension Session {
    private static let jobs = ShippedTable(
        name: "cdc_jobs",
        columns: [
            ("database_id", .int, false), ("job_type", .nvarchar(20), false), ("job_id", .uniqueidentifier, true),
            ("maxtrans", .int, true),
            ("maxscans", .int, true), ("continuous", .bit, true), ("pollinginterval", .bigint, true),
            ("retention", .bigint, true),
            ("threshold", .bigint, true),
        ],
        key: ["database_id", "job_type"]
    )

    func jobsTable(make: Bool = false) throws(SQLError) -> TableObject? {
        if let table = catalogue("msdb")?.table(schema: "dbo", name: "cdc_jobs") { return table }
        return make ? try Self.jobs.make(schema: "dbo", in: "msdb", self) : nil
    }

    func jobRows(of database: DatabaseCatalogue) throws(SQLError) -> [[SQLValue]] {
        guard let table = try jobsTable() else { return [] }
        return try rows(of: table, "WHERE c1 = ?1 ORDER BY c2", [.integer(Int64(database.id))])
    }

    func jobSettings(_ job: String, of database: DatabaseCatalogue) throws(SQLError) -> CaptureJobSettings? {
        guard let row = try jobRows(of: database).first(where: { $0[1] == .string(job) }) else { return nil }
        return CaptureJobSettings(
            job: job,
            maximumTransactions: row[3].int,
            maximumScans: row[4].int,
            isContinuous: row[5].int != 0,
            pollingInterval: row[6].int,
            retention: row[7].int,
            threshold: row[8].int
        )
    }

    func addJob(_ job: CaptureJobSettings, of database: DatabaseCatalogue) throws(SQLError) {
        try job.check()
        guard let table = try jobsTable(make: true) else { return }
        guard try jobSettings(job.job, of: database) == nil else {
            throw SQLError(14261, "The specified @job_name ('cdc.\(database.name)_\(job.job)') already exists.")
        }
        // Of the form of a random identifier, and the same each time.
        var identifier =
            BigEndian.bytes(UInt64(database.id) &* 0x9E37_79B9_7F4A_7C15, count: 8)
            + Array(job.job.utf8.reversed()).prefix(8)
        identifier = Array((identifier + [UInt8](repeating: 0x55, count: 16)).prefix(16))
        try insert(
            [
                .integer(Int64(database.id)), .string(job.job), .guid(identifier), .integer(job.maximumTransactions),
                .integer(job.maximumScans),
                .bool(job.isContinuous), .integer(job.pollingInterval), .integer(job.retention),
                .integer(job.threshold),
            ],
            into: table
        )
        server.capture.setRunning(true, job.job, of: database.name)
    }

    func removeJob(_ job: String, of database: DatabaseCatalogue) throws(SQLError) {
        guard let table = try jobsTable() else { return }
        try sqlite.run(
            "DELETE FROM \(table.storage) WHERE c1 = ?1 AND c2 = ?2",
            [.integer(Int64(database.id)), .text(Array(job.utf8))]
        )
    }

    func changeJob(_ job: CaptureJobSettings, of database: DatabaseCatalogue) throws(SQLError) {
        guard let table = try jobsTable() else { return }
        try job.check()
        try sqlite.run(
            "UPDATE \(table.storage) SET c4 = ?3, c5 = ?4, c6 = ?5, c7 = ?6, c8 = ?7, c9 = ?8 WHERE c1 = ?1 AND c2 = ?2",
            [
                .integer(Int64(database.id)), .text(Array(job.job.utf8)), .integer(job.maximumTransactions),
                .integer(job.maximumScans),
                .integer(job.isContinuous ? 1 : 0), .integer(job.pollingInterval), .integer(job.retention),
                .integer(job.threshold),
            ]
        )
    }

    /// A job that must be there.
    func knownJob(_ job: String, of database: DatabaseCatalogue) throws(SQLError) -> CaptureJobSettings {
        guard ["capture", "cleanup"].contains(job) else {
            throw SQLError(
                22992,
                "The specified @job_type, \(job), is not supported. The value specified for the parameter @job_type must be N'capture' to indicate a capture job, or N'cleanup' to indicate a cleanup job."
            )
        }
        guard try jobsTable() != nil else {
            throw SQLError(
                22993,
                "The Change Data Capture job table containing job information for database '\(database.name)' cannot be found in the msdb system database. Run the stored procedure 'sys.sp_cdc_add_job' to create the appropriate CDC capture or cleanup job. The stored procedure will create the required job table."
            )
        }
        guard let settings = try jobSettings(job, of: database) else {
            throw SQLError(
                22997,
                "The Change Data Capture '\(job)' job does not exist in the system table 'msdb.dbo.cdc_jobs'. Use the stored procedure 'sys.sp_cdc_add_job' to add the Change Data Capture job."
            )
        }
        return settings
    }

    /// What starting a job prints.
    func tellOfStart(_ job: String, of database: DatabaseCatalogue) {
        inform(
            server.capture.options.isAgentRunning
                ? "Job 'cdc.\(database.name)_\(job)' started successfully."
                : "SQLServerAgent is not currently running so it cannot be notified of this action."
        )
    }
}
