import CDCCore
import CDCTesting
import Columnar
import DeltaLog
import LakeStorage
import Testing

/// A source at which something happens whenever a chunk of rows is read; they are numbered from 1.
private func disturbed(
    _ source: InMemorySource,
    beforeChunk: @escaping @Sendable (_ number: Int) throws -> Void
) -> InterceptedSource {
    let chunks = Counter()
    return InterceptedSource(
        source,
        before: { call in
            if case .snapshot = call { try beforeChunk(chunks.increment()) }
        }
    )
}

@Suite("The staging volume is kept in order")
struct StagingTests {
    private let storage = InMemoryStorage()

    /// A shop whose customers are read in chunks of ten.
    private func inChunks(_ count: Int = 10) throws -> InMemorySource {
        let source = try InMemorySource(identity: "shop", tables: [Shop.customers, Shop.orders])
        for start in stride(from: 1, through: count * 10, by: 10) {
            let rows = (start..<start + 10).map { Shop.customer($0) }
            try source.load("dbo.customers", try RecordBatch(Shop.customers.schema, rows: rows))
        }
        return source
    }

    /// An ingestion whose snapshot of customers was interrupted at the fifth chunk.
    private func interrupted(_ source: InMemorySource, clock: ManualClock = ManualClock()) async throws -> Ingestion {
        let broken = disturbed(source) { number in
            if number == 5 { throw CDCError(.sourceFailed, "the wire was cut") }
        }
        var ingestion = Ingestion(broken, storage)
        ingestion.tables = ["dbo.customers"]
        ingestion.clock = clock
        ingestion.options.parallelism = 1
        await #expect(throws: CDCError.self) { try await ingestion.run() }
        ingestion.source = source
        return ingestion
    }

    // MARK: Snapshots

    @Test("metadata columns that are renamed in mid-snapshot: the rows are read anew")
    func renamedMetadataColumns() async throws {
        let source = try inChunks()
        var ingestion = try await interrupted(source)
        ingestion.options.metadataColumns = MetadataColumns(commitTimestamp: "_time", commitLSN: "_lsn")
        try await ingestion.run()
        let rows = try await ingestion.rows("customers", withMetadata: true)
        #expect(rows.count == 100)
        #expect(rows.allSatisfy { !$0[4].isNull && !$0[5].isNull }, "rows without their time and LSN")
    }

    @Test("after a snapshot the other tables catch up in cuts of ordinary size")
    func boundedCuts() async throws {
        let source = try inChunks()
        try source.load("dbo.orders", RecordBatch(Shop.orders.schema, rows: [Shop.order(1, customer: 1)]))
        var ingestion = Ingestion(source, storage)
        ingestion.options.transactionsPerCut = 5
        try await ingestion.run()
        ingestion.source = disturbed(source) { number in
            guard number == 1 else { return }
            for balance in 0..<40 {
                try source.transaction { transaction in
                    try transaction.update(
                        "dbo.customers",
                        key: [7],
                        set: ["balance": .decimal(unscaled: Int128(balance), scale: 2)]
                    )
                    try transaction.update("dbo.orders", key: [1], set: ["status": .string("S\(balance)")])
                }
            }
        }
        try await ingestion.run(refreshing: ["dbo.orders"])
        #expect(try await ingestion.matches(source))
        let volume = ingestion.lake.volume("landing/volume")
        var rows: [Int] = []
        for cut in try await volume.publishedCuts() {
            rows.append(try await volume.manifest(cut).table("dbo.customers")?.changes.reduce(0) { $0 + $1.rows } ?? 0)
        }
        #expect(rows.reduce(0, +) == 80 && rows.max() == 10, "five transactions of two rows each at most: \(rows)")
        let history = try await ingestion.lake.table("bronze/orders").history()
        #expect(history.map(\.operation) == ["REPLACE TABLE AS SELECT", "CREATE TABLE AS SELECT"])
    }

    // MARK: Listing

