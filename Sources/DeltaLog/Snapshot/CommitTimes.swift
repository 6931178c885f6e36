import Columnar

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
        return ascending(files).last?.timestamp ?? 0
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
        let commits = LogSegment.commits(try await LogSegment.list(log.folder, from: nil))
        guard let first = commits.first else {
            return try await LogSegment.find(log.folder, version: nil).version
        }
        let latest = try await log.ungatedSnapshot()
        var times = ascending(commits)
        if latest.metadata.flag(TableProperty.enableInCommitTimestamps) {
            for index in times.indices where usesInCommitTime(latest.metadata, times[index].version) {
                let info = try await CommitReader.commitInfo(log.folder, times[index].version)
                if let own = info?.inCommitTimestamp { times[index].timestamp = own }
            }
        }
        guard let found = times.last(where: { $0.timestamp <= time }) else {
            throw DeltaError(
                .missingVersion,
                "the log holds no version as old as \(text(time)); its oldest is version \(first.version), committed "
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
