import CDCCore
import CDCTesting
import Columnar
import DeltaLog
import LakeStorage
import Testing

@Suite("Tables of both capture mechanisms in one pipeline, each with positions of its own")
struct ChangeTrackingTests {
    private let storage = InMemoryStorage()
    private let source: InMemorySource
    private var ingestion: Ingestion

    /// Orders as Change Tracking shows them: whole rows, so that no large object is ever left out.
    private static let orders: SourceTable = {
        var table = Shop.orders
        table.mechanism = .changeTracking
        table.largeObjects = []
        return table
    }()

    init() throws {
        source = try InMemorySource(identity: "shop", tables: [Shop.customers, Self.orders])
        for id in 1...20 {
            try source.transaction { transaction in
                try Shop.insertCustomer(id, in: &transaction)
                for order in [id, id + 20] {
                    let values = zip(Shop.orders.schema.fields.map(\.name), Shop.order(order, customer: id))
                    try transaction.insert("dbo.orders", Dictionary(uniqueKeysWithValues: values))
                }
            }
        }
        ingestion = Ingestion(source, storage)
    }

    private func table(_ name: TableName) async throws -> Manifest.Table {
        let volume = ingestion.lake.volume("landing/volume")
        let newest = try #require(try await volume.publishedCuts().last)
        return try #require(try await volume.manifest(newest).table(name))
    }

    @Test("traffic over several runs, a few transactions a cut")
    mutating func traffic() async throws {
        ingestion.options.transactionsPerCut = 4
        for seed in 1...4 {
            try await ingestion.run()
            #expect(try await ingestion.matches(source))
            try Shop.traffic(source, transactions: 15, seed: UInt64(seed))
        }
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
        #expect(try await table("dbo.orders").through == LSN(changeTrackingVersion: 80))
        #expect(try await table("dbo.customers").through == source.lastLSN)
    }

    @Test("a run without volume and checkpoint goes on from the tables' own positions")
    mutating func lostVolume() async throws {
        try await ingestion.run()
        try Shop.traffic(source, transactions: 10, seed: 1)
        for path in storage.paths where path.hasPrefix("landing/") { try await storage.delete(path) }
        ingestion.checkpoints = InMemoryCheckpointStore()
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
    }

    @Test("the checkpoint store remembers both positions of a source where nothing happened to our tables")
    mutating func idle() async throws {
        ingestion.checkpoints = ingestion.lake.checkpoints
        try await ingestion.run()
        try source.transaction { _ in }
        try await ingestion.run()
        let checkpoint = try #require(try await ingestion.lake.checkpoints.load(pipeline: ingestion.name))
        #expect(checkpoint.position.changeTrackingVersion == 21 && checkpoint.position.lsn == source.lastLSN)
        try source.cleanUp("dbo.orders", below: LSN(changeTrackingVersion: 22))
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
    }

    @Test("versions that were cleaned up: the tracked table needs a resync, the other goes on")
    func retention() async throws {
        try await ingestion.run()
        try Shop.traffic(source, transactions: 10, seed: 2)
        try source.cleanUp("dbo.orders", below: LSN(changeTrackingVersion: 29))
        let error = try await ingestion.failure()
        #expect(error.code == .tablesIncomplete && error.message.contains("dbo.orders"))
        #expect(!error.message.contains("dbo.customers"))
        #expect(try await Set(ingestion.rows("customers")) == Set(source.rows(of: "dbo.customers").rows))
        try await ingestion.run(refreshing: ["dbo.orders"])
        #expect(try await ingestion.matches(source))
    }

    @Test("an older backup: both tables are behind what was read, each by its own count")
    func rewound() async throws {
        let backup = source.backUp()
        try Shop.traffic(source, transactions: 10, seed: 2)
        try await ingestion.run()
        source.restore(backup)
        let error = try await ingestion.failure()
        #expect(error.code == .tablesIncomplete)
        #expect(error.message.contains("\(LSN(changeTrackingVersion: 30))"))
        guard case .needsResync(let reason) = try await table("dbo.orders").state else {
            Issue.record("orders go on")
            return
        }
        #expect(reason.kind == .sourceRewound)
        try await ingestion.run(refreshing: ["dbo.orders", "dbo.customers"])
        #expect(try await ingestion.matches(source))
    }

    @Test("another mechanism for a table: it is read anew, because the counts have nothing to do with each other")
    func switched() async throws {
        try await ingestion.run()
        try source.redefine(Shop.orders, rows: try source.rows(of: "dbo.orders"))
        let error = try await ingestion.failure()
        #expect(error.code == .tablesIncomplete && error.message.contains("dbo.orders"))
        try await ingestion.run(refreshing: ["dbo.orders"])
        try Shop.traffic(source, transactions: 5, seed: 3)
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
        #expect(try await table("dbo.orders").through == source.lastLSN)
    }

    @Test("another mechanism while the volume was lost is noticed too", arguments: [true, false])
    mutating func switchedWithoutVolume(toTracking: Bool) async throws {
        if toTracking { try source.redefine(Shop.orders, rows: try source.rows(of: "dbo.orders")) }
        try await ingestion.run()
        let other = toTracking ? Self.orders : Shop.orders
        try source.redefine(other, rows: try source.rows(of: "dbo.orders"))
        for path in storage.paths where path.hasPrefix("landing/") { try await storage.delete(path) }
        ingestion.checkpoints = InMemoryCheckpointStore()
        _ = try await ingestion.failure()
        try await ingestion.run(refreshing: ["dbo.orders"])
        #expect(try await ingestion.matches(source))
    }

    @Test("a history from net changes is refused, with the reason")
    mutating func history() async throws {
        ingestion.tables = [TableSelection("dbo.orders", scdType: .type2)]
        let error = try await ingestion.failure()
        #expect(error.code == .invalidConfiguration)
        #expect(error.message.contains("Change Tracking") && error.message.contains("SCD type 2"))
    }

    @Test("a version as ten bytes, and back")
    func versions() {
        for version: Int64 in [0, 1, 65_535, 65_536, 1 << 47] {
            #expect(LSN(changeTrackingVersion: version).changeTrackingVersion == version)
        }
        #expect(LSN(changeTrackingVersion: 65_535) < LSN(changeTrackingVersion: 65_536))
        #expect(LSN("0000002d:00000580:001d")?.changeTrackingVersion == nil)
    }
}
