import CDCCore
import Columnar
import Foundation
import Logging
import Synchronization
import TDSSource
import Testing

/// What goes wrong at the server, by the name that it has here and with what to do next.
///
/// What is not enabled, changes that were cleaned up and hostile names are in `CaptureTests`; a server that never answers a login,
/// and one that does not stop when told so, in `SilenceTests` of `TDSSourceTests`.
@Suite("Bad input from SQL Server", .enabled(if: TestServer.isAvailable, "needs the trait Emulator or a server"))
struct BadInputTests {
    /// The error of a `TDSSource` call, through the engine's error or not.
    private func cause(_ error: any Error) -> TDSError? {
        error as? TDSError ?? (error as? CDCError)?.underlying as? TDSError
    }

    private func describingError(
        _ server: TestServer,
        clock: any EngineClock = SystemClock(),
        _ change: (inout SQLServerConfiguration) -> Void
    ) async throws -> CDCError {
        var configuration = server.configuration
        change(&configuration)
        let source = server.source(configuration, clock: clock)
        let error = await #expect(throws: CDCError.self) { _ = try await source.describe(["dbo.t"]) }
        await source.close()
        return try #require(error)
    }

    // MARK: Connecting

    @Test("a wrong password is not tried again, and stands in no message", arguments: ["wr'o\"ng]} %s;x=1", "żółć€ 1"])
    func wrongPassword(password: String) async throws {
        try await TestServer.withDatabase { server in
            let clock = SleeplessClock()
            let error = try await describingError(server, clock: clock) { $0.password = Secret(password) }
            #expect(error.code == .sourceFailed && !error.isRetryable)
            #expect(cause(error)?.code == .loginFailed)
            #expect(cause(error)?.server?.number == 18456)
            #expect(error.message.contains("check user and password"))
            #expect(clock.sleeps == 0)
            #expect(!"\(error)".contains(password) && !String(reflecting: error).contains(password))
        }
    }

    @Test("a database that is not there")
    func unknownDatabase() async throws {
        try await TestServer.withDatabase { server in
            let error = try await describingError(server) { $0.database = "no_such_database" }
            #expect(error.code == .sourceFailed && !error.isRetryable)
            #expect(cause(error)?.code == .unknownDatabase)
            #expect(error.message.contains("no_such_database") && error.message.contains("check the name"))
        }
    }

    @Test("no password is in a description of what has one")
    func descriptions() throws {
        let password = "p'w\"d]} %s;x"
        let configuration = SQLServerConfiguration(
            host: "db.example.com",
            database: "shop",
            user: "reader",
            password: Secret(password)
        )
        var dumped = ""
        dump(configuration, to: &dumped)
        let source = SQLServerSource(configuration)
        for text in [dumped, "\(configuration)", String(reflecting: configuration), source.identity, "\(source)"] {
            #expect(!text.contains("p'w"))
        }
        #expect(source.identity == "db.example.com:1433/shop")
    }

    // MARK: Permissions

    @Test("a grant that is missing is named, for rows and for changes; with both the login reads all")
    func missingGrants() async throws {
        try await TestServer.withDatabase { server in
            let password = "Reader-\(UInt32.random(in: 0 ... .max))-x"
            let login = "cdc_reader_\(UInt32.random(in: 0 ... .max))"
            try await server.run(
                """
                CREATE LOGIN [\(login)] WITH PASSWORD = '\(password)'
                CREATE USER reader FOR LOGIN [\(login)]
                CREATE TABLE t (id INT PRIMARY KEY)
                INSERT t VALUES (1)
                """
            )
            try await server.capture("t")
            try await server.run(
                """
                GRANT SELECT ON SCHEMA::cdc TO reader
                GRANT VIEW DEFINITION TO reader
                DENY SELECT ON cdc.dbo_t_CT TO reader
                """
            )
            var configuration = server.configuration
            configuration.user = login
            configuration.password = Secret(password)
            let source = server.source(configuration)
            let table = try await source.describe(["dbo.t"])[0]

            let blind = server.source(configuration) { $0.fenceTimeout = .zero }
            let late = await #expect(throws: CDCError.self) { _ = try await blind.fence() }
            #expect(late?.message.contains("GRANT VIEW DATABASE STATE") == true)
            await blind.close()
            try await server.run("GRANT VIEW DATABASE STATE TO reader")

            let rows = await #expect(throws: CDCError.self) {
                _ = try await source.rows(of: SnapshotChunk(number: 0, from: nil, to: nil), table: table).next()
            }
            #expect(rows?.code == .accessDenied && rows?.table == "dbo.t")
            #expect(rows?.message.contains("GRANT SELECT ON [dbo].[t] TO") == true)
            #expect(rows.flatMap(cause)?.code == .permissionDenied)

            let end = try await source.fence().lsn
            _ = try await source.cut(after: .start, transactionLimit: 1000)
            let changes = await #expect(throws: CDCError.self) {
                _ = try await source.changes(of: table, after: .zero, through: end).next()
            }
            #expect(changes?.code == .accessDenied && changes?.table == "dbo.t")
            #expect(changes?.message.contains("GRANT SELECT ON cdc.[dbo_t_CT] TO") == true)

