/// A published cut: what one pass of the gateway read, up to one point of the source, whole transactions only.
///
/// What no manifest names does not exist. Manifests are numbered without gaps, written last, and never changed.
public struct Manifest: Hashable, Sendable {
    /// The cut's number, from 1.
    public var cut: Int64
    public var pipeline: String
    /// The source that was read: ``ChangeSource/identity``.
    public var source: String
    /// The history of the source that was read: ``ChangeSource/history()``; `nil` where it is not known.
    public var history: String?
    /// The point up to which every table that follows is complete.
    public var position: SourcePosition
    /// When the manifest was written, in microseconds since 1970-01-01T00:00:00Z.
    public var publishedAt: Int64
    /// All tables of the pipeline, with or without news.
    public var tables: [Table]

    public struct Table: Hashable, Sendable {
        public var description: SourceTable
        /// The table's name in the destination.
        public var destination: String
        public var state: TableState
        /// The changes of this cut lie above this LSN: a table that is not there yet lacks an earlier cut.
        public var from: LSN
        /// Up to where the table's changes are staged, in this cut and those before.
        public var through: LSN
        /// The cut that holds the table's newest snapshot; 0 where there is none yet.
        public var snapshotCut: Int64
        /// Files with all rows of the table, in the destination's final form; `nil` but in the cut of a snapshot.
        public var snapshot: [StagedFile]?
        /// Files of changes, in order; they come after the snapshot where there is one.
        public var changes: [StagedFile]

        public init(
            description: SourceTable,
            destination: String,
            state: TableState,
            from: LSN,
            through: LSN,
            snapshotCut: Int64,
            snapshot: [StagedFile]? = nil,
            changes: [StagedFile] = []
        ) {
            self.description = description
            self.destination = destination
            self.state = state
            self.from = from
            self.through = through
            self.snapshotCut = snapshotCut
            self.snapshot = snapshot
            self.changes = changes
        }

        /// Whether the cut brings this table anything.
        public var hasNews: Bool { snapshot != nil || !changes.isEmpty }
    }

    public init(
        cut: Int64,
        pipeline: String,
        source: String,
        history: String? = nil,
        position: SourcePosition,
        publishedAt: Int64,
        tables: [Table]
    ) {
        self.cut = cut
        self.pipeline = pipeline
        self.source = source
        self.history = history
        self.position = position
        self.publishedAt = publishedAt
        self.tables = tables
    }

    public func table(_ name: TableName) -> Table? { tables.first { $0.description.name == name } }
}
