import CDCJSON
import CoreMetrics
import LakeStorage
import Logging
import Synchronization

/// Tells everybody what happens: the log, the metrics, those who listen, and the event log.
final class PipelineObserver: Sendable {
    let logger: Logger
    let metrics: PipelineMetrics
    private let pipeline: String
    private let clock: any EngineClock
    private let state = Mutex(State())

    private struct State {
        var updateID = ""
        var sequence: Int64 = 0
        /// Events that the event log does not have yet.
        var unwritten: [PipelineEvent] = []
        /// When the event log was written last, in microseconds since 1970-01-01T00:00:00Z.
        var lastFlush: Int64 = 0
        var listeners: [Int: AsyncStream<PipelineEvent>.Continuation] = [:]
        var nextListener = 0
    }

    init(pipeline: String, clock: any EngineClock, logger: Logger, metricsFactory: any MetricsFactory) {
        self.pipeline = pipeline
        self.clock = clock
        var logger = logger
        logger[metadataKey: LoggingKeys.pipeline] = "\(pipeline)"
        self.logger = logger
        metrics = PipelineMetrics(pipeline: pipeline, factory: metricsFactory)
    }

    /// A new stream of all events from now on; a listener who is slow misses the oldest of a thousand.
    func listen() -> AsyncStream<PipelineEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: PipelineEvent.self,
            bufferingPolicy: .bufferingNewest(1000)
        )
        let number = state.withLock { state in
            state.nextListener += 1
            state.listeners[state.nextListener] = continuation
            return state.nextListener
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.listeners.removeValue(forKey: number) }
        }
        return stream
    }

    /// Begins a run; events carry its identifier from now on.
    func beginUpdate() {
        let now = clock.now()
        state.withLock { state in
            state.updateID = UniqueName.uuid()
            state.lastFlush = now
        }
    }

    func report(
        _ kind: PipelineEvent.Kind,
        _ message: String,
        severity: PipelineEvent.Severity = .info,
        table: TableName? = nil,
        details: [String: JSONValue] = [:]
    ) {
        let now = clock.now()
        let (event, listeners) = state.withLock { state in
            state.sequence += 1
            let event = PipelineEvent(
                id: UniqueName.uuid(),
                sequence: state.sequence,
                timestamp: now,
                severity: severity,
                kind: kind,
                pipeline: pipeline,
                updateID: state.updateID,
                table: table,
                message: message,
                details: details
            )
            state.unwritten.append(event)
            return (event, Array(state.listeners.values))
        }
        for listener in listeners { listener.yield(event) }
        let level: Logger.Level =
            switch severity {
            case .info: .info
            case .metrics: .debug
            case .warning: .warning
            case .error: .error
            }
        var metadata: Logger.Metadata = [
            LoggingKeys.event: "\(kind.rawValue)", LoggingKeys.update: "\(event.updateID)",
        ]
        if let table { metadata[LoggingKeys.table] = "\(table)" }
        logger.log(level: level, "\(message)", metadata: metadata)
    }

    /// Takes note that all tables show the source as of a point.
    func recordConsistent(_ point: ConsistentPoint) {
        metrics.consistentCut.record(point.cut)
        metrics.lag.record(Double(max(0, clock.now() - point.position.commitTime)) / 1_000_000)
    }

    /// Writes what the event log does not have yet where that is much, or some seconds old: a source that never rests must not
    /// keep its events from the log, nor make a commit for each.
    func flushIfDue(to log: (any EventLog)?) async {
        let now = clock.now()
        let isDue = state.withLock { $0.unwritten.count >= 200 || now - $0.lastFlush >= 10_000_000 }
        if isDue { await flush(to: log) }
    }

    /// Writes what the event log does not have yet. A log that fails does not stop the data: the events are kept for the
    /// next time, the oldest given up beyond a thousand.
    func flush(to log: (any EventLog)?) async {
        let now = clock.now()
        let events = state.withLock { state in
            let events = state.unwritten
            state.unwritten = []
            state.lastFlush = now
            return events
        }
        guard let log, !events.isEmpty else { return }
        do { try await log.append(events) } catch {
            logger.warning("the event log cannot be written", metadata: ["error": "\(error)"])
            state.withLock { $0.unwritten = Array((events + $0.unwritten).suffix(1000)) }
        }
    }
}

/// `1 row`, `3 rows`: numbers in messages.
func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
