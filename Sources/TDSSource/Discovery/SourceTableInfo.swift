import CDCCore
import Columnar

/// What the catalogue says of one table.
struct SourceTableInfo: Hashable, Sendable {
    var name: TableName
    var objectID: Int
    /// The table's columns as they are now, in their order.
    var columns: [SourceColumn] = []
    /// The primary key, else the smallest unique index whose columns are all NOT NULL; empty where there is neither.
    var key: [String] = []
    var foreignKeys: [ForeignKey] = []
    /// Its capture instances, the older first; two at most.
    var captureInstances: [CaptureInstance] = []
    /// Whether it has one more, to which the capture job has not come yet.
    var awaitsCapture = false
    /// Change Tracking of the table; `nil` where it is off.
    var changeTracking: ChangeTrackingInfo?
    /// About how many rows it has, for the number of chunks.
    var rowCountEstimate = 0

    struct ChangeTrackingInfo: Hashable, Sendable {
        var tracksColumns: Bool
    }
}
