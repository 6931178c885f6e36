import CDCCore
import CDCTesting
import Columnar
import DeltaLog
import LakeStorage
import Testing

@Suite("A table without a key: its rows are counted")
struct KeylessTests {
    private let storage = InMemoryStorage()
    private let source: KeylessSource
    private var ingestion: Ingestion

    init() throws {
        source = try KeylessSource()
        ingestion = Ingestion(source, storage)
        ingestion.tables = ["dbo.visits"]
        try source.memory.transaction { transaction in
            for number in 1...6 {
                try transaction.insert("dbo.visits", KeylessSource.line(number, number < 4 ? "hall" : nil, 1))
            }
        }
    }

    private func lines() async throws -> [[Value]] {
        try await ingestion.rows("visits").sorted { "\($0)" < "\($1)" }
    }

    @Test("equal rows stay as many as they are, NULL equal to NULL")
    func equalRows() async throws {
        try await ingestion.run()
        #expect(try await lines() == source.lines())
        try source.memory.transaction { transaction in
            try transaction.delete("dbo.visits", key: [1])
            try transaction.delete("dbo.visits", key: [5])
            try transaction.delete("dbo.visits", key: [6])
            try transaction.insert("dbo.visits", KeylessSource.line(7, "hall", 1))
            try transaction.insert("dbo.visits", KeylessSource.line(8, "hall", 1))
            try transaction.update("dbo.visits", key: [2], set: ["count": nil])
        }
        try await ingestion.run()
        #expect(try await lines() == source.lines())
        #expect(try await lines().count == 5)
    }

    @Test("what came and went between two cuts leaves no trace, whichever was first")
    func cancelled() async throws {
        try await ingestion.run()
        let version = try await ingestion.lake.table("bronze/visits").snapshot().version
        try source.memory.transaction { transaction in
            try transaction.insert("dbo.visits", KeylessSource.line(9, "tower", 1))
            try transaction.delete("dbo.visits", key: [9])
            try transaction.delete("dbo.visits", key: [1])
            try transaction.insert("dbo.visits", KeylessSource.line(10, "hall", 1))
        }
        try await ingestion.run()
        #expect(try await lines() == source.lines())
        // Nothing was rewritten: the commit holds the position alone.
        let snapshot = try await ingestion.lake.table("bronze/visits").snapshot()
        #expect(snapshot.version == version + 1 && snapshot.files.count == 1)
    }

    @Test("seeded traffic in small slices and small files, over many runs", arguments: 1...4)
    mutating func traffic(seed: Int) async throws {
        ingestion.options.rowsPerSlice = 7
        ingestion.options.stagedFileBytes = 500
        ingestion.options.transactionsPerCut = 5
        var random = SplitMix(seed: UInt64(seed))
        var alive = Array(1...6)
        var next = 7
        for _ in 0..<6 {
            for _ in 0..<15 {
                try source.memory.transaction { transaction in
                    for _ in 0...Int(random.next() % 4) {
                        let place: Value = random.next() % 4 == 0 ? nil : .string("p\(random.next() % 3)")
                        if alive.isEmpty || random.next() % 2 == 0 {
                            let line = KeylessSource.line(next, place, .integer(Int64(random.next() % 2)))
                            try transaction.insert("dbo.visits", line)
                            alive.append(next)
                            next += 1
                        } else if random.next() % 3 == 0 {
                            let number = alive[Int(random.next() % UInt64(alive.count))]
                            try transaction.update("dbo.visits", key: [.integer(Int64(number))], set: ["place": place])
                        } else {
                            let number = alive.remove(at: Int(random.next() % UInt64(alive.count)))
                            try transaction.delete("dbo.visits", key: [.integer(Int64(number))])
                        }
                    }
                }
            }
            try await ingestion.run()
            #expect(try await lines() == source.lines(), "seed \(seed)")
        }
    }

    @Test("a snapshot that was interrupted begins anew, because a second read shows another moment")
    mutating func interrupted() async throws {
        let memory = source.memory
        let broken = InterceptedSource(
            source,
            batch: { batch, call in
                if case .snapshot = call { throw CDCError(.sourceFailed, "the wire was cut") }
                return batch
            }
        )
        ingestion.source = broken
        _ = try await ingestion.failure()
        try memory.transaction { try $0.insert("dbo.visits", KeylessSource.line(7, "hall", 1)) }
        ingestion.source = source
        try await ingestion.run()
        #expect(try await lines() == source.lines())
    }

