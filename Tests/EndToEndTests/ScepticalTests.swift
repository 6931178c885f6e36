import CDCCore
import CDCTesting
import Columnar
import DeltaLog
import LakeStorage
import Testing

@Suite("What a sceptical reading asked")
struct ScepticalTests {
    private let storage = InMemoryStorage()

    private func dropVolume() async throws {
        for path in storage.paths where path.hasPrefix("landing/") { try await storage.delete(path) }
    }

    /// The same storage, but commits of tables whose path begins with `prefix` fail for good.
    private func failing(_ ingestion: Ingestion, _ prefix: String) -> Ingestion {
        var failing = ingestion
        failing.storage = InterceptedStorage(storage) { operation, path, _ throws(StorageError) in
            if operation == .putIfAbsent, path.hasPrefix(prefix), path.contains("_delta_log") {
                throw StorageError(.full, path: path, "no space is left")
            }
        }
        return failing
    }

    /// Either an error that names the trouble, or the right rows: never wrong rows without an error.
    private func expectErrorOrRight(_ ingestion: Ingestion, _ source: InMemorySource, _ comment: Comment) async throws {
        do { try await ingestion.run() } catch { return }
        let matches = try await ingestion.matches(source)
        #expect(matches, comment)
    }

    // MARK: States that can never be left

    @Test("a retention gap while the rows are read: a full refresh must heal it")
    func refreshAfterGapDuringSnapshot() async throws {
        let source = try Shop.source()
        let calls = Counter()
        let hooked = InterceptedSource(
            source,
            before: { call in
                guard call == .snapshot("dbo.orders"), calls.increment() == 1 else { return }
                try Shop.traffic(source, transactions: 5, seed: 1)
                try source.cleanUp("dbo.orders", below: source.lastLSN)
            }
        )
        let ingestion = Ingestion(hooked, storage)
        await #expect(throws: CDCError.self) { try await ingestion.run() }
        try await ingestion.run(refreshing: ["dbo.orders"])
        #expect(try await ingestion.matches(source))
    }

    // MARK: Rewinding

    @Test("a source restored from a backup while a snapshot is half staged")
    func rewindDuringSnapshot() async throws {
        let source = try Shop.source()
        let backup = source.backUp()
        try Shop.traffic(source, transactions: 30, seed: 1)
        var ingestion = Ingestion(source, storage)
        ingestion.options.snapshotChunksPerCut = 1
        ingestion.options.parallelism = 1
        var dying = ingestion
        dying.storage = InterceptedStorage(storage) { _, path, count throws(StorageError) in
            if count(.put, "-chunk-") > 0 { throw StorageError(.denied, path: path, "the process is dead") }
        }
        await #expect(throws: (any Error).self) { try await dying.run() }
        source.restore(backup)
        try await expectErrorOrRight(ingestion, source, "rows of the time before the restore are in the table")
    }

