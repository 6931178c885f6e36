/// Remembers how far a pipeline came, for a quick start and for whoever watches.
///
/// It is a convenience, never the truth: the truth is in the tables and in the staging volume, and a store that was lost
/// or is behind is rebuilt from them. Any task may call any method at any time.
public protocol CheckpointStore: Sendable {
    /// The last checkpoint of a pipeline; `nil` where there is none, or where it cannot be read.
    func load(pipeline: String) async throws -> Checkpoint?
    func save(_ checkpoint: Checkpoint) async throws
}

/// How far a pipeline came.
public struct Checkpoint: Hashable, Sendable {
    public var pipeline: String
    /// The number of the last published cut.
    public var cut: Int64
    /// Up to where the source was looked at; further than the last cut where nothing happened since.
    public var position: SourcePosition
    public var tables: [TableName: TableState]

    public init(pipeline: String, cut: Int64, position: SourcePosition, tables: [TableName: TableState]) {
        self.pipeline = pipeline
        self.cut = cut
        self.position = position
        self.tables = tables
    }
}

/// A checkpoint store that forgets everything with the process.
public actor InMemoryCheckpointStore: CheckpointStore {
    private var checkpoints: [String: Checkpoint] = [:]

    public init() {}

    public func load(pipeline: String) -> Checkpoint? { checkpoints[pipeline] }

    public func save(_ checkpoint: Checkpoint) { checkpoints[checkpoint.pipeline] = checkpoint }
}
