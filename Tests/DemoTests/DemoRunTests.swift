import CDCCore
import CDCTesting
import Columnar
import LakeStorage
import Testing

@testable import cdc_demo

@Suite("The demo")
struct DemoRunTests {
    /// Runs all of the demo on a database.
    private func wholeDemo(on database: any RetailDatabase, seed: UInt64) async throws -> DemoReport {
        try await withTemporaryFolder { folder in
            let lake = DemoLake(root: folder)
            var run = DemoRun(lake: lake, scale: 0.01, seed: seed, transactions: 60, source: database.place)
            let contents = try await database.contents()
            let ledger = try RetailLedger(contents, seed: seed)
            try await run.snapshot(database, rows: contents.rows)
            try await run.workshop(database, ledger)
            try await run.trafficWithRestart(database, ledger)
            try await run.validate(database)
            #expect(run.report.failed.isEmpty, "\(run.report.failed)")
            #expect(run.report.checks.count >= 13)
            #expect(run.report.restart.cut > 0)
            #expect(try await EventRows.last(10, of: lake.events).count == 10)
            return run.report
        }
    }

    @Test("In memory every check holds: snapshot, workshop, traffic with a restart, validation")
    func inMemory() async throws {
        let report = try await wholeDemo(on: MemoryRetailDB(size: RetailSize(scale: 0.01), seed: 3), seed: 3)
        #expect(report.workshop.allSatisfy { $0.sql.isEmpty })
    }

    #if Emulator
    @Test("On the emulator every check holds, and what the report calls SQL is what ran")
    func onTheEmulator() async throws {
        let database = try await EmulatedServer.makeRetailDB(size: RetailSize(scale: 0.01), seed: 3)
        let report = try await wholeDemo(on: database, seed: 3)
        await database.close()
        #expect(report.workshop.count == 4)
        #expect(
            report.workshop[2].sql == [
                "UPDATE [dbo].[products] SET [price] = 29.99, [last_updated] = GETDATE() WHERE [product_id] = 2001;"
            ]
        )
        #expect(report.workshop[3].sql.first == "BEGIN TRANSACTION;")
    }
    #endif

    @Test("A replay that is stopped again and again ends with the rows of an undisturbed one, commit LSNs included")
    func replay() async throws {
        try await withTemporaryFolder { folder in
            let size = RetailSize(scale: 0.003)
            func run(_ name: String) -> ReplayRun {
                ReplayRun(lake: DemoLake(root: "\(folder)/\(name)"), size: size, seed: 5, transactions: 40)
            }
            _ = try await run("undisturbed").perform()
            // Each run is allowed more time than the one before: in the end one gets to the end.
            var problems: [String]?
            var milliseconds = 15
            while problems == nil {
                let task = Task { try await run("stopped").perform() }
                let watch = Task { [milliseconds] in
                    try await Task.sleep(for: .milliseconds(milliseconds))
                    task.cancel()
                }
                do { problems = try await task.value.problems } catch is CancellationError {}
                watch.cancel()
                milliseconds += 15
            }
            #expect(problems == [])
            for table in RetailDB.tables {
                let expected = try await LakeRows(of: run("undisturbed").lake.table(table)).batch.rows
                let found = try await LakeRows(of: run("stopped").lake.table(table)).batch.rows
                #expect(Set(expected) == Set(found))
                #expect(expected.count == found.count)
            }
        }
    }

    @Test("Where no table could be brought up to date, nobody is told that the others are; the way out is named")
    func allTablesIncomplete() async throws {
        try await withTemporaryFolder { folder in
            let lake = DemoLake(root: folder)
            let size = RetailSize(scale: 0.001)
            let options = IngestionOptions()
            let source = try RetailSource.make(size: size, seed: 1)
            try await lake.pipeline(from: source, options: options).run(.triggered)
            try source.transaction { try $0.delete(RetailDB.orders.name, key: [5001]) }
            try await lake.pipeline(from: source, options: options).run(.triggered)
            // The same database as it was before its last transaction.
            let restored = try RetailSource.make(size: size, seed: 1)
            let error = await #expect(throws: CDCError.self) {
                try await lake.pipeline(from: restored, options: options).run(.triggered)
            }
            #expect(error?.code == .tablesIncomplete)
            let message = error?.message ?? ""
            #expect(message.contains("none of 3 tables could be brought up to date"), "\(message)")
            #expect(!message.contains("the others are"))
            #expect(message.contains("run(_:refreshing:)"))
        }
    }

    @Test("A comparison names the first difference, and finds none where there is none")
    func comparison() throws {
        let schema: Schema = [Field("id", .integer), Field("name", .string)]
        let source = try RecordBatch(schema, rows: [[2, "b"], [1, "a"]])
        func difference(_ rows: [[Value]]) throws -> String? {
            try TableComparison(lake: try RecordBatch(schema, rows: rows), source: source, key: "id").difference
        }
        #expect(try difference([[1, "a"], [2, "b"]]) == nil)
        #expect(try difference([[1, "a"], [2, .null]])?.contains("id 2, column name") == true)
        #expect(try difference([[1, "a"]])?.contains("none") == true)
        #expect(try difference([[1, "a"], [2, "b"], [2, "b"]]) != nil)
    }
}

