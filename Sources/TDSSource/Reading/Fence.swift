import CDCCore

/// Waits until the capture job has passed everything that is committed now.
///
/// Where there is a ``WatermarkTable`` to write to, what is written there tells it: its transaction commits after all that is
/// committed now, and the log is captured in its order. Elsewhere three signs do, whichever comes first: a captured transaction that committed after the fence was set; a log scan that
/// began after it and ended with nothing left; two empty scans in a row since then, of which the second began after it.
///
/// Source: SQL Server documentation, "sys.dm_cdc_log_scan_sessions (Transact-SQL)" and "cdc.lsn_time_mapping (Transact-SQL)".
struct Fence: Sendable {
    let server: Server
    let log: LogReader
    let clock: any EngineClock
    let pause: Duration
    let timeout: Duration

    /// - Returns: A point not before any change that was committed when the call was made.
    /// - Throws: ``CDCError`` with code `sourceUnavailable` where the capture job does not get there in time.
    func wait() async throws -> LSN {
        let watermark = WatermarkTable(server: server)
        if let marker = try await watermark.write() { return try await wait(for: marker, in: watermark) }
        return try await waitForSigns()
    }

    private func wait(for marker: WatermarkTable.Marker, in watermark: WatermarkTable) async throws -> LSN {
        let begin = clock.now()
        while true {
            if let lsn = try await watermark.lsn(of: marker) { return lsn }
            if clock.now() - begin >= timeout.microseconds { throw late(newest: try await log.newest()) }
            try await clock.sleep(for: pause)
        }
    }

    private func waitForSigns() async throws -> LSN {
        let start = try await state(since: nil)
        guard let began = start.now else { throw Self.silent }
        let begin = clock.now()
        while true {
            let state = try await state(since: began)
            if let newest = state.newest, state.hasPassed(start) { return newest }
            if clock.now() - begin >= timeout.microseconds {
                throw late(newest: state.newest, maySeeScans: state.maySeeScans)
            }
            try await clock.sleep(for: pause)
        }
    }

    private struct State {
        /// The server's local time, as text that it wrote itself.
        var now: String?
        var newest: LSN?
        /// Whether a transaction was captured that committed after the fence was set.
        var hasLaterCommit = false
        /// Whether a complete scan began after the fence was set; `nil` where none is known.
        var hasLaterScan: Bool?
        /// Whether the login may know of scans.
        var maySeeScans = true
        /// The last scan, and how many empty ones in a row it stands for.
        var scan: Int?
        var emptyScans = 0

        func hasPassed(_ start: State) -> Bool {
            if hasLaterCommit || hasLaterScan == true { return true }
            guard let scan else { return false }
            // A scan that was not there when the fence was set may have begun before it; what is empty behind it came after.
            return emptyScans >= (scan == start.scan ? start.emptyScans : 0) + 2
        }
    }

    private func state(since began: String?) async throws -> State {
        // The mapping holds datetime by the server's wall clock, so the fence is set by the same clock.
        let since = began.map { "CONVERT(datetime, '\($0)', 126)" } ?? "NULL"
        var state = State()
        let rows = try await server.metadata(
            """
            SELECT CONVERT(varchar(30), GETDATE(), 126) AS now, MAX(start_lsn) AS newest,
                CASE WHEN MAX(tran_end_time) > \(since) THEN 1 ELSE 0 END AS has_later_commit
            FROM \(log.entries) AS e
            """
        )
        guard rows.count == 1 else { return state }
        state.now = try rows.optionalString(0, "now")
        state.hasLaterCommit = try rows.integer(0, "has_later_commit") == 1
        state.newest = try rows.optionalLSN(0, "newest")
        do {
            // Read before the newest LSN would be too early: a scan that ended since may have captured more.
            let scans = try await server.metadata(
                """
                SELECT TOP (1) session_id, empty_scan_count,
                    CASE WHEN start_time > \(since) AND scan_phase = 'Done' THEN 1 ELSE 0 END AS is_later
                FROM sys.dm_cdc_log_scan_sessions WHERE session_id > 0 ORDER BY session_id DESC
                """
            )
            if scans.count == 1 {
                state.scan = try scans.integer(0, "session_id")
                state.emptyScans = try scans.integer(0, "empty_scan_count")
                state.hasLaterScan = try scans.integer(0, "is_later") == 1
                if state.hasLaterScan == true || state.emptyScans > 0 { state.newest = try await log.newest() }
            }
        } catch let error as TDSError where error.code == .permissionDenied {
            // Without VIEW DATABASE STATE the commits alone tell.
            state.maySeeScans = false
        }
        return state
    }

    private func late(newest: LSN?, maySeeScans: Bool = true) -> CDCError {
        var message =
            "the capture job did not get to the end of the log within \(timeout): is SQL Server Agent running, and is the job "
            + "started (EXEC sys.sp_cdc_start_job)? The newest captured LSN is \(newest.map(\.description) ?? "none")"
        if !maySeeScans {
            message +=
                ". The login does not see the job's scans, so an idle database looks like a job that stands still: "
            message += "GRANT VIEW DATABASE STATE TO its user"
        }
        return CDCError(.sourceUnavailable, message, lsn: newest)
    }

    private static let silent = CDCError(.sourceUnavailable, "the server does not say what time it is")
}
