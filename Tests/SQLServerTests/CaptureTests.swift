import CDCCore
import Columnar
import TDSSource
import Testing

@Suite("SQL Server into Delta tables", .enabled(if: TestServer.isAvailable, "needs the trait Emulator or a server"))
struct CaptureTests {
    private static let retail = """
        CREATE TABLE customers (customer_id INT PRIMARY KEY, first_name VARCHAR(50), last_name VARCHAR(50), created_date DATETIME)
        CREATE TABLE orders (order_id INT PRIMARY KEY, customer_id INT REFERENCES customers (customer_id), order_status VARCHAR(20),
            total_amount DECIMAL(10,2), note NVARCHAR(MAX))
        INSERT customers VALUES (1, 'Ann', 'Lee', '2024-01-31T12:00:00.003'), (2, 'Bob', NULL, NULL), (3, '', 'Ünal', '1753-01-01')
        INSERT orders VALUES (10, 1, 'NEW', 12.50, N'first'), (11, 2, 'NEW', -0.01, NULL)
        """

    @Test("rows first, then every change")
    func snapshotAndChanges() async throws {
        try await TestServer.withDatabase { server in
            try await server.run(Self.retail)
            try await server.capture("customers")
            try await server.capture("orders")
            let lake = try TestLake()
            let source = server.source()
            let pipeline = lake.pipeline(from: source, ["dbo.customers", "dbo.orders"])
            try await pipeline.run(.triggered)
            try await expectEqual(server, lake)

            try await server.run(
                """
                INSERT customers VALUES (10001, 'Jane', 'Smith', GETDATE())
                UPDATE orders SET order_status = 'SHIPPED' WHERE order_id = 11
                BEGIN TRAN
                DELETE orders WHERE order_id = 10
                DELETE customers WHERE customer_id = 1
                COMMIT
                BEGIN TRAN; INSERT customers VALUES (7, 'never', NULL, NULL); ROLLBACK
                UPDATE customers SET customer_id = 4 WHERE customer_id = 3
                """
            )
            try await pipeline.run(.triggered)
            try await expectEqual(server, lake)
            await source.close()
        }
    }

