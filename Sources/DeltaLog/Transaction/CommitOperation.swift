public import CDCJSON

/// What a commit does, for the table's history.
public struct CommitOperation: Hashable, Sendable {
    /// As Delta Spark names it: `WRITE`, `MERGE`, `DELETE`, `OPTIMIZE`, `CREATE TABLE`, …
    public var name: String
    /// What was asked for.
    public var parameters: [String: JSONValue]
    /// What was done: `numOutputRows`, `numTargetRowsUpdated`, …
    public var metrics: [String: Int64]

    public init(_ name: String, parameters: [String: JSONValue] = [:], metrics: [String: Int64] = [:]) {
        self.name = name
        self.parameters = parameters
        self.metrics = metrics
    }
}
