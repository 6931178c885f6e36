import CDCCore
import CDCTesting
import Columnar

/// A shop whose visitors' book has no key: the same line may stand in it several times.
///
/// The in-memory source knows the lines apart by a number, which nobody sees.
final class KeylessSource: ChangeSource {
    let memory: InMemorySource

    private static let number = "number"
    private static let numbered = SourceTable(
        "dbo.visits",
        schema: Schema([Field(number, .long, isNullable: false)] + visits.schema.fields),
        key: [number]
    )

    static let visits = SourceTable("dbo.visits", schema: [Field("place", .string), Field("count", .integer)], key: [])

    init(_ others: [SourceTable] = []) throws {
        memory = try InMemorySource(identity: "shop", tables: [Self.numbered] + others)
    }

    static func line(_ number: Int, _ place: Value, _ count: Value) -> [String: Value] {
        [Self.number: .integer(Int64(number)), "place": place, "count": count]
    }

    /// The lines of the book, sorted.
    func lines() throws -> [[Value]] {
        try memory.rows(of: "dbo.visits").rows.map { Array($0.dropFirst()) }.sorted { "\($0)" < "\($1)" }
    }

    private func hide(_ cursor: any BatchCursor, in table: SourceTable) -> any BatchCursor {
        table.name == Self.visits.name ? HidingCursor(cursor, Self.number) : cursor
    }

    private func shown(_ table: SourceTable) -> SourceTable {
        table.name == Self.visits.name ? Self.visits : table
    }

    private func hidden(_ table: SourceTable) -> SourceTable {
        table.name == Self.visits.name ? Self.numbered : table
    }

    // MARK: ChangeSource

    var identity: String { memory.identity }

    func describe(_ tables: [TableName]) async throws -> [SourceTable] {
        try await memory.describe(tables).map(shown)
    }

    func cut(after: SourcePosition, transactionLimit: Int) async throws -> SourcePosition? {
        try await memory.cut(after: after, transactionLimit: transactionLimit)
    }

    func fence() async throws -> SourcePosition { try await memory.fence() }

    func changes(of table: SourceTable, after: LSN, through: LSN) async throws -> any BatchCursor {
        hide(try await memory.changes(of: hidden(table), after: after, through: through), in: table)
    }

    func snapshotChunks(of table: SourceTable) async throws -> [SnapshotChunk] {
        try await memory.snapshotChunks(of: hidden(table))
    }

    func rows(of chunk: SnapshotChunk, table: SourceTable) async throws -> any BatchCursor {
        hide(try await memory.rows(of: chunk, table: hidden(table)), in: table)
    }

    func exactSnapshot(of table: SourceTable) async throws -> ExactSnapshot {
        var snapshot = try await memory.exactSnapshot(of: hidden(table))
        snapshot.rows = hide(snapshot.rows, in: table)
        return snapshot
    }
}

/// Leaves a column out.
private final class HidingCursor: BatchCursor {
    private let cursor: any BatchCursor
    private let column: String

    init(_ cursor: any BatchCursor, _ column: String) {
        self.cursor = cursor
        self.column = column
    }

    func next() async throws -> RecordBatch? {
        guard let batch = try await cursor.next() else { return nil }
        return try batch.selecting(batch.schema.fields.map(\.name).filter { $0 != column })
    }
}
