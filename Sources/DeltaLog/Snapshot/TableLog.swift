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
        var (segment, state) = try await start(version)
        var info = try await apply(segment.commits, to: &state)
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

    /// The files for a version, and what their checkpoint says.
    ///
    /// Where the newest checkpoint is broken, an older one takes its place, or the first commit, if only the commits after
    /// it are there.
    private func start(_ version: Int64?) async throws(DeltaError) -> (LogSegment, LogState) {
        var version = version
        var broken: Set<LogSegment.Checkpoint> = []
        var failures: [DeltaError] = []
        while true {
            let segment: LogSegment
            do {
                segment = try await LogSegment.find(folder, version: version, without: broken)
            } catch {
                guard var failure = failures.first, error.code == .missingVersion else { throw error }
                let reasons = failures.map(\.message).joined(separator: "; ")
                failure.message = "\(reasons); without it: \(error.message); restore the checkpoint from a backup"
                throw failure
            }
            var state = LogState()
            guard let checkpoint = segment.checkpoint else { return (segment, state) }
            do {
                try await CheckpointReader.read(checkpoint, folder) { actions in state.apply(actions) }
                return (segment, state)
            } catch {
                guard error.isBrokenFile else { throw error }
                failures.append(error)
                broken.insert(checkpoint)
                // No older version is passed off as the newest.
                version = segment.version
            }
        }
    }

    /// Applies commits to what the log said before them; returns the last one's commit info.
    private func apply(
        _ commits: [LogSegment.CommitFile],
        to state: inout LogState
    ) async throws(DeltaError) -> CommitInfo? {
        var info: CommitInfo?
        try await CommitReader.forEach(commits, in: folder, CommitReader.read) { _, actions in
            info = actions.commitInfo
            state.apply(actions)
        }
        return info
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
            let info = try await apply(new, to: &state)
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