    @Test("staged chunks are not read again in every pass")
    func chunksReadOnce() async throws {
        let source = try inChunks()
        let reads = Counter()
        let watched = InterceptedStorage(storage) { operation, path, _ throws(StorageError) in
            if operation == .read && path.contains("-chunk-") { reads.increment() }
            if operation == .list && path.contains("/snapshots/") { reads.increment() }
        }
        var ingestion = Ingestion(source, watched)
        ingestion.tables = ["dbo.customers"]
        ingestion.options.snapshotChunksPerCut = 1
        try await ingestion.run()
        // Once for the plan, once for the chunks that may be there, once for the sweeping.
        #expect(reads.value <= 3, "\(reads.value) looks at the folder of one snapshot")
    }

    @Test("cuts behind a table that failed are not read again in every pass")
    func manifestsReadOnce() async throws {
        let source = try Shop.source()
        try await Ingestion(source, storage).run()
        let reads = Counter()
        let failing = InterceptedStorage(storage) { operation, path, _ throws(StorageError) in
            if operation == .read && path.contains("/manifests/") { reads.increment() }
            if operation == .putIfAbsent, path.contains("bronze/orders/_delta_log") {
                throw StorageError(.full, path: path, "no space is left")
            }
        }
        var ingestion = Ingestion(source, failing)
        ingestion.options.transactionsPerCut = 1
        for number in 0..<20 {
            try source.transaction { try $0.update("dbo.orders", key: [7], set: ["status": .string("S\(number)")]) }
        }
        await #expect(throws: CDCError.self) { try await ingestion.run() }
        let cuts = try await ingestion.lake.volume("landing/volume").publishedCuts().count
        #expect(cuts >= 20 && reads.value <= cuts + 5, "\(reads.value) manifests read, there are \(cuts)")
    }

    // MARK: Sweeping

    /// Staged files, of rows and of chunks, that no manifest names.
    private func strays(_ ingestion: Ingestion) async throws -> [String] {
        let volume = ingestion.lake.volume("landing/volume")
        var named: Set<String> = []
        for cut in try await volume.publishedCuts() {
            for table in try await volume.manifest(cut).tables {
                for file in (table.snapshot ?? []) + table.changes { named.insert(volume.path(of: file.path)) }
            }
        }
        return storage.paths.filter {
            $0.hasPrefix("landing/") && !$0.contains("/manifests/") && !named.contains($0)
        }
    }

    @Test("files of a snapshot that was given up are swept when they are old enough, and not before")
    func abandonedSnapshot() async throws {
        let source = try inChunks()
        let clock = ManualClock()
        var ingestion = try await interrupted(source, clock: clock)
        ingestion.options.metadataColumns = MetadataColumns(commitTimestamp: "_time", commitLSN: "_lsn")
        try await ingestion.run()
        #expect(try await strays(ingestion).count { $0.hasSuffix(".parquet") } == 4)
        clock.advance(by: .seconds(3600))
        try await ingestion.run()
        #expect(try await strays(ingestion).count { $0.hasSuffix(".parquet") } == 4, "somebody may be writing them")
        clock.advance(by: ingestion.options.stagingRetention)
        try await ingestion.run()
        #expect(try await strays(ingestion) == [])
        #expect(try await ingestion.rows("customers").count == 100)
    }

    @Test("a snapshot that goes on is not swept, however long it takes")
    func longSnapshot() async throws {
        let source = try inChunks(50)
        let clock = ManualClock()
        var ingestion = try await interrupted(source, clock: clock)
        ingestion.tables = ["dbo.customers", "dbo.orders"]
        clock.advance(by: .seconds(30 * 24 * 3600))
        let read = Counter()
        ingestion.source = disturbed(source) { _ in
            read.increment()
            clock.advance(by: .seconds(30 * 24 * 3600))
        }
        // So many passes that the volume is swept in between.
        ingestion.options.snapshotChunksPerCut = 1
        try await ingestion.run()
        #expect(try await ingestion.rows("customers").count == 500)
        #expect(read.value < 52, "chunks that were staged before were read again")
    }

