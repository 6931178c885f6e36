public import LakeStorage

/// The log of a Delta table: where its snapshots come from.
///
/// ```swift
/// let log = TableLog(storage: LocalStorage(root: "/lake"), path: "bronze/orders")
/// var snapshot = try await log.snapshot()
/// …
/// snapshot = try await snapshot.update()
/// ```
public struct TableLog: Sendable {
    /// Which version of a table.
    public enum Moment: Hashable, Sendable {
        case latest
        case version(Int64)
        /// The newest version that was committed at that time or before: milliseconds since 1970-01-01T00:00:00Z.
        case timestamp(Int64)
    }

    /// The table's folder, from the root of the storage it lies in.
    public let path: String
    /// The table's folder as a storage: paths in it are relative to the table.
    public let folder: StorageFolder
    /// The time in milliseconds since 1970-01-01T00:00:00Z.
    let now: @Sendable () -> Int64

    public init(storage: any ObjectStorage, path: String) {
        self.init(storage: storage, path: path, now: SystemTime.milliseconds)
    }

    /// A log that takes the time of its commits from `now`.
    package init(storage: any ObjectStorage, path: String, now: @escaping @Sendable () -> Int64) {
        folder = StorageFolder(storage, folder: path)
        self.path = path
        self.now = now
    }

    /// Whether there is a table.
    ///
    /// - Throws: ``DeltaError`` with code `storage`.
    public func exists() async throws(DeltaError) -> Bool {
        do {
            _ = try await LogSegment.find(folder, version: nil)
            return true
        } catch  where error.code == .tableNotFound {
            return false
        } catch  where error.code == .missingVersion {
            return true  // a damaged table is one, too
        } catch {
            throw error.inTable(path)
        }
    }

    /// The table at a version.
    ///
    /// - Throws: ``DeltaError`` with code `tableNotFound`, `missingVersion`, `corruptLog`, `unsupportedFeature`,
    ///   `unsupportedType` or `storage`.
    public func snapshot(at moment: Moment = .latest) async throws(DeltaError) -> Snapshot {
        try await snapshot(at: moment, isGated: true)
    }

    /// The table at a version, whatever its protocol demands: enough to look at its log, not to read its rows.
    ///
    /// - Throws: as ``snapshot(at:)``, except for `unsupportedFeature`.
    package func ungatedSnapshot(at moment: Moment = .latest) async throws(DeltaError) -> Snapshot {
        try await snapshot(at: moment, isGated: false)
    }

    private func snapshot(at moment: Moment, isGated: Bool) async throws(DeltaError) -> Snapshot {
        do {
            switch moment {
            case .latest: return try await load(nil, isGated)
            case .version(let version): return try await load(version, isGated)
            case .timestamp(let time): return try await load(try await CommitTimes.version(self, at: time), isGated)
            }
        } catch {
            throw error.inTable(path)
        }
    }

    private func load(_ version: Int64?, _ isGated: Bool) async throws(DeltaError) -> Snapshot {
        let segment = try await LogSegment.find(folder, version: version)
        var state = LogState()
        if let checkpoint = segment.checkpoint {
            try await CheckpointReader.read(checkpoint, folder) { actions in state.apply(actions) }
        }
        var info: CommitInfo?
        for commit in segment.commits {
            let actions = try await CommitReader.read(folder, commit.version)
            info = actions.commitInfo
            state.apply(actions)
        }
        if segment.commits.isEmpty, state.metadata?.flag(TableProperty.enableInCommitTimestamps) == true,
            let commit = segment.checkpointCommit
        {
            info = try await CommitReader.commitInfo(folder, commit.version)
        }
        return try Snapshot(
            log: self,
            version: segment.version,
            state: state,
            timestamp: CommitTimes.timestamp(of: segment, state.metadata, info),
            commitFile: segment.lastCommit,
            isGated: isGated
        )
    }

    /// Brings a snapshot to the newest version.
    func update(_ snapshot: Snapshot) async throws(DeltaError) -> Snapshot {
        do {
            let files = try await LogSegment.list(folder, from: snapshot.version)
            let commits = LogSegment.commits(files)
            // Without the snapshot's own commit nobody can tell whether what follows belongs to the same table.
            guard let own = commits.first, own == snapshot.commitFile, own.version == snapshot.version else {
                return try await self.snapshot()
            }
            let new = Array(commits.dropFirst())
            if new.isEmpty { return snapshot }
            try LogSegment.checkContiguous(new, from: snapshot.version + 1)
            var state = snapshot.state
            var info: CommitInfo?
            for commit in new {
                let actions = try await CommitReader.read(folder, commit.version)
                info = actions.commitInfo
                state.apply(actions)
            }
            let segment = LogSegment(
                version: snapshot.version + Int64(new.count),
                checkpoint: nil,
                commits: new,
                checkpointCommit: nil
            )
            return try Snapshot(
                log: self,
                version: segment.version,
                state: state,
                timestamp: max(
                    snapshot.timestamp.successor,
                    CommitTimes.timestamp(of: segment, state.metadata, info)
                ),
                commitFile: segment.lastCommit,
                previousSchema: (snapshot.metadata.schemaString, snapshot.schema)
            )
        } catch {
            throw error.inTable(path)
        }
    }
}

extension [Action] {
    /// The commit info among them; `nil` where there is none.
    var commitInfo: CommitInfo? {
        for case .commitInfo(let info) in self { return info }
        return nil
    }
}
