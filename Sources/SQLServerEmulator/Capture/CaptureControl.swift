import Synchronization

/// What the captures of a server's databases share beyond their tables: options, which jobs run, what scans have done.
///
/// Safe to use from any thread.
final class CaptureControl: Sendable {
    private let state = Mutex(State())

    private struct State {
        var options = CaptureOptions()
        var stopped: Set<String> = []
        var paused: Set<String> = []
        var sessions: [String: [ScanSession]] = [:]
        var totals: [String: ScanSession] = [:]
        var lastSession: [String: Int] = [:]
        var errors: [String: [ScanError]] = [:]
        var failures: [String: SQLError] = [:]
        var beforeScan: (@Sendable (String) -> Void)?
    }

    /// A session of the log scan, as `sys.dm_cdc_log_scan_sessions` shows it. Times are microseconds since 1970.
    struct ScanSession: Sendable {
        var id = 0
        var start: Int64 = 0
        var end: Int64 = 0
        var errors = 0
        var startLSN = LogSequenceNumber.zero
        var endLSN = LogSequenceNumber.zero
        var transactions = 0
        var commands = 0
        var records = 0
        var schemaChanges = 0
        var lastCommit: (lsn: LogSequenceNumber, time: Int64)?
        var firstCommit: LogSequenceNumber?
        var emptyScans = 0
        var failures = 0
    }

    /// As `sys.dm_cdc_errors` shows it.
    struct ScanError: Sendable {
        var session: Int
        var time: Int64
        var error: SQLError
        var lsn: LogSequenceNumber
    }

    var options: CaptureOptions {
        get { state.withLock { $0.options } }
        set { state.withLock { $0.options = newValue } }
    }

    // MARK: Jobs

    /// `sp_cdc_start_job` and `sp_cdc_stop_job`. A job that was made has been started.
    func setRunning(_ isRunning: Bool, _ job: String, of database: String) {
        state.withLock { state in
            let key = "\(database.lowercased()) \(job)"
            if isRunning { state.stopped.remove(key) } else { state.stopped.insert(key) }
        }
    }

    func isRunning(_ job: String, of database: String) -> Bool {
        state.withLock { $0.options.isAgentRunning && !$0.stopped.contains("\(database.lowercased()) \(job)") }
    }

    /// Keeps the capture job of a database from scanning, as an Agent that hangs does.
    func pauseCapture(of database: String) { state.withLock { _ = $0.paused.insert(database.lowercased()) } }
    func resumeCapture(of database: String) { state.withLock { _ = $0.paused.remove(database.lowercased()) } }
    func isPaused(_ database: String) -> Bool { state.withLock { $0.paused.contains(database.lowercased()) } }

    // MARK: Faults

    /// Makes the next scan of a database's log end with an error.
    func failNextScan(of database: String, with error: SQLError) {
        state.withLock { $0.failures[database.lowercased()] = error }
    }

    func takeFailure(of database: String) -> SQLError? {
        state.withLock { $0.failures.removeValue(forKey: database.lowercased()) }
    }

    /// Called with the database's name before each scan.
    func setBeforeScan(_ hook: (@Sendable (String) -> Void)?) { state.withLock { $0.beforeScan = hook } }
    var beforeScan: (@Sendable (String) -> Void)? { state.withLock { $0.beforeScan } }

    // MARK: Sessions

    func sessions(of database: String) -> [ScanSession] {
        state.withLock { state in
            let key = database.lowercased()
            return (state.totals[key].map { [$0] } ?? []) + (state.sessions[key] ?? [])
        }
    }

    func errors(of database: String) -> [ScanError] { state.withLock { $0.errors[database.lowercased()] ?? [] } }

    /// Takes note of a session. One that found nothing after another that found nothing counts as the same.
    func note(_ session: ScanSession, _ error: SQLError?, of database: String) {
        state.withLock { state in
            let key = database.lowercased()
            var session = session
            var known = state.sessions[key] ?? []
            let isEmpty = session.transactions == 0 && error == nil
            if isEmpty, let last = known.last, last.transactions == 0, last.errors == 0 {
                known[known.count - 1].emptyScans += 1
                known[known.count - 1].end = session.end
            } else {
                session.id = (state.lastSession[key] ?? 0) + 1
                state.lastSession[key] = session.id
                session.emptyScans = isEmpty ? 1 : 0
                known.append(session)
            }
            state.sessions[key] = known.suffix(32)
            var total = state.totals[key] ?? ScanSession(start: session.start)
            total.end = session.end
            total.errors += session.errors
            total.failures += session.failures
            total.transactions += session.transactions
            total.commands += session.commands
            total.records += session.records
            total.schemaChanges += session.schemaChanges
            total.emptyScans += isEmpty ? 1 : 0
            total.lastCommit = session.lastCommit ?? total.lastCommit
            total.firstCommit = total.firstCommit ?? session.firstCommit
            total.endLSN = max(total.endLSN, session.endLSN)
            state.totals[key] = total
            if let error {
                let entry = ScanError(
                    session: known.last?.id ?? 0,
                    time: session.end,
                    error: error,
                    lsn: session.endLSN
                )
                state.errors[key] = ((state.errors[key] ?? []) + [entry]).suffix(32)
            }
        }
    }

    /// Forgets a database that captures no more.
    func forget(_ database: String) {
        state.withLock { state in
            let key = database.lowercased()
            state.sessions[key] = nil
            state.totals[key] = nil
            state.errors[key] = nil
        }
    }
}
