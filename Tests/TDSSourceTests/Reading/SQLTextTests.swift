import CDCCore
import Testing

@testable import TDSSource

@Suite("Statements are safe to send")
struct SQLTextTests {
    @Test("a hostile name stays a name")
    func hostileNames() {
        #expect(SQLText.identifier("x]; DROP TABLE y--") == "[x]]; DROP TABLE y--]")
        #expect(SQLText.table(TableName(schema: "d]o", name: "Order Details")) == "[d]]o].[Order Details]")
        #expect(SQLText.string("O'Hara'; --") == "N'O''Hara''; --'")
    }

    @Test("arguments are literals of a call, so the text stays the same")
    func arguments() {
        let statement = Statement("SELECT 1 WHERE @lsn > 0x AND N'a' = @name")
            .with("lsn", LSN(high: 0x2D_0000_0580, low: 0x1D)).with("name", "it's")
        #expect(
            statement.batch == "EXEC sys.sp_executesql N'SELECT 1 WHERE @lsn > 0x AND N''a'' = @name', "
                + "N'@lsn binary(10), @name nvarchar(4000)', @lsn = 0x0000002D00000580001D, @name = N'it''s'"
        )
        #expect(Statement("SELECT 1").batch == "SELECT 1")
    }

    @Test("what a server says is said once in the engine's terms, with where it comes from")
    func errorText() {
        let error = TDSError(
            .serverError,
            "no",
            server: ServerMessage(number: 8134, state: 1, severity: 16, text: "no")
        )
        #expect("\(CDCError(error))" == "no [serverError, Msg 8134, severity 16, state 1] [sourceFailed]")
    }

    @Test("an accent behind a bracket or a quote does not hide it")
    func accents() {
        let accent = "\u{301}"
        #expect(SQLText.identifier("x]\(accent)y").unicodeScalars.elementsEqual("[x]]\(accent)y]".unicodeScalars))
        #expect(SQLText.string("x'\(accent)y").unicodeScalars.elementsEqual("N'x''\(accent)y'".unicodeScalars))
        #expect(
            ScriptText.literal("$(\(accent)'\(accent)").unicodeScalars.elementsEqual(
                "N'$' + N'(\(accent)''\(accent)'".unicodeScalars
            )
        )
    }
}
