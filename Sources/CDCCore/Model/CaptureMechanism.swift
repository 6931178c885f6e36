/// How a source keeps what changed in a table.
///
/// Each mechanism counts in numbers of its own; see ``SourcePosition``.
public enum CaptureMechanism: String, Hashable, Sendable {
    /// Every change of every row, taken from the log after the commit, in a change table.
    case changeDataCapture
    /// The keys of changed rows and the version of their last change, kept with the commit itself; neither old values nor
    /// what a row was in between.
    case changeTracking
}

extension LSN {
    /// A version of Change Tracking as ten bytes, so that tables of both mechanisms are kept alike.
    public init(changeTrackingVersion version: Int64) {
        let version = UInt64(clamping: version)
        self.init(high: version >> 16, low: UInt16(truncatingIfNeeded: version))
    }

    /// The version of Change Tracking that the ten bytes hold; `nil` for a number of the log, whose first four bytes count
    /// log files from one.
    public var changeTrackingVersion: Int64? {
        high < 1 << 32 ? Int64(high << 16 | UInt64(low)) : nil
    }

    /// Whether a mechanism can have counted up to here.
    func isOf(_ mechanism: CaptureMechanism) -> Bool {
        self == .zero || (changeTrackingVersion != nil) == (mechanism == .changeTracking)
    }
}
