#if Emulator
import ArgumentParser
import CDCJSON
import Foundation
import Testing

@testable import cdc_demo

@Suite(
    "cdc-demo emulator",
    .serialized,
    .enabled(if: Program.isThere, "needs the program cdc-demo beside the tests"),
    .timeLimit(.minutes(5))
)
struct EmulatorCommandTests {
    /// Runs the server while `body` uses it: `$PORT` in lines of shell is its port.
    private func withServer<T>(
        _ arguments: String = "",
        _ body: ((String) throws -> Program.Outcome) async throws -> T
    ) async throws -> T {
        try await withTemporaryFolder { folder in
            let server = try RunningProgram(
                arguments: ["emulator", "--port", "0", "--json"] + arguments.split(separator: " ").map(String.init),
                in: folder
            )
            defer { server.kill() }
            let port = try #require(try JSONValue(parsing: try server.firstLine())["port"]?.integer)
            return try await body { line in
                try Program.shell(
                    "export PORT=\(port) SWIFT_CDC_PASSWORD='\(RunningProgram.password)'; \(line)",
                    in: folder
                )
            }
        }
    }

    @Test("It tells clients where it is, and ends at Ctrl-C as if nothing were wrong")
    func interruption() async throws {
        try await withTemporaryFolder { folder in
            let server = try RunningProgram(arguments: ["emulator", "--port", "0", "--json"], in: folder)
            let told = try JSONValue(parsing: try server.firstLine())
            #expect(told["host"]?.string == "127.0.0.1" && told["user"]?.string == "sa")
            #expect(told["password"]?.string == nil, "who gave the password knows it")
            #expect(server.interrupt() == 0)
        }
    }

    @Test("What it prints for cdc-demo can be pasted", arguments: [true, false])
    func banner(_ isEncrypted: Bool) async throws {
        try await withTemporaryFolder { folder in
            var arguments = ["emulator", "--port", "0"]
            if isEncrypted {
                let made = try Program.shell(
                    "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost "
                        + "-keyout key.pem -out server.pem",
                    in: folder
                )
                guard made.exit == 0 else { return print("no openssl, skipped") }
                arguments += ["--certificate", "server.pem", "--key", "key.pem"]
            }
            let server = try RunningProgram(arguments: arguments, in: folder)
            defer { server.kill() }
            let told = try server.firstLine()
            let command = try #require(told.split(separator: "\n").last { $0.contains(" demo ") })
            #expect(command.contains("--tls off") != isEncrypted)
            let outcome = try Program.shell(
                "export SWIFT_CDC_PASSWORD='\(RunningProgram.password)'; \(command) --scale 0.01 --transactions 50",
                in: folder
            )
            #expect(outcome.exit == 0, "\(outcome.error)")
        }
    }

    @Test("A certificate without its key is refused")
    func certificateWithoutKey() {
        #expect(throws: (any Error).self) { _ = try EmulatorCommand.parse(["--certificate", "a.pem"]) }
        #expect(throws: (any Error).self) { _ = try EmulatorCommand.parse(["--key", "a.pem"]) }
    }

    // MARK: The README

    /// What the README says that the last of its statements shows: an order comes, another, the first is shipped, the other goes.
    private static let captured = [
        "2\t5001\tPENDING", "2\t5002\tPENDING", "3\t5001\tPENDING", "4\t5001\tSHIPPED", "1\t5002\tPENDING",
    ]

    @Test(
        "The README's script runs in tsql, to the letter, each block in a client of its own",
        .enabled(if: Client.tsql != nil, "needs tsql of freetds-bin")
    )
    func readmeInTSQL() async throws {
        let tsql = "\(try #require(Client.tsql)) -H 127.0.0.1 -p $PORT -U sa -P \"$SWIFT_CDC_PASSWORD\" -o q"
        let blocks = try Client.blocksOfReadme()
        try await withServer { shell in
            for block in blocks.dropLast() {
                let run = try shell("cat >script.sql <<'END'\n\(block)\nEND\n\(tsql) <script.sql")
                #expect(!run.output.contains("Msg") && !run.error.contains("Msg"), "\(run.output) \(run.error)")
            }
            let question = try #require(blocks.last)
            // Changes are captured a little later.
            let shown = try shell(
                """
                cat >question.sql <<'END'
                \(question)
                END
                for turn in $(seq 600); do
                    \(tsql) <question.sql >rows; if grep -q '^1' rows; then break; fi; sleep 0.1
                done; cat rows
                """
            )
            for row in Self.captured { #expect(shown.output.contains(row), "\(shown.output) \(shown.error)") }
        }
    }

    @Test(
        "The README's script runs in drivers that others wrote, to the letter",
        arguments: ["pymssql", "pytds", "mssql_python"]
    )
    func readmeInDrivers(_ driver: String) async throws {
        guard Client.hasPython(with: driver) else { return print("\(driver): not in .venv, skipped") }
        try await withServer { shell in
            let shown = try shell(
                "'\(Client.python)' '\(Client.package)/Tests/Interop/script_client.py' \(driver) $PORT '\(Client.package)/README.md' \(Self.captured.count)"
            )
            #expect(shown.output.split(separator: "\n").map(String.init) == Self.captured, "\(shown.error)")
        }
    }

    // MARK: Scripts

    @Test(
        "Microsoft's Northwind script runs, unmodified, from a client",
        .enabled(if: Client.tsql != nil && Client.northwind != nil, "needs tsql, and northwind/instnwnd.sql")
    )
    func northwind() async throws {
        let tsql = "\(try #require(Client.tsql)) -H 127.0.0.1 -p $PORT -U sa -P \"$SWIFT_CDC_PASSWORD\" -o q"
        let script = try #require(Client.northwind)
        try await withServer { shell in
            let made = try shell(
                "printf 'CREATE DATABASE Northwind\\nGO\\n' | \(tsql) && \(tsql) -D Northwind <'\(script)'"
            )
            #expect(
                !made.output.contains("Msg") && !made.error.contains("Msg"),
                "\(made.output.suffix(500)) \(made.error.suffix(500))"
            )
            let counts = try shell(
                "printf 'SELECT COUNT(*) FROM Orders\\nSELECT COUNT(*) FROM [Order Details]\\nGO\\n' | \(tsql) -D Northwind"
            )
            #expect(counts.output.contains("830") && counts.output.contains("2155"), "\(counts.output) \(counts.error)")
        }
    }

