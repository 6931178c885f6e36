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

    @Test("a source restored from an older backup, whether or not it names its history", arguments: [true, false])
    func rewound(namesHistory: Bool) async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(namesHistory ? source : ReluctantSource(source: source, namesHistory: false), storage)
        let backup = source.backUp()
        try Shop.traffic(source, transactions: 10, seed: 1)
        try await ingestion.run()
        source.restore(backup)

        let message = try await expectIncomplete(ingestion)
        #expect(message.contains("backup"))
        try await ingestion.run(refreshing: ["dbo.customers", "dbo.orders"])
        #expect(try await ingestion.matches(source))
    }

    @Test("a restored source whose log is longer again than what was read")
    func rewoundAndBusy() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        let backup = source.backUp()
        try Shop.traffic(source, transactions: 10, seed: 1)
        try await ingestion.run()
        let before = try await ingestion.rows("orders")
        source.restore(backup)
        try Shop.traffic(source, transactions: 20, seed: 2)

        let message = try await expectIncomplete(ingestion)
        #expect(message.contains("dbo.customers needs") && message.contains("dbo.orders needs"))
        #expect(message.contains("restored"))
        #expect(try await ingestion.rows("orders") == before, "the tables keep what they have")
        _ = try await expectIncomplete(ingestion)
        try await ingestion.run(refreshing: ["dbo.customers", "dbo.orders"])
        #expect(try await ingestion.matches(source))
        try Shop.traffic(source, transactions: 10, seed: 3)
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
    }

    @Test("a source that names its history only now was not restored")
    func historyNamed() async throws {
        let source = try Shop.source()
        var ingestion = Ingestion(ReluctantSource(source: source, namesHistory: false), storage)
        try await ingestion.run()
        try Shop.traffic(source, transactions: 10, seed: 1)
        ingestion.source = source
        try await ingestion.run()
        ingestion.source = ReluctantSource(source: source, namesHistory: false)
        try Shop.traffic(source, transactions: 10, seed: 2)
        try await ingestion.run()
        #expect(try await ingestion.matches(source))

        // The name is not forgotten meanwhile.
        source.restore(source.backUp())
        ingestion.source = source
        #expect(try await expectIncomplete(ingestion).contains("restored"))
    }

    @Test(
        "a source restored while rows are read: none of the history that is no more is published",
        arguments: [true, false]
    )
    func rewoundInSnapshot(namesHistory: Bool) async throws {
        let source = try Shop.source()
        for first in [101, 111] {
            try source.load(
                "dbo.orders",
                RecordBatch(Shop.orders.schema, rows: (first..<first + 10).map { Shop.order($0, customer: 1) })
            )
        }
        var ingestion = Ingestion(namesHistory ? source : ReluctantSource(source: source, namesHistory: false), storage)
        ingestion.options.snapshotChunksPerCut = 1
        ingestion.tables = ["dbo.customers"]
        try await ingestion.run()

        // The snapshot of orders begins before what is lost, and its first chunk has it.
        let backup = source.backUp()
        let chunks = Counter()
        ingestion.tables = ["dbo.customers", "dbo.orders"]
        var dying = ingestion
        dying.source = InterceptedSource(
            ingestion.source,
            before: { call in
                guard call == .snapshot("dbo.orders") else { return }
                if chunks.increment() > 1 { throw CDCError(.sourceFailed, "the process ends here") }
                try source.transaction {
                    try $0.update("dbo.orders", key: [5], set: ["status": "LOST"])
                    try $0.update("dbo.customers", key: [1], set: ["name": "Lost"])
                }
            }
        )
        await #expect(throws: CDCError.self) { try await dying.run() }
        source.restore(backup)
        // Where the history has a name, its length does not matter.
        if namesHistory { try Shop.traffic(source, transactions: 20, seed: 1) }

        #expect(try await expectIncomplete(ingestion).contains("dbo.customers needs"))
        try await ingestion.run(refreshing: ["dbo.customers"])
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

    @Test("a column that was dropped and added again under its name")
    func columnReplaced() async throws {
        let source = try Shop.source()
        var numbered = Shop.customers
        numbered.columnIDs = [1, 2, 3, 4]
        try source.redefine(numbered, rows: try source.rows(of: "dbo.customers"))
        let ingestion = Ingestion(source, storage)
        try await ingestion.run()
        numbered.columnIDs = [1, 5, 3, 4]
        try source.redefine(numbered, rows: try source.rows(of: "dbo.customers"))

        let message = try await expectIncomplete(ingestion)
        #expect(message.contains("columns") && message.contains("dbo.customers"))
        try await ingestion.run(refreshing: ["dbo.customers"])
        #expect(try await ingestion.matches(source))
    }

    @Test("columns that were not numbered when they were staged are not taken for others")
    func columnsNumbered() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        try await ingestion.run()
        var numbered = Shop.customers
        numbered.columnIDs = [1, 2, 3, 4]
        try source.redefine(numbered, rows: try source.rows(of: "dbo.customers"))
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
    }

    @Test("a key whose values are not read exactly is refused, unless it is named")
    func ambiguousKey() async throws {
        let source = try Shop.source()
        var inexact = Shop.orders
        inexact.ambiguousColumns = ["order_id", "status"]
        try source.redefine(inexact, rows: try source.rows(of: "dbo.orders"))
        var ingestion = Ingestion(source, storage)
        let error = try await ingestion.failure()
        #expect(
            error.code == .noKey && error.message.contains("'order_id'")
                && error.message.contains("TableSelection(key:)")
        )

        ingestion.tables = ["dbo.customers", TableSelection("dbo.orders", key: ["order_id"])]
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
    }

    @Test(
        "a table that somebody keeps locked is left for the pass, the others go on, and do not wait for it again",
        arguments: [SourceCall.snapshot("dbo.customers"), .changes("dbo.customers")]
    )
    func locked(call: SourceCall) async throws {
        let source = try Shop.source()
        var ingestion = Ingestion(source, storage)
        ingestion.options.snapshotChunksPerCut = 1
        ingestion.options.transactionsPerCut = 5
        if call == .changes("dbo.customers") {
            try await ingestion.run()
            try Shop.traffic(source, transactions: 40, seed: 1)
        }
        let attempts = Counter()
        var locked = ingestion
        locked.source = InterceptedSource(
            source,
            before: { made in
                guard made == call else { return }
                attempts.increment()
                throw CDCError(.sourceUnavailable, "somebody holds a lock")
            }
        )
        #expect(try await expectIncomplete(locked).contains("somebody holds a lock"))
        #expect(try await Set(ingestion.rows("orders")) == Set(try source.rows(of: "dbo.orders").rows))
        #expect(attempts.value > ingestion.options.maximumRetries + 1, "it is tried again in the next pass")
        #expect(attempts.value < 2 * (ingestion.options.maximumRetries + 1), "but not as often")
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

    @Test(
        "a table that fails for a reason of its own waits, whenever that is; the others go on",
        arguments: [SourceCall.chunks("dbo.orders"), .snapshot("dbo.orders"), .changes("dbo.orders")]
    )
    func failedAlone(call: SourceCall) async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        if call == .changes("dbo.orders") { try await ingestion.run() }
        try Shop.traffic(source, transactions: 20, seed: 1)
        source.fail(call, with: CDCError(.sourceFailed, "a conversion failed", table: "dbo.orders"))
        #expect(try await expectIncomplete(ingestion).contains("a conversion failed"))
        #expect(try await Set(ingestion.rows("customers")) == Set(try source.rows(of: "dbo.customers").rows))

        try Shop.traffic(source, transactions: 5, seed: 2)
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
    }

    @Test("a table to which the capture job does not come waits, though it was never read, and the others go on")
    func notYetCaptured() async throws {
        let source = try Shop.source()
        var ingestion = Ingestion(source, storage)
        let trouble = CDCError(.sourceUnavailable, "the capture job has not come yet", table: "dbo.orders")
        ingestion.source = ReluctantSource(source: source, refused: ["dbo.orders": trouble])
        #expect(try await expectIncomplete(ingestion).contains("has not come yet"))
        #expect(try await Set(ingestion.rows("customers")) == Set(try source.rows(of: "dbo.customers").rows))
        ingestion.source = source
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
    }

    @Test(
        "a table that cannot be described any more waits, the others go on; described again, it catches up",
        arguments: [CDCError.Code.invalidConfiguration, .sourceUnavailable]
    )
    func undescribed(code: CDCError.Code) async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        try await ingestion.run()
        try Shop.traffic(source, transactions: 10, seed: 1)
        let before = try await ingestion.rows("orders")
        let trouble = CDCError(code, "a type that cannot be read", table: "dbo.orders")
        var failing = ingestion
        failing.source = ReluctantSource(source: source, refused: ["dbo.orders": trouble])
        #expect(try await expectIncomplete(failing).contains("cannot be read"))
        #expect(try await Set(ingestion.rows("customers")) == Set(try source.rows(of: "dbo.customers").rows))
        #expect(try await ingestion.rows("orders") == before)

        try Shop.traffic(source, transactions: 10, seed: 2)
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
    }

    @Test("trouble that is of no table ends the run")
    func failedTogether() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        source.fail(.snapshot("dbo.orders"), with: CDCError(.sourceFailed, "the login is refused"))
        #expect(try await ingestion.failure().code == .sourceFailed)
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
