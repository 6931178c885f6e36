import CDCCore
import CDCTesting
import Columnar
import Synchronization

/// A shop whose visitors' book has no key: the same line may stand in it several times.
///
/// The in-memory source knows the lines apart by a number, which nobody sees.
final class KeylessSource: ForwardingSource {
    let memory: InMemorySource
    var target: any ChangeSource { memory }
    /// The columns that nobody sees.
    private let hiddenColumns = Mutex<Set<String>>([number])

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

    /// Captures a column of the book no more, or again.
    func setHidden(_ isHidden: Bool, _ column: String) {
        hiddenColumns.withLock { if isHidden { $0.insert(column) } else { $0.remove(column) } }
    }

    private func hide(_ cursor: any BatchCursor, in table: SourceTable) -> any BatchCursor {
        table.name == Self.visits.name ? HidingCursor(cursor, hiddenColumns.withLock { $0 }) : cursor
    }

    private func shown(_ table: SourceTable) -> SourceTable {
        guard table.name == Self.visits.name else { return table }
        let fields = hiddenColumns.withLock { hidden in table.schema.fields.filter { !hidden.contains($0.name) } }
        return SourceTable(table.name, schema: Schema(fields), key: [])
    }

    private func hidden(_ table: SourceTable) -> SourceTable {
        table.name == Self.visits.name ? Self.numbered : table
    }

    // MARK: ChangeSource

    func describe(_ tables: [TableName]) async throws -> [SourceTable] {
        try await memory.describe(tables).map(shown)
    }

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

/// Leaves columns out.
private final class HidingCursor: BatchCursor {
    private let cursor: any BatchCursor
    private let columns: Set<String>

    init(_ cursor: any BatchCursor, _ columns: Set<String>) {
        self.cursor = cursor
        self.columns = columns
    }

    func next() async throws -> RecordBatch? {
        guard let batch = try await cursor.next() else { return nil }
        return try batch.selecting(batch.schema.fields.map(\.name).filter { !columns.contains($0) })
    }
}
