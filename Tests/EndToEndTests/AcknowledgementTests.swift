import CDCCore
import CDCTesting
import Columnar
import DeltaLog
import Synchronization
import Testing

@Suite("What a source is told to be applied")
struct AcknowledgementTests {
    @Test("the source is told of what is in the tables, and of nothing beyond")
    func applied() async throws {
        let memory = try Shop.source()
        let source = ToldSource(memory)
        let ingestion = Ingestion(source, InMemoryStorage())
        try await ingestion.run()
        try Shop.traffic(memory, transactions: 20, seed: 4)
        try await ingestion.run()
        let last = try #require(source.told.last)
        #expect(Set(last.keys) == Set(Shop.names))
        #expect(last.values.allSatisfy { $0 == memory.lastLSN })
        let point = try #require(
            try await ingestion.lake.schema("bronze").latestConsistentPoint(pipeline: ingestion.name)
        )
        for table in point.tables { #expect(last[table.source] == table.lsn) }
    }

    @Test("of a table that could not be applied the source is told no more than it has")
    func failed() async throws {
        let memory = try Shop.source()
        let source = ToldSource(memory)
        let ingestion = Ingestion(source, InMemoryStorage())
        try await ingestion.run()
        let reached = memory.lastLSN
        try Shop.traffic(memory, transactions: 20, seed: 4)
        let gap = CDCError(.retentionGap, "gone", table: "dbo.orders")
        memory.fail(.changes("dbo.orders"), with: gap, times: 100)
        await #expect(throws: CDCError.self) { try await ingestion.run() }
        let last = try #require(source.told.last)
        #expect(last["dbo.customers"] == memory.lastLSN)
        #expect(last["dbo.orders"].map { $0 <= reached } ?? true)
    }
}

/// A source that remembers what it was told.
private final class ToldSource: ForwardingSource {
    let target: any ChangeSource
    private let acknowledged = Mutex<[[TableName: LSN]]>([])

    init(_ source: InMemorySource) { target = source }

    var told: [[TableName: LSN]] { acknowledged.withLock { $0 } }

    func acknowledge(_ positions: [TableName: LSN]) async throws {
        acknowledged.withLock { $0.append(positions) }
    }
}
