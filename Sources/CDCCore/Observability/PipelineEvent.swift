public import CDCJSON

/// Something that happened in a pipeline and that its keeper may want to know.
///
/// The kinds are those of ``PipelineEvent/Kind``; alert rules need the ``severity`` and the kind, never the message.
public struct PipelineEvent: Hashable, Sendable {
    public enum Severity: String, Hashable, Sendable, CaseIterable {
        case info = "INFO"
        case warning = "WARN"
        case error = "ERROR"
        case metrics = "METRICS"
    }

    /// What an event tells. The raw values are what the event log holds.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// A run began.
        case updateStarted = "update_started"
        /// A run ended as it should.
        case updateCompleted = "update_completed"
        /// A run ended with an error.
        case updateFailed = "update_failed"
        /// A table's rows are being read.
        case snapshotStarted = "snapshot_started"
        /// Some of a table's rows are staged.
        case snapshotProgress = "snapshot_progress"
        /// All of a table's rows are staged.
        case snapshotCompleted = "snapshot_completed"
        /// The gateway published a cut.
        case cutPublished = "cut_published"
        /// A table was brought to a cut: how many rows, which version.
        case flowProgress = "flow_progress"
        /// All tables show the source as of one transaction.
        case consistentPoint = "consistent_point"
        /// A table cannot follow any more.
        case needsResync = "needs_resync"
        /// A table could not be brought up to date; it is tried again in the next run.
        case tableFailed = "table_failed"
        /// Something is tried again.
        case retry = "retry"
        /// The checkpoint store was lost or behind and was made up from the tables.
        case checkpointRebuilt = "checkpoint_rebuilt"
        /// Nothing is captured at the source; with severity ``Severity/info``, something is again. So with the following.
        case captureStalled = "capture_stalled"
        /// The source's capture does not keep up.
        case captureSaturated = "capture_saturated"
        /// The source's capture reported an error.
        case captureFailed = "capture_failed"
        /// Changes of a table that are not applied yet will be deleted at the source soon.
        case retentionLow = "retention_low"
        /// The source's log grows, because it waits for the capture.
        case logHeld = "log_truncation_held"
    }

    /// Unique.
    public var id: String
    /// Grows by one with each event of a run.
    public var sequence: Int64
    /// Microseconds since 1970-01-01T00:00:00Z.
    public var timestamp: Int64
    public var severity: Severity
    public var kind: Kind
    public var pipeline: String
    /// The run.
    public var updateID: String
    public var table: TableName?
    public var message: String
    /// Figures and names that belong to the kind.
    public var details: [String: JSONValue]
}
