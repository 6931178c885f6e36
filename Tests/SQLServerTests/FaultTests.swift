#if Emulator
import CDCCore
import Columnar
import Foundation
import SQLServerEmulator
import TDSSource
import Testing

/// What a genuine server does not do when asked: against the emulator only.
@Suite("Faults of servers and networks", .enabled(if: TestServer.isEmulated, "needs the emulator"))
struct FaultTests {
    /// A table whose rows were replicated, with two changes that were not.
    private func withPipeline(
        _ body: (TestServer, SQLServerEmulator, SQLServerSource, TestLake) async throws -> Void
    ) async throws {
        try await TestServer.withDatabase { server in
            try await server.run("CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(100)); INSERT t VALUES (1, 'one')")
            try await server.capture("t")
            let lake = try TestLake()
            let source = server.source(clock: SleeplessClock())
            try await lake.pipeline(from: source, ["dbo.t"]).run(.triggered)
            try await server.run("INSERT t VALUES (2, 'two'); UPDATE t SET v = 'first' WHERE id = 1")
            try await body(server, try #require(server.emulator), source, lake)
            await source.close()
        }
    }

    private static let expected: [[Value]] = [[1, "first"], [2, "two"]]

    @Test("that a task was cancelled is no failure of the source")
    func cancelled() async throws {
        try await withPipeline { _, _, source, _ in
            let reading = Task { () async throws in
                while !Task.isCancelled { await Task.yield() }
                _ = try await source.describe(["dbo.t"])
            }
            reading.cancel()
            await #expect(throws: CancellationError.self) { try await reading.value }
        }
    }

    @Test("tables that are asked for at the same time are all known")
    func describedTogether() async throws {
        try await withPipeline { server, _, _, _ in
            try await server.run("CREATE TABLE other (id INT PRIMARY KEY)")
            try await server.capture("other")
            for _ in 1...10 {
                let source = server.source()
                async let one = source.describe(["dbo.t"])
                async let another = source.describe(["dbo.other"])
                for table in try await one + another { _ = try await source.snapshotStart(of: table) }
                await source.close()
            }
        }
    }

    @Test("a deadlock's victim tries again")
    func deadlock() async throws {
        try await withPipeline { server, emulator, source, lake in
            emulator.inject(.deadlock.where("dbo_t_CT").times(3))
            try await lake.pipeline(from: source, ["dbo.t"]).run(.triggered)
            #expect(try await lake.rows("t", ["id", "v"]) == Self.expected)
        }
    }

    @Test("a server that is gone in the middle of rows is a lost connection, and another one reads them again")
    func goneMidRow() async throws {
        try await withPipeline { server, emulator, source, lake in
            let connection = try await TDSConnection.open(server.configuration, logger: TestServer.quiet)
            emulator.inject(.disconnection(afterBytes: 200).where("REPLICATE"))
            let error = await #expect(throws: TDSError.self) {
                _ = try await connection.smallResult("SELECT REPLICATE('x', 1000) FROM t")
            }
            #expect(error?.code == .connectionLost && error?.isRetryable == true)
            #expect(await !connection.isAlive)

            emulator.inject(.disconnection(afterBytes: 200).where("[dbo_t_CT] AS c").times(2))
            try await lake.pipeline(from: source, ["dbo.t"]).run(.triggered)
            #expect(try await lake.rows("t", ["id", "v"]) == Self.expected)
        }
    }

    @Test("an error after rows of a change table loses none of them")
    func errorAfterRows() async throws {
        try await withPipeline { server, emulator, source, lake in
            emulator.inject(.error(8134, "Divide by zero error encountered.", afterRows: 1).where("[dbo_t_CT] AS c"))
            let pipeline = lake.pipeline(from: source, ["dbo.t"])
            let error = await #expect(throws: CDCError.self) { try await pipeline.run(.triggered) }
            #expect(error?.code == .tablesIncomplete && error?.message.contains("Divide by zero") == true)
            #expect(try await lake.rows("t", ["id", "v"]) == [[1, "one"]])
            try await lake.pipeline(from: source, ["dbo.t"]).run(.triggered)
            #expect(try await lake.rows("t", ["id", "v"]) == Self.expected)
        }
    }

    @Test("a page that is full is read to its end: no attention has to follow it")
    func noAttentionAfterPages() async throws {
        try await withPipeline { server, emulator, _, _ in
            var configuration = server.configuration
            configuration.attentionTimeout = .seconds(1)
            let source = server.source(configuration) {
                $0.connections = 1
                $0.rowsPerPage = 1
            }
            let table = try #require(try await source.describe(["dbo.t"]).first)
            let start = try await source.fence()
            try await server.run("INSERT t VALUES (3, 'three'), (4, 'four'), (5, 'five')")
            let end = try await source.fence().lsn
            let sessions = emulator.clients.map(\.session)
            // Who sent an attention now would wait for its answer in vain, and give the connection up.
            emulator.inject(.deafness)
            let cursor = try await source.changes(of: table, after: start.lsn, through: end)
            var rows = 0
            while let batch = try await cursor.next() {
                #expect(batch.rowCount == 1)
                rows += 1
            }
            #expect(rows == 3)
            #expect(emulator.waitingFaults == 1)
            #expect(emulator.clients.map(\.session) == sessions)
            await source.close()
        }
    }

