import CDCCore
import Columnar
import TDSSource
import Testing

@Suite(
    "Set-up again, after others changed what it made",
    .enabled(if: TestServer.isAvailable, "needs the trait Emulator or a server")
)
struct SetupAgainTests {
    private let login = "cdc_reader_\(UInt32.random(in: 0 ... .max))"
    private let password = Secret("Pass-word1; \(UInt32.random(in: 0 ... .max))")

    struct Change: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var mechanism = CaptureSetup.Mechanism.changeDataCapture
        /// `LOGIN` stands for the reader's.
        var script: String
    }

    private static let changes = [
        Change(
            testDescription: "a tracked table is dropped and made anew",
            mechanism: .changeTracking,
            script: "DROP TABLE orders; CREATE TABLE orders (id INT PRIMARY KEY)"
        ),
        Change(
            testDescription: "Change Tracking is turned off",
            mechanism: .changeTracking,
            script: "ALTER TABLE orders DISABLE CHANGE_TRACKING\nGO\nALTER DATABASE CURRENT SET CHANGE_TRACKING = OFF"
        ),
        Change(testDescription: "Change Data Capture is turned off", script: "EXEC sys.sp_cdc_disable_db"),
        Change(testDescription: "the user is dropped", script: "DROP USER [LOGIN]"),
        Change(testDescription: "user and login are dropped", script: "DROP USER [LOGIN]; DROP LOGIN [LOGIN]"),
        Change(
            testDescription: "the role is dropped",
            script: "ALTER ROLE swift_cdc_reader DROP MEMBER [LOGIN]; DROP ROLE swift_cdc_reader"
        ),
    ]

    @Test("what somebody else turned off or dropped is there again, and the removal takes it away", arguments: changes)
    func changed(_ change: Change) async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run("CREATE TABLE orders (id INT PRIMARY KEY)")
            let setup = CaptureSetup(tables: ["dbo.orders"], mechanism: change.mechanism, login: login)
            try await setup.installation.apply(to: server.configuration, password: password)
            try await server.run(change.script.replacing("LOGIN", with: login))
            for _ in 1...2 { try await setup.installation.apply(to: server.configuration, password: password) }

            var reader = server.configuration
            reader.user = login
            reader.password = password
            let source = SQLServerSource(reader)
            #expect(try await source.describe(["dbo.orders"]).count == 1)
            await source.close()
            try await setup.removal.apply(to: server.configuration)
            let left = try await server.rows(
                """
                SELECT SCHEMA_ID(N'swift_cdc'), SCHEMA_ID(N'cdc'), DATABASE_PRINCIPAL_ID(N'swift_cdc_reader'),
                    DATABASE_PRINCIPAL_ID(N'\(login)'), SUSER_ID(N'\(login)')
                """
            )
            #expect(left == [[.null, .null, .null, .null, .null]])
            #expect(try await server.rows("SELECT COUNT(*) FROM sys.change_tracking_tables") == [[.integer(0)]])
        }
    }
}
