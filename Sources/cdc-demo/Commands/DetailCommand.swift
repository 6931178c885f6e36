import ArgumentParser

/// Prints what a Delta table is.
struct DetailCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "detail",
        abstract: "Print a Delta table's files, size, properties and protocol, as DESCRIBE DETAIL does.",
        discussion: """
            Example:
              cdc-demo detail lake/retail_analytics/bronze/orders
            """
    )

    @OptionGroup var table: TableOptions
    @OptionGroup var output: OutputOptions

    func perform(_ buffer: inout OutputBuffer) async throws {
        let detail = try await LakeTable(at: table.path).detail()
        if output.json {
            try buffer.print(detail.json)
        } else {
            for line in detail.lines(indent: 0) { try buffer.print(line) }
        }
    }
}
