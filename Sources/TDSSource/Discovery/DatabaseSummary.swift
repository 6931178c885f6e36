/// A database of a server, as far as the login sees it.
public struct DatabaseSummary: Hashable, Sendable {
    public var name: String
    /// Whether the login may open it.
    public var isAccessible: Bool
    /// Whether Change Data Capture is enabled.
    public var isCaptured: Bool
    /// Whether Change Tracking is on.
    public var isTracked: Bool
}
