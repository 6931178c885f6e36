import Testing

@testable import SQLServerEmulator

@Suite("MERGE and APPLY")
struct MergeTests {
    let bench: Bench

    init() throws {
        bench = try Bench()
        bench.run(
            """
            CREATE TABLE stock (id INT CONSTRAINT pk_stock PRIMARY KEY, name NVARCHAR(20), amount INT DEFAULT 7)
            CREATE TABLE news (id INT, name NVARCHAR(20), amount INT)
            INSERT stock VALUES (1, N'a', 10), (2, N'b', 20), (3, N'c', 30)
            INSERT news VALUES (1, N'A', 0), (2, N'B', 5), (4, N'D', 40), (5, N'E', -1)
            """
        )
    }

    @Test func everyClause() {
        #expect(
            bench.run(
                """
                MERGE INTO stock AS t USING (SELECT id, name, amount FROM news) AS s ON t.id = s.id
                WHEN MATCHED AND s.amount = 0 THEN DELETE
                WHEN MATCHED THEN UPDATE SET name = s.name, amount += s.amount
                WHEN NOT MATCHED AND s.amount > 0 THEN INSERT (id, name, amount) VALUES (s.id, s.name, s.amount)
                WHEN NOT MATCHED BY SOURCE THEN UPDATE SET amount = 0
                OUTPUT $action, deleted.id, inserted.id, inserted.amount;
                """
            ) == [
                "# $action nvarchar(10) | id int | id int | amount int", "DELETE | 1 | NULL | NULL",
                "UPDATE | 2 | 2 | 25", "UPDATE | 3 | 3 | 0",
                "INSERT | NULL | 4 | 40",
            ]
        )
        #expect(bench.run("SELECT * FROM stock ORDER BY id").dropFirst() == ["2 | B | 25", "3 | c | 0", "4 | D | 40"])
        #expect(bench.run("SELECT @@ROWCOUNT").last == "3")
    }

    @Test func valuesAsSource() {
        #expect(
            bench.run(
                """
                MERGE stock USING (VALUES (3, N'x'), (9, N'y')) AS v (id, name) ON stock.id = v.id
                WHEN MATCHED THEN UPDATE SET stock.name = v.name WHEN NOT MATCHED THEN INSERT (id, name, amount) VALUES (v.id, v.name, DEFAULT);
                SELECT * FROM stock WHERE id > 2
                """
            ) == ["(2 rows)", "# id int | name nvarchar(20) | amount int", "3 | x | 30", "9 | y | 7"]
        )
    }

    @Test("OUTPUT may name columns of the source: the usual way to map keys to new ones")
    func outputOfTheSource() {
        bench.run("CREATE TABLE made (id INT IDENTITY(100, 1), name NVARCHAR(20)); CREATE TABLE map (old INT, new INT)")
        #expect(
            bench.run(
                """
                MERGE made USING (SELECT id, name FROM news WHERE amount > 0) AS s ON 1 = 0
                WHEN NOT MATCHED THEN INSERT (name) VALUES (s.name)
                OUTPUT s.id, inserted.id INTO map;
                SELECT * FROM map ORDER BY old
                """
            ) == ["(2 rows)", "# old int | new int", "2 | 100", "4 | 101"]
        )
        #expect(
            bench.run(
                """
                MERGE stock AS t USING news AS s ON t.id = s.id
                WHEN MATCHED AND s.id = 1 THEN DELETE
                WHEN MATCHED THEN UPDATE SET amount = s.amount
                WHEN NOT MATCHED BY SOURCE THEN DELETE
                OUTPUT $action, s.name, deleted.id;
                """
            ).dropFirst() == ["DELETE | A | 1", "DELETE | NULL | 3", "UPDATE | B | 2"]
        )
    }

    @Test func rowsMayExchangeTheirKeys() {
        bench.run(
            "MERGE stock AS t USING (VALUES (1, 2), (2, 1)) AS v (a, b) ON t.id = v.a WHEN MATCHED THEN UPDATE SET id = v.b;"
        )
        #expect(bench.run("SELECT id, name FROM stock ORDER BY id").dropFirst() == ["1 | b", "2 | a", "3 | c"])
    }

    @Test func errors() {
        #expect(
            bench.run("MERGE stock AS t USING (VALUES (1), (1)) AS v (id) ON t.id = v.id WHEN MATCHED THEN DELETE;")
                .last?.hasPrefix("Msg 8672") == true
        )
        #expect(
            bench.run("MERGE stock AS t USING news AS s ON 1 = 0 WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id);")
                .last?.hasPrefix("Msg 2627") == true
        )
        #expect(bench.run("SELECT COUNT(*) FROM stock").last == "3")
    }

    @Test func applying() {
        #expect(
            bench.run(
                """
                SELECT s.id, x.name FROM stock s CROSS APPLY (SELECT TOP 1 n.name FROM news n WHERE n.id >= s.id ORDER BY n.amount DESC) x ORDER BY s.id
                """
            ).dropFirst() == ["1 | D", "2 | D", "3 | D"]
        )
        #expect(
            bench.run(
                "SELECT s.id, x.id, x.amount + 1 FROM stock s OUTER APPLY (SELECT n.id, n.amount FROM news n WHERE n.id = s.id) AS x ORDER BY s.id"
            ).dropFirst()
                == ["1 | 1 | 1", "2 | 2 | 6", "3 | NULL | NULL"]
        )
        #expect(
            bench.run(
                "SELECT s.id, v.k, v.x FROM stock s CROSS APPLY (VALUES (N'name', s.name), (N'amount', CAST(s.amount AS NVARCHAR(9)))) v (k, x) WHERE s.id < 3"
            ).dropFirst()
                == ["1 | name | a", "1 | amount | 10", "2 | name | b", "2 | amount | 20"]
        )
        #expect(
            bench.run(
                "SELECT s.id, c.n FROM stock s CROSS APPLY (SELECT COUNT(*) AS n FROM news n WHERE n.amount > s.amount) c"
            ).dropFirst()
                == ["1 | 1", "2 | 1", "3 | 1"]
        )
    }

    /// Values come through as they are, whatever their type.
    @Test func applyKeepsValues() {
        bench.run(
            "CREATE TABLE v (b VARBINARY(9), f FLOAT, d DECIMAL(38, 4), t NVARCHAR(20), g UNIQUEIDENTIFIER, o DATETIMEOFFSET(3), n INT)"
        )
        bench.run(
            "INSERT v VALUES (0x00FF22, 0.1, 12345678901234567890.1234, N'ü|\"\\ ,', '6F9619FF-8B86-D011-B42D-00C04FC964FF', '2020-01-02 03:04:05.678 +02:00', NULL)"
        )
        let plain = bench.run("SELECT * FROM v")
        #expect(bench.run("SELECT x.* FROM (SELECT 1 AS one) o CROSS APPLY (SELECT * FROM v) x") == plain)
    }
}
