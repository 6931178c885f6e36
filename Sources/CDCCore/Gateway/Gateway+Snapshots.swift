import CDCJSON
import Columnar
import LakeStorage

/// Snapshots: all rows of a table, chunk by chunk.
extension Gateway {
    /// A snapshot that is going on, as the volume has it.
    struct OpenSnapshot {
        var plan: SnapshotPlan
        var staged: [StagedChunk]
        /// Up to where changes are needed, so that the rows are those of one moment; `nil` until all chunks are staged.
        var fence: SourcePosition?

        var isComplete: Bool { staged.count == plan.chunks.count }
    }

    /// A snapshot whose chunks are all staged.
    struct CompleteSnapshot {
        var low: SourcePosition
        var files: [StagedFile]
        /// The first point at which it may be published.
        var fence: SourcePosition
    }

    /// Stages the next chunks of tables whose rows are not all there, and returns the snapshots whose chunks all are.
    ///
    /// A table whose rows cannot be had comes to need a resync, and one whose rows cannot be had now is left for this pass; the
    /// others go on.
    func advanceSnapshots(_ tables: [TableName: SourceTable]) async throws -> [TableName: CompleteSnapshot] {
        var complete: [TableName: OpenSnapshot] = [:]
        var budget = max(1, options.snapshotChunksPerCut)
        for name in tables.keys.sorted() {
            guard let table = tables[name], pendingResyncs[name] == nil, denied[name] == nil,
                progress[name]?.state == .pending || progress[name]?.state == .snapshotting
            else { continue }
            do { complete[name] = try await advanceSnapshot(of: table, budget: &budget) } catch let error as CDCError {
                openSnapshots[name] = nil  // the volume knows better what came of it
                if let reason = ResyncReason(error) {
                    pendingResyncs[name] = reason
                } else if error.isOfOneTable {
                    denied[name] = error
                } else {
                    throw error
                }
            } catch let exhausted as RetriesExhausted {
                openSnapshots[name] = nil
                denied[name] = try await trouble(of: name, exhausted)
            }
        }
        return try await fenced(complete)
    }

    /// What keeps one table from being read, such as somebody's lock, while the source is there.
    func trouble(of table: TableName, _ exhausted: RetriesExhausted) async throws -> CDCError {
        guard exhausted.table == table, let error = exhausted.underlying as? CDCError, error.code == .sourceUnavailable
        else { throw exhausted }
        do { _ = try await source.describe([table]) } catch let error as CDCError where error.namesOneTable {
            return error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw exhausted
        }
        return error
    }

    /// Gives snapshots that have become complete the point up to which they need changes.
    private func fenced(_ complete: [TableName: OpenSnapshot]) async throws -> [TableName: CompleteSnapshot] {
        var fence: SourcePosition?
        var result: [TableName: CompleteSnapshot] = [:]
        for (name, snapshot) in complete {
            var snapshot = snapshot
            if snapshot.fence == nil {
                let new = if let fence { fence } else { try await self.fence() }
                fence = new
                snapshot.fence = new
                openSnapshots[name] = snapshot
            }
            guard let own = snapshot.fence else { continue }
            let files = snapshot.staged.sorted { $0.number < $1.number }.flatMap(\.files)
            result[name] = CompleteSnapshot(low: snapshot.plan.low, files: files, fence: own)
        }
        return result
    }

    /// Stages the next chunks of one table; `nil` while there are more.
    private func advanceSnapshot(of table: SourceTable, budget: inout Int) async throws -> OpenSnapshot? {
        let name = table.name
        if table.key.isEmpty { return try await advanceExactSnapshot(of: table, &budget) }
        let plan = try await plan(table)
        progress[name]?.state = .snapshotting
        var snapshot: OpenSnapshot
        if let open = openSnapshots[name], open.plan == plan {
            snapshot = open
        } else {
            snapshot = OpenSnapshot(plan: plan, staged: try await volume.stagedChunks(of: table, plan: plan))
        }
        let done = Set(snapshot.staged.map(\.number))
        let batch = Array(plan.chunks.filter { !done.contains($0.number) }.prefix(budget))
        snapshot.staged += try await concurrentMap(batch, limit: options.parallelism) { [self] chunk in
            try await retryReading("reading chunk \(chunk.number) of table \(name)", of: name) {
                try await stage(chunk, of: table, plan: plan)
            }
        }
        // What could not be read leaves its share to the tables behind it.
        budget -= batch.count
        if !batch.isEmpty { reportProgress(name, snapshot.staged, of: plan) }
        openSnapshots[name] = snapshot
        return snapshot.isComplete ? snapshot : nil
    }

    /// Stages all rows of a table without a key, as of one point, at once; a later run cannot go on where this one stops.
    private func advanceExactSnapshot(of table: SourceTable, _ budget: inout Int) async throws -> OpenSnapshot? {
        let name = table.name
        progress[name]?.state = .snapshotting
        let end = try await retry("reading the source's position") {
            try await source.snapshotStart(of: table)
        }
        if let plan = try await reusablePlan(table, low: end) {
            if let open = openSnapshots[name], open.plan == plan { return open }
            let staged = try await volume.stagedChunks(of: table, plan: plan)
            if staged.count == plan.chunks.count {
                let snapshot = OpenSnapshot(plan: plan, staged: staged)
                openSnapshots[name] = snapshot
                return snapshot
            }
        }
        guard budget > 0 else { return nil }
        let chunk = SnapshotChunk(number: 0, from: nil, to: nil)
        let snapshot = try await retryReading("reading the rows of table \(name)", of: name) {
            let exact = try await source.exactSnapshot(of: table)
            let plan = try await begin(table, low: exact.position, chunks: [chunk])
            let staged = try await stage(exact.rows, of: chunk, table, plan)
            return OpenSnapshot(plan: plan, staged: [staged])
        }
        budget -= 1
        reportProgress(name, snapshot.staged, of: snapshot.plan)
        openSnapshots[name] = snapshot
        return snapshot
    }