    @Test("bounds that the function refuses without a gap (error 313) are asked again")
    func refusedBounds() async throws {
        try await TestServer.withDatabase(hasCommandIDs: false) { server in
            let emulator = try #require(server.emulator)
            try await server.run("CREATE TABLE t (id INT PRIMARY KEY)")
            try await server.capture("t")
            let lake = try TestLake()
            let source = server.source(clock: SleeplessClock())
            try await lake.pipeline(from: source, ["dbo.t"]).run(.triggered)
            try await server.run("INSERT t VALUES (1)")
            let text =
                "An insufficient number of arguments were supplied for the procedure or function cdc.fn_cdc_get_all_changes_ ... ."
            emulator.inject(.error(313, text).where("fn_cdc_get_all_changes_dbo_t"))
            try await lake.pipeline(from: source, ["dbo.t"]).run(.triggered)
            #expect(emulator.waitingFaults == 0)
            #expect(try await lake.rows("t", ["id"]) == [[1]])
            await source.close()
        }
    }

    @Test("change tables without command ids, of an older server, are read by their functions, page by page")
    func noCommandIDs() async throws {
        try await TestServer.withDatabase(hasCommandIDs: false) { server in
            try await server.run(
                "CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(10), n NVARCHAR(MAX)); INSERT t VALUES (1, 'a', N'x')"
            )
            try await server.capture("t")
            #expect(try await server.rows("SELECT COL_LENGTH('cdc.dbo_t_CT', '__$command_id')") == [[.null]])
            let lake = try TestLake()
            let source = server.source { $0.rowsPerPage = 2 }
            let findings = try await source.preflight(tables: ["dbo.t"]).findings
            #expect(findings.contains { $0.code == .noCommandID })
            let pipeline = lake.pipeline(from: source, ["dbo.t"])
            try await pipeline.run(.triggered)
            try await server.run(
                """
                INSERT t VALUES (2, 'b', NULL), (3, 'c', N'y'), (4, 'd', N'z')
                BEGIN TRAN; UPDATE t SET v = 'e'; DELETE t WHERE id = 4; UPDATE t SET id = id + 10; COMMIT
                UPDATE t SET n = NULL WHERE id = 13
                """
            )
            try await pipeline.run(.triggered)
            let expected = try await server.rows("SELECT id, v, n FROM t").sorted { "\($0)" < "\($1)" }
            #expect(try await lake.rows("t", ["id", "v", "n"]) == expected)
            await source.close()
        }
    }

    @Test(
        "a table without a key: a connection that is lost before, at and after its point begins the reading anew",
        arguments: [("AS locked", 0), ("AS pinned", 0), ("AS t", 200), ("COMMIT TRANSACTION;", 0)]
    )
    func keylessTable(statement: String, bytes: Int) async throws {
        try await TestServer.withDatabase { server in
            let emulator = try #require(server.emulator)
            try await server.run(
                """
                ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON
                GO
                CREATE TABLE visits (place NVARCHAR(50)); INSERT visits VALUES (N'hall'), (N'hall'), (NULL), (REPLICATE(N'x', 50))
                """
            )
            try await server.capture("visits")
            let lake = try TestLake()
            let source = server.source(clock: SleeplessClock())
            emulator.inject(.disconnection(afterBytes: bytes).where(statement))
            try await lake.pipeline(from: source, ["dbo.visits"]).run(.triggered)
            #expect(emulator.waitingFaults == 0)
            let expected = try await server.rows("SELECT place FROM visits").sorted { "\($0)" < "\($1)" }
            #expect(try await lake.rows("visits", ["place"]) == expected)
            try await server.run("SET LOCK_TIMEOUT 0; INSERT visits VALUES (N'hall')")
            try await lake.pipeline(from: source, ["dbo.visits"]).run(.triggered)
            #expect(try await lake.rows("visits", ["place"]).count == 5)
            await source.close()
        }
    }

