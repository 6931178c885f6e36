import CDCJSON
import Columnar
import CoreMetrics
import LakeStorage

/// The applying half: brings published cuts into the destination, in order, and publishes consistent points.
///
/// How far each table is stands in the table itself, so it may be stopped at any moment and goes on where it was.
actor Applier {
    private let pipeline: String
    private let destination: any ChangeDestination
    private let volume: StagingVolume
    private let selections: [TableSelection]
    private let options: IngestionOptions
    private let clock: any EngineClock
    private let observer: PipelineObserver
    private let retry: Retry

    /// Where each table is; no entry where the destination has no such table.
    private(set) var tables: [TableName: AppliedTable] = [:]
    /// Up to where each table has the source's changes, whether or not there were any.
    private var reached: [TableName: LSN] = [:]
    /// The newest consistent point.
    private(set) var point: ConsistentPoint?
    /// Tables that failed in this run, and are left alone until the next.
    private(set) var failures: [TableName: any Error] = [:]
    /// The last published cut that was gone through since the recovery, whatever came of it.
    private var lastSeen: Int64 = 0
    /// When the volume is looked through for what can go, the next time; at once after a start.
    private var nextSweep = Int64.min

    init(
        pipeline: String,
        destination: any ChangeDestination,
        volume: StagingVolume,
        tables: [TableSelection],
        options: IngestionOptions,
        clock: any EngineClock,
        observer: PipelineObserver
    ) {
        self.pipeline = pipeline
        self.destination = destination
        self.volume = volume
        selections = tables
        self.options = options
        self.clock = clock
        self.observer = observer
        retry = Retry(options: options, clock: clock, observer: observer)
    }

    // MARK: Recovery

    /// Finds out how far the destination is.
    func recover() async throws {
        failures = [:]
        lastSeen = 0
        point = try await destination.latestConsistentPoint(pipeline: pipeline)
        tables = [:]
        for selection in selections {
            if let table = try await destination.position(of: selection.destination, pipeline: pipeline) {
                tables[selection.source] = table
            }
        }
        reached = tables.mapValues(\.position.lsn)
        // The point knows of cuts that brought a table nothing; where the table is beyond the point, the table knows better.
        for entry in point?.tables ?? [] {
            guard let table = tables[entry.source], table.position.cut <= point?.cut ?? 0 else { continue }
            reached[entry.source] = entry.lsn
        }
    }

    /// How far each table is, counting cuts that brought it nothing and so left no trace in it.
    var positions: [TableName: AppliedPosition] {
        tables.mapValues(\.position).merging(
            reached.map { ($0.key, AppliedPosition(cut: 0, lsn: $0.value)) },
            uniquingKeysWith: { AppliedPosition(cut: $0.cut, lsn: max($0.lsn, $1.lsn)) }
        ).filter { tables[$0.key] != nil }
    }

    /// Tables that had all that was published for them, and were behind all the same: they needed a resync.
    var lagging: Set<TableName> {
        guard let point, point.settledCut == point.cut else { return [] }
        return Set(point.tables.filter { !$0.isConsistent }.map(\.source))
    }

    /// The last cut of which the destination knows.
    var lastCut: Int64 {
        max(point?.cut ?? 0, tables.values.map(\.position.cut).max() ?? 0)
    }

    /// Whether a table failed for a reason that may be gone by the next time; one that needs a resync will not be better.
    var hasRepeatableFailures: Bool {
        failures.values.contains { error in (error as? CDCError).map { ResyncReason($0) == nil } ?? true }
    }

    // MARK: Applying

    /// Applies all published cuts that are not applied yet, in order.
    ///
    /// A table that cannot be applied is left where it is, with its error in ``failures``; the others go on.
    func applyPublishedCuts() async throws {
        let cuts = try await volume.publishedCuts(from: max(point?.settledCut ?? 0, lastSeen) + 1)
        for cut in cuts {
            try Task.checkCancellation()
            try await apply(try await volume.manifest(cut))
            lastSeen = cut
        }
    }

    private func apply(_ manifest: Manifest) async throws {
        for table in manifest.tables { checkContinues(table, manifest) }
        for level in TableOrder.levels(manifest.tables.map(\.description)) {
            let work = level.compactMap { name in
                manifest.table(name).flatMap { $0.hasNews && needs($0, cut: manifest.cut) ? $0 : nil }
            }
            let results = try await concurrentMap(work, limit: options.parallelism) { [self] table in
                let result: Result<AppliedCommit, any Error>
                do {
                    result = .success(
                        try await retry("applying cut \(manifest.cut) to table \(table.description.name)") {
                            try await apply(table, of: manifest)
                        }
                    )
                } catch is CancellationError { throw CancellationError() } catch {
                    result = .failure(error.withoutRetries)
                }
                return (table, result)
            }
            for (table, result) in results { note(table, result, manifest) }
        }
        for table in manifest.tables where table.state == .streaming {
            let name = table.description.name
            if failures[name] == nil, tables[name] != nil { reached[name] = table.through }
        }
        try await publish(manifest)
    }

    private func needs(_ table: Manifest.Table, cut: Int64) -> Bool {
        let name = table.description.name
        // A table that failed is out of step, until a snapshot replaces it as a whole.
        if failures[name] != nil, table.snapshot == nil { return false }
        if !selections.contains(where: { $0.source == name }) { return false }
        guard let applied = tables[name] else { return true }
        return applied.position.cut < cut
    }

    /// Refuses a cut that does not follow on what the table has, whether or not the cut brings it anything.
    private func checkContinues(_ table: Manifest.Table, _ manifest: Manifest) {
        let name = table.description.name
        guard table.state == .streaming, table.snapshot == nil, failures[name] == nil, let applied = tables[name],
            applied.position.cut < manifest.cut, table.from > reached[name] ?? .zero
        else { return }
        let error = CDCError(
            .manifestCorrupt,
            "cut \(manifest.cut) holds the changes of table \(name) above LSN \(table.from), but the table has them only up "
                + "to \(reached[name] ?? .zero): a cut between is missing from \(volume.path). Restore it, or ask for a "
                + "full refresh of the table",
            table: name
        )
        note(table, .failure(error), manifest)
    }

    private nonisolated func apply(_ table: Manifest.Table, of manifest: Manifest) async throws -> AppliedCommit {
        let target = DestinationTable(
            pipeline: pipeline,
            name: table.destination,
            source: table.description.name,
            schema: table.description.schema,
            key: table.description.key,
            metadataColumns: options.metadataColumns
        )
        for file in table.snapshot ?? [] { try await volume.verify(file) }
        let work = TableWork(
            replacement: table.snapshot?.map {
                ReplacementFile(
                    storage: volume.storage,
                    path: volume.path(of: $0.path),
                    rows: $0.rows,
                    bytes: $0.bytes
                )
            },
            changes: StagedChanges(table, volume: volume, storedSchema: target.storedSchema, options: options),
            position: AppliedPosition(cut: manifest.cut, lsn: table.through)
        )
        return try await destination.apply(work, to: target)
    }

    private func note(_ table: Manifest.Table, _ result: Result<AppliedCommit, any Error>, _ manifest: Manifest) {
        let name = table.description.name
        switch result {
        case .success(let commit):
            failures[name] = nil
            tables[name] = AppliedTable(
                position: AppliedPosition(cut: manifest.cut, lsn: table.through),
                version: commit.version
            )
            observer.metrics.rowsUpserted(name).increment(by: commit.rowsUpserted)
            observer.metrics.rowsDeleted(name).increment(by: commit.rowsDeleted)
            observer.report(
                .flowProgress,
                "table \(name) is at cut \(manifest.cut), version \(commit.version): "
                    + "\(counted(commit.rowsUpserted, "row")) upserted, \(commit.rowsDeleted) deleted",
                severity: .metrics,
                table: name,
                details: [
                    "cut": .integer(manifest.cut), "version": .integer(commit.version),
                    "lsn": .string("\(table.through)"), "num_upserted_rows": .integer(Int64(commit.rowsUpserted)),
                    "num_deleted_rows": .integer(Int64(commit.rowsDeleted)),
                    "num_output_bytes": .integer(Int64(commit.bytesWritten)),
                    "flow": .string(table.snapshot == nil ? "\(name)_cdc_flow" : "\(name)_snapshot_flow"),
                ]
            )
        case .failure(let error):
            failures[name] = error
            observer.report(
                .tableFailed,
                "table \(name) could not be brought to cut \(manifest.cut): \(error)",
                severity: .error,
                table: name,
                details: ["cut": .integer(manifest.cut)]
            )
        }
    }

    // MARK: Consistent points

    private func publish(_ manifest: Manifest) async throws {
        // While a table that failed before catches up, others are further: their versions belong to a later point.
        guard tables.values.allSatisfy({ $0.position.cut <= manifest.cut }) else { return }
        let settled = failures.isEmpty ? manifest.cut : point?.settledCut ?? 0
        if let point, point.cut >= manifest.cut, point.settledCut >= settled { return }
        var entries: [ConsistentPoint.Table] = []
        for table in manifest.tables {
            let name = table.description.name
            guard let applied = tables[name] else { continue }
            entries.append(
                ConsistentPoint.Table(
                    source: name,
                    name: table.destination,
                    version: applied.version,
                    lsn: reached[name] ?? applied.position.lsn,
                    isConsistent: failures[name] == nil && table.state == .streaming
                        && table.through >= manifest.position.lsn(of: table.description.mechanism)
                )
            )
        }
        let new = ConsistentPoint(
            pipeline: pipeline,
            cut: manifest.cut,
            settledCut: settled,
            position: manifest.position,
            tables: entries,
            isComplete: entries.count == manifest.tables.count && entries.allSatisfy(\.isConsistent)
        )
        try await destination.publish(new)
        point = new
        if new.isComplete {
            observer.recordConsistent(new)
            observer.report(
                .consistentPoint,
                "\(entries.count == 1 ? "the table shows" : "all \(entries.count) tables show") the source as of LSN \(manifest.position.lsn)",
                details: [
                    "cut": .integer(manifest.cut), "lsn": .string("\(manifest.position.lsn)"),
                    "versions": .object(
                        Dictionary(entries.map { ($0.name, .integer($0.version)) }, uniquingKeysWith: { $1 })
                    ),
                ]
            )
        }
    }

    /// Removes staged files that every table has behind it, or that nobody ever published, where they are older than the
    /// staging retention.
    ///
    /// That takes a look at many files, so it is done once an hour, or as often as the retention asks.
    ///
    /// - Parameter snapshotting: Tables whose snapshots go on.
    func sweep(snapshotting: Set<TableName>) async throws {
        let now = clock.now()
        guard now >= nextSweep else { return }
        let retention = max(0, options.stagingRetention.microseconds)
        let (time, overflow) = now.subtractingReportingOverflow(retention)
        if overflow { return }
        _ = try await volume.removeCuts(upTo: point?.settledCut ?? 0, publishedBefore: time)
        try await volume.removeStrays(
            of: Set(selections.map(\.source)),
            snapshotting: snapshotting,
            writtenBefore: time,
            age: retention / 1000
        )
        nextSweep = now + min(retention, Self.sweepInterval)
    }

    /// In microseconds.
    private static let sweepInterval: Int64 = 3_600_000_000
}
