/// Runs the capture and cleanup jobs of all databases of a server, as the SQL Server Agent does.
///
/// A server runs one on a thread of its own with ``run(until:)``. A test that moves the clock by hand calls ``runOnce(now:)``
/// instead: nothing happens in between. One thread at a time uses it.
final class CaptureAgent {
    private let server: ServerState
    /// The pause between two scans in microseconds; `nil` for the polling interval of each job.
    private let pace: Int64?
    private var lastCapture: [String: Int64] = [:]
    private var lastCleanup: [String: Int64] = [:]
    private var lastTracking: Int64 = .min

    private static let day: Int64 = 86_400_000_000
    private static let halfHour: Int64 = 1_800_000_000
    private static let step: Int64 = 20_000

    init(_ server: ServerState, pace: Int64? = nil) {
        self.server = server
        self.pace = pace
    }

    /// Runs what is due, until it is asked to end.
    func run(until cancellation: Cancellation) {
        server.capture.options.isAgentRunning = true
        while !cancellation.isRequested {
            runDue()
            Thread.pause(microseconds: Self.step)
        }
        server.capture.options.isAgentRunning = false
    }

    /// Runs the capture jobs once, whatever their intervals; and the cleanups that are due.
    func runOnce(now: Int64) { run(now, isForced: true) }

    private func runDue() { run(server.now(), isForced: false) }

    private func run(_ now: Int64, isForced: Bool) {
        for database in server.databases where database.capture != nil {
            let key = database.name.lowercased()
            guard let job = try? CaptureJob(server, database.name) else { continue }
            let interval = pace ?? ((try? job.settings("capture")?.pollingInterval) ?? 5) * 1_000_000
            let last = lastCapture[key] ?? 0
            // A clock that was set back does not stop the job.
            if isForced || now < last || now - last >= interval {
                lastCapture[key] = now
                // What fails is in `sys.dm_cdc_errors`; the job tries again.
                _ = try? job.runOnce(now: now)
            }
            if lastCleanup[key] == nil { lastCleanup[key] = now }
            if now - (lastCleanup[key] ?? now) >= Self.day {
                lastCleanup[key] = now
                try? job.cleanUp()
            }
        }
        if lastTracking == .min { lastTracking = now }
        if now - lastTracking >= Self.halfHour {
            lastTracking = now
            for database in server.databases where database.options.changeTracking?.cleansUp ?? false {
                try? CaptureJob(server, database.name).cleanUpTracking(now: now)
            }
        }
    }
}

/// The jobs of one database. One thread at a time uses it.
final class CaptureJob {
    private let session: Session
    private let database: String

    init(_ server: ServerState, _ database: String) throws(SQLError) {
        let login = ServerState.Login(
            name: "NT SERVICE\\SQLSERVERAGENT",
            password: "",
            isSysadmin: true,
            isDisabled: true
        )
        session = try Session(
            server: server,
            login: login,
            database: database,
            recorder: CaptureRecorder(),
            sink: SilentSink()
        )
        session.settings.lockTimeout = 1000
        self.database = database
    }

    func settings(_ job: String) throws(SQLError) -> CaptureJobSettings? {
        try session.jobSettings(job, of: session.database)
    }

    /// Scans the log as the capture job does before it waits for its polling interval.
    ///
    /// - Parameter now: The time by which the database is idle, microseconds since 1970.
    /// - Returns: `nil` where the job does not run: it is stopped, paused, or not there.
    @discardableResult
    func runOnce(now: Int64) throws(SQLError) -> LogScan.Outcome? {
        let control = session.server.capture
        guard control.isRunning("capture", of: database), !control.isPaused(database),
            let settings = try settings("capture")
        else { return nil }
        let scan = LogScan(session, database)
        let outcome = try scan.run(
            maximumTransactions: settings.maximumTransactions,
            maximumScans: settings.maximumScans
        )
        guard outcome.transactions == 0, let catalogue = session.catalogue(database) else { return outcome }
        let mapping = try session.captureTable("lsn_time_mapping", in: catalogue)
        if case .integer(let last)? = try session.sqlite.rows("SELECT MAX(c3) FROM \(mapping.storage)").first?.first,
            case .dateTime(let ticks) = SystemViews.dateTime(now), ticks - last >= control.options.idleInterval * 300
        {
            try scan.noteIdle(at: now)
        }
        return outcome
    }

    /// Deletes what the cleanup job's retention no longer keeps.
    func cleanUp() throws(SQLError) {
        guard session.server.capture.isRunning("cleanup", of: database), let settings = try settings("cleanup") else {
            return
        }
        try ChangeCleanup(session, database).run(retention: settings.retention, threshold: settings.threshold)
    }

    /// Deletes what Change Tracking's retention no longer keeps.
    func cleanUpTracking(now: Int64) throws(SQLError) {
        try session.writing { () throws(SQLError) in try ChangeTrackingLog(session.database, session).cleanUp(now: now)
        }
    }
}
