import CDCCore
import CDCTesting
import Columnar
import DeltaLog
import LakeStorage
import ServiceLifecycleTestKit
import Testing

@Suite("The engine")
struct EngineTests {
    private let storage = InMemoryStorage()

    @Test("a lost checkpoint store loses nothing; a kept one is durable")
    func checkpointStore() async throws {
        let source = try Shop.source()
        var ingestion = Ingestion(source, storage)
        ingestion.checkpoints = ingestion.lake.checkpoints
        try await ingestion.run()
        let checkpoint = try #require(try await ingestion.lake.checkpoints.load(pipeline: ingestion.name))
        #expect(checkpoint.tables.values.allSatisfy { $0 == .streaming })
        #expect(checkpoint.position.lsn == source.lastLSN)

        try Shop.traffic(source, transactions: 20, seed: 4)
        ingestion.checkpoints = InMemoryCheckpointStore()
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
    }

    @Test("a damaged checkpoint is as good as none")
    func damagedCheckpoint() async throws {
        let source = try Shop.source()
        var ingestion = Ingestion(source, storage)
        ingestion.checkpoints = ingestion.lake.checkpoints
        try await ingestion.run()
        try await storage.put("system/checkpoints/shop_pipeline.json", Array("{\"pipeline\":".utf8))
        try Shop.traffic(source, transactions: 20, seed: 4)
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
    }

