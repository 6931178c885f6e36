import ArgumentParser
import CDCJSON

/// Runs a deterministic history through the pipeline; made to be killed and started again.
struct ReplayCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Run a fixed history of changes into a lake; may be killed at any moment and started again.",
        discussion: """
            The database and its transactions are the same for the same --seed, --scale and --transactions, so two lakes \
            that were filled with the same arguments must hold the same rows, however often one of the runs was killed. \
            Small pieces everywhere: many chunks, many cuts, many commits. A run that is started again with the same \
            arguments goes on where the killed one was, and ends when everything is in the tables. More --transactions make \
            the history go on; in a lake with another --seed, another --scale or more transactions it is refused.

            Example:
              cdc-demo replay --lake /tmp/crash --transactions 400
            """
    )

    @Option(help: ArgumentHelp("The folder to put the lake in, or to go on in.", valueName: "dir"))
    var lake: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How many transactions the history has.", valueName: "n")
    )
    var transactions = 400

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The same number makes the same history.", valueName: "n")
    )
    var seed: UInt64 = 42

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("So many times the rows of the workshop: 0.001 to 1000.", valueName: "n")
    )
    var scale = 0.02

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard RetailSize.scales.contains(scale) else {
            throw ValidationError("--scale must be between 0.001 and 1000; it is \(scale).")
        }
        guard transactions >= 1 else {
            throw ValidationError("--transactions must be at least 1; it is \(transactions).")
        }
        guard !lake.isEmpty else { throw ValidationError("--lake needs the name of a folder.") }
    }

    var endsWithItsReader: Bool { false }
    var afterIncompleteTables: String? { "run it again with the same arguments: it goes on from there" }

    func perform(_ buffer: inout OutputBuffer) async throws {
        let lake = DemoLake(root: lake)
        try await EarlierDemo(in: lake).checkIsOurs()
        let lock = try await LakeLock(lake)
        defer { lock.release() }
        let run = ReplayRun(
            lake: lake,
            size: RetailSize(scale: scale),
            seed: seed,
            transactions: transactions
        )
        let result = try await run.perform()
        if output.json {
            try buffer.print(result.json)
        } else {
            for line in result.lines { try buffer.print(line) }
        }
        if !result.problems.isEmpty { throw ExitCode(Failure.Exit.software.rawValue) }
    }
}
