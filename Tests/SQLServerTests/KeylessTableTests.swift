import CDCCore
import Columnar
import Synchronization
import TDSSource
import Testing

@Suite("Tables without a key", .enabled(if: TestServer.isAvailable, "needs the trait Emulator or a server"))
struct KeylessTableTests {
    @Test("equal rows are counted, while somebody writes all the time")
    func busy() async throws {
        try await TestServer.withDatabase { server in
            try await server.run(
                """
                ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON
                GO
                CREATE TABLE visits (place NVARCHAR(20), number INT)
                INSERT visits VALUES (N'hall', 1), (N'hall', 1), (N'hall', NULL), (NULL, 1), (NULL, NULL), (NULL, NULL)
                """
            )
            try await server.capture("visits")
            let lake = try TestLake()
            let source = server.source()
            let pipeline = lake.pipeline(from: source, ["dbo.visits"])
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for number in 0..<150 {
                        try await server.run("INSERT visits VALUES (N'hall', \(number % 3)), (NULL, \(number % 3))")
                        if number % 2 == 0 {
                            try await server.run("DELETE TOP (1) FROM visits WHERE number = \(number % 3)")
                        }
                        if number % 5 == 0 {
                            try await server.run("UPDATE visits SET number = 7 WHERE place IS NULL AND number = 1")
                        }
                    }
                }
                for _ in 0..<2 { try await pipeline.run(.triggered) }
                try await group.waitForAll()
            }
            try await pipeline.run(.triggered)
            let expected = try await server.rows("SELECT place, number FROM visits").sorted { "\($0)" < "\($1)" }
            #expect(try await lake.rows("visits", ["place", "number"]) == expected)
            await source.close()
        }
    }

    @Test("without SNAPSHOT isolation it is refused, with the statement that allows it")
    func noSnapshotIsolation() async throws {
        try await TestServer.withDatabase { server in
            try await server.run("CREATE TABLE visits (place NVARCHAR(20))")
            try await server.capture("visits")
            let source = server.source()
            let pipeline = try TestLake().pipeline(from: source, ["dbo.visits"])
            let error = try await #require(throws: CDCError.self) { try await pipeline.run(.triggered) }
            #expect(error.message.contains("SET ALLOW_SNAPSHOT_ISOLATION ON"))
            #expect(error.message.contains("TableSelection(key:)"))
            await source.close()
        }
    }

    @Test("a capture job that stands still keeps no writer waiting")
    func standstill() async throws {
        try await withVisits { server in
            try await server.run("EXEC sys.sp_cdc_stop_job @job_type = N'capture'")
            let clock = WritersClock(server)
            let source = server.source(clock: clock) { $0.fenceTimeout = .seconds(2) }
            let table = try #require(try await source.describe(["dbo.visits"]).first)
            let error = await #expect(throws: CDCError.self) { _ = try await source.exactSnapshot(of: table) }
            #expect(error?.code == .sourceFailed && error?.table == "dbo.visits", "it is a matter of this table alone")
            #expect(clock.pauses.count > 10)
            #expect(clock.pauses.allSatisfy { !$0.isBlocked })
            await source.close()
        }
    }

    @Test("somebody who holds all connections does not keep writers waiting for the lock")
    func ownConnections() async throws {
        try await withVisits { server in
            try await server.run("INSERT visits VALUES (1), (1)")
            let source = server.source { $0.connections = 1 }
            let table = try #require(try await source.describe(["dbo.visits"]).first)
            let other = try await source.rows(of: SnapshotChunk(number: 0, from: nil, to: nil), table: table)
            let exact = try await source.exactSnapshot(of: table)
            var count = 0
            while let batch = try await exact.rows.next() { count += batch.rowCount }
            #expect(count == 2)
            while try await other.next() != nil {}
            await source.close()
        }
    }

    @Test(
        "where the capture does not get there under the lock, writers are left alone for much longer than they waited"
    )
    func pauseAfterLock() async throws {
        try await withVisits { server in
            // To a login that does not see the scans a later commit is the sign, which the lock itself prevents.
            let user = try await server.makeUser()
            try await server.run(
                "GRANT SELECT ON SCHEMA::cdc TO [\(user.name)]; GRANT SELECT ON visits TO [\(user.name)]"
            )
            let clock = WritersClock(server)
            let source = server.source(as: user, clock: clock) {
                $0.fenceTimeout = .seconds(36000)
                $0.exactSnapshotLockTime = .seconds(2)
            }
            let table = try #require(try await source.describe(["dbo.visits"]).first)
            let error = await #expect(throws: CDCError.self) { _ = try await source.exactSnapshot(of: table) }
            #expect(error?.code == .sourceFailed && error?.table == "dbo.visits")
            #expect(clock.pauses.contains { $0.isBlocked })

            let pauses = clock.pauses.count
            let again = await #expect(throws: CDCError.self) { _ = try await source.exactSnapshot(of: table) }
            #expect(again?.message == error?.message && clock.pauses.count == pauses, "nothing is tried so soon")
            try await clock.sleep(for: .seconds(20))
            #expect(clock.pauses.last?.isBlocked == false)
            await #expect(throws: CDCError.self) { _ = try await source.exactSnapshot(of: table) }
            #expect(clock.pauses.count > pauses + 1)
            await source.close()
        }
    }

    private func withVisits(_ body: (TestServer) async throws -> Void) async throws {
        try await TestServer.withDatabase { server in
            try await server.run("ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON")
            try await server.run("CREATE TABLE visits (number INT)")
            try await server.capture("visits")
            try await body(server)
        }
    }

    @Test("a lock of a table keeps writers of that table out, and nobody else, until its transaction ends")
    func tableLock() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run("CREATE TABLE a (x INT); CREATE TABLE b (x INT); INSERT a VALUES (1)")
            let other = try await TDSConnection.open(server.configuration, logger: TestServer.quiet)
            try await other.execute("BEGIN TRAN; SELECT TOP (1) x FROM a WITH (TABLOCK, HOLDLOCK)")
            try await server.run("SET LOCK_TIMEOUT 100")
            let error = try await #require(throws: TDSError.self) { try await server.run("INSERT a VALUES (2)") }
            #expect(error.server?.number == 1222)
            try await server.run("INSERT b VALUES (1)")
            #expect(try await server.rows("SELECT x FROM a").count == 1)

            // A writer that has not ended keeps the lock away.
            try await other.execute("COMMIT; BEGIN TRAN; UPDATE a SET x = 5")
            let late = try await #require(throws: TDSError.self) {
                try await server.run(
                    "BEGIN TRAN; SELECT TOP (1) x FROM b WITH (TABLOCK, HOLDLOCK); SELECT TOP (1) x FROM a WITH (TABLOCK, HOLDLOCK)"
                )
            }
            #expect(late.server?.number == 1222)
            try await server.run("IF @@TRANCOUNT > 0 ROLLBACK")
            try await other.execute("COMMIT")
            try await server.run("SET LOCK_TIMEOUT -1; INSERT a VALUES (3)")
            #expect(try await server.rows("SELECT x FROM a").count == 2)
            await other.close()
        }
    }

    @Test("locks that only read share a table; TABLOCKX shares it with nobody; outside of a transaction none is kept")
    func sharedTableLocks() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run("CREATE TABLE a (x INT); INSERT a VALUES (1)")
            let other = try await TDSConnection.open(server.configuration, logger: TestServer.quiet)
            let reading = "SELECT x FROM a WITH (TABLOCK, HOLDLOCK)"
            let taking = "SELECT x FROM a WITH (TABLOCKX)"
            try await server.run("SET LOCK_TIMEOUT 100")
            for statement in [
                reading, taking, "BEGIN TRAN; SELECT x FROM a WITH (TABLOCK)", "BEGIN TRAN; SELECT x FROM a",
            ] {
                try await other.execute(statement)
                try await server.run("INSERT a VALUES (2)")
                try await other.execute("IF @@TRANCOUNT > 0 COMMIT")
            }
            try await other.execute("BEGIN TRAN; \(reading)")
            try await server.run("BEGIN TRAN; \(reading); COMMIT")
            let writer = try await #require(throws: TDSError.self) { try await server.run("BEGIN TRAN; \(taking)") }
            #expect(writer.server?.number == 1222)
            try await server.run("IF @@TRANCOUNT > 0 ROLLBACK")
            try await other.execute("COMMIT; BEGIN TRAN; \(taking)")
            let reader = try await #require(throws: TDSError.self) { try await server.run("BEGIN TRAN; \(reading)") }
            #expect(reader.server?.number == 1222)
            try await server.run("IF @@TRANCOUNT > 0 ROLLBACK")
            try await other.execute("COMMIT")
            await other.close()
        }
    }
}

/// Time that passes at once; in each pause somebody writes into `visits`.
private final class WritersClock: EngineClock {
    struct Pause: Hashable {
        var duration: Duration
        /// Whether the writer had to wait for a lock.
        var isBlocked: Bool
    }

    private struct State {
        var now = SystemClock().now()
        var pauses: [Pause] = []
    }

    private let server: TestServer
    private let state = Mutex(State())

    var pauses: [Pause] { state.withLock { $0.pauses } }

    init(_ server: TestServer) { self.server = server }

    func now() -> Int64 { state.withLock { $0.now } }

    func sleep(for duration: Duration) async throws {
        var isBlocked = false
        do { try await server.run("SET LOCK_TIMEOUT 0; INSERT visits VALUES (1)") } catch let error as TDSError {
            guard error.code == .lockTimeout else { throw error }
            isBlocked = true
        }
        state.withLock { state in
            state.now += duration.components.seconds * 1_000_000 + duration.components.attoseconds / 1_000_000_000_000
            state.pauses.append(Pause(duration: duration, isBlocked: isBlocked))
        }
    }
}
