import Testing

@testable import SQLServerEmulator

/// What a batch says, without the names of columns and the numbers of rows.
private func answers(_ bench: Bench, _ text: String) -> [String] {
    bench.run(text).filter { !$0.hasPrefix("#") && !$0.hasSuffix(" rows)") }
}

@Suite("Functions of users")
struct UserFunctionTests {
    let bench: Bench

    init() throws {
        bench = try Bench()
        bench.run(
            "CREATE TABLE t (id INT, a INT, b VARCHAR(10)); INSERT t VALUES (1, 10, 'x'), (2, 20, 'y'), (3, NULL, 'z')"
        )
    }

    private func run(_ text: String) -> [String] { answers(bench, text) }

    @Test func scalar() {
        bench.run(
            """
            CREATE FUNCTION dbo.steps (@n INT, @by DECIMAL(5, 2) = 1.5) RETURNS DECIMAL(9, 1) AS
            BEGIN
                DECLARE @i INT = 0, @sum DECIMAL(9, 2) = 0
                WHILE @i < @n BEGIN SET @sum += @by; SET @i += 1 END
                IF @n IS NULL RETURN -1
                RETURN @sum
            END
            """
        )
        bench.run(
            "CREATE FUNCTION total () RETURNS INT AS BEGIN DECLARE @s INT; SELECT @s = SUM(a) FROM t; RETURN @s END"
        )
        #expect(
            run("SELECT dbo.steps(3, 1.25), dbo.steps(2, DEFAULT), dbo.steps(NULL, 1), dbo.total()") == [
                "3.8 | 3.0 | -1.0 | 30"
            ]
        )
        #expect(
            run("SELECT id, dbo.steps(a, 1) FROM t WHERE dbo.steps(id, 1) > 1 ORDER BY id") == ["2 | 20.0", "3 | -1.0"]
        )
        #expect(bench.run("SELECT dbo.steps(1, 1) AS x").first == "# x decimal(9,1)")
        // It reads what is there now, and another definition is another function.
        #expect(run("UPDATE t SET a = 1 WHERE id = 1; SELECT dbo.total()") == ["21"])
        bench.run("ALTER FUNCTION total () RETURNS INT AS BEGIN RETURN 7 END")
        #expect(run("SELECT dbo.total()") == ["7"])
        #expect(run("SELECT dbo.steps(1)")[0].hasPrefix("Msg 313"))
        #expect(run("SELECT dbo.steps(1, 2, 3)")[0].hasPrefix("Msg 8144"))
        #expect(run("SELECT dbo.none(1)").last?.hasPrefix("Msg") == true)
    }

    @Test func errorsInThemAreThoseOfTheStatement() {
        bench.run("CREATE FUNCTION inverse (@n INT) RETURNS FLOAT AS BEGIN RETURN 1 / @n END")
        #expect(run("SELECT dbo.inverse(0); PRINT 'on'").map { $0.prefix(8) } == ["Msg 8134", "on"])
        #expect(run("BEGIN TRY SELECT dbo.inverse(0) END TRY BEGIN CATCH PRINT ERROR_NUMBER() END CATCH") == ["8134"])
        bench.run("CREATE FUNCTION endless (@n INT) RETURNS INT AS BEGIN RETURN dbo.endless(@n + 1) END")
        #expect(run("SELECT dbo.endless(1)")[0].hasPrefix("Msg 217"))
        #expect(run("SELECT @@TRANCOUNT") == ["0"])
    }

    @Test func theyLeaveNothingBehindAndTakeWhatTheyDeclare() {
        bench.run(
            "CREATE FUNCTION short (@s VARCHAR(2)) RETURNS VARCHAR(9) AS BEGIN DECLARE @n INT; SELECT @n = COUNT(*) FROM t WHERE id < 2; RETURN @s + '!' END"
        )
        #expect(run("SELECT dbo.short('long')") == ["lo!"])
        #expect(run("UPDATE t SET a = 1; DECLARE @x VARCHAR(9) = dbo.short('x'); SELECT @x") == ["x!"])
        bench.run("CREATE FUNCTION mine () RETURNS TABLE AS RETURN (SELECT COUNT(*) AS n FROM t)")
        #expect(run("WITH t AS (SELECT 1 AS id) SELECT n FROM dbo.mine() CROSS JOIN t") == ["3"])
        bench.run("CREATE FUNCTION whole () RETURNS INT AS BEGIN RETURN 3.9 END")
        #expect(run("SELECT dbo.whole()") == ["3"])
        #expect(
            run("CREATE FUNCTION f () RETURNS INT AS BEGIN IF 1 = 1 RETURN 1 ELSE PRINT 'x'; RETURN 1 END").last?
                .hasPrefix("Msg 443") == true
        )
    }

    @Test(arguments: [
        ("RETURNS INT AS BEGIN INSERT t (id) VALUES (1); RETURN 1 END", 443),
        ("RETURNS INT AS BEGIN PRINT 'x'; RETURN 1 END", 443),
        ("RETURNS INT AS BEGIN SELECT 1; RETURN 1 END", 444), ("RETURNS INT AS BEGIN DECLARE @x INT END", 455),
        ("RETURNS @r TABLE (id INT) AS BEGIN RETURN END", 40517),
    ])
    func whatTheyMayNotDo(body: String, error: Int) {
        #expect(run("CREATE FUNCTION f () \(body)").last?.hasPrefix("Msg \(error)") == true)
    }

    @Test func inlineTables() {
        bench.run(
            "CREATE FUNCTION above (@least INT, @b VARCHAR(10) = 'x') RETURNS TABLE AS RETURN (SELECT id, a AS amount, @b AS b FROM t WHERE a > @least)"
        )
        #expect(run("SELECT id, amount, b FROM dbo.above(5, DEFAULT) ORDER BY id") == ["1 | 10 | x", "2 | 20 | x"])
        #expect(run("DECLARE @n INT = 15; SELECT f.id FROM above(@n, 'q') AS f JOIN t ON t.id = f.id") == ["2"])
        #expect(
            run("SELECT t.id, f.id FROM t OUTER APPLY dbo.above(t.a, t.b) AS f ORDER BY t.id, f.id") == [
                "1 | 2", "2 | NULL", "3 | NULL",
            ]
        )
        #expect(
            run("SELECT t.id, f.id, f.b FROM t CROSS APPLY dbo.above(t.a - 1, t.b) AS f ORDER BY t.id, f.id") == [
                "1 | 1 | x", "1 | 2 | x", "2 | 2 | y",
            ]
        )
        // It sees no variable but its own.
        bench.run("CREATE FUNCTION leaks () RETURNS TABLE AS RETURN (SELECT @outer AS x)")
        #expect(run("DECLARE @outer INT = 1; SELECT * FROM dbo.leaks()")[0].hasPrefix("Msg 137"))
    }

    @Test func permissions() {
        bench.run("CREATE USER bob WITHOUT LOGIN")
        bench.run("CREATE FUNCTION one () RETURNS INT AS BEGIN RETURN (SELECT MAX(id) FROM t) END")
        bench.run("CREATE FUNCTION many () RETURNS TABLE AS RETURN (SELECT id FROM t)")
        bench.run("EXECUTE AS USER = 'bob'")
        #expect(run("SELECT dbo.one()")[0].contains("The EXECUTE permission was denied"))
        #expect(run("SELECT * FROM dbo.many()")[0].contains("The SELECT permission was denied"))
        bench.run("REVERT; GRANT EXECUTE ON one TO bob; GRANT SELECT ON many TO bob; EXECUTE AS USER = 'bob'")
        #expect(run("SELECT dbo.one(); SELECT COUNT(*) FROM dbo.many()") == ["3", "3"])
    }
}

