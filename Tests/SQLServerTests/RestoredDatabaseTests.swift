import CDCCore
import Columnar
import TDSSource
import Testing

@Suite(
    "Databases that are not what they were",
    .enabled(if: TestServer.isAvailable, "needs the trait Emulator or a server")
)
struct RestoredDatabaseTests {
    /// Makes the same table with rows of its own, `count` of them written while it is captured.
    private func define(_ server: TestServer, tracked: Bool, text: String, count: Int) async throws {
        try await server.run("CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(10))")
        if tracked {
            try await server.track()
            try await server.run("ALTER TABLE t ENABLE CHANGE_TRACKING")
        } else {
            try await server.run("EXEC sys.sp_cdc_enable_db")
            try await server.capture("t")
        }
        for id in 0..<count { try await server.run("INSERT t VALUES (\(id), '\(text)')") }
    }

    @Test("a database in the place of another is not read on, however long its log is", arguments: [true, false])
    func replaced(tracked: Bool) async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            let lake = try TestLake()
            try await define(server, tracked: tracked, text: "old", count: 3)
            let source = server.source()
            try await lake.pipeline(from: source, ["dbo.t"]).run(.triggered)
            try await lake.pipeline(from: source, ["dbo.t"]).run(.triggered)
            await source.close()

            let name = server.configuration.database
            try await server.run(
                "USE master\nGO\nDROP DATABASE [\(name)]\nGO\nCREATE DATABASE [\(name)]\nGO\nUSE [\(name)]"
            )
            try await define(server, tracked: tracked, text: "new", count: 20)

            let again = server.source()
            let pipeline = lake.pipeline(from: again, ["dbo.t"])
            let error = try await #require(throws: CDCError.self) { try await pipeline.run(.triggered) }
            #expect(error.code == .tablesIncomplete && error.message.contains("restored from a backup"))
            #expect(try await lake.rows("t", ["v"]) == Array(repeating: ["old"], count: 3))
            try await pipeline.run(.triggered, refreshing: ["dbo.t"])
            #expect(try await lake.rows("t", ["v"]) == Array(repeating: ["new"], count: 20))
            await again.close()
        }
    }

    @Test("the history is named by whoever may connect, and stays what it is")
    func named() async throws {
        try await TestServer.withDatabase { server in
            let user = try await server.makeUser()
            let (source, other) = (server.source(), server.source(as: user))
            let name = try #require(try await source.history())
            try await server.run("CREATE TABLE t (id INT PRIMARY KEY); INSERT t VALUES (1)")
            #expect(try await source.history() == name)
            #expect(try await other.history() == name)
            await source.close()
            await other.close()
        }
    }
}
