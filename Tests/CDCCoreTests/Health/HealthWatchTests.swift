import CDCJSON
import CDCTesting
import Columnar
import Logging
import MetricsTestKit
import Synchronization
import Testing

@testable import CDCCore

@Suite("The health of a source")
struct HealthWatchTests {
    private let clock = ManualClock()
    private let source = PatientSource()
    private let log = KeptEvents()
    private let metrics = TestMetrics()
    private let observer: PipelineObserver
    private let watch: HealthWatch

    init() {
        observer = PipelineObserver(
            pipeline: "p",
            clock: clock,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            metricsFactory: metrics
        )
        watch = HealthWatch(source: source, options: IngestionOptions(), clock: clock, observer: observer)
    }

    /// Looks a minute later, and gives what was told.
    private func look(_ change: (inout SourceHealth) -> Void) async -> [PipelineEvent] {
        clock.advance(by: .seconds(60))
        var health = SourceHealth()
        change(&health)
        source.answer(health)
        await watch.look(at: ["dbo.a": LSN(high: 1, low: 1)], applied: [:])
        await observer.flush(to: log)
        return log.take()
    }

    @Test("it is asked at most every so often, with the tables' positions")
    func interval() async {
        source.answer(SourceHealth())
        let positions: [TableName: LSN] = ["dbo.a": LSN(high: 1, low: 1)]
        for _ in 0..<3 { await watch.look(at: positions, applied: [:]) }
        #expect(source.questions == [positions])
        clock.advance(by: .seconds(59))
        await watch.look(at: positions, applied: [:])
        #expect(source.questions.count == 1)
        clock.advance(by: .seconds(1))
        await watch.look(at: positions, applied: [:])
        #expect(source.questions.count == 2)
    }

    @Test("an interval longer than time is: it is asked once")
    func endlessInterval() async {
        var options = IngestionOptions()
        options.healthInterval = .seconds(Int64.max)
        let watch = HealthWatch(source: source, options: options, clock: clock, observer: observer)
        source.answer(SourceHealth())
        for _ in 0..<2 { await watch.look(at: ["dbo.a": LSN(high: 1, low: 1)], applied: [:]) }
        #expect(source.questions.count == 1)
    }

    @Test("its values are metrics")
    func values() async throws {
        let events = await look { health in
            health.captureLatency = .milliseconds(3100)
            health.sinceNewest = .seconds(4)
            health.lastScan = SourceHealth.Scan(age: .seconds(1), transactions: 17, errors: 0)
            health.logReuseWait = "NOTHING"
            health.retention = ["dbo.a": SourceHealth.Retention(left: .seconds(7200), share: 0.9)]
        }
        #expect(events == [])
        let pipeline = ("pipeline", "p")
        #expect(try metrics.expectGauge("cdc_capture_latency_seconds", [pipeline]).lastValue == 3.1)
        #expect(try metrics.expectGauge("cdc_capture_age_seconds", [pipeline]).lastValue == 4)
        #expect(try metrics.expectGauge("cdc_capture_scan_transactions", [pipeline]).lastValue == 17)
        #expect(try metrics.expectGauge("cdc_log_truncation_held", [pipeline]).lastValue == 0)
        let retention = try metrics.expectGauge("cdc_retention_left_seconds", [pipeline, ("table", "dbo.a")])
        #expect(retention.lastValue == 7200)
    }

    @Test("a capture that stands still is told once, and once more when it is over")
    func stalled() async {
        #expect(await look { $0.sinceNewest = .seconds(900) } == [])
        let events = await look { $0.sinceNewest = .seconds(901) }
        #expect(events.map(\.kind) == [.captureStalled])
        #expect(events.map(\.severity) == [.warning])
        #expect(await look { $0.sinceNewest = .seconds(961) } == [])
        let over = await look { $0.sinceNewest = .seconds(2) }
        #expect(over.map(\.kind) == [.captureStalled])
        #expect(over.map(\.severity) == [.info])
        #expect(await look { $0.isCapturing = false }.map(\.kind) == [.captureStalled])
    }

    @Test("a capture that does not keep up is told")
    func saturated() async {
        #expect(await look { $0.isSaturated = false } == [])
        #expect(await look { $0.isSaturated = true }.map(\.kind) == [.captureSaturated])
    }

