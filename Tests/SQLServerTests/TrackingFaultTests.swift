#if Emulator
import CDCCore
import Columnar
import SQLServerEmulator
import TDSSource
import Testing

/// What happens to a SNAPSHOT transaction of Change Tracking that does not come to its end.
@Suite("Faults while Change Tracking is read", .enabled(if: TestServer.isEmulated, "needs the emulator"))
struct TrackingFaultTests {
    /// A tracked table whose 300 rows were replicated, with changes that were not.
    private func withPipeline(
        _ body: (TestServer, SQLServerEmulator, SQLServerSource, TestLake) async throws -> Void
    ) async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.track()
            try await server.run(
                """
                CREATE TABLE orders (order_id INT PRIMARY KEY, note NVARCHAR(100)); ALTER TABLE orders ENABLE CHANGE_TRACKING
                DECLARE @id INT = 0
                WHILE @id < 300 BEGIN INSERT orders VALUES (@id, N'old'); SET @id += 1 END
                """
            )
            let lake = try TestLake()
            let source = server.source(clock: SleeplessClock()) { $0.rowsPerPage = 50 }
            try await lake.pipeline(from: source, ["dbo.orders"]).run(.triggered)
            try await server.run(
                """
                UPDATE orders SET note = REPLICATE(N'x', 50) WHERE order_id >= 100
                DELETE orders WHERE order_id < 10; INSERT orders VALUES (1000, NULL)
                """
            )
            try await body(server, try #require(server.emulator), source, lake)
            await source.close()
        }
    }

    private func expectEqual(_ server: TestServer, _ lake: TestLake) async throws {
        let expected = try await server.rows("SELECT order_id, note FROM orders")
        #expect(try await lake.rows("orders", ["order_id", "note"]) == expected.sorted { "\($0)" < "\($1)" })
    }

    /// Where the connection breaks: as the transaction begins, is asked for what is new, in the middle of the rows, and as it ends.
    private static let breaks: [(statement: String, bytes: Int)] = [
        ("LEVEL SNAPSHOT", 0), ("AS has_news", 0), ("LEFT JOIN [dbo].[orders]", 0),
        ("LEFT JOIN [dbo].[orders]", 20_000),
        ("COMMIT TRANSACTION", 0),
    ]

    @Test("a connection that is lost in the transaction loses no change, and the next pass goes on", arguments: breaks)
    func lostConnection(statement: String, bytes: Int) async throws {
        try await withPipeline { server, emulator, source, lake in
            emulator.inject(.disconnection(afterBytes: bytes).where(statement))
            try await lake.pipeline(from: source, ["dbo.orders"]).run(.triggered)
            #expect(emulator.waitingFaults == 0)
            try await expectEqual(server, lake)
            try await server.run(
                "UPDATE orders SET note = N'last' WHERE order_id % 7 = 0; DELETE orders WHERE order_id = 1000"
            )
            try await lake.pipeline(from: source, ["dbo.orders"]).run(.triggered)
            try await expectEqual(server, lake)
        }
    }

    /// The keys of changes, in their order.
    private func read(
        _ source: SQLServerSource,
        _ table: SourceTable,
        after: SourcePosition,
        through: SourcePosition,
        into ids: inout [Value]
    ) async throws {
        let cursor = try await source.changes(
            of: table,
            after: LSN(changeTrackingVersion: after.changeTrackingVersion),
            through: LSN(changeTrackingVersion: through.changeTrackingVersion)
        )
        while let batch = try await cursor.next() { ids += try batch.selecting(["order_id"]).rows.map { $0[0] } }
    }

    /// What was replicated: one version for each row.
    private static let start = SourcePosition(lsn: .zero, changeTrackingVersion: 300, commitTime: 0)

    @Test(
        "a connection that is lost as the transaction is asked for versions: another one is asked",
        arguments: [0, 40]
    )
    func lostAtVersions(bytes: Int) async throws {
        try await withPipeline { _, emulator, source, _ in
            let table = try #require(try await source.describe(["dbo.orders"]).first)
            emulator.inject(.disconnection(afterBytes: bytes).where("CHANGE_TRACKING_CURRENT_VERSION"))
            let end = try #require(try await source.cut(after: Self.start, transactionLimit: 1000))
            #expect(emulator.waitingFaults == 0)
            #expect(end.changeTrackingVersion == 303)
            var ids: [Value] = []
            try await read(source, table, after: Self.start, through: end, into: &ids)
            #expect(ids.count == 211 && Set(ids).count == 211)
        }
    }

    @Test("after rows were handed out, the reader is told to begin anew, and has every change once")
    func lostAmongRows() async throws {
        try await withPipeline { server, emulator, source, _ in
            let table = try #require(try await source.describe(["dbo.orders"]).first)
            let end = try #require(try await source.cut(after: Self.start, transactionLimit: 1000))
            emulator.inject(.disconnection(afterBytes: 20_000).where("LEFT JOIN [dbo].[orders]"))
            var some: [Value] = []
            do {
                try await read(source, table, after: Self.start, through: end, into: &some)
                Issue.record("the connection did not break")
            } catch let error as CDCError { #expect(error.code == .sourceUnavailable) }
            #expect(some.count >= 50 && some.count < 211, "the connection broke after some batches")

            // The rows are of a later moment now: what changed since belongs to the next cut.
            try await server.run("UPDATE orders SET note = N'later' WHERE order_id = 200")
            var first: [Value] = []
            try await read(source, table, after: Self.start, through: end, into: &first)
            #expect(first.count == 210 && Set(first).count == 210 && !first.contains(200))
            let next = try #require(try await source.cut(after: end, transactionLimit: 1000))
            var second: [Value] = []
            try await read(source, table, after: end, through: next, into: &second)
            #expect(second == [200])
        }
    }

    @Test("SNAPSHOT isolation that is disallowed after the cut: the changes are read without")
    func deniedAfterCut() async throws {
        try await withPipeline { server, emulator, source, lake in
            let text =
                "Snapshot isolation transaction failed accessing database 'd' because snapshot isolation is not allowed."
            emulator.inject(.error(3952, text).where("LEFT JOIN [dbo].[orders]"))
            try await lake.pipeline(from: source, ["dbo.orders"]).run(.triggered)
            #expect(emulator.waitingFaults == 0)
            try await expectEqual(server, lake)
        }
    }
}
#endif
