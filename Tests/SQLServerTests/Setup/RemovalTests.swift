import CDCCore
import Columnar
import TDSSource
import Testing

@Suite(
    "Removal of the set-up",
    .enabled(if: TestServer.isAvailable, "needs the trait Emulator or a server")
)
struct RemovalTests {
    private let login = "cdc_reader_\(UInt32.random(in: 0 ... .max))"
    private let password = Secret("Pass-word1; \(UInt32.random(in: 0 ... .max))")

    @Test("a login that has a user in another database is kept")
    func sharedLogin() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            let other = "\(server.configuration.database) other]"
            try await server.run("CREATE TABLE orders (id INT PRIMARY KEY)\nGO\nCREATE DATABASE [\(other)]]")
            let setup = CaptureSetup(tables: ["dbo.orders"], login: login)
            try await setup.installation.apply(to: server.configuration, password: password)
            try await server.run("USE [\(other)]]; CREATE USER somebody FOR LOGIN [\(login)]")
            try await server.run("USE [\(server.configuration.database)]")
            let said = try await setup.removal.apply(to: server.configuration)
            #expect(said.contains("The login [\(login)] is kept: it has a user in database [\(other)]]."))
            let left =
                "SELECT COUNT(SUSER_ID(N'\(login)')), COUNT(DATABASE_PRINCIPAL_ID(N'\(login)')), COUNT(SCHEMA_ID(N'swift_cdc'))"
            #expect(try await server.rows(left) == [[.integer(1), .integer(0), .integer(0)]])
            try await server.run("DROP DATABASE [\(other)]]; DROP LOGIN [\(login)]")
        }
    }

    @Test("a login of the same name that somebody else made is kept", arguments: [false, true])
    func loginOfOthers(isSetUpAgain: Bool) async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run("CREATE TABLE orders (id INT PRIMARY KEY)")
            let setup = CaptureSetup(tables: ["dbo.orders"], login: login)
            try await setup.installation.apply(to: server.configuration, password: password)
            // As in a backup that was restored on another server, whose login of that name has another SID.
            try await server.run("UPDATE swift_cdc.made SET new_value = N'0x01' WHERE kind IN (N'login', N'user')")
            if isSetUpAgain { try await setup.installation.apply(to: server.configuration) }
            try await setup.removal.apply(to: server.configuration)
            let left =
                "SELECT COUNT(SUSER_ID(N'\(login)')), COUNT(DATABASE_PRINCIPAL_ID(N'\(login)')), COUNT(SCHEMA_ID(N'swift_cdc'))"
            #expect(try await server.rows(left) == [[.integer(1), .integer(1), .integer(0)]])
            try await server.run("DROP USER [\(login)]; DROP LOGIN [\(login)]")
        }
    }

    @Test("what could not be turned on is not noted, so that the removal does not turn off what others turn on later")
    func notTurnedOn() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run("CREATE TABLE orders (id INT PRIMARY KEY)")
            let owner = try await server.makeUser()
            try await server.run("ALTER ROLE db_owner ADD MEMBER [\(owner.name)]")
            var configuration = server.configuration
            (configuration.user, configuration.password) = (owner.name, Secret(owner.password))
            let setup = CaptureSetup(tables: ["dbo.orders"])
            let error = await #expect(throws: TDSError.self) {
                () async throws in try await setup.installation.apply(to: configuration)
            }
            #expect(error?.message.contains("stopped at 'Change Data Capture of the database'") == true)
            #expect(try await server.rows("SELECT kind FROM swift_cdc.made") == [])
            try await setup.removal.apply(to: server.configuration)
        }
    }

    private func retention(_ server: TestServer) async throws -> [[Value]] {
        try await server.rows(
            "SELECT retention FROM msdb.dbo.cdc_jobs WHERE job_type = N'cleanup' AND database_id = DB_ID()"
        )
    }

    @Test("a retention that somebody changed since stays; one that is as it was set is as before")
    func retention() async throws {
        try await TestServer.withDatabase { server in
            try await server.run("CREATE TABLE orders (id INT PRIMARY KEY); CREATE TABLE theirs (id INT PRIMARY KEY)")
            // The jobs of a database come with its first capture instance, and stay.
            try await server.capture("theirs")
            try await server.run("EXEC sys.sp_cdc_disable_table N'dbo', N'theirs', N'dbo_theirs'")
            func change(_ minutes: Int) async throws {
                try await server.run("EXEC sys.sp_cdc_change_job @job_type = N'cleanup', @retention = \(minutes)")
            }
            func install(_ hours: Int64) async throws {
                let setup = CaptureSetup(tables: ["dbo.orders"], retention: .seconds(hours * 3600))
                try await setup.installation.apply(to: server.configuration)
                #expect(try await retention(server) == [[.integer(hours * 60)]])
            }
            func remove() async throws -> [[Value]] {
                try await CaptureSetup(tables: []).removal.apply(to: server.configuration)
                return try await retention(server)
            }
            try await install(24)
            try await change(20_000)
            #expect(try await remove() == [[.integer(20_000)]])
            try await install(24)
            try await install(48)
            #expect(try await remove() == [[.integer(20_000)]], "what it was before the first of them")
            try await install(24)
            try await change(777)
            try await install(48)
            #expect(try await remove() == [[.integer(777)]], "what somebody set in between")
        }
    }

    @Test("a retention that no job would keep is an error")
    func noJob() async throws {
        try await TestServer.withDatabase { server in
            try await server.run("CREATE TABLE orders (id INT PRIMARY KEY)")
            try await CaptureSetup(tables: ["dbo.orders"]).installation.apply(to: server.configuration)
            try await server.run("EXEC sys.sp_cdc_drop_job @job_type = N'cleanup'")
            let setup = CaptureSetup(tables: ["dbo.orders"], retention: .seconds(86_400))
            let error = await #expect(throws: TDSError.self) {
                () async throws in try await setup.installation.apply(to: server.configuration)
            }
            #expect(error?.message.contains("EXEC sys.sp_cdc_add_job @job_type = N'cleanup'") == true)
            try await server.run("EXEC sys.sp_cdc_add_job @job_type = N'cleanup'")
            try await setup.installation.apply(to: server.configuration)
            #expect(try await retention(server) == [[.integer(1440)]])
        }
    }

    @Test("a tracked table that was renamed is tracked no more")
    func renamed() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run("CREATE TABLE orders (id INT PRIMARY KEY); CREATE TABLE lines (id INT PRIMARY KEY)")
            let setup = CaptureSetup(tables: ["dbo.orders", "dbo.lines"], mechanism: .changeTracking)
            try await setup.installation.apply(to: server.configuration)
            try await server.run("EXEC sp_rename N'dbo.orders', N'orders ] 2'")
            try await setup.removal.apply(to: server.configuration)
            let left = try await server.rows(
                """
                SELECT (SELECT COUNT(*) FROM sys.change_tracking_tables),
                    (SELECT COUNT(*) FROM sys.change_tracking_databases WHERE database_id = DB_ID()), SCHEMA_ID(N'swift_cdc')
                """
            )
            #expect(left == [[.integer(0), .integer(0), .null]])
        }
    }

    @Test("something of others in the schema stops the removal, which goes on when that is gone")
    func foreignObject() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run("CREATE TABLE orders (id INT PRIMARY KEY)")
            let setup = CaptureSetup(tables: ["dbo.orders"])
            try await setup.installation.apply(to: server.configuration)
            try await server.run("CREATE TABLE swift_cdc.theirs (id INT)")
            for _ in 1...2 {
                let error = await #expect(throws: TDSError.self) {
                    () async throws in try await setup.removal.apply(to: server.configuration)
                }
                #expect(error?.server?.number == 3729)
            }
            try await server.run("DROP TABLE swift_cdc.theirs")
            try await setup.removal.apply(to: server.configuration)
            #expect(try await server.rows("SELECT SCHEMA_ID(N'swift_cdc'), SCHEMA_ID(N'cdc')") == [[.null, .null]])
            try await setup.installation.apply(to: server.configuration)
        }
    }
}