    @Test("a lost staging volume loses nothing: extraction goes on from the tables")
    func lostVolume() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        try await ingestion.run()
        try Shop.traffic(source, transactions: 20, seed: 4)
        try await ingestion.run()
        let version = try await ingestion.lake.table("bronze/orders").snapshot().version
        for path in storage.paths where path.hasPrefix("landing/") { try await storage.delete(path) }
        try Shop.traffic(source, transactions: 20, seed: 5)
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
        let history = try await ingestion.lake.table("bronze/orders").history()
        #expect(history.first?.operation == "MERGE", "no second snapshot was needed")
        #expect(history.first?.version == version + 1)
    }

    @Test("a destination table that was removed is read anew")
    func removedTable() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        try await ingestion.run()
        for path in storage.paths where path.hasPrefix("bronze/orders/") { try await storage.delete(path) }
        try Shop.traffic(source, transactions: 20, seed: 4)
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
    }

    @Test("a full refresh replaces the rows in one commit; the table is never without them")
    func fullRefresh() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        try await ingestion.run()
        try Shop.traffic(source, transactions: 20, seed: 4)
        try await ingestion.run(refreshing: ["dbo.orders"])
        #expect(try await ingestion.matches(source))
        let history = try await ingestion.lake.table("bronze/orders").history()
        #expect(history.map(\.operation) == ["REPLACE TABLE AS SELECT", "CREATE TABLE AS SELECT"])
    }

    @Test("changes made while the rows are read are in the first version of the table")
    func changesDuringSnapshot() async throws {
        let source = try Shop.source()
        let seed = Counter()
        let work: InterceptedSource.Hook = { call in
            guard case .snapshot = call else { return }
            try Shop.traffic(source, transactions: 5, seed: UInt64(seed.increment()))
        }
        let busy = InterceptedSource(source, before: work, after: work)
        let ingestion = Ingestion(busy, storage)
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
        #expect(try await ingestion.lake.table("bronze/orders").snapshot().version == 0)
    }

    @Test("a row that is read, deleted, made again and read again is there once")
    func repeatedKeyInSnapshot() async throws {
        let source = try InMemorySource(identity: "shop", tables: [Shop.customers, Shop.orders])
        // The first chunk is one row, which the last chunk shows once more.
        for ids in [3...3, 10...19, 20...29] {
            let rows = ids.map { Shop.customer($0) }
            try source.load("dbo.customers", try RecordBatch(Shop.customers.schema, rows: rows))
        }
        let chunks = try await source.snapshotChunks(of: Shop.customers)
        let chunksRead = Counter()
        let repeating = InterceptedSource(
            source,
            after: { call in
                guard call == .snapshot("dbo.customers"), chunksRead.increment() == 1 else { return }
                try source.transaction { transaction in
                    try transaction.delete("dbo.customers", key: [3])
                    try Shop.insertCustomer(3, in: &transaction)
                }
            },
            chunk: { chunk, _ in chunk == chunks.last ? chunks[0] : chunk }
        )
        var ingestion = Ingestion(repeating, storage)
        ingestion.tables = ["dbo.customers"]
        ingestion.options.parallelism = 1
        try await ingestion.run()
        #expect(try await ingestion.rows("customers").map { $0[0] } == ([3] + (10...29)).map { .integer($0) })
    }

    @Test("a snapshot goes on where it stopped")
    func resumedSnapshot() async throws {
        let source = try InMemorySource(identity: "shop", tables: [Shop.customers, Shop.orders])
        for start in stride(from: 1, through: 100, by: 10) {
            let rows = (start..<start + 10).map { Shop.customer($0) }
            try source.load("dbo.customers", try RecordBatch(Shop.customers.schema, rows: rows))
        }
        var ingestion = Ingestion(source, storage)
        ingestion.options.maximumRetries = 0
        ingestion.options.parallelism = 1
        ingestion.options.snapshotChunksPerCut = 4
        let broken = CDCError(.sourceFailed, "the wire was cut")
        source.fail(.snapshot("dbo.customers"), with: broken, times: 1)
        await #expect(throws: CDCError.self) { try await ingestion.run() }

        let counting = InterceptedSource(source)
        ingestion.source = counting
        source.fail(.fence, with: broken)
        await #expect(throws: CDCError.self) { try await ingestion.run() }
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
        // Eleven chunks of customers and one of orders, none of them read twice.
        #expect(counting.calls.count { $0 == .snapshot("dbo.customers") || $0 == .snapshot("dbo.orders") } == 12)
    }

    @Test("killed between two tables of the first cut, the second is not read again")
    func killedBetweenTables() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        var dying = ingestion
        dying.options.parallelism = 1
        dying.storage = InterceptedStorage(storage) { _, path, count throws(StorageError) in
            if count(.putIfAbsent, "bronze/customers/_delta_log/") > 0 {
                throw StorageError(.denied, path: path, "the process is dead")
            }
        }
        await #expect(throws: (any Error).self) { try await dying.run() }
        try source.transaction { try $0.update("dbo.orders", key: [7], set: ["status": "SHIPPED"]) }
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
        let history = try await ingestion.lake.table("bronze/orders").history()
        #expect(history.map(\.operation) == ["MERGE", "CREATE TABLE AS SELECT"])
    }

    @Test("a transaction larger than the memory is netted in slices and committed as one")
    func hugeTransaction() async throws {
        let source = try Shop.source()
        var ingestion = Ingestion(source, storage)
        ingestion.options.rowsPerSlice = 50
        ingestion.options.stagedFileBytes = 4000
        try await ingestion.run()
        try source.transaction { transaction in
            for id in 1000..<1500 { try Shop.insertCustomer(id, in: &transaction) }
            for id in stride(from: 1000, to: 1500, by: 3) {
                try transaction.delete("dbo.customers", key: [.integer(Int64(id))])
            }
        }
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
        #expect(try await ingestion.lake.table("bronze/customers").snapshot().version == 1)
    }

    @Test("untouched large objects keep their values")
    func largeObjects() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        try await ingestion.run()
        try source.transaction { try $0.update("dbo.orders", key: [7], set: ["status": "SHIPPED"]) }
        try source.transaction { try $0.update("dbo.orders", key: [8], set: ["notes": nil]) }
        try source.transaction { transaction in
            try transaction.update("dbo.orders", key: [9], set: ["notes": "new"])
            try transaction.update("dbo.orders", key: [9], set: ["status": "HELD"])
        }
        try await ingestion.run()
        let rows = try await ingestion.rows("orders")
        #expect(rows[6] == [7, 7, "SHIPPED", "note on order 7"])
        #expect(rows[7] == [8, 8, "NEW", nil])
        #expect(rows[8] == [9, 9, "HELD", "new"])
    }

    @Test("every row tells the transaction that left it so")
    func metadataColumns() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        try await ingestion.run()
        let time: Int64 = 1_705_000_000_123_456
        let lsn = try source.transaction(at: time) {
            try $0.update("dbo.orders", key: [7], set: ["status": "SHIPPED"])
        }
        try await ingestion.run()
        let row = try await ingestion.rows("orders", withMetadata: true)[6]
        #expect(row[4] == .timestamp(time))
        #expect(row[5] == .string(lsn.description))
    }

    @Test("a consistent point names the versions of all tables after each cut")
    func consistentPoint() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        try await ingestion.run()
        try source.transaction { try $0.update("dbo.orders", key: [7], set: ["status": "SHIPPED"]) }
        try await ingestion.run()
        let schema = ingestion.lake.schema("bronze")
        let point = try #require(try await schema.latestConsistentPoint(pipeline: ingestion.name))
        #expect(point.isComplete)
        #expect(point.position.lsn == source.lastLSN)
        let versions = Dictionary(uniqueKeysWithValues: point.tables.map { ($0.name, $0.version) })
        #expect(versions == ["customers": 0, "orders": 1])
    }

    @Test("the event log is a table with every event of every run")
    func eventLog() async throws {
        let ingestion = Ingestion(try Shop.source(), storage)
        let pipeline = ingestion.pipeline
        let listener = pipeline.events
        try await pipeline.run(.triggered)
        var heard: [String] = []
        for await event in listener {
            heard.append(event.id)
            if event.kind == .updateCompleted { break }
        }
        let snapshot = try await ingestion.lake.eventLog.table.snapshot()
        var logged: [String] = []
        var kinds: [Value] = []
        for try await batch in try snapshot.scan(columns: ["id", "event_type"]) {
            logged += batch.columns[0].values.bytes.map { ids in (0..<ids.count).map { ids.string(at: $0) } } ?? []
            kinds += (0..<batch.rowCount).map { batch.columns[1].value(at: $0) }
        }
        #expect(logged == heard)
        for kind in ["update_started", "snapshot_completed", "cut_published", "flow_progress", "consistent_point"] {
            #expect(kinds.contains(.string(kind)), "\(kind)")
        }
    }

    @Test("a source that fails for a while is tried again; what cannot succeed is not")
    func retries() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        let flaky = CDCError(.sourceUnavailable, "the server is restarting")
        source.fail(.describe, with: flaky, times: 2)
        source.fail(.snapshot("dbo.orders"), with: flaky, times: 2)
        source.fail(.fence, with: flaky, times: 1)
        try await ingestion.run()
        try Shop.traffic(source, transactions: 20, seed: 4)
        source.fail(.cut, with: flaky, times: 3)
        source.fail(.changes("dbo.orders"), with: flaky, times: 1, afterBatches: 1)
        try await ingestion.run()
        #expect(try await ingestion.matches(source))

        source.fail(.cut, with: CDCError(.sourceFailed, "login failed"))
        let error = try await #require(throws: CDCError.self) { try await ingestion.run() }
        #expect(error.message == "login failed")
    }

    @Test("a continuous run follows the source, sleeping between, and ends when it is cancelled")
    func continuous() async throws {
        let source = try Shop.source()
        let clock = ManualClock()
        var ingestion = Ingestion(source, storage)
        ingestion.clock = clock
        let running = ingestion
        let task = Task { try await running.pipeline.run(.continuous(every: .seconds(5))) }
        await clock.waitForSleeper()
        #expect(try await ingestion.matches(source))
        for seed in 1...3 {
            try Shop.traffic(source, transactions: 10, seed: UInt64(seed))
            clock.advance(by: .seconds(5))
            await clock.waitForSleeper()
            #expect(try await ingestion.matches(source))
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("an idle source gets an empty cut now and then, so that the position keeps up with its retention")
    func idleCuts() async throws {
        let source = try Shop.source()
        let clock = ManualClock()
        var ingestion = Ingestion(source, storage)
        ingestion.clock = clock
        ingestion.tables = ["dbo.customers"]
        try await ingestion.run()
        let cuts = { try await ingestion.lake.volume("landing/volume").publishedCuts().count }
        #expect(try await cuts() == 1)
        // Something happens, but not in a table of the pipeline.
        try source.transaction { try $0.update("dbo.orders", key: [7], set: ["status": "SHIPPED"]) }
        try await ingestion.run()
        #expect(try await cuts() == 1)
        clock.advance(by: .seconds(301))
        let running = ingestion
        let task = Task { try await running.pipeline.run(.continuous(every: .seconds(200))) }
        await clock.waitForSleeper()
        try source.transaction { try $0.update("dbo.orders", key: [8], set: ["status": "SHIPPED"]) }
        clock.advance(by: .seconds(400))
        await clock.waitForSleeper()
        task.cancel()
        _ = try? await task.value
        #expect(try await cuts() == 2)
    }

    @Test("after a time in which only other tables changed, changes go on where they were", arguments: [true, false])
    func changesAfterIdleTime(losingCheckpoints: Bool) async throws {
        let source = try Shop.source()
        var ingestion = Ingestion(source, storage)
        ingestion.tables = ["dbo.customers"]
        try await ingestion.run()
        for round in 1...3 {
            try source.transaction { try $0.update("dbo.orders", key: [7], set: ["status": .string("S\(round)")]) }
            try await ingestion.run()
            if losingCheckpoints { ingestion.checkpoints = InMemoryCheckpointStore() }
            try source.transaction { try $0.update("dbo.customers", key: [7], set: ["name": .string("N\(round)")]) }
            try await ingestion.run()
            #expect(try await Set(ingestion.rows("customers")) == Set(source.rows(of: "dbo.customers").rows))
        }
    }

    @Test("a continuous run tries a table again that failed")
    func failedTableInContinuousRun() async throws {
        let source = try Shop.source()
        let clock = ManualClock()
        let ingestion = Ingestion(source, storage)
        try await ingestion.run()
        try Shop.traffic(source, transactions: 10, seed: 1)
        // The first commit of the run fails for good, as it may on a disk that is full for a while.
        var limited = ingestion
        limited.clock = clock
        let hasFailed = Counter()
        limited.storage = InterceptedStorage(storage) { operation, path, _ throws(StorageError) in
            guard operation == .putIfAbsent, path.hasPrefix("bronze/orders/_delta_log/"), hasFailed.value == 0 else {
                return
            }
            hasFailed.increment()
            throw StorageError(.full, path: path, "no space is left")
        }
        let running = limited
        let task = Task { try await running.pipeline.run(.continuous(every: .seconds(5))) }
        await clock.waitForSleeper()
        #expect(try await !ingestion.matches(source))
        clock.advance(by: .seconds(5))
        await clock.waitForSleeper()
        #expect(try await ingestion.matches(source))
        task.cancel()
        _ = try? await task.value
    }

    @Test("a continuous run outlives a source that is away for long; a triggered one gives up and says why")
    func longOutage() async throws {
        let source = try Shop.source()
        let clock = ManualClock()
        var ingestion = Ingestion(source, storage)
        let away = CDCError(.sourceUnavailable, "the server is away")
        source.fail(.cut, with: away, times: 9)
        let error = try await #require(throws: CDCError.self) { try await ingestion.run() }
        #expect(error.code == .sourceUnavailable)

        ingestion.clock = clock
        source.fail(.cut, with: away, times: 100)
        let running = ingestion
        let task = Task { try await running.pipeline.run(.continuous(every: .seconds(5))) }
        await clock.waitForSleeper()
        #expect(try await ingestion.matches(source))
        task.cancel()
        _ = try? await task.value
    }

    @Test("as a service it ends without an error when the group shuts down")
    func gracefulShutdown() async throws {
        let source = try Shop.source()
        let clock = ManualClock()
        var ingestion = Ingestion(source, storage)
        ingestion.clock = clock
        let running = ingestion
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await running.pipeline.run() }
                await clock.waitForSleeper()
                trigger.triggerGracefulShutdown()
                try await group.waitForAll()
            }
        }
        #expect(try await ingestion.matches(source))
    }

    @Test("applied cuts leave the staging volume after the retention, the tables keep everything")
    func retention() async throws {
        let source = try Shop.source()
        let clock = ManualClock()
        var ingestion = Ingestion(source, storage)
        ingestion.clock = clock
        for seed in 1...4 {
            try Shop.traffic(source, transactions: 5, seed: UInt64(seed))
            try await ingestion.run()
            clock.advance(by: .seconds(3 * 24 * 3600))
        }
        try Shop.traffic(source, transactions: 5, seed: 5)
        try await ingestion.run()
        #expect(try await ingestion.lake.volume("landing/volume").publishedCuts() == [3, 4, 5])
        #expect(try await ingestion.matches(source))
    }

    @Test("a user who adds rows and columns beside the pipeline is respected")
    func otherWriters() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        try await ingestion.run()
        let table = ingestion.lake.table("bronze/orders")
        let schema = try await table.snapshot().schema
        let row: [Value] = [9999, 1, "MINE", "added by hand", .timestamp(0), "x"]
        try await table.append([try RecordBatch(schema, rows: [row])])
        try source.transaction { try $0.update("dbo.orders", key: [7], set: ["status": "SHIPPED"]) }
        try await ingestion.run()
        let rows = try await ingestion.rows("orders")
        #expect(rows.contains { $0[0] == 9999 })
        #expect(rows.contains { $0[0] == 7 && $0[2] == "SHIPPED" })
    }
}
