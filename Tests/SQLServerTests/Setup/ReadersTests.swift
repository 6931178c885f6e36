import CDCCore
import Columnar
import TDSSource
import Testing

@Suite(
    "Readers of a database that was set up",
    .enabled(if: TestServer.isAvailable, "needs the trait Emulator or a server")
)
struct ReadersTests {
    @Test("an older capture instance is kept for a reader that never said how far it is")
    func silentReader() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run("CREATE TABLE orders (id INT PRIMARY KEY)")
            let silent = try await server.makeUser()
            let setup = CaptureSetup(tables: ["dbo.orders"], login: silent.name)
            try await setup.installation.apply(to: server.configuration)
            let other = server.source(as: silent)
            _ = try await other.describe(["dbo.orders"])
            await other.close()

            try await server.run("ALTER TABLE orders ADD note INT; INSERT orders (id) VALUES (1)")
            let source = server.source()
            _ = try await source.describe(["dbo.orders"])
            try await source.acknowledge(["dbo.orders": try await source.fence().lsn])
            let instances = "SELECT COUNT(*) FROM cdc.change_tables WHERE capture_instance LIKE N'%orders%'"
            #expect(try await server.rows(instances) == [[.integer(2)]])

            // Coming again is no position.
            let again = server.source(as: silent)
            _ = try await again.describe(["dbo.orders"])
            try await source.acknowledge(["dbo.orders": try await source.fence().lsn])
            #expect(try await server.rows(instances) == [[.integer(2)]])
            try await again.acknowledge(["dbo.orders": try await source.fence().lsn])
            #expect(try await server.rows(instances) == [[.integer(1)]])
            await again.close()
            await source.close()
        }
    }

    @Test(
        "what a transaction wrote before its ALTER TABLE is in the older instance alone, which stays until that is read"
    )
    func rowsBeforeAlter() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run("CREATE TABLE orders (id INT PRIMARY KEY)")
            try await CaptureSetup(tables: ["dbo.orders"]).installation.apply(to: server.configuration)
            try await server.run(
                "BEGIN TRANSACTION; INSERT orders VALUES (1); ALTER TABLE orders ADD note INT; INSERT orders VALUES (2, 2); COMMIT"
            )
            let source = server.source()
            _ = try await source.describe(["dbo.orders"])
            _ = try await source.fence()
            func report(_ position: String) async throws -> [[Value]] {
                try await server.run(
                    "DECLARE @position binary(10) = \(position); EXEC swift_cdc.report_position @position"
                )
                return try await server.rows(
                    "SELECT COUNT(*) FROM cdc.change_tables WHERE capture_instance LIKE N'%orders%'"
                )
            }
            let first = "(SELECT MIN(__$start_lsn) FROM cdc.swift_cdc_dbo_orders_1_CT)"
            let before = "sys.fn_cdc_decrement_lsn(\(first))"
            #expect(try await report(before) == [[.integer(2)]])
            #expect(try await report(first) == [[.integer(1)]])
            await source.close()
        }
    }

    @Test("a table that was renamed is followed under its new name")
    func renamed() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run("CREATE TABLE orders (id INT PRIMARY KEY)")
            try await CaptureSetup(tables: ["dbo.orders"]).installation.apply(to: server.configuration)
            try await server.run("EXEC sp_rename N'dbo.orders', N'sales'")
            try await server.run("ALTER TABLE sales ADD note INT")
            #expect(
                try await server.rows("SELECT table_name, outcome FROM swift_cdc.definition_changes")
                    == [[.string("sales"), .string("captured")]]
            )
        }
    }

    @Test("a position that was said is not taken back by coming again")
    func registeredAgain() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run("CREATE TABLE orders (id INT PRIMARY KEY)")
            try await CaptureSetup(tables: ["dbo.orders"]).installation.apply(to: server.configuration)
            let source = server.source()
            _ = try await source.describe(["dbo.orders"])
            let positions = "SELECT position FROM swift_cdc.readers"
            #expect(try await server.rows(positions) == [[.binary(Array(repeating: 0, count: 10))]])
            try await server.run("EXEC swift_cdc.report_position 0x00000001000000020003")
            let second = server.source()
            _ = try await second.describe(["dbo.orders"])
            #expect(try await server.rows(positions) == [[.binary([0, 0, 0, 1, 0, 0, 0, 2, 0, 3])]])
            await source.close()
            await second.close()
        }
    }
}
