import ArgumentParser
import CDCCore
import CDCJSON

/// Runs the main job and prints what happened.
struct DemoCommand: ReportingCommand {
    /// A database that the demo brings along.
    enum Source: String, CaseIterable, ExpressibleByArgument {
        case emulator, memory
    }

    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Replicate a retail database into Delta tables, and check the result.",
        discussion: """
            Takes 10,000 customers, 50,000 orders and 5,000 products, then four changes, then a burst of mixed traffic \
            during which the pipeline is stopped and made anew, and asks the Delta tables the questions of the workshop.

            The database is RetailDB on the SQL Server emulator, which the demo starts in its own process: all of it is \
            T-SQL over TDS, captured by Change Data Capture and read with FreeTDS. No server is needed.

            With --server it is a database on a SQL Server, and the demo writes there only when it is told so:
              --create-database   makes the database that --database names, with three tables, their rows and Change Data \
            Capture, and leaves it there; where there is such a database already, nothing is done.
              --replace-database  as well, and where an earlier demo made such a database, drops that one before.
              --use-database      takes the database as it is, with dbo.customers, dbo.orders and dbo.products captured, \
            in their columns and rows as Examples/RetailDB/retaildb.sql makes them, and inserts, updates and deletes rows in \
            these three tables. It does so once: then the database has to be made anew.
            To make it the login must be sysadmin. The password is in the variable SWIFT_CDC_PASSWORD, or in a file.

            The tables are in <dir>/retail_analytics/bronze/{customers,orders,products} afterwards. The exit code is 70 \
            where a check failed.

            Examples:
              cdc-demo demo
              cdc-demo demo --source memory --lake /tmp/lake --scale 10 --overwrite
              cdc-demo demo --overwrite --json | jq .checks
              cdc-demo demo --server db:1433 --database RetailDB --user sa --create-database
            """
    )

    @Option(help: "The database that the demo brings along: the SQL Server emulator, or one in memory.")
    var source: Source?

    @OptionGroup(title: "A SQL Server instead") var server: ServerOptions

    /// What the demo may do on a server.
    enum Permission: String, EnumerableFlag {
        case createDatabase, replaceDatabase, useDatabase

        static func help(for value: Permission) -> ArgumentHelp? {
            switch value {
            case .createDatabase: "Make the database on the server, where there is none of the name."
            case .replaceDatabase: "Make it, and drop the one of that name that an earlier demo made."
            case .useDatabase: "Write into the database on the server as it is."
            }
        }
    }

    @Flag(exclusivity: .exclusive) var permission: Permission?

    @Option(help: ArgumentHelp("The folder to put the lake in.", valueName: "dir"))
    var lake = "lake"

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("So many times the rows of the workshop: 0.001 to 1000.", valueName: "n")
    )
    var scale = 1.0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The same number makes the same data and traffic.", valueName: "n")
    )
    var seed: UInt64 = 42

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How many transactions of mixed traffic, at least 50.", valueName: "n")
    )
    var transactions = 2000

    @Flag(
        help:
            "Replace the tables that an earlier demo left in the lake; nothing else is removed."
    )
    var overwrite = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard RetailSize.scales.contains(scale) else {
            throw ValidationError("--scale must be between 0.001 and 1000; it is \(scale).")
        }
        guard transactions >= 50 else {
            throw ValidationError("--transactions must be at least 50; it is \(transactions).")
        }
        guard !lake.isEmpty else { throw ValidationError("--lake needs the name of a folder.") }
        guard server.isGiven else {
            if let permission { throw ValidationError("--\(permission.name) needs --server.") }
            if server.database != nil { throw ValidationError("--database needs --server.") }
            return
        }
        if source != nil { throw ValidationError("--source and --server both say where the database is; give one.") }
        if permission == nil {
            throw ValidationError(
                """
                with --server the demo writes into a database there. Say which of these it may do: --create-database or \
                --replace-database, to make one, or --use-database, to change rows of one that is there; see --help.
                """
            )
        }
    }

    var endsWithItsReader: Bool { false }
    var tidiesUp: Bool { true }
    var afterInterruption: String? { "\(lake) holds what was done until then; --overwrite begins anew there" }
    var afterIncompleteTables: String? { "the demo begins again with another --lake, or with --overwrite" }

    func perform(_ buffer: inout OutputBuffer) async throws {
        let lake = DemoLake(root: lake)
        let server = server.isGiven ? RetailServer(configuration: try server.configuration()) : nil
        if server == nil, source != .memory { try EmulatedServer.require() }
        // What is on the server is looked at before anything is changed, there or in the lake.
        if let server { try await server.check(permission) }
        let earlier = EarlierDemo(in: lake)
        try await earlier.checkIsOurs()
        let lock = try await LakeLock(lake)
        defer { lock.release() }
        try await earlier.makeRoom(overwrite: overwrite)
        let narrator = DemoNarrator(lake: lake, isSilent: output.json)
        try narrator.begin(&buffer)
        let database = try await database(on: server)
        do { try await run(database, lake, narrator, &buffer) } catch {
            await database.close()
            throw error
        }
        await database.close()
    }

    private func database(on server: RetailServer?) async throws -> any RetailDatabase {
        let size = RetailSize(scale: scale)
        if let server {
            if permission != .useDatabase { try await server.makeDatabase(size: size, seed: seed) }
            return try await server.openDatabase()
        }
        return source == .memory
            ? try MemoryRetailDB(size: size, seed: seed) : try await EmulatedServer.makeRetailDB(size: size, seed: seed)
    }

    private func run(
        _ database: any RetailDatabase,
        _ lake: DemoLake,
        _ narrator: DemoNarrator,
        _ buffer: inout OutputBuffer
    ) async throws {
        var run = DemoRun(lake: lake, scale: scale, seed: seed, transactions: transactions, source: database.place)
        let contents = try await database.contents()
        let ledger = try RetailLedger(contents, seed: seed)
        try narrator.source(run.report, contents, &buffer)
        try await run.snapshot(database, rows: contents.rows)
        try narrator.snapshot(run.report, &buffer)
        try await run.workshop(database, ledger)
        try narrator.workshop(run.report, &buffer)
        try await run.trafficWithRestart(database, ledger)
        try narrator.traffic(run.report, &buffer)
        try await run.validate(database)
        try await narrator.validation(run.report, &buffer)
        if output.json { try await narrator.json(run.report, &buffer) }
        if !run.report.failed.isEmpty { throw ExitCode(Failure.Exit.software.rawValue) }
    }
}

extension DemoCommand.Permission {
    /// As a person writes it.
    fileprivate var name: String {
        switch self {
        case .createDatabase: "create-database"
        case .replaceDatabase: "replace-database"
        case .useDatabase: "use-database"
        }
    }
}
