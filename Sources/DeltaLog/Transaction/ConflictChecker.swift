import Columnar

/// Decides whether a commit that lost a race still holds after the commit that won it.
///
/// A pure function: nothing is read or written.
///
/// Source: Delta Spark, `ConflictChecker`, with the isolation level Serializable; commits that only rearrange rows run at
/// snapshot isolation, where rows added by others do not matter.
enum ConflictChecker {
    /// The commit that lost.
    struct Loser: Sendable {
        var reads: ReadSet
        /// The applications whose versions the commit relies on, besides those it sets itself.
        var applications: Set<String> = []
        var actions: [Action]
        /// Of the snapshot that the commit was planned on; `nil` where it creates the table.
        var base: (protocol: TableProtocol, metadata: TableMetadata, schema: Schema)?
    }

    /// The commit that won.
    struct Winner: Sendable {
        var version: Int64
        var actions: [Action]
    }

    /// How the winner contradicts the loser; `nil` where both hold, one after the other.
    static func conflict(_ loser: Loser, _ winner: Winner) -> CommitConflict? {
        func found(
            _ kind: CommitConflict.Kind,
            files: [String] = [],
            names: [String] = []
        ) -> CommitConflict {
            CommitConflict(
                kind,
                winnerVersion: winner.version,
                winnerOperation: winner.actions.commitInfo?.operation,
                files: files,
                names: names
            )
        }
        guard let base = loser.base else { return found(.tableCreated) }
        let mine = Summary(loser.actions)
        let theirs = Summary(winner.actions)

        if let changed = theirs.protocol {
            let kept = Set(changed.writerFeatureNames)
            let isCompatible =
                mine.protocol == nil && base.protocol.writerFeatureNames.allSatisfy(kept.contains)
                && isWritable(changed, theirs.metadata ?? base.metadata, base.schema)
            if !isCompatible { return found(.protocolChanged) }
        }
        if theirs.metadata != nil { return found(.metadataChanged) }
        let domains = mine.domains.intersection(theirs.domains).subtracting([rowTracking])
        if !domains.isEmpty { return found(.domainMetadata, names: domains.sorted()) }
        let applications = mine.applications.union(loser.applications).intersection(theirs.applications)
        if !applications.isEmpty { return found(.transaction, names: applications.sorted()) }

        if !loser.actions.onlyRearrange {
            let read = theirs.adds.filter { add in
                add.dataChange && (loser.reads.isWholeTable || loser.reads.wouldRead?(add) ?? false)
            }
            if !read.isEmpty { return found(.concurrentAppend, files: read.map(\.path)) }
        }
        if !theirs.removes.isEmpty {
            let files = Set(loser.reads.files.map(LogPath.canonical))
            let read = theirs.removes.filter { loser.reads.isWholeTable || files.contains($0.key.path) }
            if !read.isEmpty { return found(.concurrentDeleteRead, files: read.map(\.path)) }
        }
        // By path, not by path and deletion vector: two changes of one file's rows contradict each other, too.
        let changed = theirs.touchedPaths
        let both = mine.changes.filter { changed.contains($0.key) }
        if !both.isEmpty { return found(.concurrentDeleteDelete, files: both.map(\.value).sorted()) }
        return nil
    }

    /// The one domain that several commits may set at a time, since each counts on from the other.
    private static let rowTracking = "delta.rowTracking"

    private static func isWritable(_ tableProtocol: TableProtocol, _ metadata: TableMetadata, _ schema: Schema) -> Bool
    {
        do {
            try tableProtocol.ensureWritable(metadata, schema)
            return true
        } catch {
            return false
        }
    }

    /// The actions of a commit, by kind.
    private struct Summary {
        var `protocol`: TableProtocol?
        var metadata: TableMetadata?
        var domains: Set<String> = []
        var applications: Set<String> = []
        var adds: [AddFile] = []
        var removes: [RemoveFile] = []

        init(_ actions: [Action]) {
            for action in actions {
                switch action {
                case .protocol(let value): self.protocol = value
                case .metadata(let value): metadata = value
                case .domainMetadata(let value): domains.insert(value.domain)
                case .transaction(let value): applications.insert(value.appId)
                case .add(let value): adds.append(value)
                case .remove(let value): removes.append(value)
                case .cdc, .commitInfo, .checkpointMetadata, .sidecar: break
                }
            }
        }

        /// The files that the commit changes or takes away, in the one spelling and in the log's.
        var changes: [String: String] {
            var paths: [String: String] = [:]
            for remove in removes { paths[remove.key.path] = remove.path }
            for add in adds { paths[add.key.path] = add.path }
            return paths
        }

        /// The files that the commit adds, changes or takes away, in the one spelling.
        var touchedPaths: Set<String> {
            Set(removes.map(\.key.path)).union(adds.map(\.key.path))
        }
    }
}