    @Test("what a process that died was writing is swept")
    func temporaries() async throws {
        let folder = TemporaryFolder()
        let disk = LocalStorage(root: folder.path)
        let source = try Shop.source()
        var ingestion = Ingestion(source, disk)
        try await ingestion.run()
        try Shop.traffic(source, transactions: 20, seed: 1)
        try await ingestion.run()
        let names = [
            "landing/volume/manifests/.tmp-1", "landing/volume/changes/dbo.orders/.tmp-2",
            "landing/volume/snapshots/dbo.orders/.tmp-3",
        ]
        for name in names { folder.write(name) }
        try await ingestion.run()
        #expect(names.allSatisfy(folder.exists), "somebody may be writing them")
        ingestion.options.stagingRetention = .zero
        try await ingestion.run()
        #expect(!names.contains(where: folder.exists))
    }

    // MARK: Names

    @Test("the longest names, and names that a disk may take for one another")
    func names() async throws {
        let long = String(repeating: "ä", count: 100)
        let names = [
            TableName(schema: long, name: long), TableName(schema: "dbo", name: "Name"),
            TableName(schema: "dbo", name: "name"), TableName(schema: "dbo", name: "\u{E9}"),
            TableName(schema: "dbo", name: "e\u{301}"),
        ]
        let tables = names.map {
            SourceTable($0, schema: [Field("id", .integer), Field("text", .string)], key: ["id"])
        }
        let source = try InMemorySource(identity: "names", tables: tables)
        for (number, table) in tables.enumerated() {
            try source.load(
                table.name,
                try RecordBatch(table.schema, rows: [[.integer(Int64(number)), .string("\(number)")]])
            )
        }
        let folder = TemporaryFolder()
        var ingestion = Ingestion(source, LocalStorage(root: folder.path))
        ingestion.tables = names.enumerated().map { TableSelection($1, destination: "t\($0)") }
        try await ingestion.run()
        for number in names.indices {
            #expect(try await ingestion.rows("t\(number)") == [[.integer(Int64(number)), .string("\(number)")]])
        }
        let folders = folder.names("landing/volume/snapshots")
        #expect(Set(folders.map { $0.lowercased() }).count == names.count, "\(folders)")
        #expect(folders.contains("dbo.name"), "a plain name is the folder's own")
    }

    // MARK: Texts

    @Test("one letter written in two ways makes two keys")
    func composedKeys() async throws {
        let table = SourceTable("dbo.words", schema: [Field("word", .string), Field("count", .integer)], key: ["word"])
        let source = try InMemorySource(identity: "words", tables: [table])
        let (composed, decomposed) = (Value.string("\u{E9}"), Value.string("e\u{301}"))
        try source.load("dbo.words", try RecordBatch(table.schema, rows: [[composed, 1], [decomposed, 2]]))
        var ingestion = Ingestion(source, storage)
        ingestion.tables = ["dbo.words"]
        try await ingestion.run()
        #expect(try await Set(ingestion.rows("words")) == [[composed, 1], [decomposed, 2]])
        try source.transaction { try $0.update("dbo.words", key: [composed], set: ["count": 10]) }
        try source.transaction { try $0.delete("dbo.words", key: [decomposed]) }
        try await ingestion.run()
        #expect(try await ingestion.rows("words") == [[composed, 10]])
    }

    @Test("one letter written in two ways makes two partitions")
    func composedPartitions() async throws {
        let lake = DeltaLake(at: storage)
        let schema: Schema = [Field("id", .integer), Field("letter", .string)]
        let rows: [[Value]] = [[1, "\u{E9}"], [2, "e\u{301}"], [3, "\u{E9}"]]
        let table = lake.table("letters")
        try await table.create(schema, partitionColumns: ["letter"])
        try await table.append([try RecordBatch(schema, rows: rows)])
        var read: Set<[Value]> = []
        for try await batch in try await table.snapshot().scan() { read.formUnion(batch.rows) }
        #expect(read == Set(rows))
    }

