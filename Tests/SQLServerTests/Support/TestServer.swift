import CDCCore
import Columnar
import DeltaLog
import Foundation
import LakeStorage
import Logging
import TDSSource

#if Emulator
import SQLServerEmulator
#endif

/// A database of its own on the server that the suite runs against: the emulator, or a genuine SQL Server where
/// `SWIFT_CDC_SQLSERVER_URL` names one (`sqlserver://user:password@host:port`, a login that may create databases).
///
/// Everything goes over the wire, through FreeTDS, so the tests are the same for both.
final class TestServer: Sendable {
    let configuration: SQLServerConfiguration
    private let administration: TDSConnection
    private let master: SQLServerConfiguration
    private let end: @Sendable () async -> Void
    #if Emulator
    /// The emulator, where the suite runs against it: what a genuine server does not do when asked.
    let emulator: SQLServerEmulator?
    #endif

    /// Whether there is a server: one is named, or the emulator was built in.
    static var isAvailable: Bool {
        #if Emulator
        true
        #else
        ProcessInfo.processInfo.environment["SWIFT_CDC_SQLSERVER_URL"] != nil
        #endif
    }

    /// Whether that server is the emulator.
    static var isEmulated: Bool {
        isAvailable && ProcessInfo.processInfo.environment["SWIFT_CDC_SQLSERVER_URL"] == nil
    }

    /// Makes a database with change capture enabled.
    ///
    /// - Parameters:
    ///   - hasCommandIDs: Whether change tables have `__$command_id`; `false` is for the emulator.
    ///   - clock: The clock of the server, where it is the emulator; `nil` for that of the system.
    static func withDatabase(
        isCaptured: Bool = true,
        hasCommandIDs: Bool = true,
        clock: (any EngineClock)? = nil,
        _ body: (TestServer) async throws -> Void
    ) async throws {
        let server = try await TestServer(hasCommandIDs: hasCommandIDs, clock)
        do {
            if isCaptured { try await server.run("EXEC sys.sp_cdc_enable_db") }
            try await body(server)
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    private init(hasCommandIDs: Bool, _ clock: (any EngineClock)?) async throws {
        var master: SQLServerConfiguration
        var end: @Sendable () async -> Void = {}
        #if Emulator
        var started: SQLServerEmulator?
        #endif
        if let url = ProcessInfo.processInfo.environment["SWIFT_CDC_SQLSERVER_URL"] {
            master = try SQLServerConfiguration(url: url)
            master.encryption = .required(.anyCertificate, checkHostName: false)
        } else {
            #if Emulator
            var settings = SQLServerEmulator.Configuration()
            settings.capture.hasCommandIDs = hasCommandIDs
            if let clock { settings.now = { clock.now() } }
            let emulator = try await SQLServerEmulator.start(settings)
            end = { await emulator.stop() }
            started = emulator
            master = SQLServerConfiguration(
                host: "127.0.0.1",
                endpoint: .port(emulator.port),
                database: "master",
                user: "sa",
                password: Secret(emulator.password),
                encryption: .disabled
            )
            #else
            throw TDSError(.connectionFailed, "there is no server")
            #endif
        }
        master.database = "master"
        let name = "cdc_test_\(UInt32.random(in: 0 ... .max))"
        let creating = try await TDSConnection.open(master, logger: Self.quiet)
        try await creating.execute("CREATE DATABASE [\(name)]")
        await creating.close()
        var configuration = master
        configuration.database = name
        self.master = master
        self.configuration = configuration
        self.end = end
        #if Emulator
        emulator = started
        #endif
        administration = try await TDSConnection.open(configuration, logger: Self.quiet)
    }

    private func stop() async {
        await administration.close()
        if let dropping = try? await TDSConnection.open(master, logger: Self.quiet) {
            try? await dropping.execute(
                "ALTER DATABASE [\(configuration.database)] SET SINGLE_USER WITH ROLLBACK IMMEDIATE; "
                    + "DROP DATABASE [\(configuration.database)]"
            )
            await dropping.close()
        }
        await end()
    }

    /// Runs batches, which lines that hold nothing but `GO` separate.
    func run(_ script: String) async throws {
        for batch in script.components(separatedBy: "\nGO\n") { try await administration.execute(batch) }
        // Scripts may leave it on, and rows that are not counted are not taken for all rows.
        try await administration.execute("SET NOCOUNT OFF")
    }

    /// All rows of a query.
    func rows(_ query: String) async throws -> [[Value]] {
        try await administration.smallResult(query).rows
    }

    /// Captures a table.
    func capture(_ table: String, schema: String = "dbo", as instance: String? = nil) async throws {
        let name = table.replacing("'", with: "''")
        let given = instance.map { ", @capture_instance = N'\($0)'" } ?? ""
        try await run(
            "EXEC sys.sp_cdc_enable_table @source_schema = N'\(schema)', @source_name = N'\(name)', @role_name = NULL\(given)"
        )
    }

    /// Enables Change Tracking in the database, and SNAPSHOT isolation where it is wanted.
    func track(allowingSnapshots: Bool = true) async throws {
        let name = configuration.database
        try await run(
            "ALTER DATABASE [\(name)] SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 DAYS, AUTO_CLEANUP = ON)"
        )
        if allowingSnapshots { try await run("ALTER DATABASE [\(name)] SET ALLOW_SNAPSHOT_ISOLATION ON") }
    }

    /// The errors that a login was told, also those of which nobody made anything; a genuine server does not list them.
    func errors(toldTo login: String) -> [String] {
        #if Emulator
        (emulator?.clientErrors ?? []).filter { $0.login == login }.map { "\($0.number): \($0.message)" }
        #else
        []
        #endif
    }

    /// Makes a user of this database with a login of its own, as which a source can then log in.
    func makeUser() async throws -> User {
        let user = User(name: "user_of_\(configuration.database)", password: "Aa1-\(UInt64.random(in: 0 ... .max))")
        try await run("CREATE LOGIN [\(user.name)] WITH PASSWORD = '\(user.password)', CHECK_POLICY = OFF")
        try await run("CREATE USER [\(user.name)] FOR LOGIN [\(user.name)]")
        return user
    }

    struct User {
        var name: String
        var password: String
    }

    func source(
        as user: User,
        clock: any EngineClock = SystemClock(),
        _ change: (inout SQLServerSourceOptions) -> Void = { _ in }
    ) -> SQLServerSource {
        var configuration = configuration
        configuration.user = user.name
        configuration.password = Secret(user.password)
        return source(configuration, clock: clock, change)
    }

    /// - Parameter configuration: How to connect, where not as the tests themselves do.
    func source(
        _ configuration: SQLServerConfiguration? = nil,
        clock: any EngineClock = SystemClock(),
        _ change: (inout SQLServerSourceOptions) -> Void = { _ in }
    ) -> SQLServerSource {
        var options = SQLServerSourceOptions()
        options.fencePause = .milliseconds(100)
        options.fenceTimeout = .seconds(60)
        change(&options)
        return SQLServerSource(configuration ?? self.configuration, options: options, clock: clock)
    }

    static let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
}
