import CDCCore
import Foundation
import Testing

@testable import TDSSource

@Suite("Scripts of the set-up")
struct SetupScriptTests {
    private static let hostile = TableName(schema: "a'b", name: "x]; DROP TABLE y--\nGO\nDROP TABLE z -- $(password)")
    private static let everything = CaptureSetup(
        tables: ["dbo.orders", hostile],
        mechanism: .automatic,
        login: "reader'$(x)\rGO\r",
        retention: .seconds(7200),
        database: "shop\nGO\n"
    )

    @Test("nothing of a name is a line of the script or a variable of sqlcmd")
    func hostileNames() {
        for script in [Self.everything.installation, Self.everything.removal] {
            let lines = script.text.split(whereSeparator: \.isNewline)
            #expect(lines.count { $0 == "GO" } == script.batches.count + 3)
            #expect(!lines.contains { $0.hasPrefix("DROP TABLE z") })
            let variables = script.text.components(separatedBy: "$(").dropFirst()
            #expect(variables.allSatisfy { $0.hasPrefix("SWIFT_CDC_READER_PASSWORD)'") || $0.hasPrefix("IsSqlCmd)'") })
        }
        #expect(
            ScriptText.literal("it's $(x)\r\nGO") == "N'it''s $' + N'(x)' + NCHAR(13) + N'' + NCHAR(10) + N'GO'"
        )
    }

    @Test("a script says why before each batch, and asks for a password only where it makes a login")
    func comments() {
        let script = Self.everything.installation
        for batch in script.batches {
            let text = SetupScript(title: "t", batches: [batch]).text
            let lines = text.components(separatedBy: SetupScript.prologue)[1].split(separator: "\n")
            let comments = lines.prefix { $0.hasPrefix("-- ") }
            #expect(comments.map { $0.dropFirst(3) }.joined(separator: " ") == batch.purpose)
            #expect(comments.allSatisfy { $0.count <= 120 })
        }
        #expect(script.needsPassword)
        #expect(!CaptureSetup(tables: ["dbo.orders"]).installation.needsPassword)
        #expect(!Self.everything.removal.needsPassword)
    }

    @Test("many tables are told in several statements, because one takes a thousand rows")
    func manyTables() {
        let tables = (1...1001).map { TableName(schema: "dbo", name: "t\($0)") }
        let rows = CaptureSetup(tables: tables).installation.batches.map { batch in
            batch.text.split(separator: "\n").count { $0.hasPrefix("    (N'dbo', N't") }
        }
        #expect(rows.reduce(0, +) == 1001)
        #expect(rows.allSatisfy { $0 <= 1000 })
    }

    @Test("what stays in the database names no other database")
    func names() {
        let modules = Self.everything.installation.batches.map(\.text).filter { $0.hasPrefix("CREATE OR ALTER") }
        #expect(modules.count == 7)
        for module in modules { #expect(!module.contains("msdb") && !module.contains("master")) }
    }

    @Test("what differs by the platform is told apart in the script, and in the same way as by the source")
    func platforms() {
        let script = Self.everything.installation.text
        #expect(ServerPlatform.azureDatabaseEditions == [5, 12])
        #expect(script.contains("SERVERPROPERTY('EngineEdition')) IN (5, 12) THEN 1 ELSE 0 END"))
        #expect(script.contains("CASE WHEN @is_azure = 1 THEN N'CREATE USER ' ELSE N'CREATE LOGIN ' END"))
        #expect(
            script.contains("SERVERPROPERTY('EngineEdition')) = 12\n        THROW 50000, N'A SQL database in Fabric")
        )
        #expect(script.contains("N'EXEC msdb.dbo.rds_cdc_enable_db @database'"))
        #expect(Self.everything.removal.text.contains("N'EXEC msdb.dbo.rds_cdc_disable_db @database'"))
        // Names of other databases stand in texts only, which a server that refuses them does not read.
        for batch in Self.everything.installation.batches + Self.everything.removal.batches {
            let statements = batch.text.split(separator: "'", omittingEmptySubsequences: false).enumerated().filter {
                $0.offset % 2 == 0
            }.map(\.element)
            #expect(!statements.contains { $0.contains("msdb") })
        }
    }

    @Test("no lock is waited for without end, in a session that would")
    func locks() {
        #expect(
            Self.everything.installation.batches[0].text.contains("IF @@LOCK_TIMEOUT = -1\n    SET LOCK_TIMEOUT 30000;")
        )
        #expect(Self.everything.removal.batches[0] == Self.everything.installation.batches[0])
    }

    @Test("what is not asked for is not in the script")
    func options() {
        let tracking = CaptureSetup(tables: ["dbo.orders"], mechanism: .changeTracking, followsDefinitions: false)
            .installation.text
        #expect(!tracking.contains("sp_cdc_") && !tracking.contains("TRIGGER") && !tracking.contains("LOGIN"))
        #expect(tracking.contains("CHANGE_RETENTION = 2 DAYS"))
        let capture = CaptureSetup(tables: ["dbo.orders"]).installation.text
        #expect(!capture.contains("ENABLE CHANGE_TRACKING") && !capture.contains("sp_cdc_change_job"))
        #expect(tracking.contains("ALLOW_SNAPSHOT_ISOLATION ON") && !capture.contains("SNAPSHOT"))
        let wanted = CaptureSetup(tables: ["dbo.orders"], allowsSnapshotIsolation: true).installation.text
        #expect(wanted.contains("ALLOW_SNAPSHOT_ISOLATION ON"))
    }

    @Test(
        "a name that SQL Server cannot have, and a retention that it does not take, are refused",
        arguments: [
            CaptureSetup(tables: [TableName(schema: "dbo", name: "")]),
            CaptureSetup(tables: [TableName(schema: "dbo", name: String(repeating: "x", count: 129))]),
            CaptureSetup(tables: ["dbo.a\0b"]), CaptureSetup(tables: [], login: ""),
            CaptureSetup(tables: [], retention: .seconds(59)),
            CaptureSetup(tables: [], retention: .seconds(52_494_800 * 60 + 1)),
        ]
    )
    func refused(_ setup: CaptureSetup) {
        let error = #expect(throws: TDSError.self) { try setup.validate() }
        #expect(error?.code == .invalidConfiguration)
    }

    @Test("the longest names, and the shortest and longest retentions, are taken")
    func limits() throws {
        let long = String(repeating: "x", count: 128)
        for seconds in [60, 52_494_800 * 60] {
            try CaptureSetup(tables: [TableName(schema: long, name: long)], login: long, retention: .seconds(seconds))
                .validate()
        }
    }

    @Test("a database is found by its name, because its number may be another one in sys.databases")
    func databasesByName() {
        for batch in Self.everything.installation.batches + Self.everything.removal.batches {
            for statement in batch.text.split(separator: ";") where statement.contains("FROM sys.databases") {
                #expect(!statement.contains("database_id = DB_ID()"), "\(batch.name)")
            }
        }
    }

    @Test("the password is in one batch, with nothing that a plan would be kept of")
    func passwordAlone() throws {
        let batches = Self.everything.installation.batches.filter { $0.text.contains(SetupScript.placeholder) }
        #expect(batches.map(\.name) == ["the password of the login"])
        for word in ["SELECT", "INSERT", "UPDATE", "DELETE"] {
            #expect(!(try #require(batches.first)).text.contains(word))
        }
    }

    @Test("a password that begins as a variable of sqlcmd does is refused, here and in the script")
    func unreplacedVariable() async throws {
        let script = Self.everything.installation
        let error = try await tdsError {
            try await script.apply(to: .local(port: 1), password: Secret("$(SWIFT_CDC_READER_PASSWORD)"))
        }
        #expect(error.code == .invalidConfiguration)
        #expect(script.text.contains("IF LEFT(@password, 2) = N'$' + N'('"))
    }

    @Test("a password is at most 128 characters long")
    func passwords() async throws {
        let script = SetupScript(title: "t", batches: [])
        let nobody = SQLServerConfiguration.local(port: 1)
        for (count, code) in [(129, TDSError.Code.invalidConfiguration), (128, .connectionFailed)] {
            let password = Secret(String(repeating: "x", count: count))
            let error = try await tdsError { try await script.apply(to: nobody, password: password) }
            #expect(error.code == code)
        }
    }
}
