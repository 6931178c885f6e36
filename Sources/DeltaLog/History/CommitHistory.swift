public import CDCJSON

/// One version of a table, as `DESCRIBE HISTORY` shows it.
public struct CommitHistory: Hashable, Sendable {
    public var version: Int64
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public var timestamp: Int64
    /// `WRITE`, `MERGE`, …; `nil` where the writer did not say.
    public var operation: String?
    public var operationParameters: [String: JSONValue]
    public var operationMetrics: [String: JSONValue]
    public var readVersion: Int64?
    public var isolationLevel: String?
    public var isBlindAppend: Bool?
    /// The program that wrote the commit.
    public var engineInfo: String?
    public var userMetadata: String?
    /// Everything the writer said.
    public var info: CommitInfo?
}

extension TableLog {
    /// The versions that the log still has, newest first.
    ///
    /// - Parameter limit: how many at most; `nil` for all.
    /// - Throws: ``DeltaError`` with code `tableNotFound`, `corruptLog` or `storage`.
    public func history(limit: Int? = nil) async throws(DeltaError) -> [CommitHistory] {
        do {
            let commits = LogSegment.commits(try await LogSegment.list(folder, from: nil))
            if commits.isEmpty { _ = try await LogSegment.find(folder, version: nil) }
            let wanted = Array(commits.suffix(max(0, limit ?? commits.count)))
            var times = CommitTimes.ascending(commits).suffix(wanted.count).map(\.timestamp)[...]
            var history: [CommitHistory] = []
            try await CommitReader.forEach(wanted, in: folder, CommitReader.commitInfo) { commit, info in
                let age = times.popFirst() ?? commit.modified
                history.append(
                    CommitHistory(
                        version: commit.version,
                        timestamp: info?.inCommitTimestamp ?? age,
                        operation: info?.operation,
                        operationParameters: info?.operationParameters ?? [:],
                        operationMetrics: info?.operationMetrics ?? [:],
                        readVersion: info?.readVersion,
                        isolationLevel: info?.isolationLevel,
                        isBlindAppend: info?.isBlindAppend,
                        engineInfo: info?.engineInfo,
                        userMetadata: info?.userMetadata,
                        info: info
                    )
                )
            }
            return history.reversed()
        } catch {
            throw error.inTable(path)
        }
    }
}
