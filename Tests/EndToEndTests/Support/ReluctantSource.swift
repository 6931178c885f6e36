import CDCCore

/// A source that does not say all that the one behind it knows.
struct ReluctantSource: ChangeSource {
    let source: any ChangeSource
    /// Otherwise that it was restored is only seen where its log ends too soon.
    var namesHistory = true
    /// Tables that it does not describe, and why.
    var refused: [TableName: CDCError] = [:]

    var identity: String { source.identity }

    func history() async throws -> String? { namesHistory ? try await source.history() : nil }

    func describe(_ tables: [TableName]) async throws -> [SourceTable] {
        for table in tables { if let error = refused[table] { throw error } }
        return try await source.describe(tables)
    }

    func cut(after: SourcePosition, transactionLimit: Int) async throws -> SourcePosition? {
        try await source.cut(after: after, transactionLimit: transactionLimit)
    }

    func fence() async throws -> SourcePosition { try await source.fence() }

    func changes(of table: SourceTable, after: LSN, through: LSN) async throws -> any BatchCursor {
        try await source.changes(of: table, after: after, through: through)
    }

    func snapshotStart(of table: SourceTable) async throws -> SourcePosition? {
        try await source.snapshotStart(of: table)
    }

    func snapshotChunks(of table: SourceTable) async throws -> [SnapshotChunk] {
        try await source.snapshotChunks(of: table)
    }

    func rows(of chunk: SnapshotChunk, table: SourceTable) async throws -> any BatchCursor {
        try await source.rows(of: chunk, table: table)
    }

    func exactSnapshot(of table: SourceTable) async throws -> ExactSnapshot {
        try await source.exactSnapshot(of: table)
    }
}
