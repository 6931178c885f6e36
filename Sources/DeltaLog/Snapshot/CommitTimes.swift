import Columnar
import LakeStorage

/// When versions were committed: by the time in the commit where the table keeps it there, else by the age of the file.
///
/// Ages of files may stand still or run backwards; a version is then taken to be a millisecond younger than the one before.
///
/// Source: Delta protocol, "In-Commit Timestamps"; Delta Spark, `DeltaHistoryManager`.
enum CommitTimes {
    /// The time of a segment's version.
    ///
    /// - Parameter info: the commit info of that version, where it was read.
    static func timestamp(of segment: LogSegment, _ metadata: TableMetadata?, _ info: CommitInfo?) -> Int64 {
        if let metadata, usesInCommitTime(metadata, segment.version), let time = info?.inCommitTimestamp { return time }
        let files = (segment.checkpointCommit.map { [$0] } ?? []) + segment.commits
        return ascending(files).last?.timestamp ?? segment.checkpoint?.modified ?? 0
    }

    /// Versions with the ages of their files, made to ascend.
    static func ascending(_ commits: [LogSegment.CommitFile]) -> [(version: Int64, timestamp: Int64)] {
        var result: [(version: Int64, timestamp: Int64)] = []
        result.reserveCapacity(commits.count)
        for commit in commits {
            let time = result.last.map { max($0.timestamp.successor, commit.modified) } ?? commit.modified
            result.append((commit.version, time))
        }
        return result
    }

    /// The versions that a log has, with the ages of their commits. A version of which only the checkpoint is left is as old
    /// as that, but older than the next one.
    private static func known(_ files: [ObjectAttributes]) -> [(version: Int64, timestamp: Int64)] {
        var times = ascending(LogSegment.commits(files))
        for checkpoint in LogSegment.checkpoints(files) {
            let place = times.firstIndex { $0.version >= checkpoint.version } ?? times.endIndex
            let next = place < times.endIndex ? times[place] : (version: .max, timestamp: .max)
            if next.version == checkpoint.version { continue }
            times.insert((checkpoint.version, min(checkpoint.modified, next.timestamp &- 1)), at: place)
        }
        return times
    }

    static func usesInCommitTime(_ metadata: TableMetadata, _ version: Int64) -> Bool {
        guard metadata.flag(TableProperty.enableInCommitTimestamps) else { return false }
        // Without the property the table has kept its times from the beginning.
        let since = metadata.configuration[TableProperty.inCommitTimestampEnablementVersion].flatMap { Int64($0) } ?? 0
        return version >= since
    }

    /// The newest version that was committed at `time` or before.
    ///
    /// - Throws: ``DeltaError`` with code `missingVersion` where the log begins later.
    static func version(_ log: TableLog, at time: Int64) async throws(DeltaError) -> Int64 {
        let files = try await LogSegment.list(log.folder, from: nil)
        var times = known(files)
        guard let oldest = times.first?.version else {
            return try await LogSegment.find(log.folder, version: nil).version
        }
        let metadata = try await log.ungatedSnapshot().metadata
        if metadata.flag(TableProperty.enableInCommitTimestamps) {
            let commits = LogSegment.commits(files).filter { usesInCommitTime(metadata, $0.version) }
            var own: [Int64: Int64] = [:]
            try await CommitReader.forEach(commits, in: log.folder, CommitReader.commitInfo) { commit, info in
                own[commit.version] = info?.inCommitTimestamp
            }
            var previous: Int64?
            for index in times.indices where usesInCommitTime(metadata, times[index].version) {
                let (version, age) = times[index]
                times[index].timestamp = own[version] ?? max(age, previous?.successor ?? age)
                previous = times[index].timestamp
            }
        }
        guard let found = times.last(where: { $0.timestamp <= time }) else {
            throw DeltaError(
                .missingVersion,
                "the log holds no version as old as \(text(time)); its oldest is version \(oldest), committed "
                    + "at \(text(times.first?.timestamp ?? 0))"
            )
        }
        return found.version
    }

    /// Milliseconds since 1970 as `2024-01-31T12:00:00.000Z`.
    private static func text(_ milliseconds: Int64) -> String {
        let (microseconds, overflow) = milliseconds.multipliedReportingOverflow(by: 1000)
        return overflow
            ? "\(milliseconds) ms since 1970" : CivilTime.format(microseconds: microseconds, digits: 3) + "Z"
    }
}
