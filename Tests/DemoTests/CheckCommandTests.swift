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
            // As sqlcmd and other clients of SQL Server take it.
            ("db,1444", "db", .port(1444)), ("tcp:db.example.com,1444", "db.example.com", .port(1444)),
            ("TCP:db", "db", .port(1433)), ("::1,1444", "::1", .port(1444)), ("db\\RETAIL,1444", "db", .port(1444)),
            (".", "localhost", .port(1433)), ("(local),1444", "localhost", .port(1444)),
            (".\\RETAIL", "localhost", .instance("RETAIL")),
        ]
    )
    func addresses(_ text: String, _ host: String, _ endpoint: SQLServerConfiguration.Endpoint) throws {
        let address = try ServerOptions.address(text)
        #expect(address.host == host)
        #expect(address.endpoint == endpoint)
    }

    @Test(
        "what is no address is refused with one that is",
        arguments: ["db:", "db:x", "db,x", "::1", "[::1]x", "[::1]:"]
    )
    func noAddress(_ text: String) {
        let error = #expect(throws: ValidationError.self) { _ = try ServerOptions.address(text) }
        #expect(error?.message.contains(":1433") == true)
    }

    @Test("a file of authorities is found from where the command is run")
    func authorities() async throws {
        try await withTemporaryFolder { folder in
            func configuration(_ path: String) throws -> SQLServerConfiguration {
                try CheckCommand.parse([
                    "--server", "s", "--database", "d", "--user", "u", "--password-file", "\(folder)/password",
                    "--ca-file", path,
                ]).server.configuration()
            }
            for name in ["password", "ca.pem"] { try Data("x".utf8).write(to: URL(filePath: "\(folder)/\(name)")) }
            // From anywhere to the root, and from there to the folder.
            let relative = String(repeating: "../", count: 40) + folder.dropFirst() + "/ca.pem"
            guard case .required(.file(let path), _) = try configuration(relative).encryption else {
                Issue.record("no file of authorities")
                return
            }
            #expect(path.hasPrefix("/") && !path.contains("..") && path.hasSuffix("/ca.pem"))
            let error = #expect(throws: Failure.self) { _ = try configuration("none.pem") }
            #expect(error?.exit == .noInput && error?.line.contains("none.pem") == true)
        }
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
