import ArgumentParser
import Columnar
import DeltaLog

/// Prints the rows of a Delta table.
struct CatCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "cat",
        abstract: "Print the rows of a Delta table, ours or anyone's.",
        discussion: """
            One JSON object a line, one JSON array with --json, or CSV. Decimals are strings with all their digits, dates look like 2024-01-31, \
            timestamps like 2024-01-31T12:00:00.000000Z (without the Z where the column has no time zone), binary \
            values are base64, structs are objects, maps are arrays of {"key":…,"value":…}. In CSV a NULL is an empty \
            field and an empty text is "".

            Examples, in lake/retail_analytics/bronze:
              cdc-demo cat orders --limit 3
              cdc-demo cat customers --columns customer_id,city --format csv
              cdc-demo cat products --version 0 | grep '"product_id":2001,'
              cdc-demo cat products --timestamp 2026-01-31T12:00:00Z
            """
    )

    @OptionGroup var table: TableOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Print the table as it was at this version.", valueName: "n")
    )
    var version: Int64?

    @Option(
        help: ArgumentHelp(
            "Print the table as it was at this time: 2024-01-31, or 2024-01-31T12:00:00Z; UTC where no zone is given.",
            valueName: "time"
        )
    )
    var timestamp: String?

    @Option(
        help: ArgumentHelp("Print only these columns, in this order: names with commas between.", valueName: "a,b")
    )
    var columns: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Print at most this many rows; with 0, none.", valueName: "n")
    )
    var limit: Int?

    @Option(help: "ndjson (one JSON object a line) or csv.")
    var format = RowFormat.ndjson

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if version != nil, timestamp != nil {
            throw ValidationError("--version and --timestamp both say which state to print; give one of them.")
        }
        if let version, version < 0 { throw ValidationError("--version counts from 0; it cannot be \(version).") }
        if let limit, limit < 0 { throw ValidationError("--limit cannot be negative; it is \(limit).") }
        if let timestamp, CivilTime.parse(timestamp: timestamp) == nil {
            throw ValidationError("--timestamp '\(timestamp)' is no time such as 2024-01-31T12:00:00Z.")
        }
        if let names = columnNames {
            if names.contains("") {
                throw ValidationError(
                    "--columns '\(columns ?? "")' has an empty name in it; write names with commas between."
                )
            }
            if let twice = names.indices.first(where: { names[..<$0].contains(names[$0]) }) {
                throw ValidationError("--columns '\(columns ?? "")' names '\(names[twice])' twice; name each once.")
            }
        }
        if output.json, format == .csv {
            throw ValidationError("--json and --format csv contradict each other; give one of them.")
        }
    }

    func perform(_ buffer: inout OutputBuffer) async throws {
        let table = try LakeTable(at: self.table.path)
        let scan = try await table.scan(moment, columns: columnNames)
        var writer = RowWriter(format == .csv ? .csv : output.json ? .array : .lines, scan.schema)
        var remaining = limit ?? .max
        if remaining > 0 {
            for try await batch in scan {
                let rows = try batch.slice(0..<min(remaining, batch.rowCount))
                try writer.write(rows, to: &buffer)
                remaining -= rows.rowCount
                if remaining == 0 { break }
            }
        }
        writer.end(&buffer)
    }

    /// The names in `--columns`, without the blanks around them.
    private var columnNames: [String]? {
        columns?.split(separator: ",", omittingEmptySubsequences: false).map { name in
            var name = name.drop { $0 == " " }
            while name.last == " " { name.removeLast() }
            return String(name)
        }
    }

    private var moment: LakeTable.Moment {
        if let version { return .version(version) }
        if let time = timestamp.flatMap({ CivilTime.parse(timestamp: $0) }) {
            // The newest version of that millisecond or before.
            return .timestamp(time.microseconds / 1000)
        }
        return .latest
    }
}
