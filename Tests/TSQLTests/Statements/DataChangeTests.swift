import Testing

/// `INSERT`, `UPDATE`, `DELETE`, `MERGE`, `TRUNCATE`.
@Suite("Changes of data")
struct DataChangeTests {
    @Test("Insert")
    func insert() {
        expectTree(
            "INSERT INTO dbo.t (a, [b c]) VALUES (1, DEFAULT), (NULL, N'x')",
            "(insert dbo.t columns:[a «b c»] source:(values [[1 defaultValue] [null N'x']]))"
        )
        expectTree(
            "INSERT t SELECT a FROM u UNION ALL SELECT 1",
            "(insert t source:(query (union-all [(specification [a] from:[(table u)]) (specification [1])])))"
        )
        expectTree("INSERT t (a) (SELECT 1)", "(insert t columns:[a] source:(query (specification [1])))")
        expectTree("INSERT INTO t DEFAULT VALUES", "(insert t source:defaultValues)")
        expectTree(
            "INSERT TOP (5) INTO t WITH (TABLOCK) (a) SELECT 1 OPTION (RECOMPILE)",
            """
            (insert top:(count:5) (t hints:[TABLOCK]) columns:[a] source:(query (specification [1]))
            hints:[RECOMPILE])
            """
        )
        expectTree(
            "INSERT @t EXEC dbo.p 1",
            "(insert @t source:(execute module:(procedure dbo.p arguments:[(value:1)])))"
        )
        expectTree("INSERT t EXEC ('SELECT 1')", "(insert t source:(execute module:(text 'SELECT 1')))")
        expectTree(
            "INSERT t (a) OUTPUT inserted.a, inserted.* INTO @x (a, b) OUTPUT inserted.b VALUES (1)",
            """
            (insert t columns:[a] output:[([inserted.a (star qualifier:inserted)] into:@x columns:[a b])
            [inserted.b]] source:(values [[1]]))
            """
        )
        expectTree(
            "WITH CHANGE_TRACKING_CONTEXT (0x01) INSERT t VALUES (1)",
            "(insert with:(changeTrackingContext:0x01) t source:(values [[1]]))"
        )
        expectTree(
            "WITH c AS (SELECT 1 AS a) INSERT t SELECT a FROM c",
            """
            (insert with:(tables:[(c (specification [(expression 1 alias:a)]))]) t source:(query (specification
            [a] from:[(table c)])))
            """
        )
        expectTree(
            """
            INSERT BULK dbo.t ([a] Int, b NVarChar(50) COLLATE Latin1_General_CI_AS) WITH (TABLOCK, ORDER(a
            ASC), ROWS_PER_BATCH = 100)
            """,
            """
            (insertBulk dbo.t columns:[(a type:Int) (b type:NVarChar(50) collation:Latin1_General_CI_AS)]
            options:[TABLOCK (ORDER options:[(a value:(word ASC))]) (ROWS_PER_BATCH value:100)])
            """
        )
    }

    @Test("Update")
    func update() {
        expectTree(
            "UPDATE t SET a = 1, t.b = DEFAULT, c += 2, d |= 4 WHERE e = 5",
            """
            (update t assignments:[(set column:a = 1) (set column:t.b = defaultValue) (set column:c += 2) (set
            column:d |= 4)] where:(= e 5))
            """
        )
        expectTree(
            "UPDATE TOP (1) x SET a = y.a FROM dbo.t AS x JOIN y ON x.id = y.id",
            """
            (update top:(count:1) x assignments:[(set column:a = y.a)] from:[(join kind:inner left:(table dbo.t
            alias:x) right:(table y) condition:(= x.id y.id))])
            """
        )
        expectTree(
            "UPDATE t WITH (ROWLOCK) SET @v = a = a + 1, @w = 2, @x *= 3",
            """
            (update (t hints:[ROWLOCK]) assignments:[(set variable:@v column:a = (+ a 1)) (set variable:@w = 2)
            (set variable:@x *= 3)])
            """
        )
        expectTree(
            "UPDATE t SET a = 1 OUTPUT deleted.a, inserted.a AS b INTO #log WHERE CURRENT OF c",
            """
            (update t assignments:[(set column:a = 1)] output:[([deleted.a (expression inserted.a alias:b)]
            into:#log)] where:(currentOf c))
            """
        )
        expectTree(
            "UPDATE t SET c.WRITE(N'x', 0, NULL), x.modify('delete /a') OPTION (MAXDOP 1)",
            """
            (update t assignments:[(method column:c WRITE arguments:[N'x' 0 null]) (method column:x modify
            arguments:['delete /a'])] hints:[(MAXDOP value:1)])
            """
        )
    }

    @Test("Delete")
    func delete() {
        expectTree("DELETE t", "(delete t)")
        expectTree(
            "DELETE TOP (10) PERCENT FROM dbo.t OUTPUT deleted.* WHERE a = 1",
            "(delete top:(count:10 +isPercent) dbo.t output:[[(star qualifier:deleted)]] where:(= a 1))"
        )
        expectTree(
            "DELETE FROM x FROM t AS x JOIN u ON x.a = u.a",
            "(delete x from:[(join kind:inner left:(table t alias:x) right:(table u) condition:(= x.a u.a))])"
        )
        expectTree("DELETE @t WHERE CURRENT OF GLOBAL c", "(delete @t where:(currentOf c))")
        expectTree("TRUNCATE TABLE dbo.t", "(truncateTable dbo.t)")
    }

    @Test("Merge")
    func merge() {
        expectTree(
            """
            MERGE TOP (5) INTO dbo.t WITH (HOLDLOCK) AS t USING (VALUES (1, 2)) AS s (a, b) ON t.a = s.a WHEN
            MATCHED AND t.b <> s.b THEN UPDATE SET b = s.b, t.c += 1 WHEN MATCHED THEN DELETE WHEN NOT MATCHED
            THEN INSERT (a, b) VALUES (s.a, DEFAULT) WHEN NOT MATCHED BY SOURCE AND t.a > 1 THEN DELETE OUTPUT
            $action, inserted.a, deleted.a INTO @log OPTION (RECOMPILE);
            """,
            """
            (merge top:(count:5) (dbo.t hints:[HOLDLOCK]) alias:t source:(values [[1 2]] (alias:s columns:[a
            b])) condition:(= t.a s.a) clauses:[(match:matched condition:(<> t.b s.b) action:(update [(set
            column:b = s.b) (set column:t.c += 1)])) (match:matched action:delete) (match:not-matched
            action:(insert columns:[a b] values:[s.a defaultValue])) (match:not-matched-by-source condition:(>
            t.a 1) action:delete)] output:[([(pseudoColumn $action) inserted.a deleted.a] into:@log)]
            hints:[RECOMPILE])
            """
        )
        expectTree(
            "MERGE t USING s ON 1 = 0 WHEN NOT MATCHED BY TARGET THEN INSERT DEFAULT VALUES;",
            """
            (merge t source:(table s) condition:(= 1 0) clauses:[(match:not-matched
            action:insertDefaultValues)])
            """
        )
        expectTree(
            "MERGE t x USING s ON x.a = s.a WHEN NOT MATCHED THEN INSERT VALUES (s.a);",
            """
            (merge t alias:x source:(table s) condition:(= x.a s.a) clauses:[(match:not-matched action:(insert
            values:[s.a]))])
            """
        )
    }
}
