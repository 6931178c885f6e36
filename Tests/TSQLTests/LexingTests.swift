import Testing

@testable import TSQL

/// How a text is cut into words, literals and signs.
@Suite("Lexing")
struct LexingTests {
    @Test("With QUOTED_IDENTIFIER OFF, double quotes hold strings")
    func quotedIdentifier() {
        expectTree(#"SELECT "a""b""#, #"(select (specification [«a"b»]))"#)
        expectTree(#"SELECT "a""b'c""#, #"(select (specification ['a"b'c']))"#, isQuotedIdentifierOn: false)
        expectTree(
            #"SELECT "a" SET QUOTED_IDENTIFIER OFF SELECT "a" SET QUOTED_IDENTIFIER ON SELECT "a""#,
            """
            (select (specification [a])) (set (switches [QUOTED_IDENTIFIER])) (select (specification ['a']))
            (set (switches [QUOTED_IDENTIFIER] +isOn)) (select (specification [a]))
            """
        )
        // Within a procedure it has no effect: the setting with which the procedure is created counts.
        expectTree(
            #"CREATE PROC p AS SET QUOTED_IDENTIFIER OFF SELECT "a""#,
            "(createProcedure form:create p [(set (switches [QUOTED_IDENTIFIER])) (select (specification [a]))])"
        )
    }

    @Test("Comments nest, and end no string")
    func comments() {
        expectExpression("1 /* a /* b */ ' */ + -- c\n 2", "(+ 1 2)")
        expectExpression("'--' + '/*'", "(+ '--' '/*')")
        expectExpression("[--]", "--")
    }

    @Test("A backslash at the end of a line continues a literal")
    func continuation() {
        expectExpression("'ab\\\ncd'", "'abcd'")
        expectExpression("N'ab\\\r\ncd\\x'", #"N'abcd\x'"#)
        expectExpression("0xAB\\\nCD", "0xABCD")
    }

    @Test("A number ends where no digit follows, and a name begins")
    func numbers() {
        expectTree(
            "SELECT 1a, 1.5e, 0x1g",
            "(select (specification [(expression 1 alias:a) float:1.5e "
                + "(expression 0x1 alias:g)]))"
        )
        expectExpression("1-1", "(- 1 1)")
        expectExpression("1--1\n-1", "(- 1 1)")
        expectExpression("a.b+.5", "(+ a.b decimal:.5)")
    }

    @Test("Names may hold letters of any script, and any space is space")
    func unicode() {
        expectExpression("straße + 名前 + _a$b#c@d", "(+ (+ straße 名前) _a$b#c@d)")
        expectExpression("a\u{00A0}+\u{3000}b\u{FEFF}", "(+ a b)")
        expectExpression("[😀]", "«😀»")
    }

    @Test("Words are not reserved where SQL Server does not reserve them")
    func unreserved() {
        expectTree(
            "SELECT offset, rows, type, output AS name, [select] FROM throw AS path, catch try",
            """
            (select (specification [offset rows type (expression output alias:name) select] from:[(table throw
            alias:path) (table catch alias:try)]))
            """
        )
    }

    @Test("Names, types and parameters can be parsed alone")
    func parts() throws {
        #expect(try Name(parsing: "[my db]..[a]]b]").parts == ["my db", "", "a]b"])
        #expect(throws: TSQLError.self) { try Name(parsing: "a b") }
        #expect(try DataType(parsing: "decimal(10, 2)").parameters == ["10", "2"])
        let parameters = try Parameter.list(parsing: "@a int, @b nvarchar(10) = N'x' OUTPUT")
        #expect(SyntaxPrinter.text(parameters) == "[(@a type:int) (@b type:nvarchar(10) defaultValue:N'x' +isOutput)]")
        #expect(try Parameter.list(parsing: " ").isEmpty)
        #expect(throws: TSQLError.self) { try Parameter.list(parsing: "@a int,") }
        #expect(throws: TSQLError.self) { try TSQL.Expression(parsing: "1 'a") }
    }
}
