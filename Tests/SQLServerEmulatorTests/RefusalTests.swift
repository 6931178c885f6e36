import Testing

@testable import SQLServerEmulator

/// What SQL Server refuses is refused by its own number; what only the emulator refuses, by 40517.
@Suite("Statements are refused by the numbers that SQL Server gives")
struct RefusalTests {
    let bench: Bench

    init() throws {
        bench = try Bench()
        bench.run(
            """
            CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20), long TEXT)
            INSERT t VALUES (1, 'b', 'x'), (2, 'a', 'y')
            """
        )
    }

    private func check(_ cases: [(String, String)]) {
        for (statement, expected) in cases {
            let last = bench.run(statement).last ?? ""
            #expect((last.hasPrefix("Msg ") ? String(last.prefix { $0 != "," }) : last) == expected, "\(statement)")
        }
    }

    @Test func windows() {
        check([
            ("SELECT COUNT(DISTINCT name) OVER () FROM t", "Msg 10759"),
            ("SELECT id FROM t WHERE ROW_NUMBER() OVER (ORDER BY id) = 1", "Msg 4108"),
            ("SELECT name FROM t GROUP BY name HAVING ROW_NUMBER() OVER (ORDER BY name) = 1", "Msg 4108"),
            ("SELECT NTILE(0) OVER (ORDER BY id) FROM t", "Msg 4116"),
            ("SELECT NTILE(2) OVER (ORDER BY id) FROM t ORDER BY id", "2"),
            ("SELECT SUM(id) OVER (ORDER BY id RANGE 1 PRECEDING) FROM t", "Msg 4194"),
            ("SELECT SUM(id) OVER (ORDER BY id ROWS 1 PRECEDING) FROM t ORDER BY id", "3"),
            ("SELECT LAG(id, -1) OVER (ORDER BY id) FROM t", "Msg 8730"),
            ("SELECT LAG(id, 1) OVER (ORDER BY id) FROM t ORDER BY id", "1"),
            ("SELECT name, SUM(COUNT(*)) OVER () FROM t GROUP BY name ORDER BY name", "b | 2"),
            ("SELECT id FROM t ORDER BY ROW_NUMBER() OVER (ORDER BY id DESC)", "1"),
        ])
    }

    @Test func names() {
        check([
            ("SELECT s.nosuch FROM t AS s", "Msg 207"), ("SELECT x.id FROM t AS s", "Msg 4104"),
            ("WITH c (a, b) AS (SELECT 1) SELECT * FROM c", "Msg 8159"),
            ("WITH c (a) AS (SELECT 1, 2) SELECT * FROM c", "Msg 8158"),
            ("SELECT dbo.nofn(1)", "Msg 4121"), ("SELECT nofn(1)", "Msg 195"),
            ("SELECT {fn now()}", "Nov 14 2023 10:13PM"), ("SELECT {fn UCASE('a')}", "A"),
            ("SELECT {fn DAYNAME('2024-01-01')}", "Msg 40517"),
            ("SELECT TRIM('x' FROM 'xax')", "a"), ("SELECT TRIM(LEADING 'x' FROM 'xax')", "ax"),
            ("SELECT 1 HAVING 1 = 1", "1"), ("SELECT 1 FROM t HAVING COUNT(*) = 2", "1"),
            ("SELECT value FROM STRING_SPLIT('a,b', ',')", "Msg 40517"),
            ("SELECT value FROM OPENJSON('[1]')", "Msg 40517"),
            ("WITH c AS (SELECT id FROM t) DELETE FROM c", "Msg 40517"),
            ("WITH c AS (SELECT id, name FROM t) UPDATE c SET name = 'z'", "Msg 40517"),
        ])
    }

    @Test func orders() {
        check([
            ("SELECT DISTINCT name FROM t ORDER BY id", "Msg 145"),
            ("SELECT DISTINCT name FROM t ORDER BY name", "b"), ("SELECT DISTINCT id + 1 AS n FROM t ORDER BY n", "3"),
            ("SELECT DISTINCT id + 1 FROM t ORDER BY id + 1", "3"), ("SELECT DISTINCT name FROM t ORDER BY 1", "b"),
            ("CREATE VIEW v AS SELECT id FROM t ORDER BY id", "Msg 1033"),
            ("SELECT * FROM (SELECT id FROM t ORDER BY id) AS d", "Msg 1033"),
            ("WITH c AS (SELECT id FROM t ORDER BY id) SELECT * FROM c", "Msg 1033"),
            ("SELECT 1 WHERE 1 IN (SELECT id FROM t ORDER BY id)", "Msg 1033"),
            ("SELECT (SELECT TOP 1 id FROM t ORDER BY id)", "1"),
            ("SELECT * FROM (SELECT id FROM t ORDER BY id OFFSET 1 ROWS) AS d", "2"),
        ])
    }

    @Test func largeObjects() {
        check([
            ("SELECT id FROM t ORDER BY long", "Msg 306"), ("SELECT COUNT(*) FROM t GROUP BY long", "Msg 306"),
            ("SELECT DISTINCT long FROM t", "Msg 421"), ("SELECT LEN(long) FROM t", "Msg 8116"),
            ("SELECT LEFT(long, 1) FROM t", "Msg 8116"), ("SELECT UPPER(long) FROM t", "Msg 8116"),
            ("CREATE TABLE k (a TEXT PRIMARY KEY)", "Msg 1919"), ("CREATE INDEX i ON t (long)", "Msg 1919"),
        ])
    }

    @Test func changes() {
        check([
            ("INSERT t (id) OUTPUT deleted.id VALUES (9)", "Msg 4104"),
            ("DELETE t OUTPUT inserted.id", "Msg 4104"),
            (
                "MERGE t USING (VALUES (1)) AS s (id) ON t.id = s.id WHEN MATCHED THEN DELETE WHEN MATCHED THEN UPDATE SET name = 'q';",
                "Msg 5324"
            ),
            (
                "MERGE t USING (VALUES (1)) AS s (id) ON t.id = s.id WHEN MATCHED AND s.id = 1 THEN DELETE WHEN MATCHED AND s.id = 2 THEN DELETE;",
                "Msg 10714"
            ),
            ("RAISERROR('x', 19, 1)", "Msg 2754"), ("RAISERROR('x', 18, 1)", "Msg 50000"),
            ("SET CONCAT_NULL_YIELDS_NULL OFF", "Msg 40517"), ("SET NUMERIC_ROUNDABORT ON", "Msg 40517"),
        ])
    }
}