@Suite("Triggers of tables")
struct TableTriggerTests {
    let bench: Bench

    init() throws {
        bench = try Bench()
        bench.run(
            "CREATE TABLE t (id INT IDENTITY PRIMARY KEY, a INT, b INT); CREATE TABLE log (n INT IDENTITY(100, 1), what VARCHAR(200))"
        )
        bench.run(
            """
            CREATE TRIGGER watch ON t AFTER INSERT, UPDATE, DELETE AS
            BEGIN
                DECLARE @count INT = @@ROWCOUNT
                INSERT log SELECT CONCAT(@count, ':', COALESCE(i.id, d.id), ' ', d.a, '>', i.a, IIF(UPDATE(a), ' a', ''), IIF(UPDATE(b), ' b', ''))
                FROM inserted AS i FULL JOIN deleted AS d ON d.id = i.id ORDER BY COALESCE(i.id, d.id)
                IF @count = 0 INSERT log VALUES ('none')
            END
            """
        )
    }

    private func run(_ text: String) -> [String] { answers(bench, text) }
    private func log() -> [String] { run("SELECT what FROM log ORDER BY n; DELETE log") }

    @Test func eachActionIsSeen() {
        bench.run("INSERT t (a) VALUES (1), (2)")
        #expect(log() == ["2:1 >1 a b", "2:2 >2 a b"])
        bench.run("UPDATE t SET a = a + 1")
        #expect(log() == ["2:1 1>2 a", "2:2 2>3 a"])
        bench.run("UPDATE t SET b = 1 WHERE id = 9; DELETE t WHERE id = 1")
        #expect(log() == ["none", "1:1 2>"])
        bench.run(
            "MERGE t USING (VALUES (2, 5), (7, 7)) AS s (id, a) ON s.id = t.id WHEN MATCHED THEN UPDATE SET a = s.a WHEN NOT MATCHED THEN INSERT (a) VALUES (s.a);"
        )
        #expect(log().sorted() == ["1:2 3>5 a", "1:3 >7 a b"])
    }

