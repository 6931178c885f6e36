import CDCCore
import Columnar
import TDSSource
import Testing

@Suite(
    "SQL Server into Delta tables, by Change Tracking",
    .enabled(if: TestServer.isAvailable, "needs the trait Emulator or a server")
)
struct ChangeTrackingTests {
    private static let retail = """
        CREATE TABLE customers (customer_id INT PRIMARY KEY, first_name VARCHAR(50), last_name VARCHAR(50), created_date DATETIME)
        CREATE TABLE orders (order_id INT PRIMARY KEY, customer_id INT REFERENCES customers (customer_id), order_status VARCHAR(20),
            total_amount DECIMAL(10,2), doubled AS total_amount * 2, note NVARCHAR(MAX))
        INSERT customers VALUES (1, 'Ann', 'Lee', '2024-01-31T12:00:00.003'), (2, 'Bob', NULL, NULL), (3, '', 'Ünal', '1753-01-01')
        INSERT orders VALUES (10, 1, 'NEW', 12.50, REPLICATE(CAST(N'long ' AS NVARCHAR(MAX)), 5000)), (11, 2, 'NEW', -0.01, NULL)
        """

    private static let columns = [
        "customers": ["customer_id", "first_name", "last_name", "created_date"],
        "orders": ["order_id", "customer_id", "order_status", "total_amount", "doubled", "note"],
    ]

    /// The database with both tables tracked, and a pipeline of them.
    private func withRetail(
        allowingSnapshots: Bool = true,
        isCaptured: Bool = false,
        _ change: (inout SQLServerSourceOptions) -> Void = { _ in },
        _ body: (TestServer, SQLServerSource, TestLake, IngestionPipeline) async throws -> Void
    ) async throws {
        try await TestServer.withDatabase(isCaptured: isCaptured) { server in
            try await server.track(allowingSnapshots: allowingSnapshots)
            try await server.run(Self.retail)
            try await server.run(
                "ALTER TABLE customers ENABLE CHANGE_TRACKING; ALTER TABLE orders ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON)"
            )
            let lake = try TestLake()
            let source = server.source(nil, change)
            try await body(server, source, lake, lake.pipeline(from: source, ["dbo.customers", "dbo.orders"]))
            await source.close()
        }
    }

    private func expectEqual(_ server: TestServer, _ lake: TestLake) async throws {
        for (table, columns) in Self.columns {
            let names = columns.filter { $0 != "doubled" || table == "orders" }
            let expected = try await server.rows("SELECT \(names.joined(separator: ", ")) FROM \(table)")
            #expect(try await lake.rows(table, names) == expected.sorted { "\($0)" < "\($1)" })
        }
    }

    @Test("rows first, then every change, without Change Data Capture", arguments: [true, false])
    func snapshotAndChanges(allowingSnapshots: Bool) async throws {
        try await withRetail(allowingSnapshots: allowingSnapshots) { server, _, lake, pipeline in
            try await pipeline.run(.triggered)
            try await expectEqual(server, lake)
            try await server.run(
                """
                INSERT customers VALUES (10001, 'Jane', 'Smith', GETDATE()), (8, 'made', 'and gone', NULL)
                DELETE customers WHERE customer_id = 8
                UPDATE orders SET order_status = 'SHIPPED', total_amount = 3 WHERE order_id = 11
                BEGIN TRAN
                UPDATE orders SET customer_id = 2 WHERE order_id = 10
                DELETE customers WHERE customer_id = 1
                COMMIT
                BEGIN TRAN; INSERT customers VALUES (7, 'never', NULL, NULL); ROLLBACK
                UPDATE customers SET customer_id = 4 WHERE customer_id = 3
                """
            )
            try await pipeline.run(.triggered)
            try await expectEqual(server, lake)
            try await server.run(
                "UPDATE orders SET note = NULL; DELETE orders WHERE order_id = 11; INSERT orders VALUES (11, 2, 'AGAIN', 1, N'')"
            )
            try await pipeline.run(.triggered)
            try await expectEqual(server, lake)
        }
    }

    @Test("a snapshot in many chunks, and what changes while they are read")
    func chunks() async throws {
        try await withRetail({ $0.rowsPerChunk = 7 }) { server, source, lake, pipeline in
            try await server.run(
                "DECLARE @i INT = 100 WHILE @i < 200 BEGIN INSERT customers VALUES (@i, 'n', NULL, NULL) SET @i += 1 END"
            )
            let table = try #require(try await source.describe(["dbo.customers"]).first)
            let start = try #require(try await source.snapshotStart(of: table))
            let chunks = try await source.snapshotChunks(of: table)
            #expect(chunks.count == 15)
            try await server.run("UPDATE customers SET first_name = 'changed' WHERE customer_id % 10 = 0")
            let end = try #require(try await source.cut(after: start, transactionLimit: 1))
            #expect(end.changeTrackingVersion == start.changeTrackingVersion + 1)
            try await pipeline.run(.triggered)
            try await expectEqual(server, lake)
        }
    }

