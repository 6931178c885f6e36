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
            #expect(error?.code == .sourceFailed)
            #expect(try await lake.rows("t", ["id", "v"]) == [[1, "one"]])
            try await lake.pipeline(from: source, ["dbo.t"]).run(.triggered)
            #expect(try await lake.rows("t", ["id", "v"]) == Self.expected)
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