    @Test func identitiesOfTheTriggerAreNotThoseOfTheScope() {
        #expect(run("INSERT t (a) VALUES (1); SELECT SCOPE_IDENTITY(), @@IDENTITY, @@ROWCOUNT") == ["1 | 100 | 1"])
    }

    @Test func theyArePartOfTheStatement() {
        bench.run(
            "CREATE TRIGGER guard ON t FOR INSERT AS IF EXISTS (SELECT 1 FROM inserted WHERE a < 0) THROW 50001, 'negative', 1"
        )
        #expect(run("INSERT t (a) VALUES (1), (-1); PRINT 'not reached'") == ["Msg 50001, Level 16, Line 1: negative"])
        #expect(run("SELECT COUNT(*) FROM t; SELECT COUNT(*) FROM log") == ["0", "0"])
        bench.run("ALTER TRIGGER guard ON t FOR INSERT AS ROLLBACK")
        #expect(run("INSERT t (a) VALUES (1); PRINT 'not reached'").map { $0.prefix(8) } == ["Msg 3609"])
        #expect(run("BEGIN TRAN; INSERT t (a) VALUES (1)").count == 1)
        #expect(run("SELECT @@TRANCOUNT, COUNT(*) FROM t") == ["0 | 0"])
    }

    @Test func comeAndGo() {
        #expect(
            run("SELECT name, OBJECT_NAME(parent_id), parent_class_desc FROM sys.triggers") == [
                "watch | t | OBJECT_OR_COLUMN"
            ]
        )
        bench.run("DISABLE TRIGGER watch ON t; INSERT t (a) VALUES (1); ENABLE TRIGGER ALL ON t")
        #expect(log() == [])
        bench.run(
            "ALTER TABLE t DISABLE TRIGGER watch; INSERT t (a) VALUES (1); ALTER TABLE t ENABLE TRIGGER ALL; INSERT t (a) VALUES (7)"
        )
        #expect(log() == ["1:3 >7 a b"])
        #expect(run("INSERT t (a) OUTPUT inserted.id VALUES (1)")[0].hasPrefix("Msg 334"))
        #expect(run("SELECT * FROM inserted")[0].hasPrefix("Msg 208"))
        bench.run("DROP TABLE t")
        #expect(run("SELECT COUNT(*) FROM sys.triggers") == ["0"])
    }

    @Test func theyRunInTheOrderInWhichTheyWereMadeAndLeaveTheSettings() {
        bench.run("CREATE TABLE r (id INT); CREATE TABLE trace (n INT IDENTITY, what VARCHAR(9))")
        for name in ["b", "a", "c"] {
            bench.run("CREATE TRIGGER \(name) ON r AFTER INSERT AS INSERT trace VALUES ('\(name)')")
        }
        bench.run("INSERT r VALUES (1)")
        #expect(run("SELECT what FROM trace ORDER BY n") == ["b", "a", "c"])
        // In a trigger XACT_ABORT is on; behind it an error ends its statement alone, as before.
        bench.run("BEGIN TRAN; INSERT r VALUES (2); INSERT t (id) VALUES (1)")
        #expect(run("SELECT @@TRANCOUNT; ROLLBACK") == ["1"])
        bench.run("DISABLE TRIGGER ALL ON r")
        #expect(run("INSERT r OUTPUT inserted.id VALUES (3)") == ["3"])
    }

    @Test func noneFiresItself() {
        bench.run("CREATE TABLE r (id INT); ")
        bench.run("CREATE TRIGGER again ON r AFTER INSERT AS INSERT r SELECT id + 1 FROM inserted")
        #expect(run("INSERT r VALUES (1); SELECT COUNT(*) FROM r") == ["2"])
    }

    @Test(arguments: [
        "CREATE TRIGGER x ON t INSTEAD OF INSERT AS PRINT 1",
        "CREATE TRIGGER x ON ALL SERVER FOR CREATE_TABLE AS PRINT 1",
    ])
    func whatIsNotEmulatedIsRefused(statement: String) { #expect(run(statement)[0].hasPrefix("Msg 40517")) }
}

