import CDCCore

/// Waits until the capture job has passed everything that is committed now.
///
/// Where there is a ``WatermarkTable`` to write to, what is written there tells it: its transaction commits after all that is
/// committed now, and the log is captured in its order. Elsewhere three signs do, whichever comes first: a captured transaction that
/// committed after the fence was set; a log scan that began after it and found nothing left; two empty scans in a row since then,
/// of which the second began after it. A scan that found something says nothing: it takes so many transactions and no more, and
/// there may be a backlog behind them.
///
/// Scans are told apart by their numbers, and commits by their LSNs first: the server's clock shows local time, which is set back
/// once a year. What was committed in the hour before that looks later than it was, until the clock has come there again.
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
        let start = try await beginning()
        let begin = clock.now()
        var counted = start.scan
        while true {
            let (scan, maySeeScans) = try await lastScan()
            var hasPassed = scan.map { $0.foundNothing(since: start.scan, counted) } ?? false
            if !hasPassed { hasPassed = try await hasLaterCommit(than: start) }
            // Read after the sign: what it tells of is captured by now.
            if hasPassed, let newest = try await log.newest() { return newest }
            if scan?.number != counted?.number { counted = scan }
            if clock.now() - begin >= timeout.microseconds {
                throw late(newest: try await log.newest(), maySeeScans: maySeeScans)
            }
            try await clock.sleep(for: pause)
        }
    }

    /// What there was when the fence was set.
    private struct Beginning {
        /// The server's local time, as text that it wrote itself.
        var now: String
        var newest: LSN
        var scan: Scan?
    }

    /// The last scan of the log.
    private struct Scan {
        var number: Int
        /// Whether it came to its end and found nothing.
        var isEmpty: Bool
        /// How many empty ones in a row it stands for.
        var emptyScans: Int

        /// - Parameters:
        ///   - start: The last scan when the fence was set.
        ///   - counted: The same scan as this one, when it was seen first.
        func foundNothing(since start: Scan?, _ counted: Scan?) -> Bool {
            if let counted, counted.number == number, emptyScans >= counted.emptyScans + 2 { return true }
            guard isEmpty, let start, number > start.number else { return false }
            // The first that was not there when the fence was set may have begun before it; what is behind it came after.
            return number > start.number + 1 || emptyScans >= 2
        }
    }

    private func beginning() async throws -> Beginning {
        let rows = try await server.metadata(
            "SELECT CONVERT(varchar(30), GETDATE(), 126) AS now, MAX(start_lsn) AS newest FROM \(log.entries) AS e"
        )
        guard rows.count == 1, let now = try rows.optionalString(0, "now") else { throw Self.silent }
        return Beginning(now: now, newest: try rows.optionalLSN(0, "newest") ?? .zero, scan: try await lastScan().scan)
    }

    /// Whether a transaction was captured that committed after the fence was set.
    private func hasLaterCommit(than start: Beginning) async throws -> Bool {
        let statement = Statement(
            """
            SELECT CASE WHEN EXISTS (SELECT 1 FROM \(log.entries) AS e WHERE e.start_lsn > @newest
                AND e.tran_end_time > CONVERT(datetime, @began, 126) AND e.tran_end_time <= GETDATE())
                THEN 1 ELSE 0 END AS has_later_commit
            """
        )
        let rows = try await server.metadata(statement.with("newest", start.newest).with("began", start.now))
        return rows.count == 1 ? try rows.integer(0, "has_later_commit") == 1 : false
    }

    /// The last scan, where one is known, and whether the login may know of scans.
    private func lastScan() async throws -> (scan: Scan?, maySeeScans: Bool) {
        do {
            let rows = try await server.metadata(
                """
                SELECT TOP (1) session_id, empty_scan_count,
                    CASE WHEN scan_phase = 'Done' AND tran_count = 0 THEN 1 ELSE 0 END AS is_empty
                FROM sys.dm_cdc_log_scan_sessions WHERE session_id > 0 ORDER BY session_id DESC
                """
            )
            guard rows.count == 1 else { return (nil, true) }
            let scan = Scan(
                number: try rows.integer(0, "session_id"),
                isEmpty: try rows.integer(0, "is_empty") == 1,
                emptyScans: try rows.integer(0, "empty_scan_count")
            )
            return (scan, true)
        } catch let error as TDSError where error.code == .permissionDenied {
            // Without VIEW DATABASE STATE the commits alone tell.
            return (nil, false)
        }
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
