import CDCJSON
import CoreMetrics
import Logging

/// Asks a source once in a while how its capture is doing, makes metrics of the answers, and events of what passes a threshold; and tells
/// the source what is applied.
///
/// Nothing of it stops the data: a source that cannot answer is a line in the log.
actor HealthWatch {
    private let source: any ChangeSource
    private let options: IngestionOptions
    private let clock: any EngineClock
    private let observer: PipelineObserver
    private var nextLook = Int64.min
    /// What was wrong at the last look, and was told.
    private var told: Set<Trouble> = []
    /// What was wrong at the last look.
    private var seen: Set<Trouble> = []
    private var knownFailures: Set<String> = []
    private var lastComplaint = ""

    /// Something that is wrong for a while.
    private enum Trouble: Hashable {
        case stalled, saturated, logHeld
        case retention(TableName)
    }

    init(source: any ChangeSource, options: IngestionOptions, clock: any EngineClock, observer: PipelineObserver) {
        self.source = source
        self.options = options
        self.clock = clock
        self.observer = observer
    }

    /// Looks, where it is time, and tells the source what is applied.
    func look(at applier: Applier) async {
        await look(
            at: await applier.positions.mapValues(\.lsn),
            // What is written down in the destination, and not only known to this process.
            applied: Dictionary(
                (await applier.point?.tables ?? []).filter(\.isConsistent).map { ($0.source, $0.lsn) },
                uniquingKeysWith: { min($0, $1) }
            )
        )
    }

    /// - Parameters:
    ///   - positions: Up to where each table has the source's changes.
    ///   - applied: The same, as the newest consistent point has it.
    func look(at positions: [TableName: LSN], applied: [TableName: LSN]) async {
        if !applied.isEmpty {
            await withoutStopping("telling the source what is applied") { try await source.acknowledge(applied) }
        }
        guard clock.now() >= nextLook else { return }
        nextLook = clock.end(of: options.healthInterval)
        await withoutStopping("asking the source for its health") {
            if let health = try await source.health(at: positions) { tell(health) }
        }
    }

    private func withoutStopping(_ what: String, _ work: () async throws -> Void) async {
        do { try await work() } catch is CancellationError {} catch {
            // The same complaint in every pass would bury the others.
            let complaint = "\(what) failed"
            guard lastComplaint != complaint + "\(error)" else { return }
            lastComplaint = complaint + "\(error)"
            observer.logger.warning("\(complaint)", metadata: ["error": "\(error)"])
        }
    }

    private func tell(_ health: SourceHealth) {
        record(health)
        for failure in health.failures.reversed() where knownFailures.insert(failure.id).inserted {
            observer.metrics.captureFailures.increment()
            observer.report(
                .captureFailed,
                "the source's capture reported error \(failure.number), \(failure.age) ago; the source has its text "
                    + "(sys.dm_cdc_errors)",
                severity: .warning,
                details: ["number": .integer(Int64(failure.number))]
            )
        }
        // What the source does not tell any more is not asked for again.
        knownFailures.formIntersection(health.failures.map(\.id))
        let troubles = troubles(health)
        for (trouble, message) in troubles.sorted(by: { $0.value < $1.value }) where !told.contains(trouble) {
            // The log waits for the capture for a moment after every transaction: only the second look in a row says something.
            if trouble == .logHeld, !seen.contains(.logHeld) { continue }
            told.insert(trouble)
            report(trouble, message, severity: .warning)
        }
        for trouble in told where troubles[trouble] == nil {
            told.remove(trouble)
            report(trouble, "\(Self.name(of: trouble)) is over", severity: .info)
        }
        seen = Set(troubles.keys)
    }

    private func record(_ health: SourceHealth) {
        let metrics = observer.metrics
        if let latency = health.captureLatency { metrics.captureLatency.record(latency.inSeconds) }
        if let age = health.sinceNewest { metrics.captureAge.record(age.inSeconds) }
        if let scan = health.lastScan { metrics.scannedTransactions.record(scan.transactions) }
        if let wait = health.logReuseWait { metrics.logHeld.record(wait == Self.heldByCapture ? 1 : 0) }
        for (table, retention) in health.retention {
            metrics.retentionLeft(table).record(retention.left.inSeconds)
        }
    }

    private static let heldByCapture = "REPLICATION"

    /// What is wrong, with what to say of it.
    private func troubles(_ health: SourceHealth) -> [Trouble: String] {
        var troubles: [Trouble: String] = [:]
        if health.isCapturing == false {
            troubles[.stalled] = "nothing captures changes at the source: SQL Server Agent is stopped"
        } else if let age = health.sinceNewest, age > options.captureStallLimit {
            troubles[.stalled] =
                "nothing was captured at the source for \(age); is SQL Server Agent running, and the capture job started?"
        }
        if health.isSaturated == true {
            troubles[.saturated] =
                "the source's capture takes all that a scan may take, again and again: it is behind; raise maxtrans or maxscans of the "
                + "capture job (sys.sp_cdc_change_job)"
        }
        if health.logReuseWait == Self.heldByCapture {
            troubles[.logHeld] =
                "the source's log cannot be truncated before it is captured, and grows; see to the capture job"
        }
        for (table, retention) in health.retention where retention.share < options.retentionWarning {
            troubles[.retention(table)] =
                "changes of table \(table) that are not applied yet are kept for \(retention.left) more; then the table needs a full "
                + "refresh"
        }
        return troubles
    }

    private func report(_ trouble: Trouble, _ message: String, severity: PipelineEvent.Severity) {
        switch trouble {
        case .stalled: observer.report(.captureStalled, message, severity: severity)
        case .saturated: observer.report(.captureSaturated, message, severity: severity)
        case .logHeld: observer.report(.logHeld, message, severity: severity)
        case .retention(let table): observer.report(.retentionLow, message, severity: severity, table: table)
        }
    }

    private static func name(of trouble: Trouble) -> String {
        switch trouble {
        case .stalled: "the standstill of the source's capture"
        case .saturated: "the overload of the source's capture"
        case .logHeld: "the wait of the source's log for its capture"
        case .retention(let table): "the danger that changes of table \(table) are deleted unread"
        }
    }
}

extension Duration {
    fileprivate var inSeconds: Double { Double(microseconds) / 1_000_000 }
}
