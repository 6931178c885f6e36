import Columnar
import LakeStorage

/// Changes: everything that is new in all tables up to one point.
extension Gateway {
    /// Stages the changes of all tables up to a point; tables whose changes cannot be had come back in need of a resync.
    func stage(
        _ tables: [SourceTable],
        snapshots: [TableName: CompleteSnapshot],
        position: SourcePosition
    ) async throws -> [Manifest.Table] {
        let number = cut + 1
        let work = tables.map { table in
            (
                table: table, progress: progress[table.name], snapshot: snapshots[table.name],
                resync: pendingResyncs[table.name], isDenied: denied[table.name] != nil
            )
        }
        pendingResyncs = [:]
        let destinations = Dictionary(uniqueKeysWithValues: selections.map { ($0.source, $0.destination) })
        let staged = try await concurrentMap(work, limit: options.parallelism) { [self] item in
            let table = item.table
            let low = item.snapshot?.low.lsn(of: table.mechanism)
            let end = position.lsn(of: table.mechanism)
            let known = item.progress ?? .unread
            var entry = Manifest.Table(
                description: table,
                destination: destinations[table.name] ?? table.name.name,
                state: known.state,
                from: low ?? known.published,
                through: known.through,
                snapshotCut: known.snapshotCut
            )
            if let reason = item.resync {
                entry.state = .needsResync(reason)
                return (entry, CDCError?.none)
            }
            guard !item.isDenied, item.snapshot != nil || known.state.followsChanges else { return (entry, nil) }
            let after = low ?? known.through
            do {
                if after < end {
                    entry.changes = try await retryReading("reading changes of table \(table.name)", of: table.name) {
                        try await stageChanges(of: table, after: after, through: end, cut: number)
                    }
                }
                if let snapshot = item.snapshot {
                    entry.snapshot = snapshot.files
                    entry.snapshotCut = number
                }
                entry.state = .streaming
                entry.through = max(after, end)
            } catch let error as CDCError {
                if let reason = ResyncReason(error) {
                    entry.state = .needsResync(reason)
                } else if error.isOfOneTable {
                    return (entry, error)
                } else {
                    throw error
                }
            } catch let exhausted as RetriesExhausted {
                return (entry, try await trouble(of: table.name, exhausted))
            }
            return (entry, nil)
        }
        for (entry, error) in staged { if let error { denied[entry.description.name] = error } }
        return staged.map(\.0)
    }

    nonisolated func stageChanges(
        of table: SourceTable,
        after: LSN,
        through: LSN,
        cut: Int64
    ) async throws -> [StagedFile] {
        var writer = StagedFileWriter(
            volume: volume,
            schema: ChangeColumns.schema(capturing: table.schema),
            prefix: "\(StagingVolume.changesFolder(table.name))/cut-\(cut)-\(UniqueName.uuid())",
            options: options,
            mostMemoryBytes: options.bytesPerSlice
        )
        do {
            var order = ChangeOrder(table: table.name, after: after, through: through)
            let changes = try await source.changes(of: table, after: after, through: through)
            while let batch = try await changes.next() {
                try Task.checkCancellation()
                guard let (first, last) = try order.accept(batch) else { continue }
                try checkKeys(of: batch, table)
                try await writer.write(batch, firstLSN: first, lastLSN: last)
            }
            return try await writer.finish()
        } catch {
            await writer.discard()
            throw error
        }
    }
}