    @Test("A script that fails ends it, with the line of the script and SQL Server's number")
    func failingScript() async throws {
        try await withTemporaryFolder { folder in
            try Data("PRINT 'a'\nGO\n\nSELECT *\nFROM nowhere\nGO\n".utf8).write(to: URL(filePath: "\(folder)/bad.sql"))
            let outcome = try Program.shell("cdc-demo emulator --port 0 --script bad.sql", in: folder)
            #expect(outcome.exit == 65)
            #expect(outcome.error.contains("line 5 of the script: Msg 208"), "\(outcome.error)")
            #expect(try Program.shell("cdc-demo emulator --port 0 --script none.sql", in: folder).exit == 66)
        }
    }

    @Test("Scripts are UTF-8, UTF-16 or Latin-1")
    func encodings() {
        #expect(SQLScript.text([0xEF, 0xBB, 0xBF] + Array("é".utf8)) == "é")
        #expect(SQLScript.text([0xFF, 0xFE, 0x7E, 0x01]) == "ž")
        #expect(SQLScript.text(Array("é".utf8)) == "é")
        #expect(SQLScript.text([0xE9]) == "é")
    }

    @Test("A port that is taken is told")
    func portInUse() async throws {
        try await withServer { shell in
            let second = try shell("cdc-demo emulator --port $PORT")
            #expect(second.exit == 73)
            #expect(second.error.contains("Address already in use. Choose another port"), "\(second.error)")
        }
    }

    // MARK: The list of processes

    @Test(
        "The password of a server and of its client is in no list of processes",
        arguments: [
            [], ["--password-environment", "SWIFT_CDC_PASSWORD"], ["--password-file", "password"],
        ]
    )
    func processList(_ password: [String]) async throws {
        try await withTemporaryFolder { folder in
            let server = try RunningProgram(arguments: ["emulator", "--port", "0", "--json"], in: folder)
            defer { server.kill() }
            let port = try #require(try JSONValue(parsing: try server.firstLine())["port"]?.integer)
            try Data("\(RunningProgram.password)\n".utf8).write(to: URL(filePath: "\(folder)/password"))
            let place = ["--server", "127.0.0.1:\(port)", "--tls", "off", "--user", "sa", "--database", "Shop"]
            let client = try RunningProgram(
                arguments: [
                    "demo", "--create-database", "--lake", "lake", "--scale", "0.01", "--transactions", "20000",
                ]
                    + place + password,
                in: folder
            )
            defer { client.kill() }
            // It has logged in when it prints something.
            _ = try client.firstLine()
            for (program, argument) in [(server, "emulator"), (client, "--create-database")] {
                let listing = try program.processListing()
                #expect(listing.contains(argument))
                #expect(!listing.contains(RunningProgram.password))
            }
        }
    }

    // MARK: A demo on a server

    private static let demo =
        "cdc-demo demo --server 127.0.0.1:$PORT --tls off --user sa --lake lake --overwrite --scale 0.01 --transactions 50"

    @Test("On a server the demo writes only what it is told to write, and drops only what it made")
    func demoOnServer() async throws {
        try await withServer { shell in
            let untold = try shell("\(Self.demo) --database Shop")
            #expect(untold.exit == 64)
            #expect(untold.error.contains("--create-database"), "\(untold.error)")

            let made = try shell("\(Self.demo) --database Shop --create-database")
            #expect(made.exit == 0, "\(made.output) \(made.error)")
            let again = try shell("\(Self.demo) --database Shop --create-database")
            #expect(again.exit == 73 && again.error.contains("--replace-database"), "\(again.error)")
            let used = try shell("\(Self.demo) --database Shop --use-database")
            #expect(used.exit == 73 && used.error.contains("not as it was before the workshop"), "\(used.error)")
            #expect(try shell("\(Self.demo) --database Shop --replace-database").exit == 0)

            let foreign = try shell("\(Self.demo) --database master --replace-database")
            #expect(foreign.exit == 73 && foreign.error.contains("leaves it alone"), "\(foreign.error)")
        }
    }

    @Test("A wrong password changes nothing in the lake")
    func wrongPassword() async throws {
        try await withServer { shell in
            #expect(try shell("cdc-demo demo --source memory --lake lake --scale 0.01 --transactions 50").exit == 0)
            let refused = try shell("SWIFT_CDC_PASSWORD=wrong \(Self.demo) --database Shop --create-database")
            #expect(refused.exit == 73 && refused.error.contains("Login failed"), "\(refused.error)")
            #expect(!refused.error.contains("wrong]") && !refused.output.contains("wrong"))
            #expect(try shell("cdc-demo cat lake/retail_analytics/bronze/orders --limit 1").exit == 0)
        }
    }
}
#endif
