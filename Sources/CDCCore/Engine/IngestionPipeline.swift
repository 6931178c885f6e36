public import CoreMetrics
public import Logging
public import ServiceLifecycle
import Synchronization

/// Keeps tables of a destination like those of a source: first their rows, then every change, exactly once.
///
/// ```swift
/// let pipeline = IngestionPipeline(
///     named: "retail_ingestion_pipeline",
///     from: source, into: lake.schema("bronze"), staging: lake.volume("landing/ingestion_volume"),
///     tables: ["dbo.customers", "dbo.orders", "dbo.products"])
/// try await pipeline.run(.triggered)
/// ```
///
/// Nothing is read or written before ``run(_:refreshing:)`` is called. Kill the process at any instruction, run the pipeline
/// again, and the tables are those of an undisturbed run: how far each table is stands in the table itself. One pipeline is
/// run by one process at a time; a second one is noticed and refused.
public final class IngestionPipeline: Service {
    /// When a run ends.
    public enum Mode: Hashable, Sendable {
        /// When everything is applied that was committed at the source before the run began.
        case triggered
        /// Never: the source is asked again after each pause without changes.
        case continuous(every: Duration)
    }

    public let name: String
    private let source: any ChangeSource
    private let destination: any ChangeDestination
    private let volume: StagingVolume
    private let tables: [TableSelection]
    private let mode: Mode
    private let options: IngestionOptions
    private let checkpoints: any CheckpointStore
    private let clock: any EngineClock
    private let observer: PipelineObserver
    private let health: HealthWatch
    private let isRunning = Mutex(false)

    /// Puts a pipeline together.
    ///
    /// - Parameters:
    ///   - name: Distinguishes the pipeline from others; the position in the tables is kept under it, so it must stay.
    ///   - source: Where changes come from.
    ///   - destination: Where tables are kept.
    ///   - volume: Where changes are staged; each pipeline has a volume of its own.
    ///   - tables: What is ingested.
    ///   - mode: How ``run()`` runs, when a service group calls it.
    ///   - checkpoints: Remembers how far the pipeline is, for a quick start and for monitoring; it may be lost.
    public init(
        named name: String,
        from source: any ChangeSource,
        into destination: any ChangeDestination,
        staging volume: StagingVolume,
        tables: [TableSelection],
        mode: Mode = .continuous(every: .seconds(5)),
        options: IngestionOptions = .init(),
        checkpoints: any CheckpointStore = InMemoryCheckpointStore(),
        clock: any EngineClock = SystemClock(),
        logger: Logger = Logger(label: "swift-cdc", factory: { _ in SwiftLogNoOpLogHandler() }),
        metricsFactory: any MetricsFactory = MetricsSystem.factory
    ) {
        self.name = name
        self.source = source
        self.destination = destination
        self.volume = volume
        self.tables = tables
        self.mode = mode
        self.options = options
        self.checkpoints = checkpoints
        self.clock = clock
        observer = PipelineObserver(pipeline: name, clock: clock, logger: logger, metricsFactory: metricsFactory)
        health = HealthWatch(source: source, options: options, clock: clock, observer: observer)
    }

    /// What happens, from now on: the same events that the event log keeps. The stream ends when its reader stops.
    public var events: AsyncStream<PipelineEvent> { observer.listen() }

    /// Runs as a service: in the mode given to the initializer, until the group shuts down gracefully or the task is
    /// cancelled. It stops at the next step; what was half done then is done by the next run.
    public func run() async throws {
        do { try await cancelWhenGracefulShutdown { try await self.run(self.mode) } } catch is CancellationError {}
    }

    /// Runs the pipeline.
    ///
    /// - Parameters:
    ///   - mode: When the run ends.
    ///   - refresh: Tables to be read anew; they keep what they have until the new rows are there.
    /// - Throws: ``CDCError`` with code `tablesIncomplete` where a triggered run ended with tables that could not be brought
    ///   up to date, after all others were; another error where nothing could go on; `CancellationError` where the task was
    ///   cancelled. Whatever is thrown, a later run goes on where this one ended.
    public func run(_ mode: Mode, refreshing refresh: Set<TableName> = []) async throws {
        try TableSelection.check(tables, pipeline: name)
        if let unknown = refresh.subtracting(tables.map(\.source)).min() {
            throw CDCError(
                .invalidConfiguration,
                "table \(unknown) was to be refreshed, but is none of pipeline '\(name)'",
                table: unknown
            )
        }
        guard
            isRunning.withLock({ running in
                defer { running = true }
                return !running
            })
        else { throw CDCError(.invalidConfiguration, "pipeline '\(name)' is running already") }
        defer { isRunning.withLock { $0 = false } }
        observer.beginUpdate()
        observer.report(.updateStarted, "pipeline '\(name)' runs \(mode), \(counted(tables.count, "table"))")
        do {
            try await workPersistently(mode, refresh)
            observer.report(.updateCompleted, "pipeline '\(name)' is up to date")
            await observer.flush(to: destination.eventLog)
        } catch {
            let isCancelled = error is CancellationError
            observer.report(
                isCancelled ? .updateCompleted : .updateFailed,
                isCancelled ? "pipeline '\(name)' was stopped" : "pipeline '\(name)' failed: \(error)",
                severity: isCancelled ? .info : .error
            )
            await observer.flush(to: destination.eventLog)
            throw error
        }
    }

