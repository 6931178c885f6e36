import LakeStorage

/// The files of a log that together say what a version of the table is: the newest whole checkpoint that is not newer, and
/// every commit after it.
struct LogSegment: Sendable {
    struct CommitFile: Hashable, Sendable {
        var version: Int64
        /// From the table's folder.
        var path: String
        /// In bytes.
        var size: Int
        /// When the file was written, in milliseconds since 1970-01-01T00:00:00Z.
        var modified: Int64
    }

    struct Checkpoint: Hashable, Sendable {
        enum Kind: Hashable, Sendable { case parquet, json }

        var version: Int64
        var kind: Kind
        /// One file, or all parts in their order; from the table's folder.
        var paths: [String]
        /// When it was written, in milliseconds since 1970-01-01T00:00:00Z.
        var modified: Int64
    }

    /// The version that the segment describes.
    var version: Int64
    var checkpoint: Checkpoint?
    /// The commits after the checkpoint, or from version 0 on; ascending and without a hole.
    var commits: [CommitFile]
    /// The commit of the checkpoint's own version, where it is still there.
    var checkpointCommit: CommitFile?

    /// The commit of ``version``, where it is still there.
    var lastCommit: CommitFile? { commits.last ?? checkpointCommit }
}

extension LogSegment {
    /// Finds the files for a version, or for the newest one.
    ///
    /// - Parameter broken: checkpoints that are as good as none, because they cannot be read.
    /// - Throws: ``DeltaError`` with code `tableNotFound`, or `missingVersion` naming the one that is not there.
    static func find(
        _ table: StorageFolder,
        version: Int64?,
        without broken: Set<Checkpoint> = []
    ) async throws(DeltaError) -> LogSegment {
        if broken.isEmpty, let hint = try await hint(table), version.map({ hint.version <= $0 }) ?? true {
            let files = try await list(table, from: hint.version)
            // A hint that lies beyond the log, or whose checkpoint is gone, is as good as none.
            if checkpoints(files, atMost: version).contains(where: { $0.version >= hint.version }) {
                return try segment(files, version, without: [])
            }
        }
        return try segment(try await list(table, from: nil), version, without: broken)
    }

    /// The files of the log from a version on.
    static func list(_ table: StorageFolder, from version: Int64?) async throws(DeltaError) -> [ObjectAttributes] {
        do {
            return try await table.list(LogFileName.folder, from: version.map(LogFileName.start) ?? "")
        } catch {
            throw DeltaError(error, "the table's log could not be listed")
        }
    }

    /// The commits among files of a log, ascending.
    static func commits(_ files: [ObjectAttributes]) -> [CommitFile] {
        files.compactMap { file in
            guard case .commit(let version)? = LogFileName(file.name) else { return nil }
            return CommitFile(version: version, path: file.path, size: file.size, modified: file.modified)
        }
    }

    /// Checks that commits follow each other from `first` on.
    ///
    /// - Throws: ``DeltaError`` with code `missingVersion`.
    static func checkContiguous(_ commits: [CommitFile], from first: Int64) throws(DeltaError) {
        var expected = first
        for commit in commits {
            guard commit.version == expected else {
                throw DeltaError(
                    .missingVersion,
                    "the log has a hole: the commit of version \(expected) is missing although there is version "
                        + "\(commit.version); restore '\(LogFileName.commit(named: expected))' from a backup",
                    version: expected
                )
            }
            expected += 1
        }
    }

    private static func hint(_ table: StorageFolder) async throws(DeltaError) -> LastCheckpoint? {
        do {
            return LastCheckpoint(try await table.read("\(LogFileName.folder)/\(LogFileName.lastCheckpoint)"))
        } catch  where error.code == .notFound || error.code == .unreadable {
            return nil
        } catch {
            throw DeltaError(error, "the pointer to the last checkpoint could not be read")
        }
    }

    private static func segment(
        _ files: [ObjectAttributes],
        _ version: Int64?,
        without broken: Set<Checkpoint>
    ) throws(DeltaError) -> LogSegment {
        if let version, version < 0 {
            throw DeltaError(.missingVersion, "there is no version \(version): a table's versions begin with 0")
        }
        let all = commits(files)
        let checkpoint = checkpoints(files, atMost: version).last { !broken.contains($0) }
        guard checkpoint != nil || !all.isEmpty else {
            if version != nil, !checkpoints(files, atMost: nil).isEmpty {
                throw gone(version ?? 0, checkpoints(files, atMost: nil).first?.version ?? 0)
            }
            throw DeltaError(
                .tableNotFound,
                "there is no Delta table here: the folder has no '\(LogFileName.folder)' with a commit in it"
            )
        }
        let first = (checkpoint?.version ?? -1) + 1
        let last = version ?? .max
        let commits = all.filter { $0.version >= first && $0.version <= last }
        let newest = commits.last?.version ?? checkpoint?.version ?? -1
        if checkpoint == nil, let oldest = all.first?.version, oldest > 0 {
            throw gone(version ?? newest, oldest)
        }
        try checkContiguous(commits, from: first)
        if let version, newest < version {
            throw DeltaError(
                .missingVersion,
                "the table has no version \(version); its newest is \(max(newest, all.last?.version ?? newest))",
                version: version
            )
        }
        return LogSegment(
            version: newest,
            checkpoint: checkpoint,
            commits: commits,
            checkpointCommit: checkpoint.flatMap { checkpoint in all.first { $0.version == checkpoint.version } }
        )
    }

    private static func gone(_ version: Int64, _ oldest: Int64) -> DeltaError {
        DeltaError(
            .missingVersion,
            "version \(version) cannot be rebuilt: the log begins with version \(oldest) and holds no checkpoint "
                + "before it; older commits were cleaned up",
            version: version
        )
    }

    /// The whole checkpoints among files of a log, ascending by version; of several for one version the simplest last.
    static func checkpoints(_ files: [ObjectAttributes], atMost limit: Int64? = nil) -> [Checkpoint] {
        var found: [(rank: Int, checkpoint: Checkpoint)] = []
        func find(_ rank: Int, _ version: Int64, _ kind: Checkpoint.Kind, _ files: [ObjectAttributes]) {
            let modified = files.map(\.modified).max() ?? 0
            found.append(
                (rank, Checkpoint(version: version, kind: kind, paths: files.map(\.path), modified: modified))
            )
        }
        var parts: [MultiPart: [Int: ObjectAttributes]] = [:]
        for file in files {
            switch LogFileName(file.name) {
            case .checkpoint(let version)?: find(3, version, .parquet, [file])
            case .uniqueCheckpoint(let version, let isJSON)?: find(2, version, isJSON ? .json : .parquet, [file])
            case .checkpointPart(let version, let part, let count)?:
                parts[MultiPart(version: version, count: count), default: [:]][part] = file
            default: break
            }
        }
        for (multiPart, files) in parts where files.count == multiPart.count {
            find(1, multiPart.version, .parquet, files.sorted { $0.key < $1.key }.map(\.value))
        }
        return found.filter { $0.checkpoint.version <= limit ?? .max }
            .sorted { ($0.checkpoint.version, $0.rank) < ($1.checkpoint.version, $1.rank) }
            .map(\.checkpoint)
    }

    private struct MultiPart: Hashable {
        var version: Int64
        var count: Int
    }
}