@Suite("Cursors")
struct CursorTests {
    @Test func overRows() throws {
        let bench = try Bench()
        bench.run("CREATE TABLE t (id INT, a VARCHAR(5)); INSERT t VALUES (1, 'x'), (2, 'y'), (3, 'z')")
        func run(_ text: String) -> [String] { answers(bench, text) }
        #expect(
            run(
                """
                DECLARE @id INT, @a VARCHAR(5), @least INT = 2
                DECLARE c CURSOR LOCAL FAST_FORWARD FOR SELECT id, a FROM t WHERE id >= @least ORDER BY id DESC
                SET @least = 9
                OPEN c
                FETCH NEXT FROM c INTO @id, @a
                WHILE @@FETCH_STATUS = 0
                BEGIN
                    PRINT CONCAT(@id, @a)
                    FETCH NEXT FROM c INTO @id, @a
                END
                CLOSE c
                DEALLOCATE c
                PRINT CONCAT(@id, @@FETCH_STATUS)
                """
            ) == ["3z", "2y", "2-1"]
        )
        // It ended with its batch; a global one does not.
        #expect(run("OPEN c")[0].hasPrefix("Msg 16916"))
        bench.run("DECLARE g SCROLL CURSOR FOR SELECT id FROM t ORDER BY id; OPEN g")
        #expect(
            run(
                "FETCH LAST FROM g; FETCH PRIOR FROM g; FETCH ABSOLUTE -3 FROM g; FETCH RELATIVE 2 FROM g; FETCH FIRST FROM g; SELECT @@CURSOR_ROWS"
            )
                == ["3", "2", "1", "3", "1", "3"]
        )
        #expect(run("FETCH NEXT FROM g INTO @x, @y")[0].hasPrefix("Msg 16924"))
        #expect(run("OPEN g")[0].hasPrefix("Msg 16905"))
        #expect(run("DECLARE g CURSOR FOR SELECT 1")[0].hasPrefix("Msg 16915"))
        #expect(run("CLOSE g; FETCH NEXT FROM g")[0].hasPrefix("Msg 16917"))
        #expect(run("DECLARE f CURSOR FOR SELECT 1; OPEN f; FETCH PRIOR FROM f")[0].hasPrefix("Msg 16911"))
        #expect(run("DEALLOCATE g; FETCH NEXT FROM g")[0].hasPrefix("Msg 16916"))
        #expect(run("DELETE t WHERE CURRENT OF f")[0].hasPrefix("Msg 40517"))
    }

    @Test func places() throws {
        let bench = try Bench()
        bench.run("CREATE TABLE t (id INT); INSERT t VALUES (1), (2), (3)")
        func run(_ text: String) -> [String] { answers(bench, text) }
        bench.run("DECLARE g SCROLL CURSOR FOR SELECT id FROM t ORDER BY id; OPEN g")
        #expect(run("FETCH ABSOLUTE 2 FROM g; FETCH RELATIVE 9 FROM g; FETCH PRIOR FROM g") == ["2", "3"])
        #expect(run("FETCH RELATIVE -9 FROM g; FETCH NEXT FROM g; FETCH ABSOLUTE -1 FROM g") == ["1", "3"])
        #expect(run("FETCH NEXT FROM g; SELECT @@FETCH_STATUS") == ["-1"])
        // Opened again it stands before the first row, and sees what is there then.
        #expect(run("INSERT t VALUES (0); CLOSE g; OPEN g; FETCH NEXT FROM g; SELECT @@CURSOR_ROWS") == ["0", "4"])
        #expect(
            run(
                "DECLARE g CURSOR LOCAL FOR SELECT 7; OPEN g; FETCH NEXT FROM g; FETCH NEXT FROM GLOBAL g; DEALLOCATE g; FETCH NEXT FROM g"
            ) == ["7", "1", "2"]
        )
        #expect(
            run("DECLARE f CURSOR FORWARD_ONLY STATIC FOR SELECT 1; OPEN f; FETCH FIRST FROM f")[0].hasPrefix(
                "Msg 16911"
            )
        )
    }
}