    @Test("a table of which less than a quarter of the retention is left is told by its name")
    func retention() async {
        let enough = await look { $0.retention = ["dbo.a": .init(left: .seconds(100), share: 0.25)] }
        #expect(enough == [])
        let events = await look {
            $0.retention = [
                "dbo.a": .init(left: .seconds(90), share: 0.24), "dbo.b": .init(left: .seconds(400), share: 1),
            ]
        }
        #expect(events.map(\.kind) == [.retentionLow])
        #expect(events.map(\.table) == ["dbo.a"])
    }

    @Test("a log that waits for its capture is told when it waits for longer than a look")
    func logHeld() async {
        #expect(await look { $0.logReuseWait = "REPLICATION" } == [])
        #expect(await look { $0.logReuseWait = "NOTHING" } == [])
        #expect(await look { $0.logReuseWait = "REPLICATION" } == [])
        #expect(await look { $0.logReuseWait = "REPLICATION" }.map(\.kind) == [.logHeld])
        #expect(await look { $0.logReuseWait = "LOG_BACKUP" }.map(\.severity) == [.info])
    }

    @Test("each error of a capture is told once, by its number")
    func failures() async throws {
        let first = SourceHealth.CaptureFailure(id: "1", number: 2628, age: .seconds(50))
        let second = SourceHealth.CaptureFailure(id: "2", number: 8115, age: .seconds(5))
        #expect(await look { $0.failures = [first] }.map(\.details) == [["number": .integer(2628)]])
        let events = await look { $0.failures = [second, first] }
        #expect(events.map(\.details) == [["number": .integer(8115)]])
        #expect(events.map(\.kind) == [.captureFailed])
        #expect(try metrics.expectCounter("cdc_capture_failures_total", [("pipeline", "p")]).totalValue == 2)
    }

    @Test("a source that cannot answer stops nothing, and is asked again")
    func refusal() async {
        source.refuse()
        await watch.look(at: [:], applied: ["dbo.a": LSN(high: 1, low: 1)])
        #expect(await look { $0.isCapturing = false }.map(\.kind) == [.captureStalled])
    }

    @Test("what is applied is told in every pass, and nothing where nothing is")
    func acknowledgement() async {
        await watch.look(at: [:], applied: [:])
        let applied: [TableName: LSN] = ["dbo.a": LSN(high: 3, low: 1)]
        for _ in 0..<2 { await watch.look(at: [:], applied: applied) }
        #expect(source.acknowledged == [applied, applied])
    }
}

/// Keeps events in memory.
private final class KeptEvents: EventLog {
    private let events = Mutex<[PipelineEvent]>([])

    func append(_ new: [PipelineEvent]) async throws { events.withLock { $0 += new } }

    func take() -> [PipelineEvent] {
        events.withLock { events in
            defer { events = [] }
            return events
        }
    }
}

/// A source that has nothing but a health.
private final class PatientSource: ChangeSource {
    private struct State {
        var health: SourceHealth?
        var questions: [[TableName: LSN]] = []
        var acknowledged: [[TableName: LSN]] = []
    }
    private let state = Mutex(State())

    let identity = "patient"
    var questions: [[TableName: LSN]] { state.withLock(\.questions) }
    var acknowledged: [[TableName: LSN]] { state.withLock(\.acknowledged) }

    func answer(_ health: SourceHealth) { state.withLock { $0.health = health } }
    func refuse() { state.withLock { $0.health = nil } }

    func health(at positions: [TableName: LSN]) async throws -> SourceHealth? {
        try state.withLock { state in
            state.questions.append(positions)
            guard let health = state.health else { throw Self.silent }
            return health
        }
    }

    func acknowledge(_ positions: [TableName: LSN]) async throws {
        try state.withLock { state in
            state.acknowledged.append(positions)
            if state.health == nil, !state.questions.isEmpty { throw Self.silent }
        }
    }

    private static let silent = CDCError(.sourceUnavailable, "it does not answer")

    func describe(_ tables: [TableName]) async throws -> [SourceTable] { throw Self.silent }
    func cut(after: SourcePosition, transactionLimit: Int) async throws -> SourcePosition? { throw Self.silent }
    func fence() async throws -> SourcePosition { throw Self.silent }
    func changes(of table: SourceTable, after: LSN, through: LSN) async throws -> any BatchCursor { throw Self.silent }
    func snapshotChunks(of table: SourceTable) async throws -> [SnapshotChunk] { throw Self.silent }
    func rows(of chunk: SnapshotChunk, table: SourceTable) async throws -> any BatchCursor { throw Self.silent }
}
