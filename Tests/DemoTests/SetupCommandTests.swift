import Foundation
import Testing

@testable import cdc_demo

@Suite("cdc-demo setup", .enabled(if: Program.isThere, "needs the program cdc-demo beside the tests"))
struct SetupCommandTests {
    @Test("prints a script for sqlcmd, without a server")
    func script() async throws {
        try await withTemporaryFolder { folder in
            let outcome = try Program.shell(
                "cdc-demo setup --tables dbo.orders '[dbo].[Order Details]' --login reader",
                in: folder
            )
            #expect(outcome.exit == 0)
            #expect(outcome.output.contains("(N'dbo', N'orders'),\n    (N'dbo', N'Order Details')"))
            #expect(outcome.output.contains("@password nvarchar(max) = N'$(SWIFT_CDC_READER_PASSWORD)'"))
            #expect(outcome.output.contains("CREATE OR ALTER TRIGGER"))
            let plain = try Program.shell("cdc-demo setup --tables t --mechanism ct --no-ddl-support", in: folder)
            #expect(plain.output.contains("ENABLE CHANGE_TRACKING") && !plain.output.contains("TRIGGER"))
            let guarded = try Program.shell("cdc-demo setup --tables t --database \"it's\"", in: folder)
            #expect(guarded.output.contains("DECLARE @database sysname = N'it''s';\nIF DB_ID(@database) IS NULL"))
            let removal = try Program.shell("cdc-demo setup --remove --json", in: folder)
            #expect(removal.output.hasPrefix(#"{"applied":false,"script":"-- Removal of the set-up"#))
        }
    }

    @Test(
        "wrong arguments are refused before anything is done",
        arguments: [
            ("--apply --tables dbo.t", "--apply needs --server"),
            ("", "--tables is missing"), ("--table dbo.t", "Unknown option '--table'"),
            ("--tables a.b.c", "'a.b.c' is no table name"),
            ("--remove --tables dbo.t", "--remove takes away everything"),
            ("--tables dbo.t --retention 0", "--retention must be between 1 and 874913"),
            ("--tables dbo.t --retention 874914", "--retention must be between 1 and 874913"),
            ("--tables dbo.t --user u", "--server is missing"),
            ("--tables dbo.t --apply --database d", "--apply needs --server"),
            ("--tables dbo.t --apply --server ::1 --database d --user u", "write an IPv6 address in brackets"),
            ("--tables dbo.t --mechanism log", "'log' is invalid for '--mechanism"),
            ("--tables dbo.t --login ''", "a name has 1…128 characters"),
            (
                "--tables dbo.t --apply --server 127.0.0.1:1 --database d --user u",
                "the variable SWIFT_CDC_PASSWORD of the environment"
            ),
        ]
    )
    func wrongArguments(_ arguments: String, _ message: String) async throws {
        try await withTemporaryFolder { folder in
            let outcome = try Program.shell("cdc-demo setup \(arguments)", in: folder)
            #expect(outcome.exit == 64)
            #expect(outcome.error.contains(message), "\(outcome.error)")
            #expect(outcome.output.isEmpty)
        }
    }
}
