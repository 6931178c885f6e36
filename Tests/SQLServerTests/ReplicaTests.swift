import CDCCore
import Columnar
import TDSSource
import Testing

/// Each connection may be one to another replica: what a point says that one told of is asked of another one.
@Suite("Replicas", .enabled(if: TestServer.isAvailable, "needs the trait Emulator or a server"))
struct ReplicaTests {
    private static let ahead = LSN(high: .max, low: 1)

    private func withTable(
        _ columns: String = "id INT PRIMARY KEY",
        _ body: (TestServer, SQLServerSource, SourceTable) async throws -> Void
    ) async throws {
        try await TestServer.withDatabase { server in
            try await server.run("CREATE TABLE t (\(columns)); INSERT t VALUES (1)")
            try await server.capture("t")
            let source = server.source()
            try await body(server, source, try #require(try await source.describe(["dbo.t"]).first))
            await source.close()
        }
    }

    @Test("changes up to a point that the answering server has not come to are not fewer changes, but not there yet")
    func changes() async throws {
        try await withTable { server, source, table in
            let start = try #require(try await source.snapshotStart(of: table))
            try await server.run("INSERT t VALUES (2)")
            _ = try await source.fence()
            let cursor = try await source.changes(of: table, after: start.lsn, through: Self.ahead)
            let error = await #expect(throws: CDCError.self) { while try await cursor.next() != nil {} }
            #expect(error?.code == .sourceUnavailable && error?.isRetryable == true)
            #expect(error?.message.contains("replica that is behind") == true)
        }
    }

    @Test(
        "nor are rows read that are older than the point from which on changes are replayed",
        .enabled(if: TestServer.isEmulated, "needs the emulator")
    )
    func rows() async throws {
        try await withTable { server, source, table in
            _ = try await source.fence()
            _ = try #require(try await source.snapshotStart(of: table))
            let chunk = SnapshotChunk(number: 0, from: nil, to: nil)
            _ = try await source.rows(of: chunk, table: table)
            // With its last capture instance the server forgets how far it was.
            try await server.run(
                "EXEC sys.sp_cdc_disable_table @source_schema = N'dbo', @source_name = N't', @capture_instance = N'all'"
            )
            let error = await #expect(throws: CDCError.self) { _ = try await source.rows(of: chunk, table: table) }
            #expect(error?.code == .sourceUnavailable)
        }
    }

    @Test("a secondary that is behind was not restored from a backup")
    func behind() async throws {
        try await withTable { server, source, _ in
            let end = try await source.fence()
            let later = SourcePosition(lsn: Self.ahead, commitTime: 0)
            #expect(try await source.cut(after: later, transactionLimit: 10)?.lsn == end.lsn)
            try await server.run("ALTER DATABASE CURRENT SET READ_ONLY WITH ROLLBACK IMMEDIATE")
            let secondary = server.source()
            _ = try await secondary.describe(["dbo.t"])
            let error = await #expect(throws: CDCError.self) {
                _ = try await secondary.cut(after: later, transactionLimit: 10)
            }
            #expect(error?.code == .sourceUnavailable)
            await secondary.close()
            // Nor where a primary answered until now.
            let mixed = await #expect(throws: CDCError.self) {
                _ = try await source.cut(after: later, transactionLimit: 10)
            }
            #expect(mixed?.code == .sourceUnavailable)
            try await server.run("ALTER DATABASE CURRENT SET READ_WRITE")
        }
    }

    @Test("after a failover to a secondary the source knows that it reads from one")
    func failover() async throws {
        try await withTable { server, source, _ in
            try await server.run("ALTER DATABASE CURRENT SET READ_ONLY WITH ROLLBACK IMMEDIATE")
            let table = try #require(try await source.describe(["dbo.t"]).first)
            let error = await #expect(throws: CDCError.self) { _ = try await source.exactSnapshot(of: table) }
            #expect(error?.message.contains("from the primary replica") == true)
            try await server.run("ALTER DATABASE CURRENT SET READ_WRITE")
        }
    }

    @Test("a table without a key is not read from a secondary, which takes no lock")
    func keyless() async throws {
        try await withTable("id INT") { server, _, _ in
            try await server.run("ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON")
            let mixed = server.source { $0.fenceTimeout = .seconds(1) }
            let known = try #require(try await mixed.describe(["dbo.t"]).first)
            try await server.run("ALTER DATABASE CURRENT SET READ_ONLY WITH ROLLBACK IMMEDIATE")
            let secondary = server.source { $0.fenceTimeout = .seconds(1) }
            let table = try #require(try await secondary.describe(["dbo.t"]).first)
            let error = await #expect(throws: CDCError.self) { _ = try await secondary.exactSnapshot(of: table) }
            #expect(error?.code == .noKey)
            #expect(error?.message.contains("from the primary replica") == true)
            await secondary.close()
            // Nor where a primary described it.
            let other = await #expect(throws: CDCError.self) { _ = try await mixed.exactSnapshot(of: known) }
            #expect(other?.code == .noKey)
            await mixed.close()
            try await server.run("ALTER DATABASE CURRENT SET READ_WRITE")
        }
    }
}
