import Testing

@testable import SQLServerEmulator

/// Expressions whose values Microsoft's documentation states, or follows from rules that it states.
///
/// Source: Microsoft, "Transact-SQL reference": data types, precision and scale, CAST and CONVERT, functions, NULL and UNKNOWN.
@Suite("Expressions have the values that the documentation gives them")
struct KnownAnswersTests {
    let bench: Bench

    init() throws { bench = try Bench() }

    /// The value of an expression as text; for an error its number.
    private func value(_ expression: String) -> String {
        let last = bench.run("SELECT \(expression)").last ?? ""
        return last.hasPrefix("Msg ") ? String(last.prefix { $0 != "," }) : last
    }

    private func check(_ cases: [(String, String)]) {
        for (expression, expected) in cases { #expect(value(expression) == expected, "\(expression)") }
    }

    @Test func wholeNumbers() {
        check([
            ("7 / 2", "3"), ("-7 / 2", "-3"), ("-7 % 3", "-1"), ("7 % -3", "1"), ("10 - 5 - 2", "3"),
            ("2 * 3 % 4", "2"),
            ("1 + 2 * 3", "7"), ("5 & 3", "1"), ("5 | 3", "7"), ("5 ^ 3", "6"), ("~5", "-6"), ("1 | 2 & 1", "1"),
            ("2147483647 + 1", "Msg 8115"), ("CAST(300 AS TINYINT)", "Msg 220"), ("CAST(-1 AS TINYINT)", "Msg 220"),
            ("ABS(CAST(-2147483648 AS INT))", "Msg 8115"), ("POWER(2, 10)", "1024"), ("POWER(2, -1)", "0"),
            ("1 / 0", "Msg 8134"), ("1 % 0", "Msg 8134"), ("CAST(5 AS BIT)", "1"), ("CAST('true' AS BIT)", "1"),
            ("CAST('abc' AS BIT)", "Msg 245"), ("DATALENGTH(CAST(1 AS BIGINT))", "8"),
        ])
    }

    @Test func exactNumbers() {
        check([
            ("1 / 3.0", "0.333333"), ("10.0 / 3.0", "3.333333"), ("CAST(1 AS DECIMAL(10, 2)) / 3", "0.333333"),
            ("1.0 * 2.50", "2.500"), ("1.10 + 2.205", "3.305"),
            ("CAST(1 AS DECIMAL(38, 10)) * CAST(1 AS DECIMAL(38, 10))", "1.000000"),
            ("CAST(0.0000009 AS DECIMAL(30, 20)) * CAST(1 AS DECIMAL(30, 20))", "0.00000090000000000"),
            ("CAST(0.0000009 AS DECIMAL(30, 10)) * CAST(1 AS DECIMAL(30, 10))", "0.000001"),
            ("ROUND(123.9994, 3)", "123.9990"), ("ROUND(123.9995, 3)", "124.0000"), ("ROUND(748.58, -1)", "750.00"),
            ("ROUND(748.58, -2)", "700.00"), ("ROUND(748.58, -4)", "0.00"), ("ROUND(748.58, -3)", "Msg 8115"),
            ("ROUND(150.75, 0)", "151.00"), ("ROUND(150.75, 0, 1)", "150.00"), ("ROUND(-2.5, 0)", "-3.0"),
            ("CEILING(-1.5)", "-1"), ("FLOOR(-1.5)", "-2"), ("CEILING($123.45)", "124.00"), ("SIGN(-3.5)", "-1.0"),
            ("CAST(2.7 AS INT)", "2"), ("CAST(-2.7 AS INT)", "-2"), ("CAST(CAST(2.7 AS MONEY) AS INT)", "3"),
            ("CAST(CAST(2.9 AS FLOAT) AS INT)", "2"), ("CAST(2.567 AS DECIMAL(5, 2))", "2.57"),
            ("CAST(1000 AS DECIMAL(5, 2))", "Msg 8115"), ("CAST('1e2' AS FLOAT)", "100"),
            ("CAST('1e2' AS DECIMAL(5, 1))", "Msg 8114"),
            ("DATALENGTH(1.0)", "5"), ("SQL_VARIANT_PROPERTY(2147483648, 'BaseType')", "numeric"),
            ("SQL_VARIANT_PROPERTY(1.50, 'Scale')", "2"), ("SQL_VARIANT_PROPERTY(1e0, 'BaseType')", "float"),
            ("CAST(1 AS MONEY) / 3", "0.33"), ("CAST('$1,234.5' AS MONEY)", "1234.50"),
            ("CAST('1,234' AS INT)", "Msg 245"),
        ])
    }

    @Test func conversionsAndPrecedence() {
        check([
            ("'5' + 2", "7"), ("'5' + '2'", "52"), ("'a' + 1", "Msg 245"), ("1 + NULL", "NULL"), ("'a' + NULL", "NULL"),
            ("CAST('1.5' AS INT)", "Msg 245"), ("CAST('' AS INT)", "0"), ("CAST(' 12 ' AS INT)", "12"),
            ("CASE WHEN 1 = 1 THEN 1 ELSE 1.5 END", "1.0"), ("CASE WHEN 1 = 1 THEN 'a' ELSE 1 END", "Msg 245"),
            ("TRY_CAST('x' AS INT)", "NULL"), ("TRY_CONVERT(INT, '12')", "12"), ("CAST(123 AS VARCHAR(2))", "*"),
            ("CAST(123 AS NVARCHAR(2))", "Msg 8115"), ("CAST('abcdef' AS VARCHAR(3))", "abc"),
            ("CAST(12.5 AS VARCHAR(3))", "Msg 8115"),
            ("ISNULL(CAST(NULL AS VARCHAR(2)), 'abcd')", "ab"), ("COALESCE(CAST(NULL AS VARCHAR(2)), 'abcd')", "abcd"),
            ("ISNULL(NULL, 1.5)", "1.5"), ("ISNULL(CAST(NULL AS INT), 1.9)", "1"),
            ("COALESCE(CAST(NULL AS INT), 1.9)", "1.9"),
            ("NULLIF('a', 'A ')", "NULL"), ("NULLIF(1, 2)", "1"), ("CONVERT(VARCHAR(10), 0x4142)", "AB"),
            ("CONVERT(VARCHAR(10), 0x4142, 1)", "0x4142"), ("CONVERT(VARCHAR(10), 0x4142, 2)", "4142"),
            ("CONVERT(VARCHAR(20), CAST(65 AS BINARY(2)), 1)", "0x0041"),
            ("CONVERT(VARCHAR(20), CAST('a' AS BINARY(3)), 1)", "0x610000"),
            ("CONVERT(VARCHAR(20), CONVERT(VARBINARY(4), '0x41ff', 1), 2)", "41FF"),
            ("CONVERT(VARCHAR(20), CAST(1234.5678 AS MONEY))", "1234.57"),
            ("CONVERT(VARCHAR(20), CAST(1234.5678 AS MONEY), 1)", "1,234.57"),
            ("CONVERT(VARCHAR(20), CAST(1234.5678 AS MONEY), 2)", "1234.5678"),
            ("CAST(CAST(1234567.5 AS FLOAT) AS VARCHAR(30))", "1.23457e+006"),
            ("CAST(CAST(123456 AS FLOAT) AS VARCHAR(30))", "123456"),
            ("CAST(CAST(0.1 AS FLOAT) AS VARCHAR(30))", "0.1"),
            ("CAST('<a>' AS XML)", "Msg 9400"), ("CAST('<a/>x<b/>' AS XML)", "<a/>x<b/>"), ("CAST('' AS XML)", ""),
            ("CAST('</a><a>' AS XML)", "Msg 9400"), ("TRY_CAST('<a>' AS XML)", "NULL"),
            ("CAST('a & b' AS XML)", "Msg 9400"),
            ("CAST(N'<?xml version=\"1.0\"?><a b=\"c\"/>' AS XML)", "<?xml version=\"1.0\"?><a b=\"c\"/>"),
            ("ISNUMERIC('$')", "1"), ("ISNUMERIC('1e5')", "1"), ("ISNUMERIC('abc')", "0"), ("ISNUMERIC('')", "0"),
            (
                "IIF(CAST('6F9619FF-8B86-D011-B42D-00C04FC964FF' AS UNIQUEIDENTIFIER) < 'FF9619FF-8B86-D011-B42D-00C04FC964FE', 1, 0)",
                "0"
            ),
        ])
    }

    @Test func texts() {
        check([
            ("LEN('ab  ')", "2"), ("DATALENGTH('ab  ')", "4"), ("DATALENGTH(N'ab')", "4"), ("LEN('')", "0"),
            ("LEN(NULL)", "NULL"),
            ("DATALENGTH(CAST('a' AS CHAR(5)))", "5"), ("LEN(CAST('a' AS CHAR(5)))", "1"),
            ("IIF('a' = 'a  ', 1, 0)", "1"), ("IIF('a' = 'A', 1, 0)", "1"),
            ("IIF('a' COLLATE Latin1_General_CS_AS = 'A', 1, 0)", "0"),
            ("IIF('a' COLLATE Latin1_General_BIN = 'a ', 1, 0)", "1"), ("IIF('a' < 'B', 1, 0)", "1"),
            ("IIF('a' COLLATE Latin1_General_BIN < 'B', 1, 0)", "0"),
            ("IIF('resume' = N'résumé' COLLATE Latin1_General_CI_AI, 1, 0)", "1"),
            ("IIF('a' LIKE 'a ', 1, 0)", "0"), ("IIF('50%' LIKE '50[%]', 1, 0)", "1"),
            ("IIF('a_b' LIKE 'a!_b' ESCAPE '!', 1, 0)", "1"),
            ("IIF('b' LIKE '[^a-c]', 1, 0)", "0"), ("SUBSTRING('abcdef', 0, 3)", "ab"),
            ("SUBSTRING('abc', -1, 3)", "a"),
            ("SUBSTRING('abc', 2, 100)", "bc"), ("LEFT('abc', 5)", "abc"), ("RIGHT('abc', 2)", "bc"),
            ("CHARINDEX('b', 'abcb', 3)", "4"), ("CHARINDEX('z', 'abc')", "0"), ("PATINDEX('%c%', 'abc')", "3"),
            ("REPLACE('aaa', 'a', '')", ""), ("STUFF('abcdef', 2, 3, 'ijklmn')", "aijklmnef"),
            ("STUFF('abc', 5, 1, 'x')", "NULL"),
            ("REPLICATE('ab', 3)", "ababab"), ("REPLICATE('ab', -1)", "NULL"), ("REVERSE('abc')", "cba"),
            ("'[' + SPACE(2) + ']'", "[  ]"),
            ("CONCAT('a', NULL, 1)", "a1"), ("CONCAT_WS('-', 'a', NULL, 'b')", "a-b"), ("STR(123.45, 6, 1)", " 123.5"),
            ("STR(123.45, 2, 2)", "**"),
            ("QUOTENAME('abc[]def')", "[abc[]]def]"), ("QUOTENAME('a''b', '''')", "'a''b'"),
            ("QUOTENAME(REPLICATE('x', 129))", "NULL"),
            ("TRANSLATE('2*[3+4]/{7-2}', '[]{}', '()()')", "2*(3+4)/(7-2)"), ("'[' + LTRIM('  a ') + ']'", "[a ]"),
            ("'[' + TRIM('  a ') + ']'", "[a]"),
            ("ASCII('A')", "65"), ("CHAR(65)", "A"), ("CHAR(256)", "NULL"), ("UNICODE(N'€')", "8364"),
            ("SOUNDEX('Smith')", "S530"),
            ("CHOOSE(2, 'a', 'b')", "b"), ("CHOOSE(3, 'a', 'b')", "NULL"), ("PARSENAME('a.b.c', 2)", "b"),
            ("UPPER(N'é')", "É"),
        ])
    }

    @Test func stylesOfDates() {
        let styles = [
            (0, "Jan  5 2024  1:05PM"), (1, "01/05/24"), (3, "05/01/24"), (100, "Jan  5 2024  1:05PM"),
            (101, "01/05/2024"), (102, "2024.01.05"),
            (103, "05/01/2024"), (104, "05.01.2024"), (105, "05-01-2024"), (106, "05 Jan 2024"), (107, "Jan 05, 2024"),
            (108, "13:05:09"),
            (109, "Jan  5 2024  1:05:09:123PM"), (110, "01-05-2024"), (111, "2024/01/05"), (112, "20240105"),
            (113, "05 Jan 2024 13:05:09:123"),
            (114, "13:05:09:123"), (120, "2024-01-05 13:05:09"), (121, "2024-01-05 13:05:09.123"),
            (126, "2024-01-05T13:05:09.123"),
        ]
        check(styles.map { ("CONVERT(VARCHAR(30), CAST('2024-01-05T13:05:09.123' AS DATETIME), \($0.0))", $0.1) })
    }

    @Test func dates() {
        let at = { (text: String, type: String) in "CONVERT(VARCHAR(30), CAST('\(text)' AS \(type)), 121)" }
        check([
            ("DATEDIFF(YEAR, '2023-12-31', '2024-01-01')", "1"), ("DATEDIFF(MONTH, '2024-01-31', '2024-02-01')", "1"),
            ("DATEDIFF(DAY, '2024-01-01 23:59', '2024-01-02 00:00')", "1"), ("DATEDIFF(HOUR, '10:59', '11:00')", "1"),
            ("DATEDIFF(WEEK, '2024-01-06', '2024-01-07')", "1"), ("DATEDIFF(DAY, 0, '2024-01-01')", "45290"),
            ("DATEDIFF(SECOND, '2024-01-01', '2093-01-01')", "Msg 535"),
            ("DATEDIFF(DAY, '2024-01-02', '2024-01-01')", "-1"),
            ("DATEADD(MONTH, 1, CAST('2024-01-31' AS DATE))", "2024-02-29"),
            ("DATEADD(MONTH, -1, CAST('2023-03-31' AS DATE))", "2023-02-28"),
            ("DATEADD(YEAR, 1, CAST('2024-02-29' AS DATE))", "2025-02-28"),
            ("DATEADD(YEAR, 8000, CAST('2024-01-01' AS DATE))", "Msg 517"),
            ("DATEADD(DAY, 1.9, CAST('2024-01-01' AS DATE))", "2024-01-02"),
            ("DATEADD(QUARTER, 1, CAST('2024-11-30' AS DATE))", "2025-02-28"),
            ("EOMONTH('2024-02-10')", "2024-02-29"), ("EOMONTH('2024-01-31', 1)", "2024-02-29"), ("YEAR(0)", "1900"),
            ("DATEPART(WEEKDAY, '2024-01-07')", "1"), ("DATEPART(WEEK, '2024-01-01')", "1"),
            ("DATEPART(ISO_WEEK, '2023-01-01')", "52"),
            ("DATEPART(DAYOFYEAR, '2024-12-31')", "366"), ("DATENAME(MONTH, '2024-01-15')", "January"),
            ("ISDATE('2024-02-30')", "0"),
            (at("2024-01-15 23:59:59.999", "DATETIME"), "2024-01-16 00:00:00.000"),
            (at("2024-01-15 23:59:59.998", "DATETIME"), "2024-01-15 23:59:59.997"),
            (at("2024-01-15 23:59:59.995", "DATETIME"), "2024-01-15 23:59:59.997"),
            (at("2024-01-15 23:59:59.994", "DATETIME"), "2024-01-15 23:59:59.993"),
            (at("2024-01-15 23:59:59.991", "DATETIME"), "2024-01-15 23:59:59.990"),
            (at("2024-01-15 12:00:29.998", "SMALLDATETIME"), "2024-01-15 12:00:00.000"),
            (at("2024-01-15 12:00:29.999", "SMALLDATETIME"), "2024-01-15 12:01:00.000"),
            (at("2024-01-15 23:59:59.9999999", "DATETIME2(3)"), "2024-01-16 00:00:00.000"),
            ("CAST('2024-13-01' AS DATE)", "Msg 241"),
            ("CAST('20240230' AS DATETIME)", "Msg 242"), ("CAST(CAST('2024-01-15 13:00' AS DATETIME) AS INT)", "45305"),
            ("CAST('1752-12-31' AS DATETIME)", "Msg 242"), ("CAST(CAST('2024-01-15' AS DATE) AS INT)", "Msg 529"),
            ("CAST(CAST('2024-01-15 10:00' AS DATETIME2) AS DATETIME) + 1.5", "Jan 16 2024 10:00PM"),
            (
                "SWITCHOFFSET(CAST('2024-01-01 00:30:00 +02:00' AS DATETIMEOFFSET(0)), '-01:00')",
                "2023-12-31 21:30:00 -01:00"
            ),
            (
                "IIF(CAST('2024-01-01 12:00 +02:00' AS DATETIMEOFFSET) = CAST('2024-01-01 10:00 +00:00' AS DATETIMEOFFSET), 1, 0)",
                "1"
            ),
        ])
    }

    @Test func unknown() {
        check([
            ("IIF(NULL = NULL, 1, 0)", "0"), ("IIF(1 IN (2, NULL), 1, 0)", "0"), ("IIF(1 NOT IN (2, NULL), 1, 0)", "0"),
            ("IIF(2 IN (2, NULL), 1, 0)", "1"), ("CASE WHEN NOT (NULL = 1) THEN 1 ELSE 0 END", "0"),
            ("IIF(NULL IS NULL, 1, 0)", "1"),
            ("CASE NULL WHEN NULL THEN 1 ELSE 0 END", "0"), ("IIF(1 = 1 OR NULL = 1, 1, 0)", "1"),
            ("IIF(1 BETWEEN NULL AND 0, 1, 0)", "0"),
            ("IIF(5 > ALL (SELECT 1 WHERE 1 = 0), 1, 0)", "1"), ("IIF(5 > ANY (SELECT 1 WHERE 1 = 0), 1, 0)", "0"),
            ("COUNT(x) FROM (VALUES (1), (NULL)) AS v (x)", "1"), ("COUNT(*) FROM (VALUES (1), (NULL)) AS v (x)", "2"),
            ("SUM(x) FROM (VALUES (1)) AS v (x) WHERE 1 = 0", "NULL"),
            ("COUNT(*) FROM (VALUES (1)) AS v (x) WHERE 1 = 0", "0"),
            ("AVG(x) FROM (VALUES (1), (2), (NULL)) AS v (x)", "1"),
            ("AVG(1.0 * x) FROM (VALUES (1), (2)) AS v (x)", "1.500000"),
            ("SUM(x) FROM (VALUES (2147483647), (1)) AS v (x)", "Msg 8115"),
            ("COUNT(DISTINCT x) FROM (VALUES ('a'), ('A'), ('a ')) AS v (x)", "1"),
            ("MIN(x) FROM (VALUES (NULL), (3), (2)) AS v (x)", "2"),
            ("STRING_AGG(x, ',') FROM (VALUES ('a'), (NULL), ('b')) AS v (x)", "a,b"),
            ("COUNT(*) FROM (SELECT NULL AS x UNION SELECT NULL) AS v", "1"),
            ("COUNT(*) FROM (SELECT 1 AS x INTERSECT SELECT 1.0) AS v", "1"),
        ])
    }
}

@Suite("Statements leave behind what the documentation says")
struct KnownEffectsTests {
    let bench: Bench

