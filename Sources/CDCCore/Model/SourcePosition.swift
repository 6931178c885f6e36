/// A point in the source's log, and when its transaction committed.
public struct SourcePosition: Hashable, Sendable {
    public var lsn: LSN
    /// Microseconds since 1970-01-01T00:00:00Z, by the source's clock.
    public var commitTime: Int64

    public init(lsn: LSN, commitTime: Int64) {
        self.lsn = lsn
        self.commitTime = commitTime
    }
}