            try await server.run("REVOKE SELECT ON cdc.dbo_t_CT FROM reader; GRANT SELECT ON dbo.t TO reader")
            let lake = try TestLake()
            try await lake.pipeline(from: source, ["dbo.t"]).run(.triggered)
            #expect(try await lake.rows("t", ["id"]) == [[1]])
            await source.close()
            try await server.run("DROP USER reader; DROP LOGIN [\(login)]")
        }
    }

    // MARK: Capture instances

    /// Runs `body` with a cursor that has read the first of two captured transactions, and where they begin.
    private func withHalfRead(
        _ body: (TestServer, SQLServerSource, any BatchCursor, LSN) async throws -> Void
    ) async throws {
        try await TestServer.withDatabase { server in
            try await server.run("CREATE TABLE t (id INT PRIMARY KEY); CREATE TABLE other (id INT PRIMARY KEY)")
            try await server.capture("other")
            try await server.capture("t")
            let start = lsn(
                try await server.rows("SELECT start_lsn FROM cdc.change_tables WHERE capture_instance = N'dbo_t'")
            )
            let after = try #require(start)
            try await server.run("INSERT other VALUES (1); INSERT t VALUES (1); INSERT t VALUES (2)")
            let source = server.source { $0.rowsPerPage = 1 }
            let table = try await source.describe(["dbo.t", "dbo.other"])[0]
            let cursor = try await source.changes(of: table, after: after, through: try await source.fence().lsn)
            #expect(try await cursor.next()?.rowCount == 1)
            try await body(server, source, cursor, after)
            await source.close()
        }
    }

    @Test("a capture instance that is dropped while it is read is a gap, not an end; the other tables are read on")
    func dropped() async throws {
        try await withHalfRead { server, source, cursor, after in
            try await server.run("EXEC sys.sp_cdc_disable_table N'dbo', N't', N'dbo_t'")
            let error = await #expect(throws: CDCError.self) { _ = try await cursor.next() }
            #expect(error?.code == .retentionGap && error?.table == "dbo.t")
            #expect(error?.message.contains("'dbo_t'") == true && error?.message.contains("full refresh") == true)
            // The question which tables have news still names the one that is gone.
            let end = try #require(
                try await source.cut(after: SourcePosition(lsn: after, commitTime: 0), transactionLimit: 1000)
            ).lsn
            let other = try await source.describe(["dbo.other"])[0]
            #expect(try await source.changes(of: other, after: after, through: end).next()?.rowCount == 1)
        }
    }

    @Test("a capture instance that is replaced while it is read is a gap, too")
    func replaced() async throws {
        try await withHalfRead { server, source, cursor, _ in
            try await server.run("EXEC sys.sp_cdc_disable_table N'dbo', N't', N'dbo_t'")
            try await server.capture("t")
            let error = await #expect(throws: CDCError.self) { _ = try await cursor.next() }
            #expect(error?.code == .retentionGap && error?.table == "dbo.t")
        }
    }

    private func lsn(_ rows: [[Value]]) -> LSN? {
        if case .binary(let bytes)? = rows.first?.first { LSN(bytes) } else { nil }
    }

    // MARK: Row data

    @Test(
        "values of rows are in no error of the server",
        arguments: [
            ("SELECT CAST('s3cret' AS INT)", 245, "could not be converted"),
            ("SELECT CAST('99999999999' AS INT)", 248, "does not fit"),
            ("INSERT t VALUES (1, 's3cret2')", 2627, "would occur twice"),
            ("INSERT t VALUES (2, 's3cret')", 2601, "would occur twice"),
            ("INSERT t VALUES (3, 's3cret that is too long')", 2628, "too long"),
            ("SELECT CAST(300 AS TINYINT)", 220, "does not fit"),
        ] as [(String, Int32, String)]
    )
    func rowData(statement: String, number: Int32, meaning: String) async throws {
        try await TestServer.withDatabase { server in
            try await server.run(
                "CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(10)); CREATE UNIQUE INDEX u ON t (v); INSERT t VALUES (1, 's3cret')"
            )
            let error = try #require(await #expect(throws: TDSError.self) { try await server.run(statement) })
            #expect(error.server?.number == number)
            #expect(error.message.contains(meaning))
            for quoted in ["s3cret", "99999999999", "300", "(1)"] {
                #expect(!"\(error)".contains(quoted) && !String(reflecting: error).contains(quoted))
            }
        }
    }

    @Test("other messages keep their text")
    func otherMessages() async throws {
        try await TestServer.withDatabase { server in
            let error = try #require(
                await #expect(throws: TDSError.self) { try await server.run("SELECT * FROM none") }
            )
            #expect(error.code == .objectNotFound && error.message == "Invalid object name 'none'.")
        }
    }
}

/// Time that passes at once.
final class SleeplessClock: EngineClock {
    private let count = Atomic(0)
    var sleeps: Int { count.load(ordering: .relaxed) }

    func now() -> Int64 { SystemClock().now() }
    func sleep(for duration: Duration) async throws { count.add(1, ordering: .relaxed) }
}
