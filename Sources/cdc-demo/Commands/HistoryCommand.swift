import ArgumentParser

/// Prints the versions of a Delta table.
struct HistoryCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Print the versions of a Delta table, newest first, as DESCRIBE HISTORY does.",
        discussion: """
            Example:
              cdc-demo history lake/retail_analytics/bronze/orders --limit 5
            """
    )

    @OptionGroup var table: TableOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Print at most this many versions; with 0, none.", valueName: "n")
    )
    var limit: Int?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let limit, limit < 0 { throw ValidationError("--limit cannot be negative; it is \(limit).") }
    }

    func perform(_ buffer: inout OutputBuffer) async throws {
        let history = try await LakeTable(at: table.path).history(limit: limit)
        if output.json {
            try buffer.print(history.json)
        } else {
            for line in history.table.lines(indent: 0) { try buffer.print(line) }
        }
    }
}
