import CDCCore
import Columnar
import TDSSource
import Testing

@Suite("Preflight", .enabled(if: TestServer.isAvailable, "needs the trait Emulator or a server"))
struct PreflightTests {
    private static let table = "CREATE TABLE t (id INT NOT NULL PRIMARY KEY, b INT, c INT)"
    private static let enableTable =
        "EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N't', @role_name = NULL"

    @Test("a database that is ready has no errors and no warnings")
    func ready() async throws {
        try await TestServer.withDatabase { server in
            try await server.run(Self.table)
            try await server.capture("t")
            try await server.run("ALTER DATABASE [\(server.configuration.database)] SET ALLOW_SNAPSHOT_ISOLATION ON")
            let source = server.source()
            let preflight = try await source.preflight(tables: ["dbo.t"])
            #expect(preflight.findings.filter { $0.severity > .info } == [])
            #expect(!preflight.hasErrors)
            #expect(preflight.database == server.configuration.database)
            #expect(preflight.findings.first?.code == .platform)
            #expect(
                try await source.preflight().findings == preflight.findings,
                "the captured tables are found without names"
            )
            await source.close()
        }
    }

    /// What is wrong with a database, and as what a preflight finds it.
    struct Flaw: Sendable, CustomTestStringConvertible {
        var code: PreflightFinding.Code
        var severity: PreflightFinding.Severity
        var isCaptured = true
        /// What makes the table `dbo.t` so.
        var script: String

        var testDescription: String { code.rawValue }
    }

    private static let flaws = [
        Flaw(code: .captureNotEnabled, severity: .error, isCaptured: false, script: table),
        Flaw(code: .snapshotIsolationOff, severity: .warning, script: "\(table)\nGO\n\(enableTable)"),
        Flaw(code: .tableNotCaptured, severity: .error, script: table),
        Flaw(
            code: .columnsNotCaptured,
            severity: .warning,
            script: "\(table)\nGO\n\(enableTable)\nGO\nALTER TABLE t ADD d INT"
        ),
        Flaw(
            code: .columnsDropped,
            severity: .error,
            script: "\(table)\nGO\n\(enableTable)\nGO\nALTER TABLE t DROP COLUMN c"
        ),
        Flaw(
            code: .keyNotCaptured,
            severity: .error,
            script: "\(table)\nGO\n\(enableTable), @captured_column_list = N'b', @supports_net_changes = 0"
        ),
        Flaw(
            code: .retentionShort,
            severity: .warning,
            script:
                "\(table)\nGO\n\(enableTable)\nGO\nEXEC sys.sp_cdc_change_job @job_type = N'cleanup', @retention = 60"
        ),
        Flaw(
            code: .jobMissing,
            severity: .warning,
            script: "\(table)\nGO\n\(enableTable)\nGO\nEXEC sys.sp_cdc_drop_job @job_type = N'cleanup'"
        ),
        Flaw(
            code: .jobSettings,
            severity: .warning,
            script:
                "\(table)\nGO\n\(enableTable)\nGO\nEXEC sys.sp_cdc_change_job @job_type = N'capture', @continuous = 0"
        ),
    ]

    @Test("what is wrong is found, and what the finding says puts it right", arguments: PreflightTests.flaws)
    func flaw(_ flaw: Flaw) async throws {
        try await TestServer.withDatabase(isCaptured: flaw.isCaptured) { server in
            try await server.run(flaw.script)
            let source = server.source()
            func found() async throws -> PreflightFinding? {
                try await source.preflight(tables: ["dbo.t"]).findings.first {
                    $0.code == flaw.code && $0.severity > .info
                }
            }
            let finding = try #require(try await found())
            #expect(finding.severity == flaw.severity)
            try await server.run(try #require(finding.remedy))
            #expect(try await found() == nil)
            await source.close()
        }
    }

    @Test("what is put right keeps the role and the net changes of others, and drops no instance of theirs")
    func others() async throws {
        try await TestServer.withDatabase { server in
            try await server.run(Self.table)
            try await server.run(
                "EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N't', @role_name = N'gate', "
                    + "@supports_net_changes = 1, @capture_instance = N'theirs'"
            )
            try await server.run("ALTER TABLE t DROP COLUMN c; ALTER TABLE t ADD d INT")
            let source = server.source()
            let remedies = try await source.preflight(tables: ["dbo.t"]).findings.filter { $0.table != nil }.compactMap(
                \.remedy
            )
            #expect(remedies.count == 1)
            for remedy in remedies { try await server.run(remedy) }
            #expect(
                try await server.rows(
                    "SELECT capture_instance, role_name, supports_net_changes FROM cdc.change_tables ORDER BY capture_instance"
                ) == ["theirs", "theirs_2"].map { [.string($0), .string("gate"), .boolean(true)] }
            )
            try await server.run("ALTER TABLE t ADD e INT")
            let findings = try await source.preflight(tables: ["dbo.t"]).findings.filter { $0.table != nil }
            #expect(findings.map(\.code) == [.columnsNotCaptured, .captureInstancesFull])
            #expect(findings.compactMap(\.remedy) == [])
            await source.close()
        }
    }

    @Test(
        "a table that the set-up captures is captured again by the set-up, which knows the instance, follows it and removes it"
    )
    func ownInstance() async throws {
        try await TestServer.withDatabase { server in
            try await server.run(Self.table)
            let setup = CaptureSetup(tables: ["dbo.t"], followsDefinitions: false)
            try await setup.installation.apply(to: server.configuration)
            try await server.run("ALTER TABLE t ADD d INT")
            let source = server.source()
            func remedies() async throws -> [String] {
                try await source.preflight(tables: ["dbo.t"]).findings.filter { $0.table != nil }.compactMap(\.remedy)
            }
            #expect(try await remedies() == ["EXEC swift_cdc.capture_table N'dbo', N't';"])
            try await server.run(try await remedies()[0])
            try await server.run("ALTER TABLE t ADD e INT")
            #expect(try await remedies() == [], "no instance is dropped for a third one")
            await source.close()
            try await setup.removal.apply(to: server.configuration)
            #expect(try await server.rows("SELECT capture_instance FROM cdc.change_tables") == [])
        }
    }

    @Test("without Change Data Capture the tables are looked at, too; without tables it is said that none is captured")
    func nothingCaptured() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.table)
            let source = server.source()
            let errors = try await source.preflight(tables: ["dbo.t", "dbo.nope"]).findings.filter {
                $0.severity == .error
            }
            #expect(errors.map(\.code) == [.captureNotEnabled, .tableNotCaptured, .tableNotFound])
            #expect(errors.last?.remedy == nil, "the owner sees all tables")
            for remedy in errors.prefix(1).compactMap(\.remedy) { try await server.run(remedy) }
            let findings = try await source.preflight().findings.filter { $0.severity > .info }
            #expect(findings.map(\.code) == [.snapshotIsolationOff, .tableNotCaptured])
            #expect(findings.last?.message.contains("cdc-demo setup") == true)
            await source.close()
        }
    }

    @Test("from a login that may only connect to a running pipeline, by what the findings say alone")
    func leastPrivilege() async throws {
        let name = TableName(schema: "dbo", name: "x]; DROP TABLE y--")
        try await TestServer.withDatabase { server in
            try await server.run(
                "CREATE TABLE [x]]; DROP TABLE y--] (id INT PRIMARY KEY); INSERT [x]]; DROP TABLE y--] VALUES (1)"
            )
            try await server.capture(name.name, as: "hostile")
            try await server.withReader { source, user in
                let first = try await source.preflight(tables: [name])
                #expect(first.hasErrors)
                let remedies = first.findings.filter { $0.code == .missingPermission || $0.code == .tableNotFound }
                    .compactMap(\.remedy)
                #expect(remedies.first == "GRANT SELECT ON SCHEMA::[cdc] TO [\(user)];")
                #expect(remedies.last == "GRANT SELECT ON OBJECT::[dbo].[x]]; DROP TABLE y--] TO [\(user)];")
                try await server.apply(first)
                let second = try await source.preflight(tables: [name])
                #expect(second.findings.filter { $0.severity > .info } == [])
                // What this login may not know is said to be unknown, and how to let it know.
                let unknown = second.findings.filter { $0.code == .unknown }
                #expect(unknown.contains { $0.message.contains("how long changes are kept") && $0.remedy == nil })
                #expect(unknown.contains { $0.message.contains("SQL Server Agent") && $0.remedy != nil })

                let lake = try TestLake()
                try await lake.pipeline(from: source, [TableSelection(name, destination: "x")]).run(.triggered)
                #expect(try await lake.rows("x", ["id"]) == [[.integer(1)]])
            }
        }
    }

    @Test("a table that may be seen and not read is an error with the grant in it")
    func unreadableTable() async throws {
        try await TestServer.withDatabase { server in
            try await server.run(Self.table)
            try await server.capture("t")
            try await server.withReader { source, user in
                try await server.run("GRANT SELECT ON SCHEMA::cdc TO [\(user)]; GRANT INSERT ON dbo.t TO [\(user)]")
                let findings = try await source.preflight(tables: ["dbo.t"]).findings
                #expect(
                    findings.filter { $0.table == "dbo.t" }.map(\.remedy)
                        == ["GRANT SELECT ON OBJECT::[dbo].[t] TO [\(user)];"]
                )
            }
        }
    }

    @Test("where no table is captured or tracked, and none is named, Change Data Capture is missing")
    func nothingEnabled() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.table)
            let source = server.source()
            #expect(try await source.preflight().findings.contains { $0.code == .captureNotEnabled })
            await source.close()
        }
    }

    @Test("what a login may not read is an error with the grant in it")
    func missingGrant() async throws {
        try await TestServer.withDatabase { server in
            try await server.run(Self.table)
            try await server.capture("t")
            try await server.withReader { source, user in
                let error = await #expect(throws: CDCError.self) { _ = try await source.describe(["dbo.t"]) }
                #expect(error?.code == .tableNotFound)
                #expect(error?.message.contains("GRANT SELECT ON SCHEMA::[cdc] TO [\(user)];") == true)
            }
        }
    }

    @Test(
        "a capture instance for members of a role lets the user in after the statement, where its change table is not readable"
    )
    func gate() async throws {
        try await TestServer.withDatabase { server in
            try await server.run(Self.table)
            try await server.run(
                "EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N't', @role_name = N'gate]'"
            )
            let owner = server.source()
            let findings = try await owner.preflight(tables: ["dbo.t"]).findings
            #expect(!findings.contains { $0.code == .gatingRole }, "no gate is closed to the owner of the database")
            await owner.close()
            try await server.withReader { source, user in
                func gate() async throws -> PreflightFinding? {
                    try await source.preflight(tables: ["dbo.t"]).findings.first { $0.code == .gatingRole }
                }
                try await server.run("GRANT SELECT ON SCHEMA::cdc TO [\(user)]; GRANT SELECT ON dbo.t TO [\(user)]")
                #expect(try await gate() == nil)
                try await server.run("DENY SELECT ON OBJECT::cdc.dbo_t_CT TO [\(user)]")
                let finding = try #require(try await gate())
                #expect(finding.severity == .error)
                try await server.run(try #require(finding.remedy))
                #expect(try await gate() == nil)
                try await server.run("ALTER ROLE [gate]]] DROP MEMBER [\(user)]")
            }
        }
    }

    @Test("Change Tracking needs its own right, and no Change Data Capture")
    func changeTracking() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run(Self.table)
            try await server.run("ALTER DATABASE [\(server.configuration.database)] SET CHANGE_TRACKING = ON")
            try await server.run("ALTER TABLE t ENABLE CHANGE_TRACKING")
            try await server.withReader { source, user in
                try await server.run("GRANT SELECT ON dbo.t TO [\(user)]")
                let preflight = try await source.preflight(tables: ["dbo.t"])
                let errors = preflight.findings.filter { $0.severity == .error }
                #expect(errors.map(\.remedy) == ["GRANT VIEW CHANGE TRACKING ON OBJECT::[dbo].[t] TO [\(user)];"])
                try await server.apply(preflight)
                let tracked = try await source.preflight(tables: ["dbo.t"])
                #expect(!tracked.hasErrors)
                #expect(
                    try await source.preflight().findings == tracked.findings,
                    "the tracked tables are found without names"
                )
                // Who knows how the changes of a table that is not there are to be kept?
                let more = try await source.preflight(tables: ["dbo.t", "dbo.none"])
                #expect(more.findings.contains { $0.code == .captureNotEnabled })
            }
        }
    }

    @Test("whoever reads by Change Tracking needs no right to what others capture")
    func tracksBesideOthers() async throws {
        try await TestServer.withDatabase { server in
            try await server.run("\(Self.table)\nGO\nCREATE TABLE theirs (id INT PRIMARY KEY)")
            try await server.capture("theirs")
            try await server.track()
            try await server.run("ALTER TABLE t ENABLE CHANGE_TRACKING")
            let user = try await server.makeUser()
            try await server.run("GRANT SELECT, VIEW CHANGE TRACKING ON dbo.t TO [\(user.name)]")
            let source = server.source(as: user)
            #expect(try await source.preflight(tables: ["dbo.t"]).findings.filter { $0.severity > .info } == [])
            #expect(try await source.describe(["dbo.t"]).count == 1)
            await source.close()
            let captures = server.source(as: user) { $0.mechanism = .changeDataCapture }
            #expect(try await captures.preflight(tables: ["dbo.t"]).hasErrors)
            await captures.close()
        }
    }

    @Test("a login with the gating role alone suffices, and what it reads is looked at")
    func gatedLogin() async throws {
        try await TestServer.withDatabase { server in
            try await server.run("\(Self.table)\nGO\nALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON")
            try await server.run(
                "EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N't', @role_name = N'gate'"
            )
            let user = try await server.makeUser()
            try await server.run("GRANT SELECT ON dbo.t TO [\(user.name)]; GRANT VIEW DATABASE STATE TO [\(user.name)]")
            try await server.run("ALTER ROLE gate ADD MEMBER [\(user.name)]")
            let source = server.source(as: user)
            #expect(try await source.preflight(tables: ["dbo.t"]).findings.filter { $0.severity > .info } == [])
            try await server.run("ALTER TABLE t ADD d INT")
            let findings = try await source.preflight(tables: ["dbo.t"]).findings.filter { $0.severity > .info }
            #expect(findings.map(\.code) == [.columnsNotCaptured])
            try await server.run("ALTER ROLE gate DROP MEMBER [\(user.name)]")
            #expect(try await source.preflight(tables: ["dbo.t"]).hasErrors)
            await source.close()
        }
    }

    @Test("tables that are not there, that refer to others, or whose rows are all alike are told")
    func tables() async throws {
        try await TestServer.withDatabase { server in
            try await server.run(
                "CREATE TABLE a (id INT PRIMARY KEY); CREATE TABLE b (id INT PRIMARY KEY, a INT REFERENCES a (id)); CREATE TABLE c (n INT)"
            )
            for table in ["a", "b", "c"] { try await server.capture(table) }
            let source = server.source()
            let findings = try await source.preflight(tables: ["dbo.b", "dbo.c", "dbo.B"]).findings
            func codes(_ table: TableName) -> [PreflightFinding.Code] {
                findings.filter { $0.table == table }.map(\.code)
            }
            #expect(codes("dbo.b") == [.foreignKeyOutside])
            #expect(codes("dbo.c") == [.noKey])
            #expect(codes("dbo.B") == [.tableNotFound])
            #expect(findings.last?.message.contains("but dbo.b: names are compared to the letter") == true)
            let severities = findings.prefix { $0.table == nil }.map(\.severity)
            #expect(severities == severities.sorted(by: >) && Set(severities).count > 1, "the worst comes first")
            let both = try await source.preflight(tables: ["dbo.a", "dbo.b"])
            #expect(!both.findings.contains { $0.code == .foreignKeyOutside })
            await source.close()
        }
    }

    @Test("how long the rest is kept is told where the position of a pipeline is given")
    func headroom() async throws {
        try await TestServer.withDatabase { server in
            try await server.run(Self.table)
            try await server.capture("t")
            try await server.run("INSERT t VALUES (1, 1, 1)")
            let source = server.source()
            let end = try await source.fence()
            func retention(_ position: LSN) async throws -> PreflightFinding? {
                try await source.preflight(tables: ["dbo.t"], positions: ["dbo.t": position]).findings.first {
                    $0.code == .retentionLow
                }
            }
            #expect(try await retention(end.lsn) == nil)
            #expect(try await retention(LSN(high: 0, low: 1))?.severity == .error)
            await source.close()
        }
    }

    @Test("databases and tables are found by a user who does not know them")
    func discovery() async throws {
        try await TestServer.withDatabase { server in
            try await server.run(
                """
                CREATE TABLE customers (id INT PRIMARY KEY)
                CREATE TABLE [Order Details] (a INT, b INT, customer INT REFERENCES customers (id), PRIMARY KEY (b, a))
                INSERT customers VALUES (1), (2)
                """
            )
            try await server.capture("customers")
            let source = server.source()
            let databases = try await source.databases()
            let own = try #require(databases.first { $0.name == server.configuration.database })
            #expect(own.isAccessible && own.isCaptured && !own.isTracked)
            #expect(!databases.contains { $0.name == "master" })
            let details = TableName(schema: "dbo", name: "Order Details")
            let tables = try await source.tables()
            #expect(tables.map(\.name) == [details, "dbo.customers"])
            #expect(tables.map(\.key) == [["b", "a"], ["id"]])
            #expect(tables.map(\.foreignKeys) == [[ForeignKey(["customer"], references: "dbo.customers")], []])
            #expect(tables.map(\.captureInstances) == [[], ["dbo_customers"]])
            #expect(tables.map(\.rowCountEstimate) == [0, 2])
            await source.close()
            try await server.withReader { source, user in
                #expect(try await source.tables() == [])
                try await server.run("GRANT SELECT ON dbo.customers TO [\(user)]")
                let visible = try await source.tables()
                #expect(visible.map(\.name) == ["dbo.customers"])
                #expect(visible.map(\.captureInstances) == [nil])
            }
        }
    }
}
