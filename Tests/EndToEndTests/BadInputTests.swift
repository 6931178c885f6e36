import CDCCore
import CDCTesting
import Columnar
import DeltaLog
import LakeStorage
import Testing

@Suite("Bad input is an error with a name; nothing is lost and nothing half committed")
struct BadInputTests {
    @Test(
        "names that would lead elsewhere",
        arguments: [
            "..", ".", "", "a/b", "a\\b", "_delta_log", ".hidden", "line\nbreak", String(repeating: "x", count: 300),
        ]
    )
    func names(name: String) async throws {
        let storage = InMemoryStorage()
        var ingestion = Ingestion(try Shop.source(), storage)
        ingestion.tables = [TableSelection(TableName(schema: "dbo", name: name))]
        let error = try await #require(throws: CDCError.self) { try await ingestion.run() }
        #expect(error.code == .invalidConfiguration)
        ingestion.tables = [TableSelection("dbo.customers", destination: name)]
        let other = try await #require(throws: CDCError.self) { try await ingestion.run() }
        #expect(other.code == .invalidConfiguration)
        #expect(storage.paths.isEmpty)
    }

    @Test("two tables with one destination")
    func sameDestination() async throws {
        var ingestion = Ingestion(try Shop.source(), InMemoryStorage())
        ingestion.tables = ["dbo.customers", TableSelection("dbo.orders", destination: "Customers")]
        let error = try await #require(throws: CDCError.self) { try await ingestion.run() }
        #expect(error.code == .invalidConfiguration && error.table == "dbo.orders")
    }

    @Test("a table that the source does not have")
    func unknownTable() async throws {
        var ingestion = Ingestion(try Shop.source(), InMemoryStorage())
        ingestion.tables = ["dbo.customers", "dbo.nothing"]
        let error = try await #require(throws: CDCError.self) { try await ingestion.run() }
        #expect(error.code == .tableNotFound && error.table == "dbo.nothing")
    }

    @Test("NULL in a key column, in the rows and in a change")
    func nullKey() async throws {
        let keyed = SourceTable("dbo.things", schema: [Field("code", .string), Field("id", .integer)], key: ["id"])
        let source = try InMemorySource(tables: [keyed])
        try source.load("dbo.things", try RecordBatch(keyed.schema, rows: [["a", 1], [nil, 2]]))
        let storage = InMemoryStorage()
        var ingestion = Ingestion(source, storage)
        ingestion.tables = [TableSelection("dbo.things", key: ["code"])]
        let error = try await #require(throws: (any Error).self) { try await ingestion.run() }
        #expect("\(error)".contains("NULL") && "\(error)".contains("code"))
        #expect(!storage.paths.contains { $0.hasPrefix("bronze/things/") })
    }

    @Test("a table in the destination's place that the pipeline did not make stays as it is")
    func foreignTable() async throws {
        let storage = InMemoryStorage()
        let ingestion = Ingestion(try Shop.source(), storage)
        try await ingestion.lake.table("bronze/orders").create([Field("mine", .string)])
        let before = storage.paths
        let error = try await #require(throws: CDCError.self) { try await ingestion.run() }
        #expect(error.code == .foreignTable)
        #expect(storage.paths.filter { $0.hasPrefix("bronze") } == before.filter { $0.hasPrefix("bronze") })
    }

    @Test("two pipelines on one table")
    func twoPipelines() async throws {
        let storage = InMemoryStorage()
        let first = Ingestion(try Shop.source(), storage)
        try await first.run()
        var second = first
        second.name = "another_pipeline"
        let error = try await #require(throws: CDCError.self) { try await second.run() }
        #expect(error.code == .anotherPipeline && error.message.contains("shop_pipeline"))
    }

    @Test("two pipelines on one staging volume")
    func twoPipelinesOnOneVolume() async throws {
        let storage = InMemoryStorage()
        let first = Ingestion(try Shop.source(), storage)
        try await first.run()
        var second = first
        second.name = "another_pipeline"
        second.tables = [TableSelection("dbo.customers", destination: "other")]
        let error = try await #require(throws: CDCError.self) { try await second.run() }
        #expect(error.code == .anotherGateway)
    }

    @Test("one pipeline twice at the same moment: at least one ends well, and no change counts twice")
    func samePipelineTwice() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, InMemoryStorage())
        try await ingestion.run()
        for seed in 1...10 {
            try Shop.traffic(source, transactions: 5, seed: UInt64(seed))
            async let first: Void = ingestion.run()
            async let second: Void = ingestion.run()
            let outcomes = [try? await first, try? await second]
            if outcomes.allSatisfy({ $0 == nil }) { try await ingestion.run() }
            #expect(try await ingestion.matches(source), "seed \(seed)")
        }
    }

    @Test("a volume of another source")
    func otherSource() async throws {
        let storage = InMemoryStorage()
        try await Ingestion(try Shop.source(), storage).run()
        let other = Ingestion(try InMemorySource(identity: "other", tables: [Shop.customers, Shop.orders]), storage)
        let error = try await #require(throws: CDCError.self) { try await other.run() }
        #expect(error.code == .invalidConfiguration && error.message.contains("shop"))
    }

    @Test("a full disk, at any moment: the run fails by name, and goes on when there is room")
    func fullDisk() async throws {
        let source = try Shop.source()
        let probe = FaultyStorage(InMemoryStorage())
        try await Ingestion(source, probe).run()
        for operation in stride(from: 0, to: probe.operationCount, by: 3) {
            let disk = InMemoryStorage()
            let full = FaultyStorage(disk, faults: [operation: .fails(.full)])
            do { try await Ingestion(source, full).run() } catch {
                #expect("\(error)".contains("full"), "operation \(operation): \(error)")
            }
            let roomy = Ingestion(source, disk)
            try await roomy.run()
            #expect(try await roomy.matches(source), "operation \(operation): \(probe.operations[operation])")
        }
    }

    @Test("a lake folder that cannot be written")
    func lakeBelowAFile() async throws {
        let storage = LocalStorage(root: "/dev/null/lake")
        let error = try await #require(throws: (any Error).self) {
            try await Ingestion(try Shop.source(), storage).run()
        }
        #expect("\(error)".contains("/dev/null") || "\(error)".contains("folder"))
    }

    @Test("a hole among the manifests")
    func missingManifest() async throws {
        let source = try Shop.source()
        let storage = InMemoryStorage()
        let ingestion = Ingestion(source, storage)
        for seed in 1...3 {
            try Shop.traffic(source, transactions: 5, seed: UInt64(seed))
            try await ingestion.run()
        }
        let manifests = storage.paths.filter { $0.contains("/manifests/") }
        try #require(manifests.count == 3)
        try await storage.delete(manifests[1])
        let error = try await #require(throws: CDCError.self) { try await ingestion.run() }
        #expect(error.code == .manifestCorrupt && error.message.contains("cut 2"))
    }

    @Test("a source that delivers changes out of order is not believed")
    func outOfOrder() async throws {
        let source = try Shop.source()
        let backwards = InterceptedSource(
            source,
            batch: { batch, call in
                guard case .changes = call else { return batch }
                return try batch.take((0..<Int32(batch.rowCount)).reversed())
            }
        )
        let ingestion = Ingestion(backwards, InMemoryStorage())
        try await ingestion.run()
        try Shop.traffic(source, transactions: 10, seed: 3)
        let error = try await #require(throws: CDCError.self) { try await ingestion.run() }
        #expect(error.message.contains("__$start_lsn") || error.message.contains("start_lsn"))
    }
}
