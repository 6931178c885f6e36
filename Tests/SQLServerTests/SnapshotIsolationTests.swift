import CDCCore
import Columnar
import TDSSource
import Testing

@Suite(
    "SNAPSHOT isolation that is turned off under the reader (error 3952)",
    .enabled(if: TestServer.isAvailable, "needs the trait Emulator or a server")
)
struct SnapshotIsolationTests {
    /// A source that believes that the database allows SNAPSHOT isolation, which it does no more.
    private func withDenial(
        _ definitions: String,
        isCaptured: Bool,
        _ body: (TestServer, SQLServerSource, SourceTable) async throws -> Void
    ) async throws {
        try await TestServer.withDatabase(isCaptured: isCaptured) { server in
            try await server.run("ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON")
            try await server.run(definitions)
            if isCaptured { try await server.capture("t") }
            let source = server.source()
            let table = try #require(try await source.describe(["dbo.t"]).first)
            try await server.run("ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION OFF")
            try await body(server, source, table)
            await source.close()
        }
    }

    @Test("rows of a table with a key are read without it")
    func rows() async throws {
        try await withDenial("CREATE TABLE t (id INT PRIMARY KEY); INSERT t VALUES (1), (2)", isCaptured: true) {
            _,
            source,
            table in
            for _ in 1...2 {
                let cursor = try await source.rows(of: SnapshotChunk(number: 0, from: nil, to: nil), table: table)
                #expect(try await cursor.next()?.rows == [[1], [2]])
                #expect(try await cursor.next() == nil)
            }
        }
    }

    @Test("rows of a table without a key cannot be, and the statement that allows it is named")
    func keyless() async throws {
        try await withDenial("CREATE TABLE t (id INT); INSERT t VALUES (1), (1)", isCaptured: true) {
            server,
            source,
            table in
            let error = await #expect(throws: CDCError.self) { _ = try await source.exactSnapshot(of: table) }
            #expect(error?.code == .noKey && error?.table == "dbo.t")
            #expect(error?.message.contains("SET ALLOW_SNAPSHOT_ISOLATION ON") == true)
            // The lock is given back, as soon as the server sees that its connection ended.
            try await server.run("SET LOCK_TIMEOUT 20000; INSERT t VALUES (2)")
        }
    }

    @Test("changes of Change Tracking are read without it")
    func tracking() async throws {
        let definitions = """
            ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 DAYS)
            CREATE TABLE t (id INT PRIMARY KEY)
            ALTER TABLE t ENABLE CHANGE_TRACKING
            """
        try await withDenial(definitions, isCaptured: false) { server, source, table in
            let start = try #require(try await source.snapshotStart(of: table))
            try await server.run("INSERT t VALUES (1)")
            let end = try #require(try await source.cut(after: start, transactionLimit: 1000))
            let cursor = try await source.changes(
                of: table,
                after: LSN(changeTrackingVersion: start.changeTrackingVersion),
                through: LSN(changeTrackingVersion: end.changeTrackingVersion)
            )
            #expect(try await cursor.next()?.selecting(["id"]).rows == [[1]])
        }
    }
}
