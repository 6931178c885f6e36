import Foundation
import Synchronization
import Testing

@testable import SQLServerEmulator

/// A server in a file of its own, and one session of it.
final class Bench {
    let server: ServerState
    let session: Session
    let answers = Answers()
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("emulator-\(UUID().uuidString).db")
        .path

    init(now: @escaping @Sendable () -> Int64 = { 1_700_000_000_000_000 }) throws {
        server = ServerState(name: "EMULATOR", path: path, now: now)
        let login = ServerState.Login(name: "sa", password: "", isSysadmin: true)
        server.add(login)
        session = try Session(server: server, login: login, database: "master", recorder: NoRecorder(), sink: answers)
        run("CREATE DATABASE shop")
        run("USE shop")
        _ = answers.take()
    }

    deinit { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }

    @discardableResult
    func run(_ text: String) -> [String] {
        session.run(batch: text)
        return answers.take()
    }
}

@Suite("Sessions run T-SQL")
struct SessionTests {
    let bench: Bench

    init() throws { bench = try Bench() }

    @Test func expressions() {
        #expect(
            bench.run("SELECT 1 + 2 AS three, 'a' + N'b' AS ab, 7 / 2 AS half, 7 / 2.0 AS exact") == [
                "# three int | ab nvarchar(2) | half int | exact decimal(8,6)", "3 | ab | 3 | 3.500000",
            ]
        )
        #expect(
            bench.run("SELECT CASE WHEN NULL = NULL THEN 'yes' ELSE 'no' END, ISNULL(NULL, 5), COALESCE(NULL, 2, 3)")
                == [
                    "#  varchar(3) |  int |  int", "no | 5 | 2",
                ]
        )
        #expect(
            bench.run("SELECT 1 / 0") == ["#  int", "Msg 8134, Level 16, Line 1: Divide by zero error encountered."]
        )
    }

    @Test func tablesAndRows() {
        #expect(
            bench.run(
                """
                CREATE TABLE customers (id INT IDENTITY(1, 1) PRIMARY KEY, name VARCHAR(50) NOT NULL, credit DECIMAL(10, 2) DEFAULT 0)
                INSERT INTO customers (name, credit) VALUES ('Ann', 10.5), ('Bob', DEFAULT)
                SELECT * FROM customers ORDER BY id DESC
                UPDATE customers SET credit += 1 OUTPUT inserted.id, deleted.credit, inserted.credit WHERE name = 'ANN '
                DELETE customers WHERE id = 2
                SELECT COUNT(*), SUM(credit), MAX(name) FROM customers
                """
            ) == [
                "(2 rows)", "# id int | name varchar(50) | credit decimal(10,2)", "2 | Bob | 0.00", "1 | Ann | 10.50",
                "# id int | credit decimal(10,2) | credit decimal(10,2)", "1 | 10.50 | 11.50", "(1 rows)",
                "#  int |  decimal(38,2) |  varchar(50)", "1 | 11.50 | Ann",
            ]
        )
        #expect(
            bench.run("INSERT INTO customers (name) VALUES (NULL)") == [
                "Msg 515, Level 16, Line 1: Cannot insert the value NULL into column 'name', table 'shop.dbo.customers'; "
                    + "column does not allow nulls. INSERT fails."
            ]
        )
    }

    @Test func keysHold() {
        bench.run(
            "CREATE TABLE p (id INT CONSTRAINT pk_p PRIMARY KEY); CREATE TABLE c (id INT, p INT CONSTRAINT fk_c REFERENCES p (id))"
        )
        bench.run("INSERT p VALUES (1), (2); INSERT c VALUES (1, 1)")
        #expect(
            bench.run("INSERT p VALUES (1)") == [
                "Msg 2627, Level 14, Line 1: Violation of PRIMARY KEY constraint 'pk_p'. Cannot insert duplicate key in object 'dbo.p'. "
                    + "The duplicate key value is (1)."
            ]
        )
        #expect(
            bench.run("INSERT c VALUES (2, 9)") == [
                "Msg 547, Level 16, Line 1: The INSERT statement conflicted with the FOREIGN KEY constraint \"fk_c\". The conflict occurred "
                    + "in database \"shop\", table \"dbo.p\", column 'id'."
            ]
        )
        #expect(
            bench.run("DELETE p WHERE id = 1") == [
                "Msg 547, Level 16, Line 1: The DELETE statement conflicted with the REFERENCE constraint \"fk_c\". The conflict occurred "
                    + "in database \"shop\", table \"dbo.c\", column 'p'."
            ]
        )
        // Rows may exchange their keys within one statement.
        bench.run("CREATE TABLE q (id INT PRIMARY KEY); INSERT q VALUES (1), (2), (3)")
        #expect(
            bench.run("UPDATE q SET id = id + 1; SELECT id FROM q ORDER BY id") == [
                "(3 rows)", "# id int", "2", "3", "4",
            ]
        )
    }

    @Test func flow() {
        #expect(
            bench.run(
                """
                DECLARE @i INT = 0
                WHILE @i < 3 BEGIN SET @i += 1; IF @i = 2 CONTINUE; PRINT @i END
                BEGIN TRY SELECT 1 / 0 END TRY BEGIN CATCH PRINT 'caught' END CATCH
                """
            ) == ["1", "3", "#  int", "caught"]
        )
    }

    @Test func transactions() {
        bench.run("CREATE TABLE t (id INT)")
        #expect(
            bench.run("BEGIN TRAN; INSERT t VALUES (1); ROLLBACK; SELECT COUNT(*) FROM t") == [
                "(1 rows)", "#  int", "0",
            ]
        )
        #expect(bench.run("BEGIN TRAN; CREATE TABLE u (id INT); COMMIT; SELECT COUNT(*) FROM u") == ["#  int", "0"])
        #expect(
            bench.run(
                "BEGIN TRAN; INSERT t VALUES (1); SAVE TRAN a; INSERT t VALUES (2); ROLLBACK TRAN a; COMMIT; SELECT id FROM t"
            ) == [
                "(1 rows)", "(1 rows)", "# id int", "1",
            ]
        )
    }

    @Test func joinsAndGroups() {
        bench.run("CREATE TABLE o (id INT, c INT, total MONEY); INSERT o VALUES (1, 1, 10), (2, 1, 5.5), (3, 2, 1)")
        bench.run("CREATE TABLE k (id INT, name NVARCHAR(20)); INSERT k VALUES (1, N'Ann'), (2, N'Bob'), (3, N'Cid')")
        #expect(
            bench.run(
                """
                SELECT k.name, SUM(o.total) AS total, COUNT(o.id) AS n FROM k LEFT JOIN o ON o.c = k.id
                GROUP BY k.name HAVING COUNT(*) > 0 ORDER BY total DESC
                """
            ) == ["# name nvarchar(20) | total money | n int", "Ann | 15.50 | 2", "Bob | 1.00 | 1", "Cid | NULL | 0"]
        )
        #expect(bench.run("SELECT name FROM k GROUP BY id").first?.hasPrefix("Msg 8120") == true)
        #expect(
            bench.run(
                "WITH x AS (SELECT TOP 2 id FROM k ORDER BY id DESC) SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS n FROM x ORDER BY id"
            ) == [
                "# id int | n bigint", "2 | 1", "3 | 2",
            ]
        )
        #expect(
            bench.run("WITH r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT n FROM r") == [
                "# n int", "1", "2", "3",
            ]
        )
        #expect(bench.run("SELECT (SELECT id FROM k)").last?.hasPrefix("Msg 512") == true)
    }

    @Test("A session counts rows by an index whose collation none of its statements named")
    func collationOfAnIndex() throws {
        bench.run(
            "CREATE TABLE k (id INT PRIMARY KEY, name NVARCHAR(20)); CREATE INDEX k_name ON k (name); INSERT k VALUES (1, 'a')"
        )
        let answers = Answers()
        let login = try #require(bench.server.login("sa"))
        let second = try Session(
            server: bench.server,
            login: login,
            database: "shop",
            recorder: NoRecorder(),
            sink: answers
        )
        second.run(batch: "SELECT COUNT(*) FROM k")
        #expect(answers.take() == ["#  int", "1"])
    }

    @Test("What a statement computes does not depend on the statements before it")
    func literalsOfEarlierStatements() {
        bench.run("DECLARE @d DECIMAL(30, 2) = 3; SELECT 0 / @d")
        #expect(
            bench.run("DECLARE @i INT = 7, @d DECIMAL(30, 2) = 3; SELECT @i / @d").last?.hasPrefix("2.3333333333")
                == true
        )
    }

    @Test("A statement has one time, the next one a later one")
    func timeOfAStatement() throws {
        let seconds = Atomic<Int64>(1_700_000_000)
        let bench = try Bench { seconds.wrappingAdd(1, ordering: .relaxed).newValue * 1_000_000 }
        #expect(
            bench.run("SELECT COUNT(DISTINCT t) FROM (SELECT GETDATE() AS t FROM (VALUES (1), (2), (3)) AS v (x)) AS y")
                .last == "1"
        )
        #expect(
            bench.run("SELECT IIF(GETUTCDATE() = CAST(SYSUTCDATETIME() AS DATETIME), 'same', 'later')").last == "same"
        )
        #expect(
            bench.run("DECLARE @t DATETIME = GETDATE(); SELECT IIF(GETDATE() > @t, 'later', 'same')").last == "later"
        )
    }

    @Test("A session that lives long does not grow with the literals of its statements")
    func literalsAreForgotten() {
        bench.run("SELECT LEFT('abc00', 3), 1 + 1.5")
        let count = bench.session.routines.count
        for number in 10...60 { bench.run("SELECT LEFT('abc\(number)', 3), \(number % 10) + 1.5") }
        #expect(bench.session.routines.count == count)
        // Paths into XML are part of what a routine does.
        for number in 1...(2 * Routines.limit) {
            bench.run("DECLARE @x XML = '<a/>'; SELECT @x.value('(/a/b\(number))[1]', 'INT')")
        }
        #expect(bench.session.routines.count <= Routines.limit + 100)
        #expect(bench.run("SELECT LEFT('abcd', 3)").last == "abc")
    }

    @Test("RAND starts anew where it gets a seed, and is one number for all rows of a statement")
    func randomNumbers() {
        let number = { (text: String) in "CAST(\(text) AS DECIMAL(17, 15))" }
        #expect(
            bench.run("SELECT \(number("RAND(100)")), \(number("RAND()")), \(number("RAND()"))").last
                == "0.715436657367485 | 0.284633807679820 | 0.013103908285036"
        )
        #expect(
            bench.run("DECLARE @seed INT = 100; SELECT \(number("RAND(@seed)")); SELECT \(number("RAND()"))").filter {
                !$0.hasPrefix("#")
            } == ["0.715436657367485", "0.284633807679820"]
        )
        #expect(
            bench.run("SELECT COUNT(DISTINCT r) FROM (SELECT RAND() AS r FROM (VALUES (1), (2), (3)) AS v (x)) AS y")
                .last
                == "1"
        )
        #expect(
            bench.run(
                "SELECT COUNT(DISTINCT r) FROM (SELECT RAND(x) AS r FROM (VALUES (1), (2), (2)) AS v (x)) AS y"
            ).last == "2"
        )
    }

    @Test("A reset forgets whom the session acts as, its context and its cursors")
    func reset() {
        bench.run(
            """
            CREATE USER u WITHOUT LOGIN
            EXEC sp_set_session_context 'k', 1
            DECLARE c CURSOR GLOBAL FOR SELECT 1 AS n
            OPEN c
            DECLARE @h INT
            EXEC sp_prepare @h OUTPUT, N'', N'SELECT 1'
            EXECUTE AS USER = 'u' WITH NO REVERT
            """
        )
        #expect(bench.run("SELECT USER_NAME(), CURSOR_STATUS('global', 'c')").last == "u | 1")
        bench.session.reset("shop", SessionSettings())
        #expect(
            bench.run("SELECT USER_NAME(), SESSION_CONTEXT(N'k'), CURSOR_STATUS('global', 'c')").last
                == "dbo | NULL | -3"
        )
        #expect(bench.run("FETCH NEXT FROM c").last?.hasPrefix("Msg 16916") == true)
        #expect(bench.session.prepared.isEmpty)
    }
}
