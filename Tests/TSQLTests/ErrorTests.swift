import Testing

@testable import TSQL

/// SQL Server's numbers, words and lines.
@Suite("Errors")
struct ErrorTests {
    @Test("102 names what has no place")
    func incorrectSyntax() throws {
        expectError("SELECT * FROM t WHERE a == 1", 102, near: "=")
        expectError("SELECT (1 + ) 2", 102, near: ")")
        expectError("SELECT 1 = 1", 102, near: "=")
        expectError("SELECT 1\nSELECT 'x' y 'long text'\n", 102, near: "long text", line: 2)
        expectError("CREATE TABLE t (a int b int)", 102, near: "b")
        expectError("CREATE TABLE t ()", 102, near: ")")
        expectError("SELECT 1 FROM t, u WHERE t.a *= u.a", 102, near: "*=")
        expectError("SELECT 1 \\ 2", 102, near: "\\")
        expectError("PRINT 1; foo", 102, near: "foo")
        let error = #expect(throws: TSQLError.self) { try Batch(parsing: "SELECT )") }
        #expect(error?.message == "Incorrect syntax near ')'.")
        #expect(error?.description == "Msg 102, Level 15, State 1, Line 1: Incorrect syntax near ')'.")
    }

    @Test("At the end of the text 102 names the last token")
    func end() {
        expectError("SELECT * FROM", 102, near: "FROM")
        expectError("\n\nSELECT 1 +", 102, near: "+", line: 3)
        expectError("BEGIN PRINT 1", 102, near: "1")
        expectError("INSERT t (a", 102, near: "a")
    }

    @Test("156 names a reserved word, as it was written")
    func keyword() throws {
        expectError("SELECT FROM t", 156, near: "FROM")
        expectError("SELECT a\nfrom t\nwhere order by a", 156, near: "order", line: 3)
        expectError("SELECT a AS table", 156, near: "table")
        expectError("END", 156, near: "END")
        expectError("SELECT EXISTS (SELECT 1)", 156, near: "EXISTS")
        expectError("UPDATE t SET a = 1 + DEFAULT", 156, near: "DEFAULT")
        let error = #expect(throws: TSQLError.self) { try Batch(parsing: "SELECT FROM t") }
        #expect(error?.message == "Incorrect syntax near the keyword 'FROM'.")
    }

    @Test("105 is a quotation mark without its end, 113 a comment without its end")
    func unclosed() throws {
        expectError("SELECT 1,\n'abc\ndef", 105, near: "abc\ndef", line: 2)
        expectError("SELECT N'x''", 105, near: "x''")
        expectError("SELECT [a]]", 105, near: "a]]")
        expectError("SELECT \"a", 105, near: "a")
        expectError("SELECT 1\n/* a /* b */ c", 113, near: "/*", line: 2)
        // A mistake of grammar before it comes first.
        expectError("SELECT FROM 'abc", 156, near: "FROM")
        let error = #expect(throws: TSQLError.self) { try Batch(parsing: "PRINT 'abc") }
        #expect(error?.message == "Unclosed quotation mark after the character string 'abc'.")
    }

    @Test("103 is an identifier of more than 128 characters")
    func tooLong() throws {
        let name = String(repeating: "ä", count: 128)
        for text in ["SELECT \(name)", "SELECT [\(name)]", "SELECT @\(name.dropLast())"] {
            #expect(throws: Never.self) { try Batch(parsing: text) }
        }
        for text in ["SELECT \(name)b", "SELECT [\(name)b]", "SELECT \"\(name)b\""] {
            expectError(text, 103, near: name)
        }
        expectError("SELECT @\(name)", 103, near: "@" + name.dropLast())
    }

    @Test("319 asks for the semicolon before WITH")
    func semicolonBeforeWith() {
        expectError("SELECT 1\nWITH a AS (SELECT 1 AS x) SELECT x FROM a", 319, near: "WITH", line: 2)
        expectError("SELECT * FROM t with a AS (SELECT 1 AS x) SELECT x FROM a", 319, near: "with")
        expectError("EXEC p WITH a AS (SELECT 1 AS x) SELECT x FROM a", 319, near: "WITH")
    }

