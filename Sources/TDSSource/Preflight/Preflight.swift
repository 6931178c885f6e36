/// What stands between a database and a pipeline, found out with whatever rights the login has.
public struct Preflight: Hashable, Sendable {
    public var platform: ServerPlatform
    /// `16.0.1000.6`
    public var productVersion: String
    /// `Developer Edition (64-bit)`
    public var edition: String
    public var database: String
    /// First what concerns the server and the database, then table by table; within each, the worst first.
    public var findings: [PreflightFinding]

    /// Whether something keeps a pipeline, or one of its tables, from running.
    public var hasErrors: Bool { findings.contains { $0.severity == .error } }
}
