public import CDCJSON

/// How far an application has come: committed together with its data, it makes the application's writes happen once.
///
/// Source: Delta protocol, "Transaction Identifiers".
public struct SetTransaction: Hashable, Sendable {
    public var appId: String
    /// The meaning is the application's.
    public var version: Int64
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public var lastUpdated: Int64?

    public init(appId: String, version: Int64, lastUpdated: Int64? = nil) {
        self.appId = appId
        self.version = version
        self.lastUpdated = lastUpdated
    }
}

/// A named piece of configuration; domains that begin with `delta.` belong to the protocol, all others to applications.
///
/// Source: Delta protocol, "Domain Metadata".
public struct DomainMetadata: Hashable, Sendable {
    public var domain: String
    /// Text that only the domain's owner understands; it is carried along untouched.
    public var configuration: String
    /// Whether the domain is taken away.
    public var removed: Bool

    public init(domain: String, configuration: String, removed: Bool = false) {
        self.domain = domain
        self.configuration = configuration
        self.removed = removed
    }
}

/// What a checkpoint of the second kind says of itself.
///
/// Source: Delta protocol, "Checkpoint Metadata".
public struct CheckpointMetadata: Hashable, Sendable {
    public var version: Int64
    public var tags: [String: String?]?

    public init(version: Int64, tags: [String: String?]? = nil) {
        self.version = version
        self.tags = tags
    }
}

/// A file beside a checkpoint of the second kind that holds some of its file actions.
///
/// Source: Delta protocol, "Sidecar File Information".
public struct Sidecar: Hashable, Sendable {
    /// The file's name, percent-encoded; it lies in `_delta_log/_sidecars`.
    public var path: String
    public var sizeInBytes: Int64
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public var modificationTime: Int64
    public var tags: [String: String?]?

    public init(path: String, sizeInBytes: Int64, modificationTime: Int64, tags: [String: String?]? = nil) {
        self.path = path
        self.sizeInBytes = sizeInBytes
        self.modificationTime = modificationTime
        self.tags = tags
    }
}

/// Who made a commit, by what operation and when: free-form, except for the names that everybody uses.
///
/// Source: Delta protocol, "Commit Provenance Information"; the names are Delta Spark's.
public struct CommitInfo: Hashable, Sendable {
    /// Everything, whether known to this library or not.
    public var members: [String: JSONValue]

    public init(_ members: [String: JSONValue] = [:]) {
        self.members = members
    }

    /// Milliseconds since 1970-01-01T00:00:00Z, by the writer's clock.
    public var timestamp: Int64? {
        get { members["timestamp"]?.integer }
        set { members["timestamp"] = newValue.map { .integer($0) } }
    }

    /// `WRITE`, `MERGE`, `OPTIMIZE`, …
    public var operation: String? {
        get { members["operation"]?.string }
        set { members["operation"] = newValue.map { .string($0) } }
    }

    /// Names and values; the values may be any JSON, though most writers put text.
    public var operationParameters: [String: JSONValue]? {
        get { members["operationParameters"]?.object }
        set { members["operationParameters"] = newValue.map { .object($0) } }
    }

    /// What the operation did; most writers put whole numbers as text.
    public var operationMetrics: [String: JSONValue]? {
        get { members["operationMetrics"]?.object }
        set { members["operationMetrics"] = newValue.map { .object($0) } }
    }

    /// The version the commit was planned on.
    public var readVersion: Int64? {
        get { members["readVersion"]?.integer }
        set { members["readVersion"] = newValue.map { .integer($0) } }
    }

    public var isolationLevel: String? {
        get { members["isolationLevel"]?.string }
        set { members["isolationLevel"] = newValue.map { .string($0) } }
    }

    /// Whether the commit only adds files and read none.
    public var isBlindAppend: Bool? {
        get { members["isBlindAppend"]?.boolean }
        set { members["isBlindAppend"] = newValue.map { .boolean($0) } }
    }

    /// The program that wrote the commit.
    public var engineInfo: String? {
        get { members["engineInfo"]?.string }
        set { members["engineInfo"] = newValue.map { .string($0) } }
    }

    /// A UUID of the attempt, by which a writer finds out whether a commit is its own.
    public var txnId: String? {
        get { members["txnId"]?.string }
        set { members["txnId"] = newValue.map { .string($0) } }
    }

    public var userMetadata: String? {
        get { members["userMetadata"]?.string }
        set { members["userMetadata"] = newValue.map { .string($0) } }
    }

    /// The commit's own time in milliseconds since 1970-01-01T00:00:00Z, in tables that keep it in the commit.
    public var inCommitTimestamp: Int64? {
        get { members["inCommitTimestamp"]?.integer }
        set { members["inCommitTimestamp"] = newValue.map { .integer($0) } }
    }
}
