/// How a ``SQLServerSource`` reads; the defaults suit a database of ordinary size.
public struct SQLServerSourceOptions: Sendable {
    /// By which of SQL Server's two mechanisms changes are read.
    public enum Mechanism: Hashable, Sendable {
        /// Change Tracking where the table has a primary key and it is enabled, otherwise Change Data Capture.
        case automatic
        /// Every change, from the transaction log, seconds later.
        case changeDataCapture
        /// The net changes, at once; with less work for the server, and without the states in between.
        case changeTracking
    }

    public var mechanism = Mechanism.automatic
    /// How many connections there are at most. With one, Change Tracking is read without a SNAPSHOT transaction, which would keep it.
    public var connections = 4
    /// How many changes are asked for at a time.
    public var rowsPerPage = 50_000
    /// After about how many bytes a page ends.
    public var bytesPerPage = 64 << 20
    /// About how many rows a chunk of a snapshot has.
    public var rowsPerChunk = 500_000
    /// The time zone of the server's clock, as `sys.time_zone_info` names it, where the server is older than 2022 and its zone has
    /// summer time: without it, commit times of the other half of the year are an hour off.
    public var serverTimeZone: String?
    /// How long the capture job may take to get to the end of the log.
    public var fenceTimeout = Duration.seconds(300)
    /// The pause before the log is asked again whether it got there.
    public var fencePause = Duration.milliseconds(500)
    /// For how long writers of a table without a key may be kept waiting while the point is looked for at which it is read.
    public var exactSnapshotLockTime = Duration.seconds(30)
    /// How often a statement that failed for a reason that passes is tried again.
    public var maximumRetries = 5
    /// Whether changes are deleted from the change tables once they are applied, every 15 minutes at most, instead of when the clean-up
    /// job finds them old. The login needs to be a member of `db_owner` for it. Never where anybody else reads the same capture instances,
    /// another pipeline for instance: changes would be gone before they are read.
    public var cleansChangeTables = false
    /// How often, once a minute at most, the watermark is written to when the health is asked for: so that a database in which nothing
    /// changes, too, gets new positions, and a capture that stands still is seen. Needs the watermark that ``CaptureSetup`` makes; `nil`
    /// writes nothing.
    public var heartbeat: Duration?

    public init() {}
}
