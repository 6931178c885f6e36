import CDCCore

/// Asks a server how its captures are doing; what it refuses to the login is unknown.
///
/// Ages are differences of two times of the server's clock, so that no time zone and no other clock plays a part.
struct CaptureMonitor<Source: MetadataSource>: Sendable {
    let server: Source

    /// Whether SQL Server Agent runs; `nil` where the server has none.
    func agentRuns() async throws -> Answer<Bool?> {
        try await .ask {
            let rows = try await server.metadata(
                "SELECT s.[status] FROM sys.dm_server_services AS s WHERE s.servicename LIKE N'SQL Server Agent%'"
            )
            return rows.count > 0 ? try rows.integer(0, "status") == 4 : nil
        }
    }

    func jobs() async throws -> Answer<[CaptureJob]> {
        try await .ask {
            let rows = try await server.metadata("EXEC sys.sp_cdc_help_jobs")
            return try (0..<rows.count).compactMap { row in
                guard let kind = CaptureJob.Kind(rawValue: try rows.string(row, "job_type")) else { return nil }
                return CaptureJob(
                    kind: kind,
                    maximumTransactions: try rows.optionalInteger(row, "maxtrans") ?? 0,
                    maximumScans: try rows.optionalInteger(row, "maxscans") ?? 0,
                    isContinuous: try rows.optionalBool(row, "continuous") ?? false,
                    pollingInterval: try rows.optionalInteger(row, "pollinginterval") ?? 0,
                    retention: try rows.optionalInteger(row, "retention") ?? 0
                )
            }
        }
    }

    /// Seconds since the newest entry of the captured log, which an idle database gets every few minutes; `nil` where nothing was
    /// ever captured.
    func secondsSinceNewest() async throws -> Answer<Int?> {
        try await .ask {
            let rows = try await server.metadata(
                "SELECT DATEDIFF(second, MAX(m.tran_end_time), GETDATE()) AS age FROM cdc.lsn_time_mapping AS m"
            )
            return rows.count == 1 ? try rows.optionalInteger(0, "age") : nil
        }
    }

    /// The last scans, the newest first; none on a secondary replica.
    func scans(_ count: Int = 8) async throws -> Answer<[LogScan]> {
        try await .ask {
            let rows = try await server.metadata(
                """
                SELECT TOP (\(count)) session_id, DATEDIFF(second, end_time, GETDATE()) AS age, tran_count, latency, error_count
                FROM sys.dm_cdc_log_scan_sessions WHERE session_id > 0 AND scan_phase = 'Done' ORDER BY session_id DESC
                """
            )
            return try (0..<rows.count).map { row in
                LogScan(
                    session: try rows.integer(row, "session_id"),
                    age: try rows.optionalInteger(row, "age") ?? 0,
                    transactions: try rows.optionalInteger(row, "tran_count") ?? 0,
                    latency: try rows.optionalInteger(row, "latency") ?? 0,
                    errors: try rows.optionalInteger(row, "error_count") ?? 0
                )
            }
        }
    }

    /// What went wrong in captures within the last hour, the newest first.
    func failures(_ count: Int = 20) async throws -> Answer<[SourceHealth.CaptureFailure]> {
        try await .ask {
            let rows = try await server.metadata(
                """
                SELECT TOP (\(count)) CONVERT(varchar(30), entry_time, 126) AS entry_time, session_id, phase_number, error_number,
                    DATEDIFF(second, entry_time, GETDATE()) AS age
                FROM sys.dm_cdc_errors WHERE entry_time > DATEADD(hour, -1, GETDATE()) ORDER BY entry_time DESC
                """
            )
            return try (0..<rows.count).map { row in
                let number = try rows.integer(row, "error_number")
                let parts = [
                    try rows.optionalString(row, "entry_time") ?? "",
                    "\(try rows.optionalInteger(row, "session_id") ?? 0)",
                    "\(try rows.optionalInteger(row, "phase_number") ?? 0)", "\(number)",
                ]
                return SourceHealth.CaptureFailure(
                    id: parts.joined(separator: "/"),
                    number: number,
                    age: .seconds(try rows.optionalInteger(row, "age") ?? 0)
                )
            }
        }
    }

    /// Why the log cannot be truncated, as `sys.databases` says it.
    func logReuseWait() async throws -> Answer<String> {
        try await .ask {
            let rows = try await server.metadata(
                "SELECT d.log_reuse_wait_desc AS wait FROM sys.databases AS d WHERE d.name = DB_NAME()"
            )
            return rows.count == 1 ? try rows.optionalString(0, "wait") ?? "" : ""
        }
    }

    /// Whether the capture takes all that a scan may take, again and again: then it is behind, or soon will be.
    ///
    /// - Parameter scans: The newest first. Those that found nothing count: they say that it keeps up.
    static func isSaturated(_ scans: [LogScan], maximumTransactions: Int?) -> Bool? {
        let last = scans.prefix(3)
        guard last.count == 3, let first = last.first else { return nil }
        if let maximumTransactions, maximumTransactions > 0 {
            return last.allSatisfy { $0.transactions >= maximumTransactions }
        }
        // Where the login may not see the job, the same large number each time is what a limit looks like.
        return first.transactions >= 500 && last.allSatisfy { $0.transactions == first.transactions }
    }
}
