/// A point in the source's history, as each capture mechanism counts it, and when it was.
public struct SourcePosition: Hashable, Sendable {
    /// The commit LSN of the last transaction in the log.
    public var lsn: LSN
    /// The version of Change Tracking at that point; 0 where nothing is tracked.
    public var changeTrackingVersion: Int64
    /// Microseconds since 1970-01-01T00:00:00Z, by the source's clock.
    public var commitTime: Int64

    public init(lsn: LSN, changeTrackingVersion: Int64 = 0, commitTime: Int64) {
        self.lsn = lsn
        self.changeTrackingVersion = changeTrackingVersion
        self.commitTime = commitTime
    }

    /// Before everything.
    public static let start = SourcePosition(lsn: .zero, commitTime: 0)

    /// The point as the tables of a mechanism count it.
    public func lsn(of mechanism: CaptureMechanism) -> LSN {
        switch mechanism {
        case .changeDataCapture: lsn
        case .changeTracking: LSN(changeTrackingVersion: changeTrackingVersion)
        }
    }

    /// Whether nothing that belongs to another point lies behind this one.
    public func reaches(_ other: SourcePosition) -> Bool {
        lsn >= other.lsn && changeTrackingVersion >= other.changeTrackingVersion
    }

    /// The first point that reaches both.
    func joined(with other: SourcePosition) -> SourcePosition {
        SourcePosition(
            lsn: max(lsn, other.lsn),
            changeTrackingVersion: max(changeTrackingVersion, other.changeTrackingVersion),
            commitTime: max(commitTime, other.commitTime)
        )
    }
}
