public import CDCCore

/// A table of a database, as far as the login sees it.
public struct TableSummary: Hashable, Sendable {
    public var name: TableName
    /// The primary key, or the unique key that serves as one; empty where there is none.
    public var key: [String]
    public var foreignKeys: [ForeignKey]
    /// The names of its capture instances, the older first; `nil` where the login may not know.
    public var captureInstances: [String]?
    /// Whether Change Tracking is on.
    public var isTracked: Bool
    /// About how many rows it has.
    public var rowCountEstimate: Int
}
