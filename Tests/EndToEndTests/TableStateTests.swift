import CDCCore
import CDCTesting
import Columnar
import DeltaLog
import LakeStorage
import Testing

@Suite("Nothing is skipped silently: each trouble is a state of its one table, with a way out")
struct TableStateTests {
    private let storage = InMemoryStorage()

    /// Runs, expects that `table` and only it could not follow, and returns the message.
    private func expectIncomplete(_ ingestion: Ingestion) async throws -> String {
        let error = try await #require(throws: CDCError.self) { try await ingestion.run() }
        #expect(error.code == .tablesIncomplete)
        return error.message
    }

    @Test("changes thrown away by the source before they were read: retention gap, then a full refresh")
    func retentionGap() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        try await ingestion.run()
        try Shop.traffic(source, transactions: 10, seed: 1)
        try source.cleanUp("dbo.orders", below: source.lastLSN)
        let before = try await ingestion.rows("orders")

        let message = try await expectIncomplete(ingestion)
        #expect(message.contains("dbo.orders") && message.contains("full refresh"))
        #expect(!message.contains("dbo.customers needs"))
        #expect(try await ingestion.rows("orders") == before, "the table keeps what it has")
        #expect(
            try await Set(ingestion.rows("customers")) == Set(try source.rows(of: "dbo.customers").rows),
            "the other table goes on"
        )
        // It stays so, without harm, until somebody asks.
        _ = try await expectIncomplete(ingestion)

        try await ingestion.run(refreshing: ["dbo.orders"])
        #expect(try await ingestion.matches(source))
        try Shop.traffic(source, transactions: 10, seed: 2)
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
    }

    @Test("a clean-up between two reads of one cursor is noticed after the read")
    func cleanUpWhileReading() async throws {
        let source = try Shop.source()
        // The clean-up job always runs while changes of orders are read.
        let cleaning = InterceptedSource(
            source,
            after: { call in
                if call == .changes("dbo.orders") { try source.cleanUp("dbo.orders", below: source.lastLSN) }
            }
        )
        let ingestion = Ingestion(cleaning, storage)
        try await ingestion.run()
        try Shop.traffic(source, transactions: 10, seed: 1)
        _ = try await expectIncomplete(ingestion)
        try await ingestion.run(refreshing: ["dbo.orders"])
        #expect(try await ingestion.matches(source))
    }

    @Test("changes thrown away while the rows were read: the next full refresh begins anew")
    func retentionGapDuringSnapshot() async throws {
        let source = try Shop.source()
        try Shop.traffic(source, transactions: 3, seed: 1)
        let ingestion = Ingestion(source, storage)
        source.fail(.snapshot("dbo.orders"), with: CDCError(.sourceFailed, "the wire was cut"))
        _ = try? await ingestion.run()
        // The snapshot has begun; the changes since then are gone.
        try Shop.traffic(source, transactions: 3, seed: 2)
        try source.cleanUp("dbo.orders", below: source.lastLSN)
        _ = try await expectIncomplete(ingestion)
        try await ingestion.run(refreshing: ["dbo.orders"])
        #expect(try await ingestion.matches(source))
    }

    @Test("rows with NULL in their key: the other tables go on")
    func nullKeyOfOneTable() async throws {
        let source = try Shop.source()
        try source.load("dbo.orders", try RecordBatch(Shop.orders.schema, rows: [[nil, 1, "NEW", nil]]))
        let ingestion = Ingestion(source, storage)
        let message = try await expectIncomplete(ingestion)
        #expect(message.contains("order_id") && message.contains("NULL"))
        #expect(try await Set(ingestion.rows("customers")) == Set(try source.rows(of: "dbo.customers").rows))
    }

    @Test("a source restored from an older backup")
    func rewound() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        let backup = source.backUp()
        try Shop.traffic(source, transactions: 10, seed: 1)
        try await ingestion.run()
        source.restore(backup)

        let message = try await expectIncomplete(ingestion)
        #expect(message.contains("backup"))
        try await ingestion.run(refreshing: ["dbo.customers", "dbo.orders"])
        #expect(try await ingestion.matches(source))
    }

    @Test("a changed type of a column")
    func schemaChanged() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        try await ingestion.run()
        var wider = Shop.customers
        wider.schema.fields[1] = Field("name", .binary)
        let rows = (1...20).map { id in Shop.customer(id).enumerated().map { $0 == 1 ? .binary([1]) : $1 } }
        try source.redefine(wider, rows: try RecordBatch(wider.schema, rows: rows))

        let message = try await expectIncomplete(ingestion)
        #expect(message.contains("columns") && message.contains("dbo.customers"))
        try await ingestion.run(refreshing: ["dbo.customers"])
        #expect(try await ingestion.lake.table("bronze/customers").snapshot().schema["name"]?.type == .binary)
        #expect(try await Set(ingestion.rows("customers")) == Set(try source.rows(of: "dbo.customers").rows))
    }

    @Test("a table that somebody keeps locked is left for the pass, the others go on")
    func locked() async throws {
        let source = try Shop.source()
        let locked = InterceptedSource(
            source,
            before: { call in
                if call == .snapshot("dbo.customers") { throw CDCError(.sourceUnavailable, "somebody holds a lock") }
            }
        )
        #expect(try await expectIncomplete(Ingestion(locked, storage)).contains("somebody holds a lock"))
        let ingestion = Ingestion(source, storage)
        #expect(try await Set(ingestion.rows("orders")) == Set(try source.rows(of: "dbo.orders").rows))
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
    }

    @Test("a table dropped at the source")
    func dropped() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        try await ingestion.run()
        source.drop("dbo.orders")
        let message = try await expectIncomplete(ingestion)
        #expect(message.contains("dbo.orders"))
        #expect(try await ingestion.rows("orders").count == 40)
    }

    @Test(
        "a table that may not be read stays where it is, the others go on; allowed again, it catches up without a resync"
    )
    func accessDenied() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        let denial = CDCError(.accessDenied, "GRANT SELECT ON dbo.orders is missing", table: "dbo.orders")
        source.fail(.snapshot("dbo.orders"), with: denial)
        #expect(try await expectIncomplete(ingestion).contains("GRANT SELECT"))
        #expect(try await ingestion.rows("customers").count == 20)

        try await ingestion.run()
        #expect(try await ingestion.matches(source))
        let before = try await ingestion.rows("orders")
        try Shop.traffic(source, transactions: 20, seed: 1)
        source.fail(.changes("dbo.orders"), with: denial)
        #expect(try await expectIncomplete(ingestion).contains("GRANT SELECT"))
        #expect(try await Set(ingestion.rows("customers")) == Set(try source.rows(of: "dbo.customers").rows))
        #expect(try await ingestion.rows("orders") == before)
        let point = try await ingestion.lake.schema("bronze").latestConsistentPoint(pipeline: ingestion.name)
        #expect(point?.isComplete == false && point?.tables.first { $0.name == "orders" }?.isConsistent == false)

        try Shop.traffic(source, transactions: 5, seed: 2)
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
    }

    @Test("a checkpoint does not carry a table past the changes that it was not allowed to read")
    func accessDeniedAndRestarted() async throws {
        let source = try Shop.source()
        var ingestion = Ingestion(source, storage)
        ingestion.checkpoints = ingestion.lake.checkpoints
        try await ingestion.run()
        try source.transaction { try $0.update("dbo.orders", key: [1], set: ["status": "MISSED"]) }
        source.fail(.changes("dbo.orders"), with: CDCError(.accessDenied, "denied", table: "dbo.orders"))
        _ = try await expectIncomplete(ingestion)
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
    }

    @Test("with automatic resync a table is read anew without being asked")
    func automaticResync() async throws {
        let source = try Shop.source()
        var ingestion = Ingestion(source, storage)
        ingestion.options.resyncsAutomatically = true
        try await ingestion.run()
        try Shop.traffic(source, transactions: 10, seed: 1)
        try source.cleanUp("dbo.orders", below: source.lastLSN)
        _ = try? await ingestion.run()
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
    }

    @Test("a corrupt staged file fails its table by name, and a full refresh heals it")
    func corruptStagedFile() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        try await ingestion.run()
        try Shop.traffic(source, transactions: 10, seed: 1)
        // The gateway publishes; the process dies before anything is applied.
        var dying = ingestion
        dying.storage = InterceptedStorage(storage) { operation, path, count throws(StorageError) in
            // Everything that comes after the first manifest.
            if count(.putIfAbsent, "/manifests/") > 0, !(operation == .putIfAbsent && path.contains("/manifests/")) {
                throw StorageError(.denied, path: path, "the process is dead")
            }
        }
        await #expect(throws: (any Error).self) { try await dying.run() }
        let path = try #require(storage.paths.last { $0.hasPrefix("landing/volume/changes/dbo.orders/") })
        var bytes = try await storage.read(path)
        bytes[bytes.count / 2] ^= 0xFF
        try await storage.put(path, bytes)

        let message = try await expectIncomplete(ingestion)
        #expect(message.contains("checksum") && message.contains(path))
        #expect(try await Set(ingestion.rows("customers")) == Set(try source.rows(of: "dbo.customers").rows))
        try await ingestion.run(refreshing: ["dbo.orders"])
        #expect(try await ingestion.matches(source))
    }
}
