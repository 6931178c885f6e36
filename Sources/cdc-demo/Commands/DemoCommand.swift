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
              --create-database  makes the database that --database names, with three tables, their rows and Change Data \
            Capture, and leaves it there. Where there is such a database already nothing is done; with --overwrite it is \
            replaced where an earlier demo made it.
              --use-database     takes the database as it is, with dbo.customers, dbo.orders and dbo.products captured, \
            Examples/RetailDB for instance, and inserts, updates and deletes rows in these three tables.
            The login must be sysadmin to create it. The password is in the variable SWIFT_CDC_PASSWORD or in a file.

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

    @Flag(help: "Make the database on the server.")
    var createDatabase = false

    @Flag(help: "Write into the database on the server as it is.")
    var useDatabase = false

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
            "Replace what an earlier demo left: the tables in the lake, the database it made on a server; nothing else."
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
            if createDatabase || useDatabase {
                throw ValidationError("--create-database and --use-database need --server.")
            }
            return
        }
        if source != nil { throw ValidationError("--source and --server both say where the database is; give one.") }
        guard createDatabase != useDatabase else {
            throw ValidationError(
                """
                with --server the demo writes into a database there: give either --create-database, to make it, or \
                --use-database, to insert, update and delete rows in one that is there; see --help.
                """
            )
        }
    }

    var endsWithItsReader: Bool { false }
    var tidiesUp: Bool { true }

    func perform(_ buffer: inout OutputBuffer) async throws {
        let lake = DemoLake(root: lake)
        let server = server.isGiven ? RetailServer(configuration: try server.configuration()) : nil
        if server == nil, source != .memory { try EmulatedServer.require() }
        try await EarlierDemo(in: lake).makeRoom(overwrite: overwrite)
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
        guard let server else {
            return source == .memory
                ? try MemoryRetailDB(size: size, seed: seed)
                : try await EmulatedServer.makeRetailDB(size: size, seed: seed)
        }
        if createDatabase { try await server.makeDatabase(size: size, seed: seed, replacing: overwrite) }
        return try await server.openDatabase()
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