    /// Works, and after a failure that may pass begins again: from what tables and volume say, as a new process would.
    ///
    /// A triggered run gives up in the end; a continuous one does not, so that it outlives a source that is away for long.
    private func workPersistently(_ mode: Mode, _ refresh: Set<TableName>) async throws {
        let retry = Retry(options: options, clock: clock, observer: observer)
        var refresh = refresh
        var attempt = 0
        while true {
            do { return try await work(mode, &refresh) } catch {
                let cause = error.withoutRetries
                let mayTryAgain = mode != .triggered || !(error is RetriesExhausted) && attempt < options.maximumRetries
                guard Retry.mayPass(cause), mayTryAgain else { throw cause }
                attempt += 1
                try await retry.pause(before: attempt, of: "the run of pipeline '\(name)'", because: cause)
            }
        }
    }

    /// - Parameter refresh: Tables to be read anew; those of them remain that are not yet, should the work fail.
    private func work(_ mode: Mode, _ refresh: inout Set<TableName>) async throws {
        let applier = Applier(
            pipeline: name,
            destination: destination,
            volume: volume,
            tables: tables,
            options: options,
            clock: clock,
            observer: observer
        )
        let gateway = Gateway(
            pipeline: name,
            source: source,
            volume: volume,
            tables: tables,
            options: options,
            clock: clock,
            observer: observer
        )
        try await applier.recover()
        // Cuts that an earlier run published and did not get to apply come first: only then do the tables say where they are.
        try await applier.applyPublishedCuts()
        try await recover(gateway, applier, refresh)
        let goal = mode == .triggered ? try await gateway.fence() : nil
        var passes = 0
        while true {
            try Task.checkCancellation()
            let outcome = try await gateway.extract()
            refresh.formIntersection(await gateway.snapshotting)
            try await applier.applyPublishedCuts()
            await noteResyncs(gateway, applier)
            try await save(gateway)
            await health.look(at: applier)
            await observer.flushIfDue(to: destination.eventLog)
            if let goal, await gateway.isCaughtUp(to: goal) { break }
            passes += 1
            // A source that never rests must not keep the house from being kept.
            if outcome == .idle || passes.isMultiple(of: 32) {
                try await applier.sweep(snapshotting: await gateway.snapshotting)
                // What failed and may succeed now is tried again, from the tables' own positions on.
                if mode != .triggered, await applier.hasRepeatableFailures { try await applier.recover() }
                await observer.flush(to: destination.eventLog)
            }
            if outcome == .advanced { continue }
            guard case .continuous(let pause) = mode else { break }
            try await clock.sleep(for: pause)
        }
        try await applier.sweep(snapshotting: await gateway.snapshotting)
        try await throwIncomplete(gateway, applier)
    }

    private func recover(_ gateway: Gateway, _ applier: Applier, _ refresh: Set<TableName>) async throws {
        let checkpoint = try? await checkpoints.load(pipeline: name)
        let lastCut = await applier.lastCut
        try await gateway.recover(
            applied: await applier.positions,
            lastCut: lastCut,
            settledCut: await applier.point?.settledCut ?? 0,
            lagging: await applier.lagging,
            checkpoint: checkpoint,
            refresh: refresh
        )
        if lastCut > 0, (checkpoint?.cut ?? 0) < lastCut {
            observer.report(
                .checkpointRebuilt,
                "the checkpoint store is behind the tables, which are at cut \(lastCut); it is made up from them",
                // A store in memory is behind after every start.
                severity: checkpoints is InMemoryCheckpointStore ? .info : .warning
            )
        }
    }

    /// A table that cannot be applied, and could not be tomorrow either, needs a resync.
    private func noteResyncs(_ gateway: Gateway, _ applier: Applier) async {
        for (table, error) in await applier.failures {
            if let error = error as? CDCError, let reason = ResyncReason(error) {
                await gateway.markForResync(table, reason)
            }
        }
    }

    private func save(_ gateway: Gateway) async throws {
        let checkpoint = Checkpoint(
            pipeline: name,
            cut: await gateway.cut,
            position: await gateway.position,
            tables: await gateway.states
        )
        do { try await checkpoints.save(checkpoint) } catch {
            // The store is a convenience; the tables know better.
            observer.logger.warning("the checkpoint store cannot be written", metadata: ["error": "\(error)"])
        }
    }

    private func throwIncomplete(_ gateway: Gateway, _ applier: Applier) async throws {
        var problems = await applier.failures.map { "\($0.key): \($0.value)" }
        problems += await gateway.denied.map { "\($0.key): \($0.value)" }
        var needsRefresh = false
        for (table, state) in await gateway.states {
            guard case .needsResync(let reason) = state else { continue }
            needsRefresh = true
            if await applier.failures[table] == nil {
                problems.append("\(table) needs a full refresh: \(reason.message)")
            }
        }
        guard !problems.isEmpty else { return }
        let failed =
            problems.count < tables.count
            ? "\(problems.count) of \(tables.count) tables could not be brought up to date; the others are"
            : "none of \(counted(tables.count, "table")) could be brought up to date"
        throw CDCError(
            .tablesIncomplete,
            "\(failed). " + problems.sorted().joined(separator: "; ")
                + (needsRefresh ? ". A full refresh is made by run(_:refreshing:)" : "")
        )
    }
}