    @Test("after a rewind and a refresh the recorded position is the new one, also when the volume is lost")
    func reachedAfterRewind() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        try await ingestion.run()
        let backup = source.backUp()
        try Shop.traffic(source, transactions: 10, seed: 1)
        try await ingestion.run()
        source.restore(backup)
        await #expect(throws: CDCError.self) { try await ingestion.run() }
        try await ingestion.run(refreshing: ["dbo.customers", "dbo.orders"])
        #expect(try await ingestion.matches(source))
        let point = try #require(
            try await ingestion.lake.schema("bronze").latestConsistentPoint(pipeline: ingestion.name)
        )
        #expect(
            point.tables.allSatisfy { $0.lsn <= source.lastLSN },
            "a table claims an LSN that the source does not have"
        )
        try await dropVolume()
        try Shop.traffic(source, transactions: 20, seed: 2)
        try await expectErrorOrRight(ingestion, source, "changes were skipped silently")
    }

    @Test("a table that needs a resync still does after the volume was lost")
    func lostVolumeForgetsResync() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        try await ingestion.run()
        let backup = source.backUp()
        func update(_ id: Int, times: Int) throws {
            for round in 1...times {
                try source.transaction {
                    try $0.update(
                        "dbo.customers",
                        key: [.integer(Int64(id))],
                        set: ["name": .string("\(id), \(round)")]
                    )
                }
            }
        }
        try update(1, times: 10)
        try await ingestion.run()
        source.restore(backup)
        try update(7, times: 1)
        await #expect(throws: CDCError.self) { try await ingestion.run() }
        try await dropVolume()
        try update(8, times: 20)
        try await expectErrorOrRight(ingestion, source, "the state needsResync was forgotten, the table is wrong")
    }

    // MARK: Lost manifests

    @Test("a missing manifest before all others that are not applied")
    func missingFirstManifest() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        try await ingestion.run()
        let failing = failing(ingestion, "bronze/")
        try source.transaction { try $0.update("dbo.orders", key: [7], set: ["status": "LOST"]) }
        _ = try? await failing.run()
        try source.transaction { try $0.update("dbo.customers", key: [7], set: ["name": "other"]) }
        _ = try? await failing.run()
        try source.transaction { try $0.update("dbo.orders", key: [8], set: ["status": "KEPT"]) }
        _ = try? await failing.run()
        #expect(try await ingestion.lake.volume("landing/volume").publishedCuts() == [1, 2, 3, 4])
        // As a rule that expires the oldest files does; cut 1 is applied and would have been swept by and by.
        try await storage.delete("landing/volume/manifests/00000000000000000001.json")
        try await storage.delete("landing/volume/manifests/00000000000000000002.json")
        try await expectErrorOrRight(ingestion, source, "the changes of cut 2 were skipped silently")
    }

    // MARK: Consistent points

    private func point(_ cut: Int) async throws -> ConsistentPoint? {
        let digits = String(cut)
        let path =
            "bronze/_consistent_points/shop_pipeline/\(String(repeating: "0", count: 20 - digits.count))\(digits).json"
        guard let bytes = try await storage.readIfPresent(path) else { return nil }
        let other = InMemoryStorage()
        try await other.put(path, bytes)
        return try await DeltaLake(at: other).schema("bronze").latestConsistentPoint(pipeline: "shop_pipeline")
    }

    @Test("a point that is made up for later does not name versions of later cuts")
    func pointsAfterFailure() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        try await ingestion.run()
        let failing = failing(ingestion, "bronze/orders")
        for cut in 2...3 {
            try source.transaction {
                try $0.update("dbo.orders", key: [7], set: ["status": .string("S\(cut)")])
                try $0.update("dbo.customers", key: [7], set: ["name": .string("N\(cut)")])
            }
            _ = try? await failing.run()
        }
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
        let point = try #require(try await point(2))
        guard point.isComplete else { return }
        let entry = try #require(point.tables.first { $0.name == "customers" })
        let snapshot = try await ingestion.lake.table("bronze/customers").snapshot(at: .version(entry.version))
        var names: [Value] = []
        for try await batch in try snapshot.scan(columns: ["customer_id", "name"]) {
            names += batch.rows.filter { $0[0] == 7 }.map { $0[1] }
        }
        #expect(names == ["N2"], "the point of cut 2 shows customers as of another cut")
    }

    @Test("a point without a table that is still being read is not complete")
    func pointWithoutTable() async throws {
        let source = try Shop.source()
        var ingestion = Ingestion(source, storage)
        ingestion.options.snapshotChunksPerCut = 1
        try await ingestion.run()
        for cut in 1...10 {
            guard let point = try await point(cut), point.isComplete else { continue }
            #expect(point.tables.count == 2, "cut \(cut) is said to be complete")
        }
    }

    // MARK: Traps

    @Test("one table selected twice is an error, not a trap")
    func sameSourceTwice() async throws {
        await #expect(processExitsWith: .success) {
            var ingestion = Ingestion(try Shop.source(), InMemoryStorage())
            ingestion.tables = ["dbo.customers", TableSelection("dbo.customers", destination: "copy")]
            _ = try? await ingestion.run()
        }
    }

    @Test("a retention of for ever is no trap")
    func endlessRetention() async throws {
        await #expect(processExitsWith: .success) {
            var ingestion = Ingestion(try Shop.source(), InMemoryStorage())
            ingestion.options.stagingRetention = .seconds(Int64.max)
            _ = try? await ingestion.run()
        }
    }

    @Test("absurd row counts in a manifest are an error, not a trap")
    func absurdManifest() async throws {
        await #expect(processExitsWith: .success) {
            let storage = InMemoryStorage()
            let source = try Shop.source()
            let ingestion = Ingestion(source, storage)
            try await ingestion.run()
            var failing = ingestion
            failing.storage = InterceptedStorage(storage) { operation, path, _ throws(StorageError) in
                if operation == .putIfAbsent, path.contains("_delta_log") {
                    throw StorageError(.full, path: path, "no space is left")
                }
            }
            try source.transaction { try $0.update("dbo.orders", key: [7], set: ["status": "S"]) }
            _ = try? await failing.run()
            let path = "landing/volume/manifests/00000000000000000002.json"
            var text = String(decoding: try await storage.read(path), as: UTF8.self)
            text = text.replacing(/"rows":\s*\d+/) { _ in "\"rows\":9223372036854775807" }
            text = text.replacing(/"changes":\s*\[(\{[^\]]*\})\]/) { "\"changes\":[\($0.output.1),\($0.output.1)]" }
            try await storage.put(path, Array(text.utf8))
            _ = try? await ingestion.run()
        }
    }

    // MARK: Staging

    @Test("two tables whose schema and name join to the same text do not share a snapshot")
    func sameFolder() async throws {
        let schema: Schema = [Field("id", .integer, isNullable: false), Field("v", .string)]
        let one = SourceTable(TableName(schema: "a.b", name: "c"), schema: schema, key: ["id"])
        let two = SourceTable(TableName(schema: "a", name: "b.c"), schema: schema, key: ["id"])
        let source = try InMemorySource(tables: [one, two])
        try source.load(one.name, try RecordBatch(schema, rows: [[1, "one"]]))
        try source.load(two.name, try RecordBatch(schema, rows: [[2, "two"]]))
        var ingestion = Ingestion(source, storage)
        ingestion.tables = [TableSelection(one.name, destination: "one"), TableSelection(two.name, destination: "two")]
        try await ingestion.run()
        #expect(try await ingestion.rows("one") == [[1, "one"]])
        #expect(try await ingestion.rows("two") == [[2, "two"]])
    }

    @Test("staged files that no manifest names are swept")
    func orphans() async throws {
        let source = try Shop.source()
        let clock = ManualClock()
        var ingestion = Ingestion(source, storage)
        ingestion.clock = clock
        ingestion.options.stagedFileBytes = 1
        try await ingestion.run()
        try Shop.traffic(source, transactions: 10, seed: 1)
        source.fail(.changes("dbo.orders"), with: CDCError(.sourceUnavailable, "the wire was cut"), afterBatches: 1)
        for seed in 2...4 {
            try await ingestion.run()
            clock.advance(by: .seconds(30 * 24 * 3600))
            try Shop.traffic(source, transactions: 10, seed: UInt64(seed))
        }
        try await ingestion.run()
        let volume = ingestion.lake.volume("landing/volume")
        var named: Set<String> = []
        for cut in try await volume.publishedCuts() {
            for table in try await volume.manifest(cut).tables {
                for file in (table.snapshot ?? []) + table.changes { named.insert(volume.path(of: file.path)) }
            }
        }
        let orphans = storage.paths.filter {
            $0.hasPrefix("landing/") && $0.hasSuffix(".parquet") && !named.contains($0)
        }
        #expect(orphans.isEmpty)
    }

    @Test("a source that never rests does not keep events from the log")
    func busySource() async throws {
        let source = try Shop.source()
        let (calls, seen) = (Counter(), Counter())
        let storage = storage
        let hooked = InterceptedSource(
            source,
            before: { call in
                guard call == .cut else { return }
                let number = calls.increment()
                try source.transaction { try $0.update("dbo.orders", key: [7], set: ["status": .string("S\(number)")]) }
                if storage.paths.contains(where: { $0.hasPrefix("system/lakeflow/") }) { seen.increment() }
                if number == 60 { throw CDCError(.sourceFailed, "enough") }
            }
        )
        let ingestion = Ingestion(hooked, storage)
        await #expect(throws: CDCError.self) { try await ingestion.pipeline.run(.continuous(every: .seconds(1))) }
        #expect(seen.value > 0, "in 60 passes no event was written, nothing swept, no failed table tried again")
    }

    // MARK: Netting

    private func keyedByStatus() throws -> (InMemorySource, Ingestion) {
        let source = try InMemorySource(identity: "shop", tables: [Shop.customers, Shop.orders])
        try source.load("dbo.customers", try RecordBatch(Shop.customers.schema, rows: [Shop.customer(1)]))
        try source.load(
            "dbo.orders",
            try RecordBatch(
                Shop.orders.schema,
                rows: (1...20).map { id in
                    [.integer(Int64(id)), 1, .string("K\(id)"), .string("note on order \(id)")]
                }
            )
        )
        var ingestion = Ingestion(source, storage)
        ingestion.tables = [TableSelection("dbo.orders", key: ["status"])]
        return (source, ingestion)
    }

    @Test("a moved key with an untouched large object, netted in slices", arguments: 0..<10)
    func movedKeyInSlices(pair: Int) async throws {
        var (source, ingestion) = try keyedByStatus()
        ingestion.options.rowsPerSlice = 1
        try await ingestion.run()
        let id = pair * 2 + 1
        try source.transaction { transaction in
            try transaction.delete("dbo.orders", key: [.integer(Int64(id + 1))])
            try transaction.update("dbo.orders", key: [.integer(Int64(id))], set: ["status": .string("K\(id + 1)")])
        }
        do { try await ingestion.run() } catch { return }
        let rows = try await Set(ingestion.rows("orders"))
        #expect(rows == Set(try source.rows(of: "dbo.orders").rows), "a row has the note of another")
    }

    @Test("a table that the applier finds in need of a resync is an event of that kind")
    func resyncEvent() async throws {
        let (source, ingestion) = try keyedByStatus()
        try await ingestion.run()
        try source.transaction { try $0.update("dbo.orders", key: [1], set: ["status": "moved"]) }
        let pipeline = ingestion.pipeline
        let listener = pipeline.events
        await #expect(throws: CDCError.self) { try await pipeline.run(.triggered) }
        var kinds: [PipelineEvent.Kind] = []
        for await event in listener {
            kinds.append(event.kind)
            if event.kind == .updateFailed { break }
        }
        #expect(kinds.contains(.needsResync))
    }

    // MARK: Others go on

    @Test("the refresh of a dropped table does not stop the other tables")
    func refreshOfDroppedTable() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        try await ingestion.run()
        source.drop("dbo.orders")
        try source.transaction { try $0.update("dbo.customers", key: [7], set: ["name": "new"]) }
        await #expect(throws: CDCError.self) { try await ingestion.run(refreshing: ["dbo.orders"]) }
        #expect(try await Set(ingestion.rows("customers")) == Set(source.rows(of: "dbo.customers").rows))
    }

    @Test("a table to be refreshed that is not in the pipeline is an error")
    func refreshOfUnknownTable() async throws {
        let ingestion = Ingestion(try Shop.source(), storage)
        await #expect(throws: CDCError.self) { try await ingestion.run(refreshing: ["dbo.typo"]) }
    }

    @Test("a storage that fails once, and says that trying again helps, is tried again")
    func unavailableStorage() async throws {
        let undisturbed = FaultyStorage(InMemoryStorage())
        var ingestion = Ingestion(try Shop.source(), undisturbed)
        ingestion.options.parallelism = 1
        try await ingestion.run()
        var failed: [String] = []
        for operation in 0..<undisturbed.operationCount {
            let faulty = FaultyStorage(InMemoryStorage(), faults: [operation: .fails(.unavailable)])
            var ingestion = Ingestion(try Shop.source(), faulty)
            ingestion.options.parallelism = 1
            do { try await ingestion.run() } catch { failed.append(faulty.operations[operation]) }
        }
        #expect(failed.isEmpty, "\(failed.count) of \(undisturbed.operationCount) operations")
    }

    // MARK: Delta

    @Test("'unchanged' finds its column without regard to case, as the rows do")
    func unchangedCase() async throws {
        let table = DeltaLake(at: storage).table("t")
        let schema: Schema = [Field("id", .integer), Field("note", .string)]
        try await table.create(schema)
        try await table.append([try RecordBatch(schema, rows: [[1, "kept"]])])
        let upper: Schema = [Field("id", .integer), Field("NOTE", .string)]
        try await table.merge(
            upserts: try RecordBatch(upper, rows: [[1, nil]]),
            key: ["id"],
            unchanged: ["NOTE": Bitmap(repeating: true, count: 1)]
        )
        var rows: [[Value]] = []
        for try await batch in try await table.snapshot().scan() { rows += batch.rows }
        #expect(rows == [[1, "kept"]])
    }

    @Test("a row that a user deleted, and then an update that leaves its note out: the way out is named")
    func deletedByUser() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        try await ingestion.run()
        let table = ingestion.lake.table("bronze/orders")
        let schema = try await table.snapshot().schema
        try await table.merge(
            upserts: .empty(schema),
            deletes: try RecordBatch([Field("order_id", .long)], rows: [[7]]),
            key: ["order_id"]
        )
        try source.transaction { try $0.update("dbo.orders", key: [7], set: ["status": "SHIPPED"]) }
        let error = try await #require(throws: CDCError.self) { try await ingestion.run() }
        #expect(error.message.contains("full refresh"), "\(error.message)")
    }

    // MARK: Second batch

    @Test("a table taken out, its destination removed, and taken in again does not find its old snapshot")
    func stalePlan() async throws {
        let source = try Shop.source()
        let clock = ManualClock()
        var ingestion = Ingestion(source, storage)
        ingestion.clock = clock
        try await ingestion.run()
        ingestion.tables = ["dbo.customers"]
        for seed in 1...3 {
            clock.advance(by: .seconds(30 * 24 * 3600))
            try Shop.traffic(source, transactions: 10, seed: UInt64(seed))
            try await ingestion.run()
        }
        for path in storage.paths where path.hasPrefix("bronze/orders/") { try await storage.delete(path) }
        ingestion.tables = ["dbo.customers", "dbo.orders"]
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
    }

    @Test("with automatic resync a continuous run does not spin")
    func spinning() async throws {
        let source = try Shop.source()
        let (gaps, passes, asleep) = (Counter(), Counter(), Counter())
        let hooked = InterceptedSource(
            source,
            before: { call in
                if call == .snapshot("dbo.orders"), gaps.increment() == 1 {
                    try Shop.traffic(source, transactions: 5, seed: 1)
                    try source.cleanUp("dbo.orders", below: source.lastLSN)
                }
                if call == .cut, passes.increment() >= 200 { throw CDCError(.sourceFailed, "enough") }
            }
        )
        let clock = ManualClock()
        var ingestion = Ingestion(hooked, storage)
        ingestion.clock = clock
        ingestion.options.resyncsAutomatically = true
        let running = ingestion
        let task = Task { try await running.pipeline.run(.continuous(every: .seconds(5))) }
        let watcher = Task {
            await clock.waitForSleeper()
            asleep.increment()
        }
        for _ in 0..<500 where asleep.value == 0 && passes.value < 200 { try await Task.sleep(for: .milliseconds(10)) }
        let cuts = try await ingestion.lake.volume("landing/volume").publishedCuts().count
        #expect(asleep.value > 0 && passes.value < 200, "\(passes.value) passes without a pause, \(cuts) cuts")
        task.cancel()
        _ = try? await task.value
        withExtendedLifetime(watcher) {}
    }

    @Test("NULL in the key of one table that is read anew does not stop the others")
    func nullKeyInRefresh() async throws {
        var (source, ingestion) = try keyedByStatus()
        ingestion.tables = ["dbo.customers", TableSelection("dbo.orders", key: ["status"])]
        try await ingestion.run()
        try source.transaction { try $0.update("dbo.orders", key: [1], set: ["status": nil]) }
        await #expect(throws: CDCError.self) { try await ingestion.run() }
        try source.transaction { try $0.update("dbo.customers", key: [1], set: ["name": "new"]) }
        await #expect(throws: CDCError.self) { try await ingestion.run(refreshing: ["dbo.orders"]) }
        #expect(try await Set(ingestion.rows("customers")) == Set(source.rows(of: "dbo.customers").rows))
    }

    @Test("a row whose key moved and that is gone in the end needs no full refresh")
    func movedAndGone() async throws {
        let (source, ingestion) = try keyedByStatus()
        try await ingestion.run()
        try source.transaction { transaction in
            try transaction.update("dbo.orders", key: [1], set: ["status": "moved"])
            try transaction.delete("dbo.orders", key: [1])
        }
        try await ingestion.run()
        #expect(try await Set(ingestion.rows("orders")) == Set(source.rows(of: "dbo.orders").rows))
    }

    @Test("a volume restored from an older backup is noticed before anything is published")
    func oldVolume() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, storage)
        try await ingestion.run()
        let before = storage.paths.filter { $0.hasPrefix("landing/") }
        for seed in 1...2 {
            try Shop.traffic(source, transactions: 10, seed: UInt64(seed))
            try await ingestion.run()
        }
        for path in storage.paths where path.hasPrefix("landing/") && !before.contains(path) {
            try await storage.delete(path)
        }
        try Shop.traffic(source, transactions: 10, seed: 3)
        let published = try await ingestion.lake.volume("landing/volume").publishedCuts()
        let error = try await #require(throws: CDCError.self) { try await ingestion.run() }
        #expect(error.code == .manifestCorrupt && error.message.contains("older backup"))
        #expect(try await ingestion.lake.volume("landing/volume").publishedCuts() == published)
        // The way out that the message names.
        for path in storage.paths where path.hasPrefix("landing/") { try await storage.delete(path) }
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
    }
}