    @Test("rows that were staged before the source went back to an older state are not those of the table")
    mutating func rewound() async throws {
        let backup = source.memory.backUp()
        try source.memory.transaction { try $0.insert("dbo.visits", KeylessSource.line(7, "future", 1)) }
        var dying = ingestion
        dying.storage = InterceptedStorage(storage) { operation, path, _ throws(StorageError) in
            guard operation == .putIfAbsent, path.contains("/manifests/") else { return }
            throw StorageError(.denied, path: path, "the process is dead")
        }
        await #expect(throws: (any Error).self) { try await dying.run() }
        #expect(storage.paths.contains { $0.contains("snapshots/dbo.visits/") })
        source.memory.restore(backup)
        try await ingestion.run()
        #expect(try await lines() == source.lines())
    }

    @Test("rows that wait for other tables are read anew where the columns changed meanwhile")
    func redefinedWhileWaiting() async throws {
        let source = try KeylessSource([Shop.customers])
        let memory = source.memory
        try memory.transaction { try $0.insert("dbo.visits", KeylessSource.line(1, "hall", 5)) }
        source.setHidden(true, "count")
        let redefining = InterceptedSource(
            source,
            after: { call in
                // The rows are there, and wait until the customers are at the same point.
                if call == .snapshot("dbo.visits") { source.setHidden(false, "count") }
            }
        )
        var ingestion = Ingestion(source, storage)
        ingestion.options.transactionsPerCut = 1
        ingestion.tables = ["dbo.customers"]
        try await ingestion.run()
        for id in 1...5 { try memory.transaction { try Shop.insertCustomer(id, in: &$0) } }
        ingestion.source = redefining
        ingestion.tables = ["dbo.customers", "dbo.visits"]
        try await ingestion.run()
        #expect(redefining.calls.count { $0 == .snapshot("dbo.visits") } == 2)
        #expect(try await ingestion.rows("visits") == source.lines())
        #expect(try await ingestion.rows("customers").count == 5)
    }

    @Test("changes while the rows are read are neither missed nor counted twice")
    mutating func changesMeanwhile() async throws {
        let memory = source.memory
        let busy = InterceptedSource(
            source,
            after: { call in
                guard case .snapshot = call else { return }
                try memory.transaction { transaction in
                    try transaction.insert("dbo.visits", KeylessSource.line(20, "hall", 1))
                    try transaction.delete("dbo.visits", key: [2])
                    try transaction.delete("dbo.visits", key: [3])
                }
            }
        )
        ingestion.source = busy
        try await ingestion.run()
        ingestion.source = source
        try await ingestion.run()
        #expect(try await lines() == source.lines())
    }

    @Test("a row to be removed that is not in the table: the table needs a resync, and says so")
    func foreignHand() async throws {
        try await ingestion.run()
        let table = ingestion.lake.table("bronze/visits")
        _ = try await table.overwrite([.empty(try await table.snapshot().schema)])
        try source.memory.transaction { try $0.delete("dbo.visits", key: [1]) }
        let error = try await ingestion.failure()
        #expect(error.code == .tablesIncomplete && error.message.contains("full refresh"))
    }

    @Test("large objects are refused: their old values are not captured")
    func largeObjects() async throws {
        let table = SourceTable("dbo.t", schema: [Field("text", .string)], key: [], largeObjects: ["text"])
        var other = Ingestion(DescribingSource(table), storage)
        other.tables = ["dbo.t"]
        let error = try await #require(throws: CDCError.self) { try await other.run() }
        #expect(
            error.code == .noKey && error.message.contains("'text'") && error.message.contains("TableSelection(key:)")
        )
    }

    @Test("a history of rows that nothing tells apart is refused")
    mutating func history() async throws {
        ingestion.tables = [TableSelection("dbo.visits", scdType: .type2)]
        let error = try await ingestion.failure()
        #expect(error.code == .noKey && error.message.contains("SCD type 2"))
    }

    @Test("a source that cannot read as of one point says so")
    mutating func noExactPoint() async throws {
        ingestion.source = DescribingSource(KeylessSource.visits)
        let error = try await ingestion.failure()
        #expect(error.code == .tablesIncomplete && error.message.contains("exactly one point"))
    }
}

/// A source of one table that has nothing in it.
private struct DescribingSource: ChangeSource {
    let table: SourceTable
    var identity: String { "shop" }

    init(_ table: SourceTable) { self.table = table }

    func describe(_ tables: [TableName]) async throws -> [SourceTable] { [table] }
    func cut(after: SourcePosition, transactionLimit: Int) async throws -> SourcePosition? { nil }
    func fence() async throws -> SourcePosition { .start }
    func changes(of table: SourceTable, after: LSN, through: LSN) async throws -> any BatchCursor { Nothing() }
    func snapshotChunks(of table: SourceTable) async throws -> [SnapshotChunk] { [] }
    func rows(of chunk: SnapshotChunk, table: SourceTable) async throws -> any BatchCursor { Nothing() }

    private final class Nothing: BatchCursor {
        func next() async throws -> RecordBatch? { nil }
    }
}
