import ArgumentParser
import DeltaLog

/// The demo program: arguments, composition and printing. What it shows is in the libraries.
@main
struct CDCDemo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cdc-demo",
        abstract:
            "Database changes into Delta Lake tables, exactly once: the demo, and tools to look at any Delta table.",
        discussion: """
            Start with:
              cdc-demo demo             the whole thing, on an emulated SQL Server
              cdc-demo cat lake/retail_analytics/bronze/orders --limit 3
              cdc-demo setup            what a SQL Server database needs, printed or run
              cdc-demo check            whether a SQL Server database is ready, and what to do where it is not
              cdc-demo --version        the version of the program

            A TABLE_PATH is the folder that holds a table's _delta_log, whoever wrote the table.

            Exit codes:
              0   all is well
              64  the arguments are wrong: see --help
              65  a table or file is damaged or not supported, or has no such version
              66  there is no Delta table at that path, no such database, no such file
              70  something else failed, a check for instance
              73  no permission, or something is in the way: another lake, for instance
              74  reading or writing failed: a full disk, for instance, or a server that does not answer
              130, 143  stopped by Ctrl-C, by SIGTERM

            Errors are one line on standard error; with --json, one object, with members such as table, version and file \
            where they are known:
              {"error":{"code":"tableNotFound","message":"…","exitCode":66}}
            """,
        subcommands: [
            DemoCommand.self, SetupCommand.self, CheckCommand.self, ReplayCommand.self, CatCommand.self,
            HistoryCommand.self, DetailCommand.self, EmulatorCommand.self,
        ]
    )

    static func main() async {
        OutputBuffer.holdClosedStreams()
        do {
            // No option of the parser's, which would be one of every command: cat has a --version of its own.
            if CommandLine.arguments.dropFirst() == ["--version"] { throw CleanExit.message(DeltaLibrary.version) }
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
        } catch {
            // Who asked for JSON gets it for wrong arguments, too.
            let arguments = CommandLine.arguments.dropFirst().prefix { $0 != "--" }
            if !(error is ExitCode), exitCode(for: error) == .validationFailure, arguments.contains("--json") {
                let failure = Failure(.usage, "usage", message(for: error))
                try? OutputBuffer.write(Array((failure.json + "\n").utf8), to: OutputBuffer.standardError)
                exit(withError: ExitCode(Failure.Exit.usage.rawValue))
            }
            exit(withError: error)
        }
    }
}