    @Test("TRUNCATE asks for a full refresh of that table; the others go on")
    func truncation() async throws {
        try await withRetail { server, _, lake, pipeline in
            try await pipeline.run(.triggered)
            try await server.run("TRUNCATE TABLE orders; INSERT orders VALUES (1, NULL, 'NEW', NULL, NULL)")
            try await server.run("UPDATE customers SET first_name = 'Zoe' WHERE customer_id = 1")
            let error = await #expect(throws: CDCError.self) { try await pipeline.run(.triggered) }
            #expect(error?.code == .tablesIncomplete)
            #expect(error?.message.contains("dbo.orders needs a full refresh") == true)
            #expect(error?.message.contains("dbo.customers needs") == false)
            let names = try await lake.rows("customers", ["first_name"])
            #expect(names.contains([.string("Zoe")]))
            try await pipeline.run(.triggered, refreshing: ["dbo.orders"])
            try await expectEqual(server, lake)
        }
    }

    @Test("tables of both mechanisms in one pipeline")
    func bothMechanisms() async throws {
        try await withRetail(isCaptured: true) { server, source, lake, pipeline in
            try await server.run("ALTER TABLE customers DISABLE CHANGE_TRACKING")
            try await server.capture("customers")
            // A captured table that is tracked as well is read by Change Tracking.
            try await server.run(
                "EXEC sys.sp_cdc_enable_table N'dbo', N'orders', @role_name = NULL, @captured_column_list = N'order_id'"
            )
            let described = try await source.describe(["dbo.customers", "dbo.orders"])
            #expect(described.map(\.mechanism) == [.changeDataCapture, .changeTracking])
            try await pipeline.run(.triggered)
            try await expectEqual(server, lake)
            for round in 1...3 {
                try await server.run(
                    """
                    BEGIN TRAN
                    INSERT customers VALUES (\(100 + round), 'new', NULL, NULL)
                    INSERT orders VALUES (\(1000 + round), \(100 + round), 'NEW', \(round), N'of a new customer')
                    COMMIT
                    UPDATE customers SET last_name = '\(round)' WHERE customer_id = 2
                    UPDATE orders SET order_status = '\(round)' WHERE order_id = 10
                    """
                )
                try await pipeline.run(.triggered)
                try await expectEqual(server, lake)
            }
        }
    }

    @Test("the mechanism can be chosen; what it needs is named with the statements that enable it")
    func choice() async throws {
        try await withRetail(isCaptured: true, { $0.mechanism = .changeDataCapture }) { server, source, _, _ in
            let captured = await #expect(throws: CDCError.self) { _ = try await source.describe(["dbo.orders"]) }
            #expect(captured?.message.contains("EXEC sys.sp_cdc_enable_table") == true)
            #expect(captured?.message.contains("CHANGE_TRACKING") == false)
            try await server.run("CREATE TABLE plain (id INT PRIMARY KEY); CREATE TABLE keyless (id INT)")
            let tracking = server.source { $0.mechanism = .changeTracking }
            let plain = await #expect(throws: CDCError.self) { _ = try await tracking.describe(["dbo.plain"]) }
            #expect(
                plain?.message.contains(
                    "ALTER TABLE [dbo].[plain] ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON);"
                ) == true
            )
            let keyless = await #expect(throws: CDCError.self) { _ = try await tracking.describe(["dbo.keyless"]) }
            #expect(keyless?.message.contains("needs a primary key") == true)
            await tracking.close()
        }
    }

    @Test("another key than the primary key is refused: of a deleted row nothing else is kept")
    func otherKey() async throws {
        try await withRetail { server, source, lake, _ in
            let pipeline = lake.pipeline(from: source, [TableSelection("dbo.customers", key: ["first_name"])])
            try await server.run("DELETE orders; UPDATE customers SET first_name = 'Cy' WHERE customer_id = 3")
            let error = await #expect(throws: CDCError.self) {
                try await pipeline.run(.triggered)
                try await server.run("DELETE customers WHERE customer_id = 1")
                try await pipeline.run(.triggered)
            }
            #expect(error?.code == .tablesIncomplete)
            #expect(error?.message.contains("keeps only the primary key") == true)
        }
    }

    @Test("a hostile name simply works")
    func hostileNames() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.track()
            try await server.run(
                "CREATE TABLE [x]]; DROP TABLE y--] ([a-b] INT PRIMARY KEY, [c]]d] VARCHAR(10)); CREATE TABLE y (id INT)"
            )
            try await server.run("ALTER TABLE [x]]; DROP TABLE y--] ENABLE CHANGE_TRACKING")
            try await server.run("INSERT [x]]; DROP TABLE y--] VALUES (1, 'one')")
            let lake = try TestLake()
            let source = server.source()
            let table = TableSelection(TableName(schema: "dbo", name: "x]; DROP TABLE y--"), destination: "x")
            try await lake.pipeline(from: source, [table]).run(.triggered)
            try await server.run("UPDATE [x]]; DROP TABLE y--] SET [c]]d] = 'two'")
            try await lake.pipeline(from: source, [table]).run(.triggered)
            #expect(try await lake.rows("x", ["a-b", "c]d"]) == [[.integer(1), .string("two")]])
            #expect(try await server.rows("SELECT COUNT(*) FROM y") == [[.integer(0)]])
            await source.close()
        }
    }
}