    @Test(
        "a table that is dropped, renamed or changed between its description and a read is a table to be read anew, the others go on",
        arguments: [208, 207, 22105] as [Int32]
    )
    func lostWhileRead(number: Int32) async throws {
        try await withPipeline { server, emulator, source, lake in
            try await server.run("CREATE TABLE other (id INT PRIMARY KEY); INSERT other VALUES (1)")
            try await server.capture("other")
            emulator.inject(.error(number, "Something is gone.").where("FROM [dbo].[other] AS t").times(2))
            let pipeline = lake.pipeline(from: source, ["dbo.t", "dbo.other"])
            let error = await #expect(throws: CDCError.self) { try await pipeline.run(.triggered) }
            #expect(
                error?.code == .tablesIncomplete && error?.message.contains("dbo.other needs a full refresh") == true
            )
            #expect(try await lake.rows("t", ["id", "v"]) == Self.expected)
            emulator.clearFaults()
            try await pipeline.run(.triggered, refreshing: ["dbo.other"])
            #expect(try await lake.rows("other", ["id"]) == [[1]])
        }
    }

    @Test("a statement that takes too long is stopped at the server, and the connection serves on")
    func queryTimeout() async throws {
        try await withPipeline { server, emulator, _, _ in
            var configuration = server.configuration
            configuration.queryTimeout = .seconds(1)
            let connection = try await TDSConnection.open(configuration, logger: TestServer.quiet)
            emulator.inject(.silence.where("SELECT 1 AS waiting"))
            let error = await #expect(throws: TDSError.self) { try await connection.execute("SELECT 1 AS waiting") }
            #expect(error?.code == .timeout && error?.isRetryable == true)
            #expect(error?.message.contains("raise the query timeout") == true)
            #expect(try await connection.smallResult("SELECT 2").rows == [[2]])
        }
    }

    @Test("cancelling the task ends its statement at the server, and the transaction that it had")
    func cancellation() async throws {
        try await withPipeline { server, _, _, _ in
            let connection = try await TDSConnection.open(server.configuration, logger: TestServer.quiet)
            let task = Task {
                await #expect(throws: TDSError.self) {
                    try await connection.execute("BEGIN TRAN; UPDATE t SET v = 'never'; WAITFOR DELAY '10:00:00'")
                }
            }
            // The update waits at the server once others wait for it.
            var isHeld = false
            while !isHeld {
                do { try await server.run("SET LOCK_TIMEOUT 10; UPDATE t SET id = id WHERE id = 2") } catch let error
                    as TDSError
                { isHeld = error.code == .lockTimeout }
            }
            task.cancel()
            #expect(await task.value?.code == .cancelled)
            try await server.run("SET LOCK_TIMEOUT 30000; UPDATE t SET v = 'second' WHERE id = 2")
            #expect(try await connection.smallResult("SELECT v FROM t WHERE id = 2").rows == [["second"]])
        }
    }

    @Test("a table whose changes cannot be cleaned up does not keep the others from it")
    func cleanup() async throws {
        try await TestServer.withDatabase { server in
            try await server.run("CREATE TABLE a (id INT PRIMARY KEY); CREATE TABLE b (id INT PRIMARY KEY)")
            try await server.capture("a")
            try await server.capture("b")
            let source = server.source { $0.cleansChangeTables = true }
            _ = try await source.describe(["dbo.a", "dbo.b"])
            for id in 1...2 {
                try await server.run("INSERT a VALUES (\(id)); INSERT b VALUES (\(id))")
                _ = try await source.fence()
            }
            let end = try await source.fence()
            let refusal = Fault.error(22850, "The threshold value is not valid.")
            try #require(server.emulator).inject(refusal.where("@capture_instance = N'dbo_a'"))
            let error = await #expect(throws: CDCError.self) {
                try await source.acknowledge(["dbo.a": end.lsn, "dbo.b": end.lsn])
            }
            #expect((error?.underlying as? TDSError)?.server?.number == 22850)
            #expect(try await server.rows("SELECT id FROM cdc.dbo_a_CT").count == 2)
            #expect(try await server.rows("SELECT id FROM cdc.dbo_b_CT").count < 2)
            await source.close()
        }
    }

    @Test("a certificate for another host, or of an unknown authority, is refused by name")
    func certificates() async throws {
        guard let certificate = try SelfSignedCertificate(for: "db.example.com") else { return }
        var settings = SQLServerEmulator.Configuration(password: "p'w\"d]} %s;x")
        settings.encryption = .on(.init(chain: certificate.path, key: certificate.keyPath))
        let emulator = try await SQLServerEmulator.start(settings)
        var configuration = SQLServerConfiguration(
            host: "127.0.0.1",
            endpoint: .port(emulator.port),
            database: "master",
            user: "sa",
            password: Secret(emulator.password)
        )
        for encryption in [
            SQLServerConfiguration.Encryption.required(.system), .required(.file(certificate.path)),
        ] {
            configuration.encryption = encryption
            let refused = configuration
            let error = await #expect(throws: TDSError.self) {
                _ = try await TDSConnection.open(refused, logger: TestServer.quiet)
            }
            #expect(error?.code == .tlsFailed && error?.isRetryable == false)
            #expect(error?.message.contains("names this host") == true)
            #expect(!"\(String(describing: error))".contains("p'w"))
        }
        configuration.encryption = .required(.file(certificate.path), checkHostName: false)
        let connection = try await TDSConnection.open(configuration, logger: TestServer.quiet)
        #expect(emulator.clients.map(\.isEncrypted) == [true])
        await connection.close()
        await emulator.stop()
    }
}
#endif