    @Test("two columns whose names are one letter written in two ways are refused, not mixed up")
    func composedColumns() async throws {
        let table = SourceTable(
            "dbo.t",
            schema: [Field("id", .integer), Field("\u{E9}", .string), Field("e\u{301}", .string)],
            key: ["id"]
        )
        #expect(table.schema["e\u{301}"]?.name.utf8.count == 3 && table.schema["\u{E9}"]?.name.utf8.count == 2)
        let source = try InMemorySource(identity: "words", tables: [table])
        try source.load("dbo.t", try RecordBatch(table.schema, rows: [[1, "composed", "decomposed"]]))
        var ingestion = Ingestion(source, storage)
        ingestion.tables = ["dbo.t"]
        let error = try await #require(throws: CDCError.self) { try await ingestion.run() }
        #expect(error.message.contains("invalidSchema"), "\(error)")
    }

    // MARK: The destination

    @Test("a storage that does not answer is no conflict")
    func unavailable() async throws {
        let source = try Shop.source()
        let away = InterceptedStorage(storage) { operation, path, _ throws(StorageError) in
            if operation == .putIfAbsent, path.contains("bronze/orders/_delta_log") {
                throw StorageError(.unavailable, path: path, "no answer")
            }
        }
        var ingestion = Ingestion(source, away)
        ingestion.options.maximumRetries = 1
        let error = try await #require(throws: CDCError.self) { try await ingestion.run() }
        #expect(error.message.contains("destinationUnavailable"), "\(error)")
    }

    @Test(
        "a file of an earlier slice that cannot be removed does not stop the merge, nor keep others from being removed"
    )
    func failedDelete() async throws {
        let source = try Shop.source()
        let refused = Counter()
        let sticky = InterceptedStorage(storage) { operation, path, _ throws(StorageError) in
            if operation == .delete, path.contains("bronze/customers/"), refused.increment() == 1 {
                throw StorageError(.denied, path: path, "not this one")
            }
        }
        var ingestion = Ingestion(source, sticky)
        try await ingestion.run()
        ingestion.options.rowsPerSlice = 2
        try source.transaction { transaction in
            for id in 1...20 {
                try transaction.update("dbo.customers", key: [.integer(Int64(id))], set: ["name": "new"])
            }
        }
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
        #expect(refused.value > 2)
        let files = try await ingestion.lake.table("bronze/customers").snapshot().fileCount
        let left = storage.paths.count { $0.hasPrefix("bronze/customers/part-") }
        #expect(left == files + 2, "the file of before, and the one that could not be removed")
    }

    @Test("what a process that died was writing into a table goes with every hundredth point, once it is old")
    func temporariesOfTables() async throws {
        let folder = TemporaryFolder()
        let ingestion = Ingestion(try Shop.source(), LocalStorage(root: folder.path))
        try await ingestion.run()
        let schema = ingestion.lake.schema("bronze")
        var point = try #require(try await schema.latestConsistentPoint(pipeline: ingestion.name))
        point.cut = 100
        let old = ["bronze/orders/.tmp-1", "bronze/orders/_delta_log/.tmp-2"]
        for name in old { folder.write(name, modified: 1_704_067_200) }
        folder.write("bronze/orders/.tmp-3")
        try await schema.publish(point)
        #expect(!old.contains(where: folder.exists))
        #expect(folder.exists("bronze/orders/.tmp-3"), "somebody may be writing it")
    }

    // MARK: The checkpoint store

    @Test("a checkpoint store that is behind is worth a warning only where it should have known better")
    func rebuiltCheckpoint() async throws {
        let source = try Shop.source()
        var ingestion = Ingestion(source, storage)
        func severities() async throws -> [PipelineEvent.Severity] {
            let pipeline = ingestion.pipeline
            let events = pipeline.events
            try await pipeline.run(.triggered)
            var found: [PipelineEvent.Severity] = []
            for await event in events {
                if event.kind == .checkpointRebuilt { found.append(event.severity) }
                if event.kind == .updateCompleted { break }
            }
            return found
        }
        #expect(try await severities() == [])
        ingestion.checkpoints = InMemoryCheckpointStore()
        #expect(try await severities() == [.info])
        ingestion.checkpoints = ingestion.lake.checkpoints
        #expect(try await severities() == [.warning])
        #expect(try await severities() == [])
    }
}
