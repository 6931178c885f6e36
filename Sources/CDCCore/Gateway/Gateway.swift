import CDCJSON
import Columnar
import CoreMetrics
import LakeStorage
import Parquet

/// The extracting half: reads what changed at the source into the staging volume and publishes it as cuts.
///
/// All that it knows is in the volume's newest manifest and in snapshot plans beside it; so it may be stopped at any moment
/// and goes on where it was. One gateway publishes into a volume.
actor Gateway {
    let pipeline: String
    let source: any ChangeSource
    let volume: StagingVolume
    let selections: [TableSelection]
    let options: IngestionOptions
    let clock: any EngineClock
    let observer: PipelineObserver
    let retry: Retry

    /// The number of the last published cut.
    private(set) var cut: Int64 = 0
    /// Up to where the source was looked at.
    private(set) var position = SourcePosition.start
    /// The history of the source up to ``position``; `nil` where it is not known.
    private var history: String?
    /// What the source called its history when this pass began.
    private(set) var currentHistory: String?
    var progress: [TableName: Progress] = [:]
    var lastPublished: Int64
    /// Tables whose snapshot must begin anew, because what an earlier attempt staged cannot be brought up to date any more.
    var obsoletePlans: Set<TableName> = []
    /// Snapshots that this gateway works on; what it does not know of, the volume does.
    var openSnapshots: [TableName: OpenSnapshot] = [:]
    /// Tables that were found unable to follow in this pass.
    var pendingResyncs: [TableName: ResyncReason] = [:]
    /// Tables that could not be read in this pass, for want of a permission or for another reason of their own; they stay where they
    /// are, and are tried again in the next.
    var denied: [TableName: CDCError] = [:]
    /// Those of the pass before, of which was told.
    private var reportedDenied: Set<TableName> = []

    /// Where the gateway is with a table.
    struct Progress {
        var state: TableState
        /// Up to where the table's changes are in published cuts.
        var published: LSN
        /// Up to where the table was looked at; beyond ``published`` there was nothing.
        var through: LSN
        var snapshotCut: Int64
        /// The table when it was last staged; `nil` where that is not known.
        var description: SourceTable?

        static let unread = Progress(
            state: .pending,
            published: .zero,
            through: .zero,
            snapshotCut: 0,
            description: nil
        )
    }

    /// What one pass came to.
    enum Outcome: Equatable {
        /// Something was staged; there may be more.
        case advanced
        /// Nothing is left to be read for now.
        case idle
    }

    init(
        pipeline: String,
        source: any ChangeSource,
        volume: StagingVolume,
        tables: [TableSelection],
        options: IngestionOptions,
        clock: any EngineClock,
        observer: PipelineObserver
    ) {
        self.pipeline = pipeline
        self.source = source
        self.volume = volume
        selections = tables
        self.options = options
        self.clock = clock
        self.observer = observer
        retry = Retry(options: options, clock: clock, observer: observer)
        lastPublished = clock.now()
    }

    var states: [TableName: TableState] { progress.mapValues(\.state) }

    /// Tables whose rows are still to be read, or to be read on.
    var snapshotting: Set<TableName> {
        Set(progress.filter { $0.value.state == .pending || $0.value.state == .snapshotting }.keys)
    }

    /// Whether every table that can follow has its rows and its changes up to a point.
    func isCaughtUp(to goal: SourcePosition) -> Bool {
        position.reaches(goal) && snapshotting.isSubset(of: denied.keys)
    }

    // MARK: Recovery

    /// Finds out how far extraction is: from the volume, and where the volume does not know, from the tables.
    ///
    /// - Parameters:
    ///   - applied: How far the destination's tables are; no entry where there is no table.
    ///   - lastCut: The last cut that the destination knows of.
    ///   - settledCut: The last cut of which every table has all that was published for it.
    ///   - lagging: Tables that the destination knows to have stopped following.
    ///   - checkpoint: What the checkpoint store remembers, as a hint.
    ///   - refresh: Tables that are to be read anew.
    func recover(
        applied: [TableName: AppliedPosition],
        lastCut: Int64,
        settledCut: Int64,
        lagging: Set<TableName>,
        checkpoint: Checkpoint?,
        refresh: Set<TableName>
    ) async throws {
        let manifest: Manifest?
        if let newest = try await volume.publishedCuts().last {
            manifest = try await volume.manifest(newest)
        } else {
            manifest = nil
        }
        if let manifest {
            guard manifest.pipeline == pipeline else {
                throw CDCError(
                    .anotherGateway,
                    "the staging volume \(volume.path) belongs to pipeline '\(manifest.pipeline)'; give '\(pipeline)' "
                        + "a volume of its own"
                )
            }
            guard manifest.source == source.identity else {
                throw CDCError(
                    .invalidConfiguration,
                    "the staging volume \(volume.path) holds changes of '\(manifest.source)', not of "
                        + "'\(source.identity)'; give each source a pipeline and a volume of its own"
                )
            }
        }
        if let manifest, manifest.cut < lastCut {
            throw CDCError(
                .manifestCorrupt,
                "the staging volume \(volume.path) ends with cut \(manifest.cut), but the tables are at cut \(lastCut): it "
                    + "seems to have been restored from an older backup. Remove the volume to have it rebuilt from the tables"
            )
        }
        cut = max(manifest?.cut ?? 0, lastCut)
        position = manifest?.position ?? .start
        history = manifest?.history
        for selection in selections {
            let name = selection.source
            var known: Progress
            if let staged = manifest?.table(name) {
                known = Progress(
                    state: staged.state,
                    published: staged.through,
                    through: staged.through,
                    snapshotCut: staged.snapshotCut,
                    description: staged.description
                )
                if applied[name] == nil, known.state == .streaming, staged.snapshotCut <= settledCut {
                    // Its table was removed from the destination.
                    obsoletePlans.insert(name)
                    known.state = .pending
                } else if let position = applied[name], known.state == .streaming, position.lsn < known.through,
                    manifest?.cut ?? 0 <= settledCut
                {
                    // It missed published changes while it was taken out of the pipeline, and nobody applies them any more.
                    known.published = position.lsn
                    known.through = position.lsn
                }
            } else if let position = applied[name] {
                // The volume was lost, or the table was taken out of the pipeline for a while.
                known = Progress(
                    state: .streaming,
                    published: position.lsn,
                    through: position.lsn,
                    snapshotCut: position.cut,
                    description: nil
                )
                self.position = self.position.joined(with: SourcePosition(of: position))
                if lagging.contains(name) {
                    let reason = ResyncReason(
                        .inapplicable,
                        "it had stopped following before the staging volume was lost; ask for a full refresh of the table"
                    )
                    known.state = .needsResync(reason)
                }
            } else {
                known = .unread
            }
            if refresh.contains(name), known.state != .snapshotting {
                if case .needsResync = known.state { obsoletePlans.insert(name) }
                known.state = .pending
            }
            progress[name] = known
        }
        // Where nothing happened at the source, the store may know a later point than the last cut.
        if let checkpoint, let manifest, checkpoint.cut == manifest.cut, checkpoint.position.reaches(position) {
            position = checkpoint.position
            for (name, known) in progress where known.state == .streaming {
                guard let mechanism = manifest.table(name)?.description.mechanism,
                    known.through == manifest.position.lsn(of: mechanism)
                else { continue }
                progress[name]?.through = checkpoint.position.lsn(of: mechanism)
            }
        }
    }

    /// Takes note that a table cannot be applied any more.
    func markForResync(_ table: TableName, _ reason: ResyncReason) {
        guard progress[table]?.state != .needsResync(reason) else { return }
        progress[table]?.state = .needsResync(reason)
        report(table, reason)
    }

    private func report(_ table: TableName, _ reason: ResyncReason) {
        observer.metrics.resyncs(table).increment()
        observer.report(
            .needsResync,
            "table \(table) needs a full refresh: \(reason.message)",
            severity: .error,
            table: table
        )
    }

    // MARK: Extraction

    /// Reads what is new, stages it and publishes it as one cut.
    func extract() async throws -> Outcome {
        denied = [:]
        // Before anything else: what is read from now on may be of this history or of a later one, never of an earlier.
        currentHistory = try await retry("reading the source's history") { try await source.history() } ?? history
        let tables = try await describeTables()
        if isAnother(currentHistory, than: history) { try await markReplaced() }
        let complete = try await advanceSnapshots(tables)

        // That a table cannot be read is made known, even where nothing was captured yet.
        let reached = pendingResyncs.isEmpty ? nil : position
        guard let next = try await nextPosition(completing: complete) ?? reached else {
            history = currentHistory
            reportDenied()
            return isReadingRows ? .advanced : .idle
        }
        let isRewound = !next.reaches(position)
        if isRewound { try await markRewound(next, tables) }
        let snapshots = isRewound ? [:] : complete.filter { next.reaches($0.value.fence) }

        let names = tables.keys.sorted()
        let entries = try await stage(names.compactMap { tables[$0] }, snapshots: snapshots, position: next)
        reportDenied()
        let hasNews = entries.contains(where: \.hasNews)
        let stateChanged = entries.contains { progress[$0.description.name]?.state != $0.state }
        let isOverdue =
            !position.reaches(next) && clock.now() - lastPublished >= options.idleCutInterval.microseconds
        // Only a manifest says that a table was left behind; a checkpoint would say that nothing happened to it.
        let leavesBehind = !position.reaches(next) && !denied.isEmpty
        position = next
        let hasNewName = currentHistory != history
        if hasNews || stateChanged || isOverdue || leavesBehind || hasNewName || cut == 0 {
            let manifest = Manifest(
                cut: cut + 1,
                pipeline: pipeline,
                source: source.identity,
                history: currentHistory,
                position: next,
                publishedAt: clock.now(),
                tables: entries
            )
            try await volume.publish(manifest)
            cut = manifest.cut
            lastPublished = manifest.publishedAt
            adopt(entries, arePublished: true)
            for entry in entries where entry.snapshot != nil {
                openSnapshots[entry.description.name] = nil
                try await volume.endSnapshot(of: entry.description.name)
            }
            reportPublished(manifest)
        } else {
            adopt(entries, arePublished: false)
        }
        history = currentHistory
        return hasNews || isReadingRows ? .advanced : .idle
    }

    /// Whether a snapshot goes on that has not come to its end.
    private var isReadingRows: Bool {
        progress.contains { $0.value.state == .snapshotting && denied[$0.key] == nil }
    }

    /// Tries again what is read of one table; but only once where the table was left out of the pass before, so that the others need
    /// not wait for it in every pass.
    func retryReading<T>(_ what: String, of table: TableName, _ work: () async throws -> T) async throws -> T {
        try await retry(what, table: table, isPatient: !reportedDenied.contains(table), work)
    }

    private func reportDenied() {
        for (name, error) in denied where !reportedDenied.contains(name) {
            observer.report(
                .tableFailed,
                "table \(name) cannot be read: \(error.message)",
                severity: .error,
                table: name
            )
        }
        reportedDenied = Set(denied.keys)
    }

    private func adopt(_ entries: [Manifest.Table], arePublished: Bool) {
        for entry in entries {
            let name = entry.description.name
            if case .needsResync(let reason) = entry.state, progress[name]?.state != entry.state {
                report(name, reason)
            }
            progress[name] = Progress(
                state: entry.state,
                published: arePublished ? entry.through : progress[name]?.published ?? .zero,
                through: entry.through,
                snapshotCut: entry.snapshotCut,
                description: entry.description
            )
        }
    }

    private func reportPublished(_ manifest: Manifest) {
        observer.metrics.cuts.increment()
        let rows = manifest.tables.reduce(0) { sum, table in
            sum + (table.snapshot ?? []).reduce(0) { $0 + $1.rows } + table.changes.reduce(0) { $0 + $1.rows }
        }
        for table in manifest.tables where !table.changes.isEmpty {
            observer.metrics.changesStaged(table.description.name)
                .increment(by: table.changes.reduce(0) { $0 + $1.rows })
        }
        observer.report(
            .cutPublished,
            "published cut \(manifest.cut) up to LSN \(manifest.position.lsn): \(counted(rows, "row"))",
            details: [
                "cut": .integer(manifest.cut), "lsn": .string("\(manifest.position.lsn)"),
                "rows": .integer(Int64(rows)),
                "tables": .integer(Int64(manifest.tables.count(where: \.hasNews))),
            ]
        )
    }

    /// What the source says of the tables now; a table that it does not have any more, or has in another layout, is marked.
    private func describeTables() async throws -> [TableName: SourceTable] {
        let described = try await describeAll()
        var tables: [TableName: SourceTable] = [:]
        for selection in selections {
            let name = selection.source
            do {
                var table = try described[name, default: .failure(.notFound(name))].get()
                if let key = selection.key { table.key = key } else { try checkKey(table) }
                try check(table, selection.scdType)
                tables[name] = table
                if options.resyncsAutomatically, case .needsResync = progress[name]?.state {
                    obsoletePlans.insert(name)
                    progress[name]?.state = .pending
                }
                // Where the volume was lost, the layout is not known, but the count tells of the mechanism.
                if let known = progress[name], known.state == .streaming,
                    !(known.description.map(table.hasLayout) ?? true) || !known.through.isOf(table.mechanism)
                {
                    throw CDCError(
                        .schemaChanged,
                        "the captured columns, their types, the key or the capture mechanism of table \(name) changed at the "
                            + "source; ask for a full refresh of the table",
                        table: name
                    )
                }
            } catch let error as CDCError {
                // A table that was never read is a mistake in the configuration; one that was there is a state.
                let reason = ResyncReason(error)
                let wasRead = progress[name]?.snapshotCut ?? 0 > 0
                guard error.isRetryable || wasRead && (reason != nil || error.isOfOneTable) else { throw error }
                if tables[name] == nil, let staged = try await lastKnown(name) { tables[name] = staged }
                if case .needsResync = progress[name]?.state { continue }
                if let reason { pendingResyncs[name] = reason } else { denied[name] = error }
            }
        }
        return tables
    }

    /// Asks for all tables at once, and where one of them is the trouble, for each by itself.
    private func describeAll() async throws -> [TableName: Result<SourceTable, CDCError>] {
        let names = selections.map(\.source)
        let tables: [SourceTable]? = try await retry("describing the tables") {
            do { return try await source.describe(names) } catch let error as CDCError where error.namesOneTable {
                return nil
            }
        }
        if let tables { return Dictionary(zip(names, tables.map { .success($0) }), uniquingKeysWith: { $1 }) }
        var results: [TableName: Result<SourceTable, CDCError>] = [:]
        for name in names {
            do {
                let table = try await retryReading("describing table \(name)", of: name) {
                    try await source.describe([name]).first
                }
                results[name] = table.map { .success($0) }
            } catch {
                guard let error = error.withoutRetries as? CDCError, error.namesOneTable else { throw error }
                results[name] = .failure(error)
            }
        }
        return results
    }

    /// The table as the newest manifest describes it.
    private func lastKnown(_ table: TableName) async throws -> SourceTable? {
        // Where the volume was lost, the cut is one that only the tables know of.
        guard cut > 0, let manifest = try await volume.manifestIfPresent(cut) else { return nil }
        return manifest.table(table)?.description
    }

    /// Refuses a key of the table's own that does not tell its rows apart as they are read. Who names a key knows better.
    private func checkKey(_ table: SourceTable) throws(CDCError) {
        guard let column = table.key.first(where: table.ambiguousColumns.contains) else { return }
        throw CDCError(
            .noKey,
            "the key column '\(column)' of table \(table.name) is of a type of which different values may be read as equal ones, so "
                + "that two rows could be taken for one. Name columns that tell the rows apart with TableSelection(key:): others, or "
                + "the same where no such values occur",
            table: table.name
        )
    }

    private func check(_ table: SourceTable, _ scdType: SCDType) throws(CDCError) {
        if scdType == .type2 { throw Self.noHistory(of: table) }
        if table.key.isEmpty, let column = table.schema.fields.first(where: { table.largeObjects.contains($0.name) }) {
            throw CDCError(
                .noKey,
                "table \(table.name) has no primary key, so that its rows are told apart by all their values; but of the large "
                    + "object '\(column.name)' old values are not captured. Name columns that tell the rows apart with "
                    + "TableSelection(key:)",
                table: table.name
            )
        }
        if let nested = table.schema.fields.first(where: { $0.type.isNested }) {
            throw CDCError(
                .invalidConfiguration,
                "column '\(nested.name)' of table \(table.name) is a \(nested.type), which cannot be staged",
                table: table.name
            )
        }
        for column in table.key where table.schema[column] == nil {
            throw CDCError(
                .invalidConfiguration,
                "the key column '\(column)' is not among the captured columns of table \(table.name)",
                table: table.name
            )
        }
        for name in [options.metadataColumns.commitTimestamp, options.metadataColumns.commitLSN]
        where table.schema.fields.contains(where: { $0.name.lowercased() == name.lowercased() }) {
            throw CDCError(
                .invalidConfiguration,
                "table \(table.name) has a column '\(name)' of its own; give the metadata columns other names",
                table: table.name
            )
        }
    }

    /// Why the history of a table's rows cannot be kept.
    private static func noHistory(of table: SourceTable) -> CDCError {
        let reason =
            if table.key.isEmpty {
                "it has no key, so that nobody can say which row became which; name columns that tell its rows apart with "
                    + "TableSelection(key:)"
            } else if table.mechanism == .changeTracking {
                "it is read by Change Tracking, which does not keep what a row was between two reads; capture it by Change Data "
                    + "Capture"
            } else {
                "no destination keeps it yet; use SCD type 1"
            }
        return CDCError(
            table.key.isEmpty ? .noKey : .invalidConfiguration,
            "table \(table.name) cannot be kept with its history (SCD type 2): \(reason)",
            table: table.name
        )
    }

    /// The point up to which this pass reads; `nil` where the source never captured anything and no snapshot is complete.
    ///
    /// A complete snapshot waits for the cut that reaches its fence, while the other tables come there in ordinary cuts, a
    /// limited number of transactions each. Its own changes, from its beginning to that cut, belong to one commit: before,
    /// its rows are not those of any one moment. They are staged file by file and netted slice by slice, so that their
    /// number needs time and disk, not memory.
    private func nextPosition(completing snapshots: [TableName: CompleteSnapshot]) async throws -> SourcePosition? {
        let next = try await retry("reading the source's position") {
            try await source.cut(after: position, transactionLimit: options.transactionsPerCut)
        }
        guard let first = snapshots.values.first?.fence else { return next }
        let fence = snapshots.values.reduce(first) { $0.joined(with: $1.fence) }
        guard let next else { return fence }
        if !next.reaches(position) || next.reaches(fence) { return next }
        // Where no other table is on the way, or nothing more comes before the fence, there is nothing to wait for.
        let othersFollow = progress.values.contains { $0.state.followsChanges }
        return othersFollow && !position.reaches(next) ? next : next.joined(with: fence)
    }

    /// A point that is not before anything that is committed at the source now.
    func fence() async throws -> SourcePosition {
        try await retry("waiting for the fence") { try await source.fence() }
    }

    /// Whether a history is not the known one; where one of them has no name, nobody can say.
    nonisolated func isAnother(_ history: String?, than known: String?) -> Bool {
        if let history, let known { history != known } else { false }
    }

    /// Takes note that the source's history is not the one that was read, however far it goes.
    private func markReplaced() async throws {
        for (name, known) in progress where known.state == .streaming {
            pendingResyncs[name] = ResyncReason(
                .sourceRewound,
                "the source is not the database any more that was read up to \(known.through): it was restored from a backup, or made "
                    + "anew. Ask for a full refresh of the table"
            )
        }
        try await discardSnapshots()
    }

    /// Takes note that the source's history ends before what was read.
    private func markRewound(_ position: SourcePosition, _ tables: [TableName: SourceTable]) async throws {
        for (name, known) in progress where known.state == .streaming {
            guard let end = tables[name].map({ position.lsn(of: $0.mechanism) }), known.through > end else { continue }
            pendingResyncs[name] = ResyncReason(
                .sourceRewound,
                "the source's history ends at \(end), but was read up to \(known.through) already; it seems to have been "
                    + "restored from an older backup. Ask for a full refresh of the table"
            )
        }
        try await discardSnapshots()
    }

    /// Gives up all snapshots that are going on: some of their rows may be of a history that is no more.
    ///
    /// In the volume, too, and before a cut says that the source went back: afterwards nothing would.
    private func discardSnapshots() async throws {
        openSnapshots = [:]
        for (name, known) in progress where known.state == .pending || known.state == .snapshotting {
            try await volume.endSnapshot(of: name)
        }
    }
}

extension SourcePosition {
    /// What the position of a table says of the source: a number of the log, or a version.
    fileprivate init(of table: AppliedPosition) {
        if let version = table.lsn.changeTrackingVersion {
            self.init(lsn: .zero, changeTrackingVersion: version, commitTime: 0)
        } else {
            self.init(lsn: table.lsn, commitTime: 0)
        }
    }
}

extension Duration {
    /// Whole microseconds; the largest number there is for a span beyond it.
    package var microseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (sum, carry) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        return overflow || carry ? (seconds < 0 ? .min : .max) : sum
    }
}
