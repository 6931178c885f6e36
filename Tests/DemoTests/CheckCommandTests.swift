import ArgumentParser
import CDCCore
import CDCJSON
import Foundation
import Testing

@testable import TDSSource
@testable import cdc_demo

@Suite("The command check")
struct CheckCommandTests {
    private static let preflight = Preflight(
        platform: .sqlServer,
        productVersion: "16.0.1000.6",
        edition: "Developer Edition (64-bit)",
        database: "RetailDB",
        findings: [
            PreflightFinding(.platform, .info, "SQL Server", remedy: "not to be run"),
            PreflightFinding(.snapshotIsolationOff, .warning, "no snapshots", remedy: "ALTER DATABASE [RetailDB] …;"),
            PreflightFinding(.tableNotFound, .error, table: "dbo.a\nb", "there is no table", remedy: "GRANT …;"),
            PreflightFinding(.missingPermission, .error, table: "dbo.c", "may not read", remedy: "GRANT …;"),
        ]
    )

    @Test("findings are a table, and below it is what to run, each statement once")
    func lines() {
        #expect(
            CheckCommand.lines(of: Self.preflight) == [
                "severity  about     finding",
                "────────  ────────  ─────────────────",
                "info      RetailDB  SQL Server",
                "warning   RetailDB  no snapshots",
                "error     dbo.a?b   there is no table",
                "error     dbo.c     may not read",
                "",
                "An administrator puts right what T-SQL can put right with:",
                "  USE [RetailDB];",
                "  ALTER DATABASE [RetailDB] …;",
                "  GRANT …;",
                "",
                "2 errors, 1 warning",
            ]
        )
    }

    @Test("the command that captures what is not captured is named")
    func setup() {
        var preflight = Self.preflight
        preflight.findings = [
            PreflightFinding(.captureNotEnabled, .error, "off"),
            PreflightFinding(.tableNotCaptured, .error, table: "dbo.Order Details", "no"),
        ]
        #expect(
            CheckCommand.lines(of: preflight).contains("  cdc-demo setup --tables 'dbo.Order Details' --login …")
        )
    }

    @Test("as JSON it is one document")
    func json() throws {
        let document = try JSONValue(parsing: CheckCommand.json(of: Self.preflight))
        #expect(document["platform"]?.string == "sqlServer")
        #expect(document["hasErrors"]?.boolean == true)
        #expect(document["findings"]?.array?.count == 4)
        #expect(document["findings"]?.array?[2]["table"]?.string == "dbo.a\nb")
        #expect(document["findings"]?.array?[2]["code"]?.string == "tableNotFound")
    }

    @Test(
        "an address is a host, with a port or an instance",
        arguments: [
            ("db.example.com", "db.example.com", SQLServerConfiguration.Endpoint.port(1433)),
            ("db.example.com:1444", "db.example.com", .port(1444)), ("[::1]:1444", "::1", .port(1444)),
            ("[::1]", "::1", .port(1433)), ("db\\RETAIL", "db", .instance("RETAIL")),
        ]
    )
    func addresses(_ text: String, _ host: String, _ endpoint: SQLServerConfiguration.Endpoint) throws {
        let address = try ServerOptions.address(text)
        #expect(address.host == host)
        #expect(address.endpoint == endpoint)
    }

    @Test(
        "options that do not fit together are refused",
        arguments: [
            ["--database", "d"], ["--server", "s", "--user", "u"], ["--server", "s", "--database", "d"],
            ["--server", "s", "--database", "d", "--user", "u", "--tls", "off", "--trust-server-certificate"],
            ["--server", "s", "--database", "d", "--user", "u", "--ca-file", "/ca", "--trust-server-certificate"],
        ]
    )
    func refused(_ arguments: [String]) {
        #expect(throws: (any Error).self) { _ = try CheckCommand.parse(arguments) }
    }

    @Test("a missing password is told with where it is looked for, and no password is an argument")
    func password() async throws {
        let command = try CheckCommand.parse([
            "--server", "s", "--database", "d", "--user", "u", "--password-environment", "SWIFT_CDC_NO_SUCH_VARIABLE",
            "--tables", "dbo.a", "[Order Details]",
        ])
        #expect(command.tables == ["dbo.a", TableName(schema: "dbo", name: "Order Details")])
        let error = #expect(throws: Failure.self) { _ = try command.server.configuration() }
        #expect(error?.exit == .usage)
        #expect(error?.message.contains("SWIFT_CDC_NO_SUCH_VARIABLE") == true)
    }

    @Test("a password file gives its first line")
    func passwordFile() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/password"
            try "geheim ü\nsecond line\n".write(toFile: path, atomically: true, encoding: .utf8)
            let command = try CheckCommand.parse([
                "--server", "s", "--database", "d", "--user", "u", "--password-file", path,
            ])
            #expect(try command.server.configuration().password.exposed == "geheim ü")
            let missing = try CheckCommand.parse([
                "--server", "s", "--database", "d", "--user", "u", "--password-file", "\(folder)/none",
            ])
            let error = #expect(throws: Failure.self) { _ = try missing.server.configuration() }
            #expect(error?.exit == .noInput)
        }
    }
}