    @Test("4145 is a value where a condition belongs")
    func condition() {
        expectError("SELECT 1 FROM t WHERE a ORDER BY a", 4145, near: "ORDER")
        expectError("IF 1 PRINT 1", 4145, near: "PRINT")
        expectError("SELECT 1 WHERE a = 1 AND b", 4145, near: "b")
        expectError("SELECT CASE WHEN (a) THEN 1 END", 4145, near: "THEN")
    }

    @Test("111 is a module that does not begin its batch")
    func notFirst() {
        expectError("PRINT 1\nCREATE VIEW v AS SELECT 1 AS a", 111, near: "CREATE VIEW", line: 2)
        expectError("IF 1 = 1 ALTER PROCEDURE p AS PRINT 1", 111, near: "ALTER PROCEDURE")
        expectError("PRINT 1 CREATE SCHEMA s", 111, near: "CREATE SCHEMA")
    }

    @Test("10713 asks for the semicolon after MERGE, 1038 for a name")
    func others() {
        expectError("MERGE t USING s ON 1 = 1 WHEN MATCHED THEN DELETE", 10713, near: "DELETE")
        expectError("SELECT a AS []", 1038, near: "")
    }

    @Test(
        "What the tree does not carry is refused by its name",
        arguments: [
            ("SELECT * FROM t PIVOT (SUM(a) FOR b IN ([x])) AS p", "PIVOT"),
            ("SELECT * FROM t AS x UNPIVOT (a FOR b IN (c, d)) AS p", "UNPIVOT"),
            ("SELECT * FROM t TABLESAMPLE (10 PERCENT)", "TABLESAMPLE"),
            ("SELECT * FROM t FOR SYSTEM_TIME ALL", "FOR SYSTEM_TIME"),
            ("SELECT * FROM OPENROWSET('a', 'b', 'c')", "OPENROWSET"),
            ("SELECT * FROM OPENXML(@a, 'b')", "OPENXML"),
            ("SELECT * FROM (DELETE t OUTPUT deleted.a) AS x", "DELETE IN FROM"),
            ("SELECT 1 WHERE CONTAINS(a, 'b')", "CONTAINS"),
            ("SELECT SUM(a) OVER w FROM t WINDOW w AS (ORDER BY a)", "WINDOW"),
            ("SELECT a FROM t FOR BROWSE", "FOR BROWSE"),
            ("WITH XMLNAMESPACES ('a' AS b) SELECT 1", "XMLNAMESPACES"),
            ("BACKUP DATABASE d TO DISK = 'x'", "BACKUP"),
            ("BULK INSERT t FROM 'x'", "BULK INSERT"),
            ("BEGIN DISTRIBUTED TRAN", "BEGIN DISTRIBUTED TRANSACTION"),
            ("CREATE COLUMNSTORE INDEX i ON t (a)", "COLUMNSTORE INDEX"),
            ("CREATE ASSEMBLY a FROM 'x'", "CREATE ASSEMBLY"),
            ("CREATE PROC p AS EXTERNAL NAME a.b.c", "EXTERNAL NAME"),
            ("CREATE TABLE t (a int MASKED WITH (FUNCTION = 'default()'))", "MASKED"),
            ("CREATE TABLE t (a int, PERIOD FOR SYSTEM_TIME (b, c))", "PERIOD FOR SYSTEM_TIME"),
            ("ALTER DATABASE d ADD FILE (NAME = x)", "ALTER DATABASE ADD FILE"),
            ("DROP ASSEMBLY a", "DROP ASSEMBLY"),
            ("TRUNCATE TABLE t WITH (PARTITIONS (1))", "TRUNCATE TABLE WITH (PARTITIONS)"),
            ("EXEC p;2", "PROCEDURE NUMBER"),
            ("OPEN SYMMETRIC KEY k", "OPEN SYMMETRIC KEY"),
        ]
    )
    func unsupported(text: String, feature: String) {
        let error = #expect(throws: TSQLError.self) { try Batch(parsing: text) }
        #expect(error?.code == .unsupported)
        #expect(error?.token == feature)
        #expect(error?.message.contains("'\(feature)'") == true)
    }
}
