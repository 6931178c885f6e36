import ArgumentParser
import CDCJSON

/// Runs the SQL Server emulator as a server of its own.
struct EmulatorCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "emulator",
        abstract: "Run the SQL Server emulator, for any client of SQL Server to log in to.",
        discussion: """
            Listens on 127.0.0.1 until Ctrl-C; its data are gone then. Clients log in as sa, without encryption. The \
            password is that in the variable SWIFT_CDC_PASSWORD, or a random one, which is printed.

            The emulator is for tests: it is no SQL Server, and refuses what it does not do with error 40517.

            Examples:
              cdc-demo emulator
              cdc-demo emulator --port 0 --script retail.sql --json
              tsql -H 127.0.0.1 -p 1433 -U sa -P "$SWIFT_CDC_PASSWORD"
            """
    )

    @Option(help: ArgumentHelp("The port; 0 for any that is free.", valueName: "n"))
    var port: UInt16 = 1433

    @Option(
        help: ArgumentHelp(
            "A script of T-SQL to run before clients are told: lines that hold nothing but GO separate batches.",
            valueName: "path"
        ),
        completion: .file()
    )
    var script: String?

    @OptionGroup var output: OutputOptions

    var tidiesUp: Bool { true }

    func perform(_ buffer: inout OutputBuffer) async throws {
        try EmulatedServer.require()
        #if Emulator
        let script = try script.map(SQLScript.init(readFrom:))
        let server = try await EmulatedServer(port: Int(port))
        do {
            if let script { try await server.run(script) }
            try tell(server, &buffer)
            await server.waitForInterruption()
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
        #endif
    }

    #if Emulator
    private func tell(_ server: EmulatedServer, _ buffer: inout OutputBuffer) throws {
        let password = server.hasRandomPassword ? server.password : nil
        if output.json {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("host", "127.0.0.1")
                writer.member("port", server.port)
                writer.member("user", "sa")
                writer.member("password", password)
            }
            try buffer.print(writer.text)
        } else {
            let shown = password.map(ShellText.quoted) ?? "\"$\(EmulatedServer.passwordVariable)\""
            try buffer.print(
                "SQL Server emulator on 127.0.0.1, port \(server.port); Ctrl-C ends it, and its data are gone then"
            )
            try buffer.print("  tsql -H 127.0.0.1 -p \(server.port) -U sa -P \(shown)")
            try buffer.print("  sqlcmd -S 127.0.0.1,\(server.port) -U sa -N optional -P \(shown)")
        }
        try buffer.flush()
    }
    #endif
}