    init() throws { bench = try Bench() }

    private func run(_ text: String) -> [String] {
        bench.run(text).filter { !$0.hasPrefix("#") }.map {
            $0.hasPrefix("Msg ") ? String($0.prefix { $0 != "," }) : $0
        }
    }

    @Test func identities() {
        bench.run("CREATE TABLE t (id INT IDENTITY(10, 5), a INT CHECK (a > 0))")
        // Numbers are not given back.
        #expect(
            run("INSERT t VALUES (1); INSERT t VALUES (-1); INSERT t VALUES (2); SELECT id FROM t") == [
                "(1 rows)", "Msg 547", "(1 rows)", "10", "20",
            ]
        )
        #expect(
            run(
                "BEGIN TRAN; INSERT t VALUES (3); ROLLBACK; INSERT t VALUES (4); SELECT SCOPE_IDENTITY(), IDENT_CURRENT('t')"
            ).last == "30 | 30"
        )
        #expect(run("INSERT t (id, a) VALUES (1, 1)") == ["Msg 544"])
        #expect(
            run(
                "SET IDENTITY_INSERT t ON; INSERT t (id, a) VALUES (100, 1); SET IDENTITY_INSERT t OFF; INSERT t VALUES (5); SELECT MAX(id) FROM t"
            ).last == "105"
        )
        #expect(run("DELETE t; INSERT t VALUES (6); SELECT id FROM t").last == "110")
        #expect(run("TRUNCATE TABLE t; INSERT t VALUES (6); SELECT id FROM t").last == "10")
        #expect(run("DBCC CHECKIDENT ('t', RESEED, 200); INSERT t VALUES (6); SELECT MAX(id) FROM t").last == "205")
        #expect(run("UPDATE t SET id = 1") == ["Msg 8102"])
    }

    @Test func rulesOfTables() {
        bench.run("CREATE TABLE u (a INT UNIQUE, b VARCHAR(3), c VARCHAR(9) UNIQUE, CHECK (b <> 'no'))")
        #expect(run("INSERT u VALUES (NULL, NULL, '1'); INSERT u VALUES (NULL, 'x', '2')") == ["(1 rows)", "Msg 2627"])
        #expect(run("INSERT u VALUES (1, 'x', 'A'); INSERT u VALUES (2, 'x', 'a ')") == ["(1 rows)", "Msg 2627"])
        #expect(run("INSERT u VALUES (3, 'long', 'c')") == ["Msg 2628"])
        // Blanks at the end are cut without an error.
        #expect(run("INSERT u VALUES (4, 'abc  ', 'd'); SELECT DATALENGTH(b) FROM u WHERE a = 4") == ["(1 rows)", "3"])
        #expect(run("INSERT u VALUES (5, 'NO', 'e')") == ["Msg 547"])
    }

    @Test func updates() {
        bench.run("CREATE TABLE t (id INT, a INT, b INT); INSERT t VALUES (1, 1, 2), (2, 3, 4)")
        #expect(run("UPDATE t SET a = b, b = a; SELECT a, b FROM t ORDER BY id") == ["(2 rows)", "2 | 1", "4 | 3"])
        // A row that a join finds twice changes once.
        #expect(
            run("UPDATE t SET a = v.x FROM t JOIN (VALUES (1, 7), (1, 7)) AS v (id, x) ON v.id = t.id") == ["(1 rows)"]
        )
        #expect(run("DECLARE @x INT; UPDATE t SET @x = a = a + 1 WHERE id = 1; SELECT @x") == ["(1 rows)", "8"])
        #expect(run("DELETE TOP (1) t; SELECT COUNT(*) FROM t") == ["(1 rows)", "1"])
        #expect(
            run("MERGE t USING (VALUES (2), (2)) AS s (id) ON s.id = t.id WHEN MATCHED THEN UPDATE SET a = 0;") == [
                "Msg 8672"
            ]
        )
        #expect(
            run("UPDATE t SET a = 5 OUTPUT deleted.a, inserted.a, inserted.a - deleted.a AS d").first == "4 | 5 | 1"
        )
        #expect(run("UPDATE t SET a = 1 WHERE id = 99; SELECT @@ROWCOUNT").last == "0")
    }

    @Test func variables() {
        bench.run("CREATE TABLE t (id INT); INSERT t VALUES (1), (2)")
        // No row leaves a variable as it is; SET makes it NULL.
        #expect(run("DECLARE @x INT = 9; SELECT @x = id FROM t WHERE id = 5; SELECT @x").last == "9")
        #expect(run("DECLARE @x INT = 9; SET @x = (SELECT id FROM t WHERE id = 5); SELECT @x") == ["NULL"])
        #expect(run("DECLARE @x INT; SET @x = (SELECT id FROM t)") == ["Msg 512"])
        #expect(run("DECLARE @x VARCHAR(2) = 'abc'; SELECT @x") == ["ab"])
        #expect(run("DECLARE @x VARCHAR = 'abc'; SELECT @x, LEN(CAST(REPLICATE('x', 50) AS VARCHAR))") == ["a | 30"])
        // A table variable is not rolled back.
        #expect(
            run("DECLARE @t TABLE (id INT); BEGIN TRAN; INSERT @t VALUES (1); ROLLBACK; SELECT COUNT(*) FROM @t").last
                == "1"
        )
    }

    @Test func orders() {
        #expect(run("SELECT x FROM (VALUES (2), (NULL), (1)) AS v (x) ORDER BY x") == ["NULL", "1", "2"])
        #expect(run("SELECT x FROM (VALUES (2), (NULL), (1)) AS v (x) ORDER BY x DESC") == ["2", "1", "NULL"])
        #expect(
            run("SELECT x, COUNT(*) FROM (VALUES (NULL), (NULL), (1)) AS v (x) GROUP BY x ORDER BY 2") == [
                "1 | 1", "NULL | 2",
            ]
        )
        #expect(
            run("SELECT x FROM (VALUES (1), (2), (3)) AS v (x) ORDER BY x OFFSET 1 ROWS FETCH NEXT 1 ROWS ONLY") == [
                "2"
            ]
        )
        #expect(
            run(
                "SELECT COUNT(*) FROM (VALUES (CAST('2024-01-01 12:00 +02:00' AS DATETIMEOFFSET)), ('2024-01-01 10:00 +00:00')) AS v (x) GROUP BY x"
            )
                == ["2"]
        )
        #expect(run("SELECT COUNT(*) FROM (SELECT TOP 2 x FROM (VALUES (1), (2), (3)) AS v (x)) AS y") == ["2"])
        #expect(
            run("SELECT x, SUM(x) OVER (ORDER BY x) FROM (VALUES (1), (2), (2)) AS v (x)") == [
                "1 | 1", "2 | 5", "2 | 5",
            ]
        )
    }

    @Test func ordersByConstants() {
        bench.run("CREATE TABLE k (id INT, name VARCHAR(9)); INSERT k VALUES (1, 'b'), (2, 'a')")
        // The alias of a number is its value, not the number of a column.
        #expect(run("SELECT 2 AS a, id FROM k ORDER BY a, id DESC") == ["2 | 2", "2 | 1"])
        #expect(run("SELECT 7 AS a, id FROM k ORDER BY a, id") == ["7 | 1", "7 | 2"])
        #expect(run("SELECT 7 AS a, id FROM k UNION SELECT 7, 3 ORDER BY a, 2 DESC") == ["7 | 3", "7 | 2", "7 | 1"])
        #expect(run("SELECT COUNT(*) FROM k GROUP BY 1") == ["Msg 164"])
        #expect(run("SELECT COUNT(*) FROM k GROUP BY id, 'x'") == ["Msg 164"])
        #expect(run("SELECT id FROM k ORDER BY 'id'") == ["Msg 408"])
        #expect(run("SELECT id, ROW_NUMBER() OVER (ORDER BY 1) FROM k") == ["Msg 5308"])
        #expect(run("SELECT id FROM k ORDER BY (SELECT NULL), id DESC") == ["2", "1"])
    }

    @Test func columnsThatRulesNeedStay() {
        bench.run(
            """
            CREATE TABLE d (a INT, b INT, c AS b + 1, d INT, e INT, f INT, CONSTRAINT d_d CHECK (d > 0))
            CREATE INDEX d_e ON d (a) INCLUDE (e)
            """
        )
        for column in ["d", "b", "e"] {
            #expect(run("ALTER TABLE d DROP COLUMN \(column)") == ["Msg 5074"], "\(column)")
        }
        for column in ["d", "b"] {
            #expect(run("ALTER TABLE d ALTER COLUMN \(column) BIGINT") == ["Msg 5074"], "\(column)")
        }
        #expect(
            run("ALTER TABLE d DROP COLUMN f; ALTER TABLE d DROP CONSTRAINT d_d; ALTER TABLE d DROP COLUMN d") == []
        )
        #expect(run("INSERT d (a, b) VALUES (1, 2); SELECT c FROM d") == ["(1 rows)", "3"])
    }

    @Test func averagesOverflowAsTheirSumsDo() {
        #expect(run("SELECT AVG(x) FROM (VALUES (2147483647), (1)) AS v (x)") == ["Msg 8115"])
        #expect(run("SELECT AVG(CAST(x AS BIGINT)) FROM (VALUES (2147483647), (1)) AS v (x)") == ["1073741824"])
        #expect(run("SELECT AVG(x) FROM (VALUES (CAST(922337203685477 AS MONEY)), (1)) AS v (x)") == ["Msg 8115"])
    }

    @Test func countsOfRows() {
        let counts = [
            "SELECT 1 AS n": "1", "DECLARE @x INT; SET @x = 1": "1", "SET NOCOUNT OFF": "0", "PRINT 'a'": "0",
            "USE shop": "0", "RAISERROR('a', 10, 1)": "0",
        ]
        for (statement, count) in counts {
            #expect(
                run("DECLARE @n INT; SELECT @n = x FROM (VALUES (1), (2)) AS v (x); \(statement); SELECT @@ROWCOUNT")
                    .last
                    == count,
                "\(statement)"
            )
        }
    }

    @Test func variablesThatGatherRows() {
        bench.run("CREATE TABLE g (id INT, a INT, b INT); INSERT g VALUES (1, 1, 0), (2, 2, 0), (3, 3, 0)")
        #expect(
            run("DECLARE @s VARCHAR(20) = ''; SELECT @s = @s + CAST(a AS VARCHAR(9)) FROM g; SELECT @s").last == "123"
        )
        #expect(run("DECLARE @s INT = 0; SELECT @s += a FROM g; SELECT @s").last == "6")
        #expect(run("DECLARE @a INT, @b INT; SELECT @a = 1, @b = @a + 1; SELECT @b").last == "2")
        #expect(
            run("DECLARE @a INT = 0, @b INT; SELECT @a = @a + a, @b = @a * 10 FROM g; SELECT @a, @b").last == "6 | 60"
        )
        #expect(run("DECLARE @s INT = 0; SELECT @s = @s + a FROM g ORDER BY a DESC").last == "Msg 40517")
        #expect(run("DECLARE @s INT = 5; SELECT @s = @s + 1 FROM g WHERE id = @s; SELECT @s").last == "5")
        #expect(run("DECLARE @c INT = 0; UPDATE g SET @c = @c + a; SELECT @c").last == "6")
        #expect(run("DECLARE @c INT = 0; UPDATE g SET @c += a, b = a; SELECT @c, SUM(b) FROM g").last == "6 | 6")
        #expect(run("DECLARE @c INT = 0; UPDATE g SET @c = @c + a, b = @c; SELECT 1").last == "Msg 40517")
        #expect(
            run("DECLARE @c INT = 0; UPDATE g SET @c = @c + v.a FROM g CROSS JOIN g AS v; SELECT 1").last == "Msg 40517"
        )
        #expect(run("DECLARE @c INT; UPDATE g SET @c = b = a WHERE id = 3; SELECT @c").last == "3")
    }

    @Test func variantsCompareByFamilyAndValue() {
        let variant = { (text: String) in "CAST(\(text) AS SQL_VARIANT)" }
        let cases = [
            ("2", "=", "2.0", "1"), ("'a'", "=", "'A'", "1"), ("2", "<", "10", "1"),
            ("2", "<", "CAST(1 AS FLOAT)", "1"),
            ("'2'", "=", "2", "0"), ("NULL", "=", "2", "0"),
        ]
        for (a, operation, b, expected) in cases {
            #expect(
                run("SELECT IIF(\(variant(a)) \(operation) \(variant(b)), 1, 0)") == [expected],
                "\(a) \(operation) \(b)"
            )
        }
        #expect(run("SELECT IIF(\(variant("2")) IN (\(variant("1")), \(variant("2.0"))), 1, 0)") == ["1"])
        #expect(run("SELECT IIF(\(variant("2")) IS NOT DISTINCT FROM \(variant("2.0")), 1, 0)") == ["1"])
        #expect(run("SELECT IIF(\(variant("NULL")) IS NOT DISTINCT FROM \(variant("NULL")), 1, 0)") == ["1"])
    }

    @Test func recursionHasALimit() {
        let numbers = { (last: Int, option: String) in
            "WITH r AS (SELECT 1 AS n UNION ALL SELECT r.n + 1 FROM r WHERE n < \(last)) SELECT COUNT(*) FROM r \(option)"
        }
        #expect(run(numbers(101, "")) == ["101"])
        #expect(run(numbers(102, "")) == ["Msg 530"])
        #expect(run(numbers(102, "OPTION (MAXRECURSION 101)")) == ["102"])
        #expect(run(numbers(500, "OPTION (MAXRECURSION 0)")) == ["500"])
        #expect(run(numbers(3, "OPTION (MAXRECURSION 1)")) == ["Msg 530"])
        // What counts the steps is no column.
        #expect(
            bench.run(
                "WITH r AS (SELECT 1 AS n UNION ALL SELECT * FROM (SELECT 2 AS n) AS x WHERE 1 = 0) SELECT * FROM r"
            ).last == "1"
        )
        #expect(
            bench.run("WITH r AS (SELECT 1 AS n, 2 AS m UNION ALL SELECT r.* FROM r WHERE 1 = 0) SELECT * FROM r").last
                == "1 | 2"
        )
        bench.run("CREATE TABLE copied (n INT)")
        #expect(
            run("WITH r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) INSERT copied SELECT n FROM r") == ["Msg 530"]
        )
        #expect(run("SELECT COUNT(*) FROM copied") == ["0"])
    }
}
