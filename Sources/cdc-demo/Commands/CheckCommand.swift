import ArgumentParser
import CDCCore
import CDCJSON
import TDSSource

/// Looks whether a SQL Server is ready for a pipeline.
struct CheckCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Look whether a SQL Server database is ready to be replicated, and print what to do where it is not.",
        discussion: """
            Reads only, and works with few rights: what the login may not see is printed as not known. Each finding comes with \
            the T-SQL that puts it right, where T-SQL can. The exit code is 70 where a finding is an error.

            Example:
              SWIFT_CDC_PASSWORD=… cdc-demo check --server db.example.com --database RetailDB --user cdc_reader \\
                --tables dbo.customers dbo.orders
            """
    )

    @OptionGroup var server: ServerOptions

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "The tables, with their schemas; without the option, all that changes are kept of.",
            valueName: "schema.table"
        ),
        transform: Self.table
    )
    var tables: [TableName] = []

    @OptionGroup var output: OutputOptions

    private static func table(_ text: String) throws -> TableName {
        guard let name = TableName(text) else {
            throw ValidationError("--tables must be names such as dbo.orders or [Order Details]; one is \(text).")
        }
        return name
    }

    func validate() throws {
        if !server.isGiven { throw ValidationError("--server is missing: host:port of the SQL Server.") }
    }

    func perform(_ buffer: inout OutputBuffer) async throws {
        let source = SQLServerSource(try server.configuration())
        let preflight: Preflight
        do { preflight = try await source.preflight(tables: tables.isEmpty ? nil : tables) } catch {
            await source.close()
            throw error
        }
        await source.close()
        if output.json {
            try buffer.print(Self.json(of: preflight))
        } else {
            for line in Self.lines(of: preflight) { try buffer.print(line) }
        }
        if preflight.hasErrors { throw ExitCode(Failure.Exit.software.rawValue) }
    }

    /// A table of the findings, and below it what to run.
    static func lines(of preflight: Preflight) -> [String] {
        var table = TextTable([("severity", .left), ("about", .left), ("finding", .left)])
        for finding in preflight.findings {
            let about = finding.table.map { "\($0)" } ?? preflight.database
            table.add(["\(finding.severity)", printable(about), printable(finding.message)])
        }
        var lines = table.lines(indent: 0)
        let remedies = preflight.findings.filter { $0.severity > .info }.compactMap(\.remedy)
        if !remedies.isEmpty {
            lines += ["", "An administrator puts right what T-SQL can put right with:"]
            // In Azure SQL Database one is in the database already, and USE is not possible.
            if preflight.platform != .azureSQLDatabase {
                lines.append("  " + printable("USE \(quoted(preflight.database));"))
            }
            var seen: Set<String> = []
            for remedy in remedies where seen.insert(remedy).inserted { lines.append("  " + printable(remedy)) }
        }
        if let command = setup(for: preflight) {
            lines += [
                "", "Or let the set-up capture tables; it also follows ALTER TABLE, and can be taken away again:",
                "  " + command,
            ]
        }
        let errors = preflight.findings.count { $0.severity == .error }
        let warnings = preflight.findings.count { $0.severity == .warning }
        lines += ["", "\(Readable.count(errors, "error")), \(Readable.count(warnings, "warning"))"]
        return lines
    }

    private static func quoted(_ name: String) -> String { "[\(name.replacing("]", with: "]]"))]" }

    /// The command that captures what is not captured; `nil` where nothing is missing.
    private static func setup(for preflight: Preflight) -> String? {
        let missing = preflight.findings.filter { $0.code == .tableNotCaptured }
        guard !missing.isEmpty || preflight.findings.contains(where: { $0.code == .captureNotEnabled }) else {
            return nil
        }
        let tables = missing.compactMap(\.table).map { ShellText.quoted($0.description) }
        return printable("cdc-demo setup --tables \(tables.isEmpty ? "…" : tables.joined(separator: " ")) --login …")
    }

    static func json(of preflight: Preflight) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("platform", preflight.platform.rawValue)
            writer.member("version", preflight.productVersion)
            writer.member("edition", preflight.edition)
            writer.member("database", preflight.database)
            writer.member("hasErrors", preflight.hasErrors)
            writer.key("findings")
            writer.array { writer in
                for finding in preflight.findings {
                    writer.object { writer in
                        writer.member("code", finding.code.rawValue)
                        writer.member("severity", finding.severity.rawValue)
                        if let table = finding.table { writer.member("table", table.description) }
                        writer.member("message", finding.message)
                        if let remedy = finding.remedy { writer.member("remedy", remedy) }
                    }
                }
            }
        }
        return writer.text
    }
}
