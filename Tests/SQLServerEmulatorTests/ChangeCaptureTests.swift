import Testing

@testable import SQLServerEmulator

@Suite("Change Data Capture writes what SQL Server writes")
struct ChangeCaptureTests {
    let bench: CaptureBench

    init() throws { bench = try CaptureBench() }

    @Test func goldenVectors() {
        bench.run(
            """
            CREATE TABLE orders (id INT PRIMARY KEY, customer NVARCHAR(50), amount DECIMAL(18, 4), notes NVARCHAR(MAX), updated DATETIME2(3))
            """
        )
        bench.capture("orders")
        bench.run(
            """
            BEGIN TRAN
            INSERT orders VALUES (1, N'acme', 10.5, N'first', '2024-01-01')
            INSERT orders VALUES (2, N'globex', 20, NULL, '2024-01-01')
            COMMIT
            UPDATE orders SET amount = 99.9999 WHERE id = 1
            DELETE orders WHERE id = 2
            """
        )
        #expect(bench.changes("dbo_orders", "id") == [])
        #expect(bench.scan() == [])
        #expect(
            bench.changes("dbo_orders", "id, customer, amount, notes") == [
                "L1 s1 2 0x1F 1 1 acme 105000 first",
                "L1 s2 2 0x1F 2 2 globex 200000 NULL",
                "L2 s3 3 0x04 1 1 acme 105000 NULL",
                "L2 s3 4 0x04 1 1 acme 999999 first",
                "L3 s4 1 0x1F 1 2 globex 200000 NULL",
            ]
        )
        // Changes come before their commit in the log, and the times of commits are known.
        #expect(bench.rows("SELECT COUNT(*) FROM cdc.dbo_orders_CT WHERE __$seqval >= __$start_lsn") == ["0"])
        #expect(
            bench.rows(
                "SELECT COUNT(*) FROM cdc.dbo_orders_CT AS c JOIN cdc.lsn_time_mapping AS m ON m.start_lsn = c.__$start_lsn WHERE m.tran_id <> 0x00"
            ) == ["5"]
        )
        #expect(bench.scan() == [])
        #expect(bench.changes("dbo_orders", "id").count == 5)
    }

    @Test func changeTables() {
        bench.run("CREATE TABLE t (a INT NOT NULL PRIMARY KEY, b VARCHAR(10) NOT NULL, c ROWVERSION)")
        bench.capture("t")
        let answer = bench.run("SELECT * FROM cdc.dbo_t_CT")
        #expect(
            answer.names == [
                "__$start_lsn", "__$end_lsn", "__$seqval", "__$operation", "__$update_mask", "a", "b", "c",
                "__$command_id",
            ]
        )
        #expect(
            bench.rows(
                """
                SELECT c.name, TYPE_NAME = c.system_type_id, c.max_length, c.is_nullable FROM sys.columns AS c JOIN sys.tables AS t ON t.object_id = c.object_id
                WHERE t.name = 'dbo_t_CT' ORDER BY c.column_id
                """
            ) == [
                "__$start_lsn 173 10 0", "__$end_lsn 173 10 1", "__$seqval 173 10 0", "__$operation 56 4 0",
                "__$update_mask 165 128 1",
                "a 56 4 1", "b 167 10 1", "c 173 8 1", "__$command_id 56 4 1",
            ]
        )
        #expect(bench.rows("SELECT is_ms_shipped FROM sys.tables WHERE name = 'dbo_t_CT'") == ["1"])
        #expect(
            bench.rows(
                "SELECT column_name, column_ordinal, column_type FROM cdc.captured_columns ORDER BY column_ordinal"
            ) == ["a 1 int", "b 2 varchar", "c 3 timestamp"]
        )
        #expect(bench.rows("SELECT column_name, index_ordinal, column_id FROM cdc.index_columns") == ["a 1 1"])
        #expect(bench.run("INSERT cdc.dbo_t_CT (a) VALUES (1)").errors == [229])
    }

    @Test func masks() {
        let columns = (1...10).map { "c\($0) INT" }.joined(separator: ", ")
        bench.run("CREATE TABLE w (\(columns))")
        bench.capture("w")
        bench.run("INSERT w (c1) VALUES (1); UPDATE w SET c9 = 5; UPDATE w SET c1 = 2, c10 = 3; DELETE w")
        bench.scan()
        #expect(
            bench.rows("SELECT __$operation, __$update_mask FROM cdc.dbo_w_CT ORDER BY __$start_lsn, __$operation") == [
                "2 0x03FF", "3 0x0100", "4 0x0100", "3 0x0201", "4 0x0201", "1 0x03FF",
            ]
        )
        #expect(
            bench.rows(
                "SELECT sys.fn_cdc_get_column_ordinal('dbo_w', 'c9'), sys.fn_cdc_is_bit_set(9, 0x0100), sys.fn_cdc_is_bit_set(1, 0x0100)"
            ) == ["9 1 0"]
        )
        #expect(
            bench.rows(
                "SELECT sys.fn_cdc_has_column_changed('dbo_w', 'C10', 0x0201), shop.sys.fn_cdc_has_column_changed('dbo_w', 'c2', 0x0201)"
            ) == ["1 0"]
        )
    }

    @Test func manyColumns() {
        let columns = (1...300).map { "c\($0) INT" }.joined(separator: ", ")
        bench.run("CREATE TABLE w (\(columns))")
        bench.capture("w")
        bench.run("INSERT w (c1) VALUES (1); UPDATE w SET c300 = 1, c65 = 1")
        bench.scan()
        #expect(
            bench.rows(
                "SELECT DATALENGTH(__$update_mask), sys.fn_cdc_is_bit_set(300, __$update_mask), sys.fn_cdc_is_bit_set(65, __$update_mask), sys.fn_cdc_is_bit_set(64, __$update_mask) FROM cdc.dbo_w_CT WHERE __$operation = 4"
            ) == ["38 1 1 0"]
        )
    }

    @Test func largeValues() {
        bench.run(
            "CREATE TABLE l (id INT PRIMARY KEY, n INT, old NTEXT, short NVARCHAR(MAX), long VARCHAR(MAX), doubled AS n * 2)"
        )
        bench.capture("l")
        bench.run("INSERT l VALUES (1, 1, N'old', N'short', REPLICATE(CAST('x' AS VARCHAR(MAX)), 9000))")
        bench.run("UPDATE l SET n = 2; UPDATE l SET old = N'new', short = NULL; DELETE l")
        bench.scan()
        #expect(
            bench.rows(
                "SELECT __$operation, __$update_mask, old, short, LEN(long), doubled FROM cdc.dbo_l_CT ORDER BY __$start_lsn, __$operation"
            ) == [
                "2 0x3F old short 9000 NULL",
                "3 0x02 NULL NULL NULL NULL",
                "4 0x02 NULL short NULL NULL",
                "3 0x0C NULL short NULL NULL",
                "4 0x0C new NULL NULL NULL",
                "1 0x3F NULL NULL 9000 NULL",
            ]
        )
    }

    @Test(arguments: [
        (CaptureOptions.UntouchedValue.present, "short 9000"), (.null, "NULL NULL"), (.nullWhereOffRow, "short NULL"),
    ])
    func untouchedLargeValues(option: CaptureOptions.UntouchedValue, expected: String) {
        bench.server.capture.options.untouchedValue = option
        bench.run("CREATE TABLE l (id INT PRIMARY KEY, n INT, short NVARCHAR(MAX), long VARCHAR(MAX))")
        bench.capture("l")
        bench.run("INSERT l VALUES (1, 1, N'short', REPLICATE(CAST('x' AS VARCHAR(MAX)), 9000)); UPDATE l SET n = 2")
        bench.scan()
        #expect(bench.rows("SELECT short, LEN(long) FROM cdc.dbo_l_CT WHERE __$operation = 4") == [expected])
    }

    @Test func longTextsAreRefused() {
        bench.run("CREATE TABLE l (id INT PRIMARY KEY, t NVARCHAR(MAX), n INT)")
        bench.capture("l")
        #expect(bench.run("INSERT l VALUES (1, REPLICATE(CAST(N'x' AS NVARCHAR(MAX)), 32769), 0)").errors == [7139])
        #expect(bench.run("INSERT l VALUES (1, REPLICATE(CAST(N'x' AS NVARCHAR(MAX)), 32768), 0)").errors == [])
        #expect(bench.rows("SELECT COUNT(*) FROM l") == ["1"])
        // A value counts from RECONFIGURE on.
        bench.run("EXEC sp_configure 'max text repl size', -1")
        #expect(bench.run("UPDATE l SET t = REPLICATE(CAST(N'x' AS NVARCHAR(MAX)), 32769)").errors == [7139])
        bench.run("RECONFIGURE")
        #expect(
            bench.rows(
                "SELECT CAST(value AS INT), CAST(value_in_use AS INT) FROM sys.configurations WHERE name = 'max text repl size (B)'"
            )
                == ["-1 -1"]
        )
        #expect(bench.run("UPDATE l SET t = REPLICATE(CAST(N'x' AS NVARCHAR(MAX)), 32769)").errors == [])
        bench.run("EXEC sp_configure 'max text repl size (B)', 10; RECONFIGURE")
        #expect(bench.run("UPDATE l SET n = 1").errors == [])
    }

    @Test func keyUpdateOfOneRow() {
        bench.run("CREATE TABLE k (id INT PRIMARY KEY, v INT); INSERT k VALUES (1, 1)")
        bench.capture("k")
        bench.run("UPDATE k SET id = 2")
        bench.scan()
        #expect(bench.changes("dbo_k", "id") == ["L1 s1 1 0x03 1 1", "L1 s1 2 0x03 1 2"])
        bench.server.capture.options.keyUpdate = .update
        bench.run("UPDATE k SET id = 3")
        bench.scan()
        #expect(bench.changes("dbo_k", "id").suffix(2) == ["L2 s2 3 0x01 1 2", "L2 s2 4 0x01 1 3"])
        // A key that is set to what it is has not changed.
        bench.server.capture.options.keyUpdate = .deleteAndInsert
        bench.run("UPDATE k SET id = 3, v = 9")
        bench.scan()
        #expect(bench.changes("dbo_k", "id").suffix(2) == ["L3 s3 3 0x03 1 3", "L3 s3 4 0x03 1 3"])
    }

    @Test func keyUpdateOfSeveralRowsIsDeferred() {
        bench.run("CREATE TABLE k (id INT PRIMARY KEY); INSERT k VALUES (1), (2)")
        bench.capture("k")
        bench.run("BEGIN TRAN; UPDATE k SET id = id + 1; INSERT k VALUES (9); COMMIT")
        bench.scan()
        // By the sequence alone the row 2 would come before it goes.
        #expect(
            bench.changes("dbo_k", "id") == [
                "L1 s1 1 0x01 1 1", "L1 s2 1 0x01 1 2", "L1 s1 2 0x01 2 2", "L1 s2 2 0x01 2 3", "L1 s3 2 0x01 3 9",
            ]
        )
    }

    @Test func updateOfAnotherUniqueKeyIsDeferredToo() {
        bench.run("CREATE TABLE k (id INT PRIMARY KEY, u INT UNIQUE); INSERT k VALUES (1, 1), (2, 2)")
        bench.capture("k")
        bench.run("UPDATE k SET u = u + 1")
        bench.scan()
        #expect(
            bench.changes("dbo_k", "id, u") == [
                "L1 s1 1 0x03 1 1 1", "L1 s2 1 0x03 1 2 2", "L1 s1 2 0x03 2 1 2", "L1 s2 2 0x03 2 2 3",
            ]
        )
    }

    @Test func anUpdateTouchesTheRowVersion() {
        bench.run("CREATE TABLE v (id INT PRIMARY KEY, n INT, version ROWVERSION); INSERT v (id, n) VALUES (1, 1)")
        bench.capture("v")
        bench.run("UPDATE v SET n = 2")
        bench.scan()
        #expect(bench.changes("dbo_v", "n") == ["L1 s1 3 0x06 1 1", "L1 s1 4 0x06 1 2"])
        #expect(bench.rows("SELECT COUNT(DISTINCT version) FROM cdc.dbo_v_CT") == ["2"])
    }

    @Test func timesOfTransactions() {
        bench.run("CREATE TABLE t (id INT PRIMARY KEY)")
        bench.capture("t")
        bench.run("BEGIN TRAN; INSERT t VALUES (1)")
        bench.clock.advance(seconds: 60)
        bench.run("COMMIT")
        bench.run("ALTER TABLE t ADD a INT")
        bench.scan()
        // The records of definitions, which belong to no user's transaction, come before and behind it.
        #expect(
            bench.rows(
                """
                SELECT CASE WHEN tran_id = 0x00 THEN 0 ELSE 1 END, DATEDIFF(second, tran_begin_time, tran_end_time)
                FROM cdc.lsn_time_mapping ORDER BY start_lsn
                """
            ) == ["0 0", "1 60", "0 0"]
        )
    }

    @Test func changesThatNobodyCapturesLeaveNoTrace() {
        bench.run("ALTER DATABASE shop SET CHANGE_TRACKING = ON")
        bench.run("CREATE TABLE t (id INT PRIMARY KEY); CREATE TABLE c (id INT PRIMARY KEY)")
        bench.run("ALTER TABLE t ENABLE CHANGE_TRACKING")
        bench.capture("c")
        bench.scan()
        let before = bench.rows("SELECT sys.fn_cdc_get_max_lsn()")
        bench.run("INSERT t VALUES (1)")
        bench.scan()
        #expect(bench.rows("SELECT sys.fn_cdc_get_max_lsn()") == before)
        // And the other way round: what is captured only has no version.
        bench.run("INSERT c VALUES (1)")
        #expect(bench.rows("SELECT CHANGE_TRACKING_CURRENT_VERSION()") == ["1"])
    }

    @Test func rollbackLeavesNothing() {
        bench.run("CREATE TABLE r (id INT PRIMARY KEY, v INT)")
        bench.capture("r")
        bench.run("BEGIN TRAN; INSERT r VALUES (1, 1); ROLLBACK")
        bench.run(
            "BEGIN TRAN; INSERT r VALUES (2, 1); SAVE TRAN a; INSERT r VALUES (3, 1); ROLLBACK TRAN a; INSERT r VALUES (4, 1); COMMIT"
        )
        // A statement that fails leaves nothing either.
        #expect(bench.run("INSERT r VALUES (5, 1), (4, 1)").errors == [2627])
        bench.scan()
        #expect(bench.changes("dbo_r", "id") == ["L1 s1 2 0x03 1 2", "L1 s2 2 0x03 2 4"])
    }

    @Test func transactionsShareAnLSNAcrossTables() {
        bench.run(
            "CREATE TABLE p (id INT PRIMARY KEY); CREATE TABLE c (id INT PRIMARY KEY, p INT REFERENCES p (id) ON DELETE CASCADE)"
        )
        bench.capture("p")
        bench.capture("c")
        bench.run("BEGIN TRAN; INSERT p VALUES (1); INSERT c VALUES (1, 1); COMMIT; DELETE p")
        bench.scan()
        #expect(
            bench.rows(
                "SELECT COUNT(DISTINCT __$start_lsn) FROM (SELECT __$start_lsn FROM cdc.dbo_p_CT UNION ALL SELECT __$start_lsn FROM cdc.dbo_c_CT) AS x"
            ) == ["2"]
        )
        #expect(bench.changes("dbo_c", "id").map { $0.split(separator: " ")[2] } == ["2", "1"])
    }

    @Test func twoInstances() {
        bench.run("CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT)")
        bench.capture("t", ", @captured_column_list = N'id, [a]'")
        bench.run("INSERT t VALUES (1, 1, 1)")
        bench.capture("t", ", @capture_instance = N'second'")
        bench.run("INSERT t VALUES (2, 2, 2); UPDATE t SET b = 3 WHERE id = 2")
        bench.scan()
        // The first has no b: an update of b alone is nothing to it.
        #expect(bench.rows("SELECT id, a FROM cdc.dbo_t_CT ORDER BY __$start_lsn") == ["1 1", "2 2"])
        #expect(
            bench.rows("SELECT id, a, b, __$operation FROM cdc.second_CT ORDER BY __$start_lsn, __$operation") == [
                "2 2 2 2", "2 2 2 3", "2 2 3 4",
            ]
        )
        #expect(
            bench.rows(
                "SELECT COUNT(*) FROM cdc.dbo_t_CT AS a JOIN cdc.second_CT AS b ON b.__$start_lsn = a.__$start_lsn AND b.__$seqval = a.__$seqval"
            ) == ["1"]
        )
        bench.run("EXEC sys.sp_cdc_disable_table N'dbo', N't', N'dbo_t'")
        #expect(bench.run("SELECT * FROM cdc.dbo_t_CT").errors == [208])
        bench.run("INSERT t VALUES (3, 3, 3)")
        #expect(bench.scan() == [])
        #expect(bench.rows("SELECT MAX(id) FROM cdc.second_CT") == ["3"])
    }

    @Test func anInstanceBeginsWithinItsTransaction() {
        bench.run("CREATE TABLE t (id INT PRIMARY KEY)")
        bench.run(
            "BEGIN TRAN; INSERT t VALUES (1); EXEC sys.sp_cdc_enable_table N'dbo', N't', @role_name = NULL; INSERT t VALUES (2); COMMIT"
        )
        bench.scan()
        #expect(bench.rows("SELECT id FROM cdc.dbo_t_CT") == ["2"])
        #expect(
            bench.rows(
                "SELECT COUNT(*) FROM cdc.dbo_t_CT AS c, cdc.change_tables AS t WHERE c.__$start_lsn < t.start_lsn"
            ) == ["0"]
        )
    }

    @Test func definitions() {
        bench.run("CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(5), b INT)")
        bench.capture("t")
        bench.run("INSERT t VALUES (1, 'one', 1)")
        bench.run("ALTER TABLE t ADD c INT")
        bench.run("INSERT t VALUES (2, 'two', 2, 2)")
        bench.run("ALTER TABLE t ALTER COLUMN a VARCHAR(50)")
        bench.run("INSERT t VALUES (3, 'a longer text', 3, 3)")
        bench.run("ALTER TABLE t DROP COLUMN b")
        bench.run("INSERT t VALUES (4, 'four', 4)")
        let type = """
            SELECT c.max_length FROM sys.columns AS c JOIN cdc.change_tables AS t ON t.object_id = c.object_id WHERE c.name = 'a'
            """
        #expect(bench.rows(type) == ["5"])
        bench.scan()
        #expect(bench.rows(type) == ["50"])
        #expect(
            bench.rows("SELECT id, a, b FROM cdc.dbo_t_CT ORDER BY id") == [
                "1 one 1", "2 two 2", "3 a longer text 3", "4 four NULL",
            ]
        )
        #expect(
            bench.rows("EXEC sys.sp_cdc_get_ddl_history N'dbo_t'").map {
                $0.split(separator: " ").dropFirst(3).prefix(5).joined(separator: " ")
            } == [
                "0 ALTER TABLE t ADD", "1 ALTER TABLE t ALTER", "0 ALTER TABLE t DROP",
            ]
        )
        #expect(bench.run("TRUNCATE TABLE t").errors == [4711])
        bench.run("DROP TABLE t")
        #expect(bench.rows("SELECT COUNT(*) FROM cdc.change_tables") == ["0"])
        #expect(bench.rows("SELECT COUNT(*) FROM cdc.ddl_history") == ["0"])
        #expect(bench.run("SELECT * FROM cdc.dbo_t_CT").errors == [208])
    }

    @Test func twoTypesBetweenScans() {
        bench.run("CREATE TABLE t (id INT PRIMARY KEY, a DECIMAL(5, 2))")
        bench.capture("t")
        bench.run("INSERT t VALUES (1, 1.25)")
        bench.run("ALTER TABLE t ALTER COLUMN a DECIMAL(9, 3)")
        bench.run("INSERT t VALUES (2, 1.125)")
        bench.run("ALTER TABLE t ALTER COLUMN a DECIMAL(30, 4)")
        bench.run("INSERT t VALUES (3, 1.0625)")
        #expect(bench.scan() == [])
        #expect(bench.rows("SELECT id, a FROM cdc.dbo_t_CT ORDER BY id") == ["1 12500", "2 11250", "3 10625"])
    }

    @Test func valuesThatDoNotFitStopTheCapture() {
        bench.run("CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(50))")
        bench.capture("t")
        bench.run("INSERT t VALUES (1, 'a longer text')")
        bench.scan()
        bench.run("DELETE t; ALTER TABLE t ALTER COLUMN a VARCHAR(5)")
        bench.run("INSERT t VALUES (2, 'two')")
        #expect(bench.scan() == [2628])
        #expect(bench.scan() == [2628])
        #expect(bench.rows("SELECT TOP 1 error_number FROM sys.dm_cdc_errors ORDER BY entry_time DESC") == ["2628"])
        #expect(bench.rows("SELECT COUNT(*) FROM cdc.dbo_t_CT") == ["1"])
    }

    @Test func renamingIsAsked() throws {
        bench.run("CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT)")
        bench.capture("t", ", @captured_column_list = N'id, a'")
        let table = try #require(bench.session.database.table(schema: "dbo", name: "t"))
        #expect(throws: SQLError(4928, "Cannot alter column 'a' because it is 'REPLICATED'.")) {
            try bench.session.checkMayRename(table.columns[1], of: table, in: bench.session.database)
        }
        try bench.session.checkMayRename(table.columns[2], of: table, in: bench.session.database)
    }

    /// Whatever is done to rows: applied in the order of the change table, the changes give the table as it is.
    @Test(arguments: [1, 7, 42, 2024] as [UInt64])
    func replay(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SplitMix(state: seed)
        bench.run("ALTER DATABASE shop SET CHANGE_TRACKING = ON; CREATE TABLE t (id INT PRIMARY KEY, v INT)")
        bench.run("ALTER TABLE t ENABLE CHANGE_TRACKING")
        bench.capture("t")
        bench.scan()
        var known: [SQLValue: SQLValue] = [:]
        var tracked: [SQLValue: SQLValue] = [:]
        var version: Int64 = 0
        for round in 0..<12 {
            bench.server.capture.options.keyUpdate = random.next() % 2 == 0 ? .update : .deleteAndInsert
            for _ in 0..<6 {
                let a = random.next() % 12
                let statements = (0...(random.next() % 3)).map { _ in
                    switch random.next() % 6 {
                    case 0, 1: "INSERT t SELECT \(random.next() % 12), \(random.next() % 100) WHERE 1 = 1"
                    case 2: "DELETE t WHERE id = \(random.next() % 12)"
                    case 3: "UPDATE t SET v = v + 1 WHERE id < \(a)"
                    case 4: "UPDATE t SET id = id + 1 WHERE id >= \(a)"
                    default: "UPDATE t SET id = \(random.next() % 12) WHERE id = \(a)"
                    }
                }.joined(separator: "; ")
                bench.run("BEGIN TRAN; \(statements); \(random.next() % 4 == 0 ? "ROLLBACK" : "COMMIT")")
            }
            bench.scan()
            let table = Dictionary(uniqueKeysWithValues: bench.run("SELECT id, v FROM t").rows.map { ($0[0], $0[1]) })
            known = [:]
            for row in bench.run(
                "SELECT __$operation, id, v FROM cdc.dbo_t_CT ORDER BY __$start_lsn, __$command_id, __$seqval, __$operation"
            ).rows {
                switch row[0] {
                case .integer(1), .integer(3):
                    #expect(known.removeValue(forKey: row[1]) == row[2], "seed \(seed), round \(round)")
                default: #expect(known.updateValue(row[2], forKey: row[1]) == nil, "seed \(seed), round \(round)")
                }
            }
            #expect(known == table, "seed \(seed), round \(round)")
            // The net changes from nothing are the table.
            let net = bench.run(
                """
                DECLARE @from BINARY(10) = sys.fn_cdc_get_min_lsn('dbo_t'), @to BINARY(10) = sys.fn_cdc_get_max_lsn()
                SELECT __$operation, id, v FROM cdc.fn_cdc_get_net_changes_dbo_t(@from, @to, 'all')
                """
            ).rows
            #expect(Dictionary(net.map { ($0[1], $0[2]) }) { a, _ in a } == table, "seed \(seed), round \(round)")
            #expect(net.allSatisfy { $0[0] == .integer(2) })
            // Change Tracking brings a copy up to date.
            for row in bench.run(
                """
                SELECT c.SYS_CHANGE_OPERATION, c.id, t.v FROM CHANGETABLE(CHANGES t, \(version)) AS c LEFT JOIN t ON t.id = c.id
                """
            ).rows { tracked[row[1]] = row[0] == .string("D") ? nil : row[2] }
            #expect(tracked == table, "seed \(seed), round \(round)")
            version = bench.run("SELECT CHANGE_TRACKING_CURRENT_VERSION()").rows.first?.first?.int ?? 0
        }
        #expect(!known.isEmpty)
    }
}

/// Random numbers that a seed decides.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
