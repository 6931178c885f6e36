import ArgumentParser
import CDCJSON

/// Runs the SQL Server emulator as a server of its own.
struct EmulatorCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "emulator",
        abstract: "Run the SQL Server emulator, for any client of SQL Server to log in to.",
        discussion: """
            Listens on 127.0.0.1 until Ctrl-C; its data are gone then. Clients log in as sa. The password is that in the \
            variable SWIFT_CDC_PASSWORD, or a random one, which is printed. Without a certificate nothing is encrypted, and \
            clients that insist on it go away; those of cdc-demo want --tls off.

            The emulator is for tests: it is no SQL Server, and refuses what it does not do with error 40517.

            Examples:
              cdc-demo emulator
              cdc-demo emulator --port 0 --script Examples/RetailDB/retaildb.sql --json
              cdc-demo emulator --certificate server.pem --key server-key.pem
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

    @Option(
        help: ArgumentHelp(
            "A PEM file with the server's certificate, for clients that want encryption; needs --key.",
            valueName: "path"
        ),
        completion: .file()
    )
    var certificate: String?

    @Option(
        help: ArgumentHelp("A PEM file with the certificate's private key, not encrypted.", valueName: "path"),
        completion: .file()
    )
    var key: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if (certificate == nil) != (key == nil) {
            throw ValidationError("--certificate and --key go together; give both or neither.")
        }
    }

    var tidiesUp: Bool { true }

    func perform(_ buffer: inout OutputBuffer) async throws {
        try EmulatedServer.require()
        #if Emulator
        let script = try script.map(SQLScript.init(readFrom:))
        let server = try await EmulatedServer(port: Int(port), certificate: certificate, key: key)
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
            // Its password is never an argument.
            let variable = password.map { "\(EmulatedServer.passwordVariable)=\(ShellText.quoted($0)) " } ?? ""
            let program = ShellText.quoted(CommandLine.arguments.first ?? "cdc-demo")
            let encryption = certificate.map { "--ca-file \(ShellText.quoted($0))" } ?? "--tls off"
            try buffer.print(
                "  \(variable)\(program) demo --server \(certificate == nil ? "127.0.0.1" : "localhost"):\(server.port) --user sa "
                    + "\(encryption) --database Shop --create-database --lake shop"
            )
        }
        try buffer.flush()
    }
    #endif
}
