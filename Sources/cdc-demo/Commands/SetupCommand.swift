import ArgumentParser
import CDCCore
import CDCJSON
import TDSSource

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Prints or runs what a SQL Server database needs so that its changes can be read.
struct SetupCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "setup",
        abstract: "Print or run the T-SQL by which the changes of a SQL Server database can be read.",
        discussion: """
            Without --apply nothing is connected: a script for sqlcmd is printed, with comments that say why; with --database it \
            refuses to run in another one. It can be run again; what is there already is left as it is. Everything that it makes \
            is in the schema swift_cdc, but for the login and its user, the role swift_cdc_reader, the trigger swift_cdc_definition_changed and capture instances whose \
            names begin with swift_cdc_. --remove takes away what was made, and leaves the rest; SNAPSHOT isolation that was turned \
            on here it turns off, whoever uses it by then.

            The password of the login that is made is never printed: in the script it is a variable of sqlcmd, with --apply it \
            comes from the environment.

            Examples:
              cdc-demo setup --tables dbo.orders "dbo.[Order Details]" --login cdc_reader > setup.sql
              cdc-demo setup --tables dbo.orders --login cdc_reader --apply \\
                --server db.example.com --database RetailDB --user sa
              cdc-demo setup --remove --apply --server db.example.com --database RetailDB --user sa
            """
    )

    enum Mechanism: String, CaseIterable, ExpressibleByArgument {
        case cdc, ct, automatic

        var captured: CaptureSetup.Mechanism {
            switch self {
            case .cdc: .changeDataCapture
            case .ct: .changeTracking
            case .automatic: .automatic
            }
        }
    }

    @OptionGroup var server: ServerOptions

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "The tables to capture: schema.table, in brackets where a name needs them.",
            valueName: "table"
        )
    )
    var tables: [String] = []

    @Option(
        help:
            "Change Data Capture, Change Tracking, or 'automatic': Change Tracking for tables with a primary key, else Change Data Capture."
    )
    var mechanism = Mechanism.cdc

    @Option(
        help: ArgumentHelp(
            "The login that reads; made where it is missing. It may read the tables, and all change tables of the database, those of others, too.",
            valueName: "name"
        )
    )
    var login: String?

    @Option(
        help: ArgumentHelp(
            "The variable of the environment that holds the password of a login that is made.",
            valueName: "name"
        )
    )
    var loginPasswordEnvironment = SetupScript.passwordVariable

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many hours changes are kept; without it as long as they are kept now. Not shortened where others capture tables.",
            valueName: "hours"
        )
    )
    var retention: Int?

    @Flag(inversion: .prefixedNo, help: "Follow ALTER TABLE with a trigger, so that no value of a new column is lost.")
    var ddlSupport = true

    @Flag(
        inversion: .prefixedNo,
        help:
            "Allow SNAPSHOT isolation in the database; without this flag where the mechanism is not 'cdc'. It waits for open transactions, without end."
    )
    var snapshotIsolation: Bool?

    @Flag(help: "Run the script instead of printing it.")
    var apply = false

    @Flag(help: "Take away what was made.")
    var remove = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if apply, !server.isGiven { throw ValidationError("--apply needs --server, --database and --user.") }
        if remove, !tables.isEmpty || login != nil || retention != nil {
            throw ValidationError(
                "--remove takes away everything that was made: drop --tables, --login and --retention."
            )
        }
        if let retention, !(1...874_913).contains(retention) {
            throw ValidationError("--retention must be between 1 and 874913 hours; it is \(retention).")
        }
        for table in tables where TableName(table) == nil {
            throw ValidationError("--tables: '\(table)' is no table name; write schema.table, or [schema].[table].")
        }
    }

    func perform(_ buffer: inout OutputBuffer) async throws {
        // Not in validate(): there it would hide that an option is unknown.
        if !remove, tables.isEmpty { throw ValidationError("--tables is missing: the tables to capture.") }
        let setup = CaptureSetup(
            tables: tables.compactMap { TableName($0) },
            mechanism: mechanism.captured,
            login: login,
            retention: retention.map { .seconds($0 * 3600) },
            followsDefinitions: ddlSupport,
            allowsSnapshotIsolation: snapshotIsolation,
            database: server.database
        )
        try setup.validate()
        let script = remove ? setup.removal : setup.installation
        var messages: [String] = []
        if apply {
            // A variable that is set to nothing is as good as one that is not set: nobody means a login without a password.
            let password = getenv(loginPasswordEnvironment).map { String(cString: $0) } ?? ""
            messages = try await script.apply(
                to: try server.configuration(),
                password: script.needsPassword && !password.isEmpty ? Secret(password) : nil
            )
        }
        try print(script, messages, &buffer)
    }

    private func print(_ script: SetupScript, _ messages: [String], _ buffer: inout OutputBuffer) throws {
        if output.json {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("applied", apply)
                writer.member("script", script.text)
                writer.key("messages")
                writer.array { writer in for message in messages { writer.string(message) } }
            }
            try buffer.print(writer.text)
        } else if apply {
            for message in messages { try buffer.print(printable(message)) }
            try buffer.print("\(script.title): \(script.batches.count) steps done.")
        } else {
            for line in script.text.split(separator: "\n", omittingEmptySubsequences: false) {
                try buffer.print(String(line))
            }
        }
    }
}