    func reportProgress(_ name: TableName, _ staged: [StagedChunk], of plan: SnapshotPlan) {
        let rows = staged.reduce(0) { sum, chunk in sum + chunk.files.reduce(0) { $0 + $1.rows } }
        let isComplete = staged.count == plan.chunks.count
        observer.report(
            isComplete ? .snapshotCompleted : .snapshotProgress,
            isComplete
                ? "all rows of table \(name) are staged: \(rows)"
                : "\(staged.count) of \(plan.chunks.count) chunks of table \(name) are staged",
            table: name,
            details: [
                "rows": .integer(Int64(rows)), "chunks": .integer(Int64(staged.count)),
                "chunksTotal": .integer(Int64(plan.chunks.count)),
            ]
        )
    }

    /// The plan to go on with, or a new one.
    private func plan(_ table: SourceTable) async throws -> SnapshotPlan {
        // The low point is read before any row, so that every later change lies above it and is replayed.
        let low = try await retry("reading the source's position") {
            try await source.snapshotStart(of: table)
        }
        if let plan = try await reusablePlan(table, low: low) { return plan }
        let chunks = try await retryReading("planning the snapshot of table \(table.name)", of: table.name) {
            try await source.snapshotChunks(of: table)
        }
        return try await begin(
            table,
            low: low ?? SourcePosition(lsn: .zero, commitTime: clock.now()),
            chunks: chunks
        )
    }

    /// The volume's plan, where it is one for the table as it is now.
    ///
    /// - Parameter low: Where a snapshot would begin now; it is before the plan where the source went back.
    private func reusablePlan(_ table: SourceTable, low: SourcePosition?) async throws -> SnapshotPlan? {
        // What was staged before the source went back to an older state cannot be brought up to date.
        if obsoletePlans.remove(table.name) != nil { return nil }
        guard let plan = try await volume.snapshotPlan(of: table.name),
            plan.snapshotCut == progress[table.name]?.snapshotCut ?? 0,
            plan.layout == SnapshotPlan.layout(of: table, metadataColumns: options.metadataColumns),
            (low ?? .start).reaches(plan.low), !isAnother(currentHistory, than: plan.history)
        else { return nil }
        return plan
    }

    private func begin(
        _ table: SourceTable,
        low: SourcePosition,
        chunks: [SnapshotChunk]
    ) async throws -> SnapshotPlan {
        let plan = SnapshotPlan(
            id: UniqueName.uuid(),
            low: low,
            history: currentHistory,
            snapshotCut: progress[table.name]?.snapshotCut ?? 0,
            layout: SnapshotPlan.layout(of: table, metadataColumns: options.metadataColumns),
            chunks: chunks
        )
        let lsn = "\(low.lsn(of: table.mechanism))"
        try await volume.begin(plan, for: table)
        observer.report(
            .snapshotStarted,
            "reading all rows of table \(table.name) in \(counted(chunks.count, "chunk")), changes from LSN \(lsn) on",
            table: table.name,
            details: ["lsn": .string(lsn), "chunks": .integer(Int64(chunks.count))]
        )
        return plan
    }

    /// Stages the rows of a chunk in the destination's final form.
    nonisolated func stage(
        _ chunk: SnapshotChunk,
        of table: SourceTable,
        plan: SnapshotPlan
    ) async throws -> StagedChunk {
        try await stage(try await source.rows(of: chunk, table: table), of: chunk, table, plan)
    }

    private nonisolated func stage(
        _ rows: any BatchCursor,
        of chunk: SnapshotChunk,
        _ table: SourceTable,
        _ plan: SnapshotPlan
    ) async throws -> StagedChunk {
        let schema = storedSchema(table)
        let lsn = plan.low.lsn(of: table.mechanism)
        var writer = StagedFileWriter(
            volume: volume,
            schema: schema,
            prefix: "\(StagingVolume.snapshotsFolder(table.name))/\(plan.id)-\(chunk.number)-\(UniqueName.uuid())",
            options: options
        )
        do {
            while let batch = try await rows.next() {
                try Task.checkCancellation()
                try checkKeys(of: batch, table)
                let stamped = try StoredRows.stamp(
                    batch,
                    schema: schema,
                    lsn: lsn,
                    commitTime: plan.low.commitTime
                )
                try await writer.write(stamped, firstLSN: lsn, lastLSN: lsn)
            }
            let staged = StagedChunk(number: chunk.number, files: try await writer.finish())
            try await volume.record(staged, of: table, plan: plan)
            return staged
        } catch {
            await writer.discard()
            throw error
        }
    }

    nonisolated func storedSchema(_ table: SourceTable) -> Schema {
        DestinationTable(
            pipeline: pipeline,
            name: "",
            source: table.name,
            schema: table.schema,
            key: table.key,
            metadataColumns: options.metadataColumns
        ).storedSchema
    }

    nonisolated func checkKeys(of batch: RecordBatch, _ table: SourceTable) throws {
        for name in table.key where try batch.column(name).nullCount > 0 {
            throw CDCError(
                .nullKey,
                "the key column '\(name)' of table \(table.name) holds NULL, so that its rows cannot be told apart; "
                    + "name other key columns with TableSelection(key:), or correct the rows",
                table: table.name
            )
        }
    }
}
