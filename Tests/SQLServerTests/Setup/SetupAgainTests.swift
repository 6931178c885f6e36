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
        /// `READER` stands for the reader's login.
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
        Change(testDescription: "the user is dropped", script: "DROP USER [READER]"),
        Change(testDescription: "user and login are dropped", script: "DROP USER [READER]; DROP LOGIN [READER]"),
        Change(
            testDescription: "the role is dropped",
            script: "ALTER ROLE swift_cdc_reader DROP MEMBER [READER]; DROP ROLE swift_cdc_reader"
        ),
    ]

    @Test("what somebody else turned off or dropped is there again, and the removal takes it away", arguments: changes)
    func changed(_ change: Change) async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run("CREATE TABLE orders (id INT PRIMARY KEY)")
            let setup = CaptureSetup(tables: ["dbo.orders"], mechanism: change.mechanism, login: login)
            try await setup.installation.apply(to: server.configuration, password: password)
            try await server.run(change.script.replacing("READER", with: login))
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

    @Test("a table that cannot be tracked is named, and does not stand in the way of others")
    func keyless() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run("CREATE TABLE keyless (id INT); CREATE TABLE orders (id INT PRIMARY KEY)")
            func setup(_ table: TableName) -> CaptureSetup { CaptureSetup(tables: [table], mechanism: .changeTracking) }
            let error = await #expect(throws: TDSError.self) {
                () async throws in try await setup("dbo.keyless").installation.apply(to: server.configuration)
            }
            #expect(error?.message.contains("Table [dbo].[keyless] has no primary key") == true)
            try await setup("dbo.orders").installation.apply(to: server.configuration)
            #expect(try await server.rows("SELECT table_name FROM swift_cdc.tables") == [[.string("orders")]])
        }
    }

    @Test("a table that fails while it is turned on is off the list, and only the first run fails")
    func failing() async throws {
        try await TestServer.withDatabase { server in
            try await server.run(
                """
                CREATE TABLE orders (id INT PRIMARY KEY); CREATE TABLE cdc.unfit (id INT PRIMARY KEY)
                CREATE TABLE tracked (id INT CONSTRAINT key_of_it PRIMARY KEY)
                """
            )
            func install(_ table: TableName, _ mechanism: CaptureSetup.Mechanism) async throws(TDSError) {
                let setup = CaptureSetup(tables: [table], mechanism: mechanism)
                try await setup.installation.apply(to: server.configuration)
            }
            try await install("dbo.tracked", .changeTracking)
            try await server.run(
                "ALTER TABLE tracked DISABLE CHANGE_TRACKING; ALTER TABLE tracked DROP CONSTRAINT key_of_it"
            )
            let numbers: [(TableName, CaptureSetup.Mechanism, Int32)] = [
                ("cdc.unfit", .changeDataCapture, 22974), ("dbo.orders", .changeTracking, 4997),
            ]
            for (table, mechanism, number) in numbers {
                let error = await #expect(throws: TDSError.self) {
                    () async throws in try await install(table, mechanism)
                }
                #expect(error?.server?.number == number)
            }
            try await install("dbo.orders", .changeDataCapture)
            try await install("dbo.orders", .changeTracking)
            #expect(try await server.rows("SELECT DISTINCT table_name FROM swift_cdc.tables") == [[.string("orders")]])
        }
    }

    @Test("a name that somebody gave to an instance of another table is not taken")
    func takenName() async throws {
        try await TestServer.withDatabase { server in
            try await server.run("CREATE TABLE orders (id INT PRIMARY KEY); CREATE TABLE other (id INT PRIMARY KEY)")
            try await server.run(
                """
                EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'other', @role_name = NULL,
                    @capture_instance = N'swift_cdc_dbo_orders_1'
                """
            )
            try await CaptureSetup(tables: ["dbo.orders"]).installation.apply(to: server.configuration)
            let made =
                "SELECT capture_instance FROM cdc.change_tables WHERE source_object_id = OBJECT_ID(N'dbo.orders')"
            #expect(try await server.rows(made) == [[.string("swift_cdc_dbo_orders_2")]])
        }
    }

    @Test("a percent sign in a name is told as it is")
    func percent() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            let setup = CaptureSetup(tables: [TableName(schema: "dbo", name: "100%s")])
            let error = await #expect(throws: TDSError.self) {
                () async throws in try await setup.installation.apply(to: server.configuration)
            }
            #expect(error?.message.contains("There is no table [dbo].[100%s] in this database.") == true)
        }
    }

    @Test("a script for another database refuses to run, and in its own one it does not mind how the name is spelt")
    func otherDatabase() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run("CREATE TABLE orders (id INT PRIMARY KEY)")
            for name in ["master", "nowhere"] {
                let setup = CaptureSetup(tables: ["dbo.orders"], database: name)
                let error = await #expect(throws: TDSError.self) {
                    () async throws in try await setup.installation.apply(to: server.configuration)
                }
                #expect(error?.message.contains("This script is for another database") == true)
            }
            #expect(try await server.rows("SELECT SCHEMA_ID(N'swift_cdc')") == [[.null]])
            let spelt = server.configuration.database.uppercased()
            try await CaptureSetup(tables: ["dbo.orders"], database: spelt).installation.apply(to: server.configuration)
        }
    }

    @Test("a login is not made without a password, nor with an empty one")
    func noPassword() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run("CREATE TABLE orders (id INT PRIMARY KEY)")
            let setup = CaptureSetup(tables: ["dbo.orders"], login: login)
            for (password, message) in [(nil, SetupScript.passwordVariable), (Secret(""), "1…128 characters")] {
                let error = await #expect(throws: TDSError.self) {
                    () async throws in try await setup.installation.apply(to: server.configuration, password: password)
                }
                #expect(error?.message.contains(message) == true)
            }
            #expect(try await server.rows("SELECT SUSER_ID(N'\(login)'), SCHEMA_ID(N'swift_cdc')") == [[.null, .null]])
        }
    }

    @Test("a table that is in use for long is not waited for, and the error says what to do")
    func lockTimeout() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run("CREATE TABLE orders (id INT PRIMARY KEY)")
            let holder = try await TDSConnection.open(server.configuration, logger: TestServer.quiet)
            try await holder.execute("BEGIN TRANSACTION; INSERT orders VALUES (1)")
            var impatient = server.configuration
            impatient.lockTimeout = .milliseconds(50)
            let setup = CaptureSetup(tables: ["dbo.orders"])
            let error = await #expect(throws: TDSError.self) {
                () async throws in try await setup.installation.apply(to: impatient)
            }
            #expect(error?.code == .lockTimeout)
            #expect(error?.message.hasSuffix("Run the script again: what is done stays done.") == true)
            try await holder.execute("ROLLBACK")
            await holder.close()
            try await setup.installation.apply(to: impatient)
        }
    }
}
