public import CDCCore
public import Columnar
import Synchronization

/// A source at whose calls a test looks, and whose answers it may change.
///
/// ```swift
/// let busy = InterceptedSource(source, before: { call in
///     // Somebody always changes a row while the orders are read.
///     if call == .snapshot("dbo.orders") { try source.transaction { … } }
/// })
/// ```
///
/// What a hook throws is what the call throws.
public final class InterceptedSource: ChangeSource {
    /// Is told of a call.
    public typealias Hook = @Sendable (SourceCall) throws -> Void

    private let source: any ChangeSource
    private let before: Hook
    private let after: Hook
    private let chunk: @Sendable (SnapshotChunk, TableName) -> SnapshotChunk
    private let batch: @Sendable (RecordBatch, SourceCall) throws -> RecordBatch
    private let made = Mutex<[SourceCall]>([])

    /// - Parameters:
    ///   - source: The source that answers.
    ///   - before: Called before each call.
    ///   - after: Called after each call; after a call for rows or changes the cursor is there, but no batch was taken from it.
    ///   - chunk: The chunk whose rows are read in the place of the one that was asked for.
    ///   - batch: What is handed out in the place of a batch of rows or changes.
    public init(
        _ source: any ChangeSource,
        before: @escaping Hook = { _ in },
        after: @escaping Hook = { _ in },
        chunk: @escaping @Sendable (SnapshotChunk, TableName) -> SnapshotChunk = { chunk, _ in chunk },
        batch: @escaping @Sendable (RecordBatch, SourceCall) throws -> RecordBatch = { batch, _ in batch }
    ) {
        self.source = source
        self.before = before
        self.after = after
        self.chunk = chunk
        self.batch = batch
    }

    /// The calls so far, those that failed among them.
    public var calls: [SourceCall] { made.withLock { $0 } }

    private func perform<T>(_ call: SourceCall, _ body: () async throws -> T) async throws -> T {
        made.withLock { $0.append(call) }
        try before(call)
        let answer = try await body()
        try after(call)
        return answer
    }

    private func cursor(_ call: SourceCall, _ body: () async throws -> any BatchCursor) async throws -> any BatchCursor
    {
        let cursor = try await perform(call, body)
        return InterceptedCursor(cursor) { [batch] in try batch($0, call) }
    }

    // MARK: ChangeSource

    public var identity: String { source.identity }

    public func history() async throws -> String? { try await source.history() }

    public func describe(_ tables: [TableName]) async throws -> [SourceTable] {
        try await perform(.describe) { try await source.describe(tables) }
    }

    public func cut(after: SourcePosition, transactionLimit: Int) async throws -> SourcePosition? {
        try await perform(.cut) { try await source.cut(after: after, transactionLimit: transactionLimit) }
    }

    public func fence() async throws -> SourcePosition {
        try await perform(.fence) { try await source.fence() }
    }

    public func changes(of table: SourceTable, after: LSN, through: LSN) async throws -> any BatchCursor {
        try await cursor(.changes(table.name)) {
            try await source.changes(of: table, after: after, through: through)
        }
    }

    public func snapshotStart(of table: SourceTable) async throws -> SourcePosition? {
        try await perform(.cut) { try await source.snapshotStart(of: table) }
    }

    public func snapshotChunks(of table: SourceTable) async throws -> [SnapshotChunk] {
        try await perform(.chunks(table.name)) { try await source.snapshotChunks(of: table) }
    }

    public func exactSnapshot(of table: SourceTable) async throws -> ExactSnapshot {
        let call = SourceCall.snapshot(table.name)
        var snapshot = try await perform(call) { try await source.exactSnapshot(of: table) }
        snapshot.rows = InterceptedCursor(snapshot.rows) { [batch] in try batch($0, call) }
        return snapshot
    }

    public func rows(of chunk: SnapshotChunk, table: SourceTable) async throws -> any BatchCursor {
        try await cursor(.snapshot(table.name)) {
            try await source.rows(of: self.chunk(chunk, table.name), table: table)
        }
    }

    public func health(at positions: [TableName: LSN]) async throws -> SourceHealth? {
        try await perform(.health) { try await source.health(at: positions) }
    }

    public func acknowledge(_ positions: [TableName: LSN]) async throws {
        try await perform(.acknowledge) { try await source.acknowledge(positions) }
    }
}

/// Changes the batches of another cursor.
private final class InterceptedCursor: BatchCursor {
    private let cursor: any BatchCursor
    private let change: (RecordBatch) throws -> RecordBatch

    init(_ cursor: any BatchCursor, _ change: @escaping (RecordBatch) throws -> RecordBatch) {
        self.cursor = cursor
        self.change = change
    }

    func next() async throws -> RecordBatch? { try await cursor.next().map(change) }
}
