import CDCCore
import Columnar
import Foundation
import TDSSource
import Testing

@Suite(
    "Set-up of a database, and its removal",
    .enabled(if: TestServer.isAvailable, "needs the trait Emulator or a server")
)
struct SetupTests {
    /// A login of a test; tests that run at the same time share a server where it is a genuine one.
    private let login = "cdc ' reader] \(UInt32.random(in: 0 ... .max))"
    private let password = Secret("Pass'word]]1; \(UInt32.random(in: 0 ... .max))")

    private static let hostile = TableName(schema: "sa'les]", name: "x]; DROP TABLE y--'$(z)")

    private static let tables = """
        CREATE TABLE orders (id INT PRIMARY KEY, status VARCHAR(20))
        CREATE TABLE y (id INT)
        GO
        CREATE SCHEMA [sa'les]]]
        GO
        CREATE TABLE [sa'les]]].[x]]; DROP TABLE y--'$(z)] (id INT PRIMARY KEY, [c]]'d] VARCHAR(20))
        """

    // MARK: Making

    @Test("making it twice changes nothing the second time", arguments: CaptureSetup.Mechanism.allCases)
    func idempotence(_ mechanism: CaptureSetup.Mechanism) async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.tables)
            let tables: [TableName] =
                mechanism == .automatic ? ["dbo.orders", Self.hostile, "dbo.y"] : ["dbo.orders", Self.hostile]
            let setup = CaptureSetup(tables: tables, mechanism: mechanism, login: login, retention: .seconds(86_400))
            try await setup.installation.apply(to: server.configuration, password: password)
            let first = try await catalogue(server)
            try await setup.installation.apply(to: server.configuration, password: password)
            try await expectSame(server, as: first)
            try await setup.installation.apply(to: server.configuration)
            try await expectSame(server, as: first)
            #expect(try await server.rows("SELECT COUNT(*) FROM y") == [[.integer(0)]])
            try await setup.removal.apply(to: server.configuration)
        }
    }

    @Test("each mechanism takes the tables that it should")
    func mechanisms() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.tables)
            let setup = CaptureSetup(tables: ["DBO.Orders", Self.hostile, "dbo.y"], mechanism: .automatic)
            try await setup.installation.apply(to: server.configuration)
            let tracked = try await server.rows(
                "SELECT OBJECT_NAME(object_id) AS name FROM sys.change_tracking_tables ORDER BY name"
            )
            #expect(tracked == [[.string("orders")], [.string(Self.hostile.name)]])
            let captured = try await server.rows(
                "SELECT capture_instance FROM cdc.change_tables ORDER BY capture_instance"
            )
            #expect(captured == [[.string("swift_cdc_dbo_y_1")], [.string("swift_cdc_watermark")]])
        }
    }

    @Test("a table that is not there is named")
    func missingTable() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            let setup = CaptureSetup(tables: [Self.hostile])
            let error = await #expect(throws: TDSError.self) {
                () async throws in try await setup.installation.apply(to: server.configuration)
            }
            #expect(error?.message.contains("There is no table [sa'les]]].[x]]; DROP TABLE y--'$(z)]") == true)
        }
    }

    @Test("names of capture instances have at most 100 characters and need no quotes")
    func longNames() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            let long = String(repeating: "long", count: 32)
            try await server.run("CREATE TABLE [\(long)] (id INT PRIMARY KEY)")
            try await server.run(Self.tables)
            let setup = CaptureSetup(tables: [TableName(schema: "dbo", name: long), Self.hostile])
            try await setup.installation.apply(to: server.configuration)
            let names = try await server.rows(
                """
                SELECT capture_instance FROM cdc.change_tables WHERE LEN(capture_instance) > 100
                    OR capture_instance COLLATE Latin1_General_BIN2 LIKE '%[^A-Za-z0-9_]%'
                """
            )
            #expect(names == [])
            #expect(try await server.rows("SELECT COUNT(*) FROM cdc.change_tables") == [[.integer(3)]])
        }
    }

    // MARK: Reading

    @Test("the login that is made replicates a table, and its fence is a row of the watermark")
    func leastPrivilege() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.tables)
            try await server.run("INSERT orders VALUES (1, 'NEW')")
            let setup = CaptureSetup(tables: ["dbo.orders", Self.hostile], login: login)
            try await setup.installation.apply(to: server.configuration, password: password)
            let marker = try await server.rows("SELECT CONVERT(varchar(36), marker) FROM swift_cdc.watermark")

            let reader = reader(of: server)
            let source = SQLServerSource(reader)
            let lake = try TestLake()
            let pipeline = lake.pipeline(from: source, ["dbo.orders", TableSelection(Self.hostile, destination: "x")])
            try await pipeline.run(.triggered)
            try await server.run("INSERT orders VALUES (2, 'NEW'); UPDATE orders SET status = 'SHIPPED' WHERE id = 1")
            try await server.run("INSERT [sa'les]]].[x]]; DROP TABLE y--'$(z)] VALUES (1, 'one')")
            try await pipeline.run(.triggered)
            let expected: [[Value]] = [[.integer(1), .string("SHIPPED")], [.integer(2), .string("NEW")]]
            #expect(try await lake.rows("orders", ["id", "status"]) == expected)
            #expect(try await lake.rows("x", ["id", "c]'d"]) == [[.integer(1), .string("one")]])
            #expect(try await server.rows("SELECT CONVERT(varchar(36), marker) FROM swift_cdc.watermark") != marker)
            await source.close()

            let connection = try await TDSConnection.open(reader, logger: TestServer.quiet)
            let rights = try await connection.smallResult(
                """
                SELECT o.name, p.permission, HAS_PERMS_BY_NAME(o.name, N'OBJECT', p.permission) AS has
                FROM (VALUES (N'dbo.orders'), (N'swift_cdc.watermark'), (N'cdc.swift_cdc_dbo_orders_1_CT')) AS o (name)
                CROSS JOIN (VALUES (N'INSERT'), (N'UPDATE'), (N'DELETE'), (N'ALTER')) AS p (permission)
                """
            ).rows.filter { $0[2] != .integer(0) }
            #expect(rights == [[.string("swift_cdc.watermark"), .string("UPDATE"), .integer(1)]])
            for statement in [
                "DELETE orders", "UPDATE orders SET status = 'LOST'", "INSERT orders VALUES (9, 'NEW')",
                "DELETE cdc.swift_cdc_dbo_orders_1_CT", "DELETE cdc.lsn_time_mapping", "DELETE swift_cdc.watermark",
                "INSERT swift_cdc.watermark VALUES (2, NEWID(), SYSUTCDATETIME())",
                "DELETE swift_cdc.capture_instances",
                "UPDATE swift_cdc.readers SET position = 0x00", "SELECT * FROM y", "SELECT * FROM swift_cdc.readers",
                "EXEC swift_cdc.capture_table N'dbo', N'y'",
            ] {
                let error = await #expect(throws: TDSError.self, "the reader may not: \(statement)") {
                    () async throws in try await connection.execute(statement)
                }
                #expect(error?.code == .permissionDenied, "\(statement)")
            }
            #expect(
                try await lake.rows("orders", ["id", "status"])
                    == server.rows("SELECT id, status FROM orders ORDER BY id")
            )
            for statement in [
                "CREATE TABLE z (id INT)", "ALTER TABLE orders ADD z INT", "TRUNCATE TABLE orders",
                "EXECUTE AS USER = 'dbo'",
                "EXEC sys.sp_cdc_disable_table @source_schema = 'dbo', @source_name = 'orders', @capture_instance = 'all'",
            ] {
                await #expect(throws: TDSError.self, "the reader may not: \(statement)") {
                    () async throws in try await connection.execute(statement)
                }
            }
            await connection.close()
        }
    }

    @Test(
        "every statement that a reader runs is one that its login may run: rows, both mechanisms, a table without a key, health"
    )
    func everyStatement() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.tables)
            try await server.run("INSERT orders VALUES (1, 'NEW'); INSERT y VALUES (1), (1)")
            let captured = CaptureSetup(tables: ["dbo.orders", "dbo.y"], login: login, allowsSnapshotIsolation: true)
            let tracked = CaptureSetup(tables: [Self.hostile], mechanism: .changeTracking, login: login)
            for setup in [captured, tracked] {
                try await setup.installation.apply(to: server.configuration, password: password)
            }
            let source = server.source(reader(of: server))
            let names: [TableName] = ["dbo.orders", "dbo.y", Self.hostile]
            let lake = try TestLake()
            let pipeline = lake.pipeline(
                from: source,
                ["dbo.orders", "dbo.y", TableSelection(Self.hostile, destination: "x")]
            )
            try await pipeline.run(.triggered)
            try await server.run(
                "UPDATE orders SET status = 'SHIPPED'; DELETE TOP (1) FROM y; INSERT y VALUES (2), (2)"
            )
            try await server.run("INSERT [sa'les]]].[x]]; DROP TABLE y--'$(z)] VALUES (1, 'one')")
            try await pipeline.run(.triggered)
            #expect(try await lake.rows("orders", ["id", "status"]) == [[1, "SHIPPED"]])
            #expect(try await lake.rows("y", ["id"]) == [[1], [2], [2]])
            #expect(try await lake.rows("x", ["id", "c]'d"]) == [[1, "one"]])

            _ = try await source.databases()
            #expect(try await source.tables().filter { names.contains($0.name) }.count == 3)
            let position = try await source.fence()
            try await source.acknowledge(["dbo.orders": position.lsn, "dbo.y": position.lsn])
            let preflight = try await source.preflight(tables: names)
            #expect(preflight.findings.filter { $0.code == .missingPermission || $0.severity == .error } == [])
            let health = try await source.health(at: ["dbo.orders": position.lsn, "dbo.y": position.lsn])
            #expect(health != nil)
            await source.close()
            // What only an owner (the capture's jobs) or a login with rights on the server (its Agent) may know is asked in vain, and
            // told as unknown.
            let numbers = Set(server.errors(toldTo: login).map { $0.prefix { $0 != ":" } })
            #expect(numbers.isSubset(of: ["22904", "300"]))
        }
    }

    @Test(
        "SNAPSHOT isolation is allowed where it is wanted, and taken back only where it was not before",
        arguments: [true, false]
    )
    func snapshotIsolation(wasAllowed: Bool) async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            func isAllowed() async throws -> Bool {
                try await server.rows("SELECT snapshot_isolation_state FROM sys.databases WHERE database_id = DB_ID()")
                    == [[1]]
            }
            try await server.run(Self.tables)
            if wasAllowed { try await server.run("ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON") }
            try await CaptureSetup(tables: ["dbo.orders"]).installation.apply(to: server.configuration)
            #expect(try await isAllowed() == wasAllowed, "Change Data Capture of a table with a key does without")
            for _ in 1...2 {
                let setup = CaptureSetup(tables: ["dbo.orders"], mechanism: .changeTracking)
                try await setup.installation.apply(to: server.configuration)
                #expect(try await isAllowed())
            }
            for _ in 1...2 {
                try await CaptureSetup(tables: []).removal.apply(to: server.configuration)
                #expect(try await isAllowed() == wasAllowed)
            }
        }
    }

    @Test("the printed script, cut at its GO lines, is the script that is applied")
    func printed() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.tables)
            let setup = CaptureSetup(tables: ["dbo.orders", Self.hostile, "dbo.y"], mechanism: .automatic)
            try await run(setup.installation, at: server)
            let printed = try await catalogue(server)
            try await setup.installation.apply(to: server.configuration)
            try await expectSame(server, as: printed)
            #expect(printed.contains { $0.contains("swift_cdc_dbo_y_1") })
            try await run(setup.removal, at: server)
            #expect(try await server.rows("SELECT SCHEMA_ID(N'swift_cdc')") == [[.null]])
        }
    }

    // MARK: ALTER TABLE

    @Test("a column and a row with it in one transaction: the second capture instance has the value")
    func newColumn() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.tables)
            let setup = CaptureSetup(tables: ["dbo.orders", Self.hostile])
            try await setup.installation.apply(to: server.configuration)
            try await server.run("INSERT orders VALUES (1, 'NEW')")
            try await server.run(
                """
                BEGIN TRANSACTION
                ALTER TABLE orders ADD note NVARCHAR(50), total INT NULL
                GO
                INSERT orders VALUES (2, 'NEW', N'with a note', 7)
                COMMIT
                GO
                ALTER TABLE [sa'les]]].[x]]; DROP TABLE y--'$(z)] ADD [e'f]]g] INT
                GO
                INSERT [sa'les]]].[x]]; DROP TABLE y--'$(z)] VALUES (1, 'one', 5)
                """
            )
            _ = try await server.source().fence()
            #expect(
                try await server.rows("SELECT id, note, total FROM cdc.swift_cdc_dbo_orders_2_CT WHERE id = 2")
                    == [[.integer(2), .string("with a note"), .integer(7)]]
            )
            #expect(
                try await server.rows("SELECT id FROM cdc.swift_cdc_dbo_orders_1_CT ORDER BY id") == [
                    [.integer(1)], [.integer(2)],
                ]
            )
            #expect(
                try await server.rows("SELECT outcome, table_name FROM swift_cdc.definition_changes ORDER BY number")
                    == [[.string("captured"), .string("orders")], [.string("captured"), .string(Self.hostile.name)]]
            )
            let name = try await server.rows(
                "SELECT c.name FROM sys.columns AS c JOIN cdc.change_tables AS t ON t.object_id = c.object_id WHERE c.name = N'e''f]g'"
            )
            #expect(name.count == 1)
            #expect(try await server.rows("SELECT COUNT(*) FROM y") == [[.integer(0)]])
        }
    }

    @Test("what is altered and rolled back leaves no second capture instance")
    func rolledBack() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.tables)
            try await CaptureSetup(tables: ["dbo.orders"]).installation.apply(to: server.configuration)
            let before = try await catalogue(server)
            try await server.run("BEGIN TRANSACTION; ALTER TABLE orders ADD note INT")
            #expect(try await server.rows("SELECT COUNT(*) FROM cdc.change_tables") == [[.integer(3)]])
            try await server.run("ROLLBACK")
            try await expectSame(server, as: before)
            #expect(try await server.rows("SELECT outcome FROM swift_cdc.definition_changes") == [])
        }
    }

    @Test("what adds no column makes no second capture instance; what others do to other tables is not noted")
    func noNewColumn() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.tables)
            try await CaptureSetup(tables: ["dbo.orders"]).installation.apply(to: server.configuration)
            try await server.run(
                """
                ALTER TABLE y ADD note INT
                ALTER TABLE orders ADD CONSTRAINT small CHECK (id < 100)
                ALTER TABLE orders ADD doubled AS id * 2
                """
            )
            #expect(try await server.rows("SELECT COUNT(*) FROM cdc.change_tables") == [[.integer(2)]])
            #expect(
                try await server.rows("SELECT table_name, outcome FROM swift_cdc.definition_changes")
                    == Array(repeating: [.string("orders"), .string("no new column")], count: 2)
            )
        }
    }

    @Test("with both instances in use a table waits, until the reader, under its own login, is past the older one")
    func pending() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.tables)
            let setup = CaptureSetup(tables: ["dbo.orders"], login: login)
            try await setup.installation.apply(to: server.configuration, password: password)
            let source = server.source(reader(of: server))
            try await server.run("ALTER TABLE orders ADD a INT")
            try await server.run("ALTER TABLE orders ADD b INT")
            let instances =
                "SELECT capture_instance FROM cdc.change_tables WHERE capture_instance LIKE '%orders%' ORDER BY capture_instance"
            #expect(
                try await server.rows(instances) == [
                    [.string("swift_cdc_dbo_orders_1")], [.string("swift_cdc_dbo_orders_2")],
                ]
            )
            #expect(
                try await server.rows("SELECT outcome FROM swift_cdc.definition_changes ORDER BY number")
                    == [[.string("captured")], [.string("pending")]]
            )

            _ = try await source.describe(["dbo.orders"])
            try await source.acknowledge(["dbo.orders": .zero])
            #expect(try await server.rows(instances).count == 2, "nothing was read yet")
            try await source.acknowledge(["dbo.orders": try await source.fence().lsn])
            #expect(try await server.rows(instances).count == 2, "no change tells yet where the newer one begins")
            try await server.run("INSERT orders (id) VALUES (1)")
            let position = try await source.fence().lsn
            try await source.acknowledge([:])
            #expect(try await server.rows(instances).count == 2, "nothing is applied yet")
            try await source.acknowledge(["dbo.orders": position])
            #expect(
                try await server.rows(instances) == [
                    [.string("swift_cdc_dbo_orders_2")], [.string("swift_cdc_dbo_orders_3")],
                ]
            )
            #expect(
                try await server.rows("SELECT pending_since FROM swift_cdc.tables WHERE table_name = 'orders'") == [
                    [.null]
                ]
            )
            #expect(try await source.describe(["dbo.orders"])[0].schema["b"] != nil)
            #expect(try await server.rows("SELECT reader FROM swift_cdc.readers") == [[.string(login)]])
            await source.close()
        }
    }

    @Test("whoever may alter a table needs no right here, and the reader none but its own to let the older instance go")
    func rights() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.tables)
            let setup = CaptureSetup(tables: ["dbo.orders"], login: login)
            try await setup.installation.apply(to: server.configuration, password: password)
            let developer = try await server.makeUser()
            try await server.run("ALTER ROLE db_ddladmin ADD MEMBER [\(developer.name)]")
            var configuration = server.configuration
            (configuration.user, configuration.password) = (developer.name, Secret(developer.password))
            let connection = try await TDSConnection.open(configuration, logger: TestServer.quiet)
            try await connection.execute("ALTER TABLE dbo.orders ADD a INT")
            await connection.close()
            try await server.run("INSERT orders (id) VALUES (1)")
            #expect(
                try await server.rows("SELECT login_name, outcome FROM swift_cdc.definition_changes")
                    == [[.string(developer.name), .string("captured")]]
            )

            (configuration.user, configuration.password) = (login, password)
            let source = server.source(configuration)
            _ = try await source.describe(["dbo.orders"])
            try await source.acknowledge(["dbo.orders": try await source.fence().lsn])
            await source.close()
            #expect(
                try await server.rows(
                    "SELECT capture_instance FROM cdc.change_tables WHERE capture_instance LIKE '%orders%'"
                ) == [[.string("swift_cdc_dbo_orders_2")]]
            )
            try await setup.removal.apply(to: server.configuration)
        }
    }

    @Test(
        "an older capture instance stays until the last reader has read the first changes that the newer one has, too"
    )
    func severalReaders() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.tables)
            try await CaptureSetup(tables: ["dbo.orders"]).installation.apply(to: server.configuration)
            try await server.run("ALTER TABLE orders ADD a INT")
            try await server.run("INSERT orders (id) VALUES (1)")
            try await server.run("INSERT swift_cdc.readers VALUES (N'slow', 0x00000000000000000001, SYSUTCDATETIME())")
            let source = server.source()
            _ = try await source.describe(["dbo.orders"])
            let instances = "SELECT COUNT(*) FROM cdc.change_tables WHERE capture_instance LIKE '%orders%'"
            try await source.acknowledge(["dbo.orders": try await source.fence().lsn])
            #expect(try await server.rows(instances) == [[.integer(2)]])
            try await server.run(
                "UPDATE swift_cdc.readers SET position = (SELECT MAX(__$start_lsn) FROM cdc.swift_cdc_dbo_orders_1_CT) WHERE reader = N'slow'"
            )
            try await source.acknowledge(["dbo.orders": try await source.fence().lsn])
            #expect(try await server.rows(instances) == [[.integer(1)]])
            await source.close()
        }
    }

    @Test("of an idle table the older instance stays where no reader has said anything since")
    func idleTableUnseen() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.tables)
            try await CaptureSetup(tables: ["dbo.orders"]).installation.apply(to: server.configuration)
            let source = server.source()
            _ = try await source.describe(["dbo.orders"])
            try await server.run("ALTER TABLE orders ADD a INT")
            _ = try await source.fence()
            try await server.run("ALTER TABLE orders ADD b INT")
            #expect(
                try await server.rows("SELECT outcome FROM swift_cdc.definition_changes ORDER BY number")
                    == [[.string("captured")], [.string("pending")]]
            )
            await source.close()
        }
    }

    @Test("of an idle table the older instance goes when every reader is past what ended an hour after both were seen")
    func idleTable() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.tables)
            try await CaptureSetup(tables: ["dbo.orders", "dbo.y"]).installation.apply(to: server.configuration)
            try await server.run("ALTER TABLE orders ADD a INT")
            let source = server.source()
            _ = try await source.describe(["dbo.orders"])
            let instances = "SELECT COUNT(*) FROM cdc.change_tables WHERE capture_instance LIKE '%orders%'"
            for (seen, count) in [
                ("seen_at", 2), ("DATEADD(minute, -59, GETDATE())", 2), ("DATEADD(minute, -63, GETDATE())", 1),
            ]
                as [(String, Int64)]
            {
                try await server.run("UPDATE swift_cdc.capture_instances SET seen_at = \(seen)")
                try await server.run("INSERT y VALUES (1)")
                try await source.acknowledge(["dbo.orders": try await source.fence().lsn])
                #expect(try await server.rows(instances) == [[.integer(count)]], "\(seen)")
            }
            try await server.run("ALTER TABLE orders ADD b INT")
            #expect(
                try await server.rows("SELECT TOP (1) outcome FROM swift_cdc.definition_changes ORDER BY number DESC")
                    == [[.string("captured")]]
            )
            await source.close()
        }
    }

    @Test("the only capture instance is not dropped, where an administrator dropped the other one by hand")
    func droppedByHand() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.tables)
            try await CaptureSetup(tables: ["dbo.orders"]).installation.apply(to: server.configuration)
            try await server.run("ALTER TABLE orders ADD a INT")
            try await server.run("ALTER TABLE orders ADD b INT")
            let source = server.source()
            _ = try await source.describe(["dbo.orders"])
            let position = try await source.fence().lsn
            await source.close()
            try await server.run("EXEC sys.sp_cdc_disable_table N'dbo', N'orders', N'swift_cdc_dbo_orders_1'")
            try await server.run("EXEC swift_cdc.report_position 0x\("\(position)".replacing(":", with: ""))")
            #expect(
                try await server.rows(
                    "SELECT capture_instance FROM cdc.change_tables WHERE capture_instance LIKE '%orders%' ORDER BY capture_instance"
                ) == [[.string("swift_cdc_dbo_orders_2")], [.string("swift_cdc_dbo_orders_3")]]
            )
        }
    }

    @Test(
        "a broken support object does not make an ALTER TABLE fail",
        arguments: [
            "DROP TABLE swift_cdc.tables", "DROP TABLE swift_cdc.definition_changes",
            "DROP TABLE swift_cdc.capture_instances",
            "DROP PROCEDURE swift_cdc.definition_changed", "DROP PROCEDURE swift_cdc.rotate",
            "DROP PROCEDURE swift_cdc.definition_changed; DROP PROCEDURE swift_cdc.definition_failed",
        ]
    )
    func broken(_ breaking: String) async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.tables)
            let setup = CaptureSetup(tables: ["dbo.orders"])
            try await setup.installation.apply(to: server.configuration)
            try await server.run(breaking)
            try await server.run(
                "BEGIN TRANSACTION; INSERT orders VALUES (1, 'NEW'); ALTER TABLE orders ADD note INT; INSERT orders (id) VALUES (2); COMMIT"
            )
            try await server.run("SET XACT_ABORT ON; ALTER TABLE orders ADD more INT; SET XACT_ABORT OFF")
            #expect(try await server.rows("SELECT id, note, more FROM orders ORDER BY id").count == 2)
            #expect(
                try await server.rows(
                    "SELECT capture_instance FROM cdc.change_tables WHERE capture_instance LIKE '%orders_2'"
                )
                    == [],
                "what was half done is undone"
            )
            if !breaking.contains("definition_") {
                #expect(
                    try await server.rows("SELECT outcome FROM swift_cdc.definition_changes")[0] == [.string("failed")]
                )
            }
        }
    }

    // MARK: Removing

    @Test("the removal leaves the catalogue as it was", arguments: CaptureSetup.Mechanism.allCases)
    func removal(_ mechanism: CaptureSetup.Mechanism) async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.tables)
            try await server.run("CREATE USER other WITHOUT LOGIN; GRANT SELECT ON orders TO other")
            let before = try await catalogue(server)
            let tables: [TableName] =
                mechanism == .automatic ? ["dbo.orders", Self.hostile, "dbo.y"] : ["dbo.orders", Self.hostile]
            let setup = CaptureSetup(tables: tables, mechanism: mechanism, login: login, retention: .seconds(86_400))
            try await setup.installation.apply(to: server.configuration, password: password)
            #expect(try await catalogue(server) != before)
            try await server.run("ALTER TABLE y ADD a INT")
            try await setup.removal.apply(to: server.configuration)
            try await expectSame(server, as: before)
            try await setup.removal.apply(to: server.configuration)
            try await expectSame(server, as: before)
            try await server.run("ALTER TABLE y ADD b INT")
        }
    }

    @Test("what others made stays, and keeps working")
    func othersStay() async throws {
        try await TestServer.withDatabase { server in
            try await server.run(Self.tables)
            try await server.capture("y", as: "theirs")
            try await server.run("EXEC sys.sp_cdc_change_job @job_type = N'cleanup', @retention = 17")
            try await server.run(
                """
                ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 3 DAYS)
                GO
                ALTER TABLE orders ENABLE CHANGE_TRACKING
                """
            )
            let before = try await catalogue(server)
            for mechanism in [CaptureSetup.Mechanism.changeDataCapture, .changeTracking] {
                let tables: [TableName] =
                    mechanism == .changeTracking ? ["dbo.orders", Self.hostile] : ["dbo.orders", "dbo.y"]
                let setup = CaptureSetup(tables: tables, mechanism: mechanism, retention: .seconds(3600))
                try await setup.installation.apply(to: server.configuration)
            }
            let instances = try await server.rows(
                "SELECT capture_instance FROM cdc.change_tables ORDER BY capture_instance"
            )
            #expect(
                instances.map { $0[0] }
                    == ["swift_cdc_dbo_orders_1", "swift_cdc_watermark", "theirs"].map { .string($0) }
            )
            try await CaptureSetup(tables: []).removal.apply(to: server.configuration)
            try await expectSame(server, as: before)
        }
    }

    /// How the login that is made connects.
    private func reader(of server: TestServer) -> SQLServerConfiguration {
        var configuration = server.configuration
        configuration.user = login
        configuration.password = password
        return configuration
    }

    @Test("what was turned on before stays on, though nobody uses it")
    func unusedStays() async throws {
        try await TestServer.withDatabase { server in
            try await server.run(Self.tables)
            // The jobs of a database come with its first capture instance, and stay.
            try await server.capture("y", as: "gone")
            try await server.run("EXEC sys.sp_cdc_disable_table N'dbo', N'y', N'gone'")
            try await server.run("ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 3 DAYS)")
            let before = try await catalogue(server)
            for mechanism in [CaptureSetup.Mechanism.changeDataCapture, .changeTracking] {
                try await CaptureSetup(tables: ["dbo.orders"], mechanism: mechanism).installation.apply(
                    to: server.configuration
                )
            }
            try await CaptureSetup(tables: []).removal.apply(to: server.configuration)
            try await expectSame(server, as: before)
        }
    }

    @Test("what was turned on here stays on for those who use it since, and the schema goes")
    func inUseStays() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.tables)
            for mechanism in [CaptureSetup.Mechanism.changeDataCapture, .changeTracking] {
                try await CaptureSetup(tables: ["dbo.orders"], mechanism: mechanism).installation.apply(
                    to: server.configuration
                )
            }
            try await server.capture("y", as: "theirs")
            try await server.run("ALTER TABLE [sa'les]]].[x]]; DROP TABLE y--'$(z)] ENABLE CHANGE_TRACKING")
            try await CaptureSetup(tables: []).removal.apply(to: server.configuration)
            #expect(try await server.rows("SELECT capture_instance FROM cdc.change_tables") == [[.string("theirs")]])
            #expect(
                try await server.rows("SELECT OBJECT_NAME(object_id) FROM sys.change_tracking_tables")
                    == [[.string(Self.hostile.name)]]
            )
            #expect(try await server.rows("SELECT SCHEMA_ID(N'swift_cdc')") == [[.null]])
        }
    }

    @Test("the owner of the database needs no role")
    func ownerAsLogin() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.tables)
            let before = try await catalogue(server)
            let setup = CaptureSetup(tables: ["dbo.orders"], login: server.configuration.user)
            try await setup.installation.apply(to: server.configuration)
            try await setup.removal.apply(to: server.configuration)
            try await expectSame(server, as: before)
        }
    }

    @Test("the login that is made reads the changes of a tracked table")
    func trackingReader() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.tables)
            let setup = CaptureSetup(tables: ["dbo.orders"], mechanism: .changeTracking, login: login)
            try await setup.installation.apply(to: server.configuration, password: password)
            var reader = server.configuration
            reader.user = login
            reader.password = password
            let source = SQLServerSource(reader)
            let lake = try TestLake()
            for status in ["NEW", "SHIPPED"] {
                try await server.run("DELETE orders; INSERT orders VALUES (1, '\(status)')")
                try await lake.pipeline(from: source, ["dbo.orders"]).run(.triggered)
                #expect(try await lake.rows("orders", ["id", "status"]) == [[.integer(1), .string(status)]])
            }
            await source.close()
            try await setup.removal.apply(to: server.configuration)
        }
    }

    @Test("a login and a user that were there before are put into the role, and stay")
    func existingLogin() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.tables)
            let user = try await server.makeUser()
            let before = try await catalogue(server)
            let setup = CaptureSetup(tables: ["dbo.orders"], login: user.name)
            try await setup.installation.apply(to: server.configuration)
            #expect(
                try await server.rows("SELECT IS_ROLEMEMBER(N'swift_cdc_reader', N'\(user.name)')") == [[.integer(1)]]
            )
            let source = server.source(as: user)
            #expect(try await source.describe(["dbo.orders"]).count == 1)
            await source.close()
            try await setup.removal.apply(to: server.configuration)
            try await expectSame(server, as: before)
            #expect(try await server.rows("SELECT SUSER_ID(N'\(user.name)')") != [[.null]])
        }
    }

    // MARK: Refusing

    @Test(
        "what is in the way is named, and left alone",
        arguments: [
            ("CREATE SCHEMA swift_cdc", "There is a schema swift_cdc that this script did not make"),
            ("CREATE ROLE swift_cdc_reader", "There is a role or user swift_cdc_reader that this script did not make"),
            ("CREATE ROLE reader", "A user or role of the name of the login exists"),
            ("CREATE TABLE z (id INT)", "The login does not exist yet, so it needs a password"),
        ]
    )
    func inTheWay(_ made: String, _ message: String) async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.tables)
            try await server.run(made)
            let setup = CaptureSetup(tables: ["dbo.orders"], mechanism: .changeTracking, login: "reader")
            let error = await #expect(throws: TDSError.self) {
                () async throws in
                try await setup.installation.apply(
                    to: server.configuration,
                    password: message.contains("needs a password") ? nil : password
                )
            }
            #expect(error?.message.contains(message) == true)
        }
    }

    @Test("sent to the server by what is not sqlcmd, whatever goes on after errors, the script does nothing")
    func withoutCommands() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.tables)
            let before = try await catalogue(server)
            let setup = CaptureSetup(tables: ["dbo.orders"], login: login)
            for script in [setup.installation, setup.removal] {
                let connection = try await TDSConnection.open(server.configuration, logger: TestServer.quiet)
                var errors: [String] = []
                for batch in script.text.components(separatedBy: "\nGO\n") {
                    do { try await connection.execute(batch) } catch { errors.append("\(error)") }
                }
                await connection.close()
                #expect(errors.contains { $0.contains("turn on SQLCMD mode") })
                try await expectSame(server, as: before)
            }
        }
    }

    @Test("in another database, and as a login with too few rights, nothing is done by what goes on after errors")
    func goesOn() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.tables)
            let user = try await server.makeUser()
            try await CaptureSetup(tables: ["dbo.orders"]).installation.apply(to: server.configuration)
            let before = try await catalogue(server)
            let setup = CaptureSetup(tables: ["dbo.y"], database: "another")
            let unguarded = CaptureSetup(tables: ["dbo.y"])
            var poor = server.configuration
            (poor.user, poor.password) = (user.name, Secret(user.password))
            for (configuration, script, message) in [
                (server.configuration, setup.installation, "for another database"),
                (poor, unguarded.installation, "too few rights"), (poor, unguarded.removal, "too few rights"),
            ] {
                let error = await #expect(throws: TDSError.self) {
                    () async throws in try await script.apply(to: configuration)
                }
                #expect(error?.message.contains(message) == true)
                let connection = try await TDSConnection.open(configuration, logger: TestServer.quiet)
                for batch in script.batches { try? await connection.execute(batch.text) }
                await connection.close()
                try await expectSame(server, as: before)
            }
        }
    }

    @Test("a script for another database makes nothing in this one")
    func otherDatabase() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.tables)
            let setup = CaptureSetup(tables: ["dbo.orders"], database: "another")
            let error = await #expect(throws: TDSError.self) {
                () async throws in try await setup.installation.apply(to: server.configuration)
            }
            #expect(error?.message.contains("for another database") == true)
            #expect(try await server.rows("SELECT SCHEMA_ID(N'swift_cdc')") == [[.null]])
        }
    }

    @Test("changes are kept as long as was asked for, by either mechanism")
    func retention() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.tables)
            for hours in [30, 40] {
                let setup = CaptureSetup(
                    tables: ["dbo.orders", "dbo.y"],
                    mechanism: .automatic,
                    retention: .seconds(hours * 3600)
                )
                try await setup.installation.apply(to: server.configuration)
                #expect(
                    try await server.rows(
                        "SELECT retention FROM msdb.dbo.cdc_jobs WHERE database_id = DB_ID() AND job_type = N'cleanup'"
                    ) == [[.integer(Int64(hours * 60))]]
                )
                #expect(
                    try await server.rows(
                        "SELECT retention_period FROM sys.change_tracking_databases WHERE database_id = DB_ID()"
                    ) == [[.integer(Int64(hours * 60))]]
                )
            }
            #expect(
                try await server.rows("SELECT earlier_value FROM swift_cdc.made WHERE kind = N'CDC retention'")
                    == [[.string("4320")]]
            )
        }
    }

    /// Runs the text of a script as `sqlcmd` does.
    private func run(_ script: SetupScript, at server: TestServer) async throws {
        let commands = ":on error exit\n:setvar IsSqlCmd \"yes\"\nGO\n"
        let text = script.text.replacing(commands, with: "").replacing("$(IsSqlCmd)", with: "yes")
        for batch in text.components(separatedBy: "\nGO\n").dropLast() { try await server.run(batch) }
    }

    private func expectSame(
        _ server: TestServer,
        as before: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let changes = Set(try await catalogue(server)).symmetricDifference(before).sorted()
        #expect(changes.isEmpty, "\(changes.joined(separator: "; "))", sourceLocation: sourceLocation)
    }

    /// What the database and the server define, as one text per thing.
    private func catalogue(_ server: TestServer) async throws -> [String] {
        var things: [String] = []
        for query in [
            "SELECT 'object', SCHEMA_NAME(schema_id), name, type, object_id FROM sys.objects WHERE SCHEMA_NAME(schema_id) <> 'cdc'",
            "SELECT 'capture object', SCHEMA_NAME(schema_id), name, type FROM sys.objects WHERE SCHEMA_NAME(schema_id) = 'cdc'",
            "SELECT 'schema', name FROM sys.schemas",
            "SELECT 'principal', name, type FROM sys.database_principals",
            "SELECT 'member', USER_NAME(role_principal_id), USER_NAME(member_principal_id) FROM sys.database_role_members",
            """
            SELECT 'permission', USER_NAME(grantee_principal_id), class_desc, major_id, permission_name, state
            FROM sys.database_permissions
            """,
            "SELECT 'trigger', name FROM sys.triggers",
            "SELECT 'login', name FROM sys.server_principals WHERE name LIKE 'cdc%'",
            "SELECT 'database', is_cdc_enabled, snapshot_isolation_state FROM sys.databases WHERE database_id = DB_ID()",
            """
            SELECT 'tracked', retention_period, retention_period_units_desc FROM sys.change_tracking_databases
            WHERE database_id = DB_ID()
            """,
            "SELECT 'tracked table', OBJECT_NAME(object_id), is_track_columns_updated_on FROM sys.change_tracking_tables",
        ] {
            things += try await server.rows(query).map { "\($0)" }
        }
        if try await server.rows("SELECT is_cdc_enabled FROM sys.databases WHERE database_id = DB_ID()") == [
            [.boolean(true)]
        ] {
            for query in [
                "SELECT 'instance', capture_instance, create_date FROM cdc.change_tables",
                "SELECT 'job', job_type, retention FROM msdb.dbo.cdc_jobs WHERE database_id = DB_ID()",
            ] {
                things += try await server.rows(query).map { "\($0)" }
            }
        }
        return things.sorted()
    }
}