@Suite("TOP takes a part of the rows, and those that tie with the last")
struct TopTests {
    @Test func percentAndTies() throws {
        let bench = try Bench()
        bench.run(
            "CREATE TABLE t (id INT, a INT); INSERT t VALUES (1, 10), (2, 10), (3, 20), (4, 20), (5, 20), (6, 30), (7, 40)"
        )
        func run(_ text: String) -> [String] { answers(bench, text) }
        #expect(run("SELECT TOP (3) WITH TIES id FROM t ORDER BY a, id") == ["1", "2", "3"])
        #expect(run("SELECT COUNT(*), MAX(a) FROM (SELECT TOP 3 WITH TIES a FROM t ORDER BY a) AS x") == ["5 | 20"])
        #expect(run("SELECT TOP 10 PERCENT id FROM t ORDER BY id DESC") == ["7"])
        #expect(run("SELECT TOP (50) PERCENT id FROM t ORDER BY id") == ["1", "2", "3", "4"])
        #expect(run("SELECT TOP (15) PERCENT WITH TIES a FROM t ORDER BY a DESC") == ["40", "30"])
        #expect(run("SELECT TOP 1 WITH TIES a, COUNT(*) AS n FROM t GROUP BY a ORDER BY COUNT(*)").count == 2)
        #expect(run("SELECT TOP 0 PERCENT id FROM t") == [])
        #expect(run("SELECT TOP 100 PERCENT id FROM t").count == 7)
        #expect(run("SELECT TOP 30 PERCENT id FROM t ORDER BY id") == ["1", "2", "3"])
        // Without WITH TIES rows that tie are cut.
        #expect(run("SELECT TOP 10 PERCENT a FROM t ORDER BY a") == ["10"])
        #expect(run("SELECT TOP 100.5 PERCENT id FROM t").last?.hasPrefix("Msg 1031") == true)
        #expect(run("DECLARE @n INT = -1; SELECT TOP (@n) id FROM t").last?.hasPrefix("Msg 1060") == true)
        #expect(run("SELECT TOP 101 PERCENT id FROM t").last?.hasPrefix("Msg 1031") == true)
        #expect(run("SELECT TOP 1 WITH TIES id FROM t")[0].hasPrefix("Msg 1062"))
        #expect(run("SELECT DISTINCT TOP 50 PERCENT a FROM t")[0].hasPrefix("Msg 40517"))
    }
}