@Suite("An earlier demo")
struct EarlierDemoTests {
    @Test("It is replaced only when asked, and what somebody else put there stays")
    func overwriting() async throws {
        try await withTemporaryFolder { folder in
            let lake = DemoLake(root: folder)
            try await EarlierDemo(in: lake).makeRoom(overwrite: false)
            let volume = DemoLake.volume
            let hex = "56de02dc063202800f2115f612225db5"
            let uuid = "17e9fa0d-eec5-4284-97c2-86714deeab64"
            let own = [
                "bronze/orders/part-00000-\(uuid).c000.parquet", "bronze/orders/.tmp-\(uuid)",
                "bronze/orders/_delta_log/00000000000000000000.json",
                "bronze/orders/_delta_log/00000000000000000010.checkpoint.parquet",
                "bronze/orders/_delta_log/_last_checkpoint", "\(DemoLake.eventLog)/part-00000-\(uuid).c000.parquet",
                "bronze/_consistent_points/\(DemoLake.pipelineName)/00000000000000000001.json",
                "\(volume)/manifests/00000000000000000001.json", "\(volume)/changes/dbo.orders/cut-10-\(hex)-0.parquet",
                "\(volume)/snapshots/dbo.orders/plan.json", "\(volume)/snapshots/dbo.orders/\(hex)-chunk-000000.json",
                "\(volume)/snapshots/dbo.orders/\(hex)-3-\(hex)-0.parquet", "replay-source.log",
            ]
            let foreign = [
                "bronze/orders/notes.txt", "bronze/orders/orders.json", "bronze/orders/part-1.parquet",
                "bronze/orders/part-00000-\(uuid)-c000.snappy.parquet",
                "bronze/orders/mine/part-00000-\(uuid).c000.parquet",
                "bronze/mine/part-00000-\(uuid).c000.parquet", "silver/part-1.parquet", "\(volume)/my.json",
                "\(volume)/changes/dbo.orders/my.parquet", "\(volume)/snapshots/dbo.orders/my.json",
                "\(volume)/snapshots/dbo.suppliers/plan.json",
            ]
            for path in own + foreign { try await lake.storage.put(path, [1]) }
            await #expect(throws: Failure.self) { try await EarlierDemo(in: lake).makeRoom(overwrite: false) }
            try await EarlierDemo(in: lake).makeRoom(overwrite: true)
            for path in own { #expect(try await !lake.storage.exists(path)) }
            for path in foreign { #expect(try await lake.storage.exists(path)) }
        }
    }

    @Test("Where something else lies in a log of the demo, nothing is removed, and it is named")
    func foreignLogFile() async throws {
        try await withTemporaryFolder { folder in
            let lake = DemoLake(root: folder)
            try await EarlierDemo(in: lake).makeRoom(overwrite: false)
            let files = ["00000000000000000000.json", "my.json"].map { "bronze/orders/_delta_log/\($0)" }
            for file in files { try await lake.storage.put(file, [1]) }
            let error = await #expect(throws: Failure.self) {
                try await EarlierDemo(in: lake).makeRoom(overwrite: true)
            }
            #expect(error?.exit == .cannotCreate)
            #expect(error?.message.contains("\(lake.folder)/\(files[1])") == true)
            for file in files { #expect(try await lake.storage.exists(file)) }
        }
    }

    @Test("Tables that no demo wrote are not touched, asked or not", arguments: [false, true])
    func foreignTables(_ overwrite: Bool) async throws {
        try await withTemporaryFolder { folder in
            let lake = DemoLake(root: folder)
            let log = "bronze/orders/_delta_log/00000000000000000000.json"
            try await lake.storage.put(log, [1])
            let error = await #expect(throws: Failure.self) {
                try await EarlierDemo(in: lake).makeRoom(overwrite: overwrite)
            }
            #expect(error?.exit == .cannotCreate)
            #expect(try await lake.storage.exists(log))
        }
    }
}
