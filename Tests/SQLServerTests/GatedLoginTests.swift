import CDCCore
import Columnar
import TDSSource
import Testing

@Suite(
    "A login that may not read the schema cdc",
    .enabled(if: TestServer.isAvailable, "needs the trait Emulator or a server")
)
struct GatedLoginTests {
    /// A captured table and a user who has SELECT on it, the gating role, and the permission to see how far the capture job is.
    private func withGate(_ body: (TestServer, TestServer.User) async throws -> Void) async throws {
        try await TestServer.withDatabase { server in
            try await server.run(
                "CREATE TABLE orders (order_id INT PRIMARY KEY, order_status VARCHAR(20), total AS order_id * 2, note NVARCHAR(MAX))"
            )
            try await server.run("INSERT orders VALUES (1, 'NEW', N'first'), (2, 'NEW', NULL)")
            try await server.run(
                "EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'orders', @role_name = N'gate'"
            )
            let user = try await server.makeUser()
            try await server.run(
                """
                GRANT SELECT ON dbo.orders TO [\(user.name)]
                GRANT VIEW DATABASE STATE TO [\(user.name)]
                ALTER ROLE gate ADD MEMBER [\(user.name)]
                """
            )
            try await body(server, user)
        }
    }

    @Test("rows and changes come through the functions, page by page")
    func pages() async throws {
        try await withGate { server, user in
            let lake = try TestLake()
            let source = server.source(as: user) { $0.rowsPerPage = 2 }
            let pipeline = lake.pipeline(from: source, ["dbo.orders"])
            try await pipeline.run(.triggered)
            try await server.run(
                """
                UPDATE orders SET order_status = 'SHIPPED'
                INSERT orders VALUES (3, 'NEW', N'third'), (4, 'NEW', N'fourth'), (5, 'NEW', NULL)
                DELETE orders WHERE order_id = 2
                UPDATE orders SET order_id = 6, note = NULL WHERE order_id = 4
                """
            )
            try await pipeline.run(.triggered)
            let columns = ["order_id", "order_status", "note"]
            let expected = try await server.rows("SELECT \(columns.joined(separator: ", ")) FROM orders")
            #expect(try await lake.rows("orders", columns) == expected.sorted { "\($0)" < "\($1)" })
            await source.close()
        }
    }

    @Test("what was cleaned up is a gap, not a refused statement")
    func retentionGap() async throws {
        try await withGate { server, user in
            let source = server.source(as: user)
            let table = try #require(try await source.describe(["dbo.orders"]).first)
            let start = try #require(try await source.snapshotStart(of: table))
            for id in 10...11 {
                try await server.run("INSERT orders VALUES (\(id), 'NEW', NULL)")
                _ = try await source.fence()
            }
            try await server.run(
                """
                DECLARE @low BINARY(10) = (SELECT MAX(__$start_lsn) FROM cdc.dbo_orders_CT)
                EXEC sys.sp_cdc_cleanup_change_table @capture_instance = N'dbo_orders', @low_water_mark = @low
                """
            )
            let end = try await source.fence()
            let error = await #expect(throws: CDCError.self) {
                let changes = try await source.changes(of: table, after: start.lsn, through: end.lsn)
                while try await changes.next() != nil {}
            }
            #expect(error?.code == .retentionGap)
            await source.close()
        }
    }

    @Test("a clean-up between two pages is a gap, not an end", arguments: [true, false])
    func cleanUpBetweenPages(isGated: Bool) async throws {
        try await withGate { server, user in
            let change: (inout SQLServerSourceOptions) -> Void = { $0.rowsPerPage = 1 }
            let source = isGated ? server.source(as: user, change) : server.source(nil, change)
            let table = try #require(try await source.describe(["dbo.orders"]).first)
            let start = try #require(try await source.snapshotStart(of: table))
            for id in 10...14 {
                try await server.run("INSERT orders VALUES (\(id), 'NEW', NULL)")
                _ = try await source.fence()
            }
            let end = try await source.fence()
            let changes = try await source.changes(of: table, after: start.lsn, through: end.lsn)
            #expect(try await changes.next()?.rowCount == 1)
            try await server.run(
                """
                DECLARE @low BINARY(10) = (SELECT MAX(__$start_lsn) FROM cdc.dbo_orders_CT)
                EXEC sys.sp_cdc_cleanup_change_table @capture_instance = N'dbo_orders', @low_water_mark = @low
                """
            )
            let error = await #expect(throws: CDCError.self) { while try await changes.next() != nil {} }
            #expect(error?.code == .retentionGap)
            await source.close()
        }
    }

    @Test("an instance that is dropped, or closed to the login, between two pages is told of its table")
    func lostInstance() async throws {
        for (statement, code) in [
            (
                "EXEC sys.sp_cdc_disable_table @source_schema = N'dbo', @source_name = N'orders', @capture_instance = N'dbo_orders'",
                CDCError.Code.retentionGap
            ), ("ALTER ROLE gate DROP MEMBER ", .accessDenied),
        ] {
            try await withGate { server, user in
                let source = server.source(as: user)
                let table = try #require(try await source.describe(["dbo.orders"]).first)
                let start = try #require(try await source.snapshotStart(of: table))
                try await server.run("INSERT orders VALUES (10, 'NEW', NULL)")
                let end = try await source.fence()
                try await server.run(code == .accessDenied ? "\(statement)[\(user.name)]" : statement)
                let error = await #expect(throws: CDCError.self) {
                    let changes = try await source.changes(of: table, after: start.lsn, through: end.lsn)
                    while try await changes.next() != nil {}
                }
                #expect(error?.code == code && error?.table == "dbo.orders")
                await source.close()
            }
        }
    }

    @Test("without the gating role the table is not captured, as far as the login can tell")
    func noRole() async throws {
        try await withGate { server, user in
            try await server.run("ALTER ROLE gate DROP MEMBER [\(user.name)]")
            let source = server.source(as: user)
            let error = await #expect(throws: CDCError.self) { _ = try await source.describe(["dbo.orders"]) }
            #expect(error?.code == .tableNotFound)
            await source.close()
        }
    }
}
