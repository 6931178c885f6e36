import CDCCore
import Columnar
import Foundation
import TDSSource
import Testing

@Suite(
    "cdc-demo setup at a server",
    .enabled(
        if: TestServer.isAvailable && Outside.program != nil,
        "needs a server and the program cdc-demo beside the tests"
    )
)
struct SetupCommandTests {
    @Test("--apply makes it, with passwords from the environment; --remove --apply takes it away")
    func applyAndRemove() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.run("CREATE TABLE orders (id INT PRIMARY KEY)")
            let login = "cdc_reader_\(UInt32.random(in: 0 ... .max))"
            let made = try await run(
                server,
                ["--tables", "dbo.orders", "--login", login, "--retention", "48", "--apply"]
            )
            #expect(made.contains("[dbo].[orders] is captured now.\n"))
            #expect(made.hasSuffix("Set-up of change capture for swift-cdc: 22 steps done.\n"))
            let again = try await run(server, ["--tables", "dbo.orders", "--apply"])
            #expect(again == "Set-up of change capture for swift-cdc: 18 steps done.\n")
            #expect(try await server.rows("SELECT COUNT(*) FROM cdc.change_tables") == [[.integer(2)]])
            var reader = server.configuration
            reader.user = login
            reader.password = Secret(Self.password)
            let source = SQLServerSource(reader)
            #expect(try await source.describe(["dbo.orders"]).count == 1)
            await source.close()
            let removed = try await run(server, ["--remove", "--apply"])
            #expect(removed == "Removal of the set-up of change capture for swift-cdc: 8 steps done.\n")
            #expect(try await server.rows("SELECT SCHEMA_ID(N'swift_cdc'), SCHEMA_ID(N'cdc')") == [[.null, .null]])
        }
    }

    private static let password = "Reader's password 1"

    /// What the program prints.
    private func run(_ server: TestServer, _ arguments: [String]) async throws -> String {
        guard case .port(let port) = server.configuration.endpoint, let program = Outside.program else { return "" }
        let process = Process()
        process.executableURL = program
        process.arguments =
            ["setup", "--server", "\(server.configuration.host):\(port)", "--database", server.configuration.database]
            + ["--user", server.configuration.user] + arguments
            + (server.configuration.encryption == .disabled ? ["--tls", "off"] : ["--trust-server-certificate"])
        process.environment = [
            "SWIFT_CDC_PASSWORD": server.configuration.password.exposed, SetupScript.passwordVariable: Self.password,
        ]
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: text, as: UTF8.self)
    }
}