    @Test("a large object that an update leaves alone keeps its value")
    func largeObjects() async throws {
        try await TestServer.withDatabase { server in
            try await server.run(
                "CREATE TABLE orders (order_id INT PRIMARY KEY, order_status VARCHAR(20), note NVARCHAR(MAX), old TEXT)"
            )
            try await server.run(
                "INSERT orders VALUES (1, 'NEW', REPLICATE(CAST(N'long ' AS NVARCHAR(MAX)), 5000), 'old text')"
            )
            try await server.capture("orders")
            let lake = try TestLake()
            let source = server.source()
            let pipeline = lake.pipeline(from: source, ["dbo.orders"])
            try await pipeline.run(.triggered)
            try await server.run("UPDATE orders SET order_status = 'SHIPPED'")
            try await pipeline.run(.triggered)
            let rows = try await lake.rows("orders", ["order_status", "note", "old"])
            #expect(
                rows == [[.string("SHIPPED"), .string(String(repeating: "long ", count: 5000)), .string("old text")]]
            )
            try await server.run("UPDATE orders SET note = NULL")
            try await pipeline.run(.triggered)
            #expect(try await lake.rows("orders", ["note", "old"]) == [[.null, .string("old text")]])
            await source.close()
        }
    }

    @Test("a computed column before it does not hide that a large object became NULL")
    func computedColumns() async throws {
        try await TestServer.withDatabase { server in
            try await server.run(
                "CREATE TABLE orders (order_id INT PRIMARY KEY, doubled AS order_id * 2 PERSISTED, note NVARCHAR(MAX), status INT)"
            )
            try await server.run("INSERT orders VALUES (1, N'one', 1), (2, N'two', 1)")
            try await server.capture("orders")
            let lake = try TestLake()
            let source = server.source()
            let pipeline = lake.pipeline(from: source, ["dbo.orders"])
            try await pipeline.run(.triggered)
            try await server.run(
                "UPDATE orders SET note = NULL WHERE order_id = 1; UPDATE orders SET status = 2 WHERE order_id = 2"
            )
            try await pipeline.run(.triggered)
            let rows = try await lake.rows("orders", ["order_id", "note"])
            #expect(rows == [[.integer(1), .null], [.integer(2), .string("two")]])
            await source.close()
        }
    }

    @Test("a snapshot in many chunks, by a key of several columns")
    func chunks() async throws {
        try await TestServer.withDatabase { server in
            try await server.run(
                """
                CREATE TABLE parts (region VARCHAR(10) COLLATE Latin1_General_CS_AS, code NVARCHAR(20), number INT, PRIMARY KEY (region, code, number))
                DECLARE @i INT = 0
                WHILE @i < 500 BEGIN
                    INSERT parts VALUES (CASE WHEN @i % 2 = 0 THEN 'a''b' ELSE 'B' END, N'ключ ' + CAST(@i / 3 AS NVARCHAR(10)), @i)
                    SET @i += 1
                END
                """
            )
            try await server.capture("parts")
            let lake = try TestLake()
            let source = server.source { $0.rowsPerChunk = 37 }
            let tables = try await source.describe(["dbo.parts"])
            #expect(try await source.snapshotChunks(of: tables[0]).count == 14)
            try await lake.pipeline(from: source, ["dbo.parts"]).run(.triggered)
            let expected = try await server.rows("SELECT region, code, number FROM parts").sorted { "\($0)" < "\($1)" }
            #expect(try await lake.rows("parts", ["region", "code", "number"]) == expected)
            await source.close()
        }
    }

    @Test("a hostile name simply works")
    func hostileNames() async throws {
        try await TestServer.withDatabase { server in
            try await server.run(
                "CREATE TABLE [x]]; DROP TABLE y--] ([a-b] INT PRIMARY KEY, [c]]d] VARCHAR(10)); CREATE TABLE y (id INT)"
            )
            try await server.run("INSERT [x]]; DROP TABLE y--] VALUES (1, 'one')")
            try await server.capture("x]; DROP TABLE y--", as: "hostile")
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

    @Test(
        "what a transaction changed before it made a capture instance is read of the older one",
        arguments: [false, true]
    )
    func handOver(readByFunction: Bool) async throws {
        try await TestServer.withDatabase { server in
            try await server.run("CREATE TABLE orders (order_id INT PRIMARY KEY, order_status VARCHAR(20))")
            try await server.run("INSERT orders VALUES (1, 'NEW'), (2, 'NEW'), (3, 'NEW'), (4, 'NEW')")
            func enable(_ instance: String) -> String {
                """
                EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'orders', @capture_instance = N'\(instance)',
                    @role_name = N'gate'
                """
            }
            try await server.run(enable("first"))
            let user = try await server.makeUser()
            try await server.run(
                """
                GRANT SELECT ON dbo.orders TO [\(user.name)]
                GRANT VIEW DATABASE STATE TO [\(user.name)]
                ALTER ROLE gate ADD MEMBER [\(user.name)]
                \(readByFunction ? "" : "GRANT SELECT ON SCHEMA::cdc TO [\(user.name)]")
                """
            )
            let lake = try TestLake()
            let source = server.source(as: user) { $0.rowsPerPage = 2 }
            let pipeline = lake.pipeline(from: source, ["dbo.orders"])
            try await pipeline.run(.triggered)
            try await server.run(
                """
                INSERT orders VALUES (5, 'NEW')
                BEGIN TRANSACTION
                UPDATE orders SET order_status = 'BEFORE' WHERE order_id IN (1, 3, 5)
                DELETE orders WHERE order_id = 2
                \(enable("second"))
                UPDATE orders SET order_status = 'AFTER' WHERE order_id IN (3, 4)
                COMMIT
                INSERT orders VALUES (6, 'NEW')
                """
            )
            let columns = ["order_id", "order_status"]
            for _ in 1...2 {
                try await pipeline.run(.triggered)
                let expected = try await server.rows("SELECT \(columns.joined(separator: ", ")) FROM orders")
                #expect(try await lake.rows("orders", columns) == expected.sorted { "\($0)" < "\($1)" })
                // What both have been read of is cleaned up.
                try await server.run(
                    """
                    DECLARE @low BINARY(10) = sys.fn_cdc_get_max_lsn();
                    EXEC sys.sp_cdc_cleanup_change_table @capture_instance = N'first', @low_water_mark = @low
                    EXEC sys.sp_cdc_cleanup_change_table @capture_instance = N'second', @low_water_mark = @low
                    UPDATE orders SET order_status = 'LATER' WHERE order_id = 1
                    """
                )
            }
            await source.close()
        }
    }

    @Test("an older capture instance may go at any time when what it alone has was read", arguments: [false, true])
    func superseded(readByFunction: Bool) async throws {
        try await TestServer.withDatabase { server in
            try await server.run("CREATE TABLE orders (order_id INT PRIMARY KEY)")
            for instance in ["first", "second"] {
                try await server.run(
                    """
                    EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'orders', @role_name = N'gate',
                        @capture_instance = N'\(instance)'
                    """
                )
            }
            let user = try await server.makeUser()
            try await server.run(
                """
                GRANT SELECT ON dbo.orders TO [\(user.name)]
                GRANT VIEW DATABASE STATE TO [\(user.name)]
                ALTER ROLE gate ADD MEMBER [\(user.name)]
                \(readByFunction ? "" : "GRANT SELECT ON SCHEMA::cdc TO [\(user.name)]")
                """
            )
            let source = server.source(as: user)
            try await server.run("INSERT orders VALUES (1)")
            let table = try #require(try await source.describe(["dbo.orders"]).first)
            let start = try await source.fence()
            try await server.run("INSERT orders VALUES (2), (3)")
            let end = try await source.fence()
            try await server.run(
                "EXEC sys.sp_cdc_disable_table @source_schema = N'dbo', @source_name = N'orders', @capture_instance = N'first'"
            )
            let changes = try await source.changes(of: table, after: start.lsn, through: end.lsn)
            var count = 0
            while let batch = try await changes.next() { count += batch.rowCount }
            #expect(count == 2)
            await source.close()
        }
    }

    @Test("what is not enabled is named with the statement that enables it")
    func notEnabled() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run("CREATE TABLE t (id INT PRIMARY KEY)")
            let source = server.source()
            let error = await #expect(throws: CDCError.self) { _ = try await source.describe(["dbo.t"]) }
            #expect(error?.message.contains("EXEC sys.sp_cdc_enable_db") == true)
            try await server.run("EXEC sys.sp_cdc_enable_db")
            let missing = await #expect(throws: CDCError.self) { _ = try await source.describe(["dbo.t"]) }
            #expect(missing?.code == .tableNotFound)
            #expect(
                missing?.message.contains("sp_cdc_enable_table @source_schema = N'dbo', @source_name = N't'") == true
            )
            await source.close()
        }
    }

    @Test("changes that were cleaned up are a gap of that one table; the others go on")
    func retentionGap() async throws {
        try await TestServer.withDatabase { server in
            try await server.run("CREATE TABLE a (id INT PRIMARY KEY); CREATE TABLE b (id INT PRIMARY KEY)")
            try await server.capture("a")
            try await server.capture("b")
            let lake = try TestLake()
            let source = server.source()
            let pipeline = lake.pipeline(from: source, ["dbo.a", "dbo.b"])
            try await pipeline.run(.triggered)
            try await server.run("INSERT a VALUES (1); INSERT b VALUES (1)")
            _ = try await source.fence()
            try await server.run("INSERT a VALUES (2); INSERT b VALUES (2)")
            _ = try await source.fence()
            try await server.run(
                """
                DECLARE @low BINARY(10) = (SELECT MAX(__$start_lsn) FROM cdc.dbo_a_CT)
                EXEC sys.sp_cdc_cleanup_change_table @capture_instance = N'dbo_a', @low_water_mark = @low
                """
            )
            let error = await #expect(throws: CDCError.self) { try await pipeline.run(.triggered) }
            #expect(error?.code == .tablesIncomplete)
            #expect(error?.message.contains("dbo.a needs a full refresh") == true)
            #expect(try await lake.rows("b", ["id"]) == [[.integer(1)], [.integer(2)]])
            try await pipeline.run(.triggered, refreshing: ["dbo.a"])
            #expect(try await lake.rows("a", ["id"]) == [[.integer(1)], [.integer(2)]])
            await source.close()
        }
    }

    /// A table with two capture instances, of which the newer one has one column more.
    private func withTwoInstances(_ body: (TestServer, SQLServerSource, SourceTable) async throws -> Void) async throws
    {
        try await TestServer.withDatabase { server in
            try await server.run("CREATE TABLE t (id INT PRIMARY KEY)")
            try await server.capture("t", as: "older")
            let source = server.source()
            let described = try #require(try await source.describe(["dbo.t"]).first)
            try await server.run("INSERT t VALUES (1)")
            _ = try await source.fence()
            try await server.run("ALTER TABLE t ADD v INT")
            try await server.capture("t", as: "newer")
            try await server.run("INSERT t VALUES (2, 2)")
            _ = try await source.fence()
            try await body(server, source, described)
            await source.close()
        }
    }

    @Test("the newer of two capture instances is the one that was made later, whichever was cleaned up further")
    func newestInstance() async throws {
        try await withTwoInstances { server, source, _ in
            try await server.run(
                """
                DECLARE @low BINARY(10) = (SELECT MAX(__$start_lsn) FROM cdc.older_CT)
                EXEC sys.sp_cdc_cleanup_change_table @capture_instance = N'older', @low_water_mark = @low
                """
            )
            let table = try #require(try await source.describe(["dbo.t"]).first)
            #expect(table.captureInstance == "newer")
            #expect(table.schema.fields.map(\.name) == ["id", "v"])
        }
    }

    @Test("who was told of a table before somebody else found a newer capture instance reads on by the older one")
    func sharedSource() async throws {
        try await withTwoInstances { server, source, described in
            // Another pipeline, which uses the same source.
            #expect(try await source.describe(["dbo.t"]).first?.captureInstance == "newer")
            #expect(described.captureInstance == "older")
            let end = try await source.fence()
            let low = try await server.rows("SELECT start_lsn FROM cdc.change_tables WHERE capture_instance = N'older'")
            guard case .binary(let bytes)? = low.first?.first, let low = LSN(bytes) else {
                Issue.record("the older instance has no LSN")
                return
            }
            let changes = try await source.changes(of: described, after: low, through: end.lsn)
            var ids: [Value] = []
            while let batch = try await changes.next() {
                ids += try (0..<batch.rowCount).map { try batch.column("id").value(at: $0) }
            }
            #expect(ids == [.integer(1), .integer(2)])
            let rows = try await source.rows(of: SnapshotChunk(number: 0, from: nil, to: nil), table: described)
            #expect(try await rows.next()?.rowCount == 2)
        }
    }

    private func expectEqual(_ server: TestServer, _ lake: TestLake) async throws {
        for (table, columns) in [
            ("customers", ["customer_id", "first_name", "last_name", "created_date"]),
            ("orders", ["order_id", "customer_id", "order_status", "total_amount", "note"]),
        ] {
            let expected = try await server.rows("SELECT \(columns.joined(separator: ", ")) FROM \(table)")
            #expect(try await lake.rows(table, columns) == expected.sorted { "\($0)" < "\($1)" })
        }
    }
}
