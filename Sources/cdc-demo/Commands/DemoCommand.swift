import ArgumentParser
import CDCCore
import CDCJSON
import CDCTesting

/// Runs the main job and prints what happened.
struct DemoCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Replicate the embedded retail database into Delta tables, and check the result.",
        discussion: """
            Reads 10,000 customers, 50,000 orders and 5,000 products from a database in memory, then four changes, \
            then a burst of mixed traffic during which the pipeline is stopped and made anew, and asks the Delta tables \
            the questions of the workshop. No server is needed.

            The tables are in <dir>/retail_analytics/bronze/{customers,orders,products} afterwards. The exit code is 70 \
            where a check failed.

            Examples:
              cdc-demo demo
              cdc-demo demo --lake /tmp/lake --scale 10 --overwrite
              cdc-demo demo --overwrite --json | jq .checks
            """
    )

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

    @Flag(help: "Replace the tables that an earlier demo left in the lake; nothing else is removed.")
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
    }

    var endsWithItsReader: Bool { false }

    func perform(_ buffer: inout OutputBuffer) async throws {
        let lake = DemoLake(root: lake)
        try await EarlierDemo(in: lake).makeRoom(overwrite: overwrite)
        var run = DemoRun(lake: lake, scale: scale, seed: seed, transactions: transactions)
        let narrator = DemoNarrator(lake: lake, isSilent: output.json)

        try narrator.begin(run, &buffer)
        let source = try RetailSource.make(size: run.size, seed: seed)
        let ledger = try RetailLedger(
            size: run.size,
            seed: seed,
            orders: try source.rows(of: RetailDB.orders.name)
        )
        try await run.snapshot(source)
        try narrator.snapshot(run, &buffer)
        try await run.workshop(source, ledger)
        try narrator.workshop(run.report, &buffer)
        try await run.trafficWithRestart(source, ledger)
        try narrator.traffic(run.report, &buffer)
        try await run.validate(source)
        try await narrator.validation(run.report, &buffer)
        if output.json { try await narrator.json(run.report, &buffer) }
        if !run.report.failed.isEmpty { throw ExitCode(Failure.Exit.software.rawValue) }
    }
}