@Suite("Sequences give each number once")
struct SequenceTests {
    @Test func numbers() throws {
        let bench = try Bench()
        func run(_ text: String) -> [String] { answers(bench, text) }
        bench.run("CREATE SEQUENCE s AS INT START WITH 5 INCREMENT BY 2 MAXVALUE 11; CREATE SEQUENCE big")
        bench.run("CREATE TABLE t (id INT DEFAULT NEXT VALUE FOR s, a INT)")
        #expect(run("SELECT NEXT VALUE FOR s; SELECT NEXT VALUE FOR big") == ["5", "-9223372036854775808"])
        // No transaction takes a number back.
        #expect(
            run("BEGIN TRAN; INSERT t (a) VALUES (1); ROLLBACK; INSERT t (a) VALUES (1), (2); SELECT id FROM t") == [
                "9", "11",
            ]
        )
        #expect(run("SELECT NEXT VALUE FOR s")[0...].last?.hasPrefix("Msg 11728") == true)
        #expect(
            run(
                "SELECT name, start_value, increment, maximum_value, current_value, is_exhausted FROM sys.sequences WHERE name = 's'"
            )
                == ["s | 5 | 2 | 11 | 11 | 1"]
        )
        bench.run("ALTER SEQUENCE s RESTART WITH 1 MINVALUE 1 CYCLE")
        #expect(
            run("SELECT x, NEXT VALUE FOR s FROM (VALUES (1), (2), (3), (4), (5), (6), (7)) AS v (x)").map {
                String($0.suffix(2))
            } == [" 1", " 3", " 5", " 7", " 9", "11", " 1"]
        )
        #expect(run("DECLARE @n INT = NEXT VALUE FOR s; SELECT @n") == ["3"])
        #expect(run("SELECT NEXT VALUE FOR s, NEXT VALUE FOR s")[0].hasPrefix("Msg 40517"))
        #expect(run("SELECT NEXT VALUE FOR t")[0].hasPrefix("Msg"))
        #expect(run("CREATE SEQUENCE z INCREMENT BY 0")[0].hasPrefix("Msg 11700"))
        #expect(run("CREATE SEQUENCE z AS VARCHAR(5)")[0].hasPrefix("Msg 11702"))
        #expect(run("DROP SEQUENCE s, big; SELECT NEXT VALUE FOR s")[0].hasPrefix("Msg 208"))
    }

    @Test func limits() throws {
        let bench = try Bench()
        func run(_ text: String) -> [String] { answers(bench, text) }
        bench.run("CREATE SEQUENCE down AS INT INCREMENT BY -2 MINVALUE 1 MAXVALUE 5 CYCLE")
        let next = "SELECT NEXT VALUE FOR down"
        #expect((1...4).flatMap { _ in run(next) } == ["5", "3", "1", "5"])
        // Altered it goes on where it stands.
        #expect(run("ALTER SEQUENCE down INCREMENT BY -1; \(next)") == ["4"])
        bench.run("CREATE SEQUENCE up AS INT START WITH 2 MINVALUE 1 MAXVALUE 3 CYCLE")
        #expect((1...3).flatMap { _ in run("SELECT NEXT VALUE FOR up") } == ["2", "3", "1"])
        #expect(run("CREATE SEQUENCE up")[0].hasPrefix("Msg 2714"))
        #expect(run("CREATE SEQUENCE z MINVALUE 3 MAXVALUE 3")[0].hasPrefix("Msg 11705"))
        #expect(run("CREATE SEQUENCE z START WITH 0 MINVALUE 1")[0].hasPrefix("Msg 11703"))
        #expect(run("CREATE SEQUENCE z AS TINYINT START WITH 256")[0].hasPrefix("Msg 11708"))
        bench.run("CREATE PROCEDURE p AS PRINT 1")
        #expect(run("SELECT NEXT VALUE FOR p")[0].hasPrefix("Msg 11726"))
        bench.run("CREATE USER bob WITHOUT LOGIN; EXECUTE AS USER = 'bob'")
        #expect(run("SELECT NEXT VALUE FOR up")[0].contains("The UPDATE permission was denied"))
        bench.run("REVERT; GRANT UPDATE ON up TO bob; EXECUTE AS USER = 'bob'")
        #expect(run("SELECT NEXT VALUE FOR up") == ["2"])
    }
}
