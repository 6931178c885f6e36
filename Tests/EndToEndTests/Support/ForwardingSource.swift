import CDCCore

/// A source that passes every call on that it does not answer itself.
protocol ForwardingSource: ChangeSource {
    var target: any ChangeSource { get }
}

extension ForwardingSource {
    var identity: String { target.identity }

    func describe(_ tables: [TableName]) async throws -> [SourceTable] { try await target.describe(tables) }

    func cut(after: SourcePosition, transactionLimit: Int) async throws -> SourcePosition? {
        try await target.cut(after: after, transactionLimit: transactionLimit)
    }

    func fence() async throws -> SourcePosition { try await target.fence() }

    func changes(of table: SourceTable, after: LSN, through: LSN) async throws -> any BatchCursor {
        try await target.changes(of: table, after: after, through: through)
    }

    func snapshotStart(of table: SourceTable) async throws -> SourcePosition? {
        try await target.snapshotStart(of: table)
    }

    func snapshotChunks(of table: SourceTable) async throws -> [SnapshotChunk] {
        try await target.snapshotChunks(of: table)
    }

    func rows(of chunk: SnapshotChunk, table: SourceTable) async throws -> any BatchCursor {
        try await target.rows(of: chunk, table: table)
    }

    func exactSnapshot(of table: SourceTable) async throws -> ExactSnapshot {
        try await target.exactSnapshot(of: table)
    }

    func health(at positions: [TableName: LSN]) async throws -> SourceHealth? { try await target.health(at: positions) }

    func acknowledge(_ positions: [TableName: LSN]) async throws { try await target.acknowledge(positions) }
}
