import Testing

/// `SELECT` with all that belongs to it.
@Suite("Queries")
struct QueryTests {
    @Test("Items")
    func items() {
        expectTree(
            "SELECT 1, a, t.b, *, t.*, dbo.t.*",
            "(select (specification [1 a t.b (star) (star qualifier:t) (star qualifier:dbo.t)]))"
        )
        expectTree(
            "SELECT a AS x, a x, a AS [x y], a 'x', a AS N'x', x = a, 'x' = a, [x] = a",
            """
            (select (specification [(expression a alias:x) (expression a alias:x) (expression a alias:«x y»)
            (expression a alias:x) (expression a alias:x) (expression a alias:x) (expression a alias:x)
            (expression a alias:x)]))
            """
        )
        expectTree(
            "SELECT @a = 1, @b += a",
            "(select (specification [(assignment variable:@a = 1) (assignment variable:@b += a)]))"
        )
        expectTree(
            "SELECT DISTINCT a INTO #t FROM t",
            "(select (specification +isDistinct [a] into:#t from:[(table t)]))"
        )
        expectTree("SELECT ALL a", "(select (specification [a]))")
        expectTree(
            "SELECT $IDENTITY, t.$ROWGUID, $action",
            """
            (select (specification [(pseudoColumn $identity) (pseudoColumn qualifier:t $rowguid) (pseudoColumn
            $action)]))
            """
        )
    }

    @Test("Top")
    func top() {
        expectTree("SELECT TOP 5 a", "(select (specification top:(count:5) [a]))")
        expectTree(
            "SELECT TOP (@n + 1) PERCENT WITH TIES a FROM t ORDER BY a",
            """
            (select ((specification top:(count:(+ @n 1) +isPercent +withTies) [a] from:[(table t)])
            orderBy:[a]))
            """
        )
    }

    @Test("Tables and hints")
    func tablesAndHints() {
        expectTree("SELECT a FROM t", "(select (specification [a] from:[(table t)]))")
        expectTree(
            "SELECT a FROM srv.db.dbo.t AS x WITH (NOLOCK, INDEX(1, ix)), db..u y, @v z",
            """
            (select (specification [a] from:[(table srv.db.dbo.t alias:x hints:[NOLOCK (INDEX arguments:[1
            ix])]) (table db..u alias:y) (table @v alias:z)]))
            """
        )
        expectTree(
            "SELECT a FROM t (NOLOCK) JOIN u AS x (TABLOCK HOLDLOCK) ON 1 = 1",
            """
            (select (specification [a] from:[(join kind:inner left:(table t hints:[NOLOCK]) right:(table u
            alias:x hints:[TABLOCK HOLDLOCK]) condition:(= 1 1))]))
            """
        )
        expectTree(
            "SELECT a FROM t WITH (INDEX = ix, FORCESEEK (ix (a, b)))",
            """
            (select (specification [a] from:[(table t hints:[(INDEX arguments:[ix]) (FORCESEEK arguments:[ix a
            b])])]))
            """
        )
    }

    @Test("Derived tables and constructed rows")
    func derivedTablesAndConstructedRows() {
        expectTree(
            "SELECT a FROM (SELECT 1 AS a) AS d (x), (VALUES (1, 'a'), (2, 'b')) AS v (a, b)",
            """
            (select (specification [a] from:[(derived (specification [(expression 1 alias:a)]) (alias:d
            columns:[x])) (values [[1 'a'] [2 'b']] (alias:v columns:[a b]))]))
            """
        )
        expectTree(
            "SELECT a FROM ((SELECT 1) UNION SELECT 2) AS d (a)",
            """
            (select (specification [a] from:[(derived (union [(specification [1]) (specification [2])]) (alias:d
            columns:[a]))]))
            """
        )
        expectTree(
            "SELECT a FROM ((SELECT 1 AS a)) d",
            "(select (specification [a] from:[(derived (specification [(expression 1 alias:a)]) (alias:d))]))"
        )
    }

    @Test("Functions that give tables")
    func functionsThatGiveTables() {
        expectTree(
            "SELECT a FROM dbo.f(1, DEFAULT) AS x (a), sys.fn_helpcollations(), ::fn_helpcollations() y",
            """
            (select (specification [a] from:[(function (dbo.f arguments:[1 defaultValue]) (alias:x columns:[a]))
            (function sys.fn_helpcollations ()) (function fn_helpcollations (alias:y))]))
            """
        )
        expectTree(
            "SELECT a FROM CHANGETABLE(CHANGES dbo.t, @v) AS c, CHANGETABLE(VERSION t, (a, b), (1, @b)) AS v",
            """
            (select (specification [a] from:[(changes of:dbo.t since:@v (alias:c)) (version of:t key:[a b]
            values:[1 @b] (alias:v))]))
            """
        )
        expectTree(
            "SELECT a FROM CHANGETABLE(CHANGES t, NULL, FORCESEEK) c (x)",
            "(select (specification [a] from:[(changes of:t since:null +isForced (alias:c columns:[x]))]))"
        )
        expectTree(
            "SELECT a FROM OPENJSON(@j, '$.a') WITH (a int '$.b', c nvarchar(max) AS JSON) AS j",
            """
            (select (specification [a] from:[(function (OPENJSON arguments:[@j '$.a']) columns:[(a type:int
            path:'$.b') (c type:nvarchar(max) +isJSON)] (alias:j))]))
            """
        )
        expectTree(
            "SELECT a FROM t CROSS APPLY t.x.nodes('/a/b') AS n (c), @x.nodes('/a') m(c)",
            """
            (select (specification [a] from:[(join kind:cross-apply left:(table t) right:(method (method t.x
            nodes arguments:['/a/b']) (alias:n columns:[c]))) (method (method @x nodes arguments:['/a'])
            (alias:m columns:[c]))]))
            """
        )
    }

    @Test("Joins")
    func joins() {
        expectTree(
            "SELECT 1 FROM a JOIN b ON 1 = 1 LEFT JOIN c ON 2 = 2",
            """
            (select (specification [1] from:[(join kind:left left:(join kind:inner left:(table a) right:(table
            b) condition:(= 1 1)) right:(table c) condition:(= 2 2))]))
            """
        )
        expectTree(
            """
            SELECT 1 FROM a INNER HASH JOIN b ON 1 = 1 RIGHT OUTER LOOP JOIN c ON 2 = 2 FULL OUTER MERGE JOIN d
            ON 3 = 3 CROSS JOIN e
            """,
            """
            (select (specification [1] from:[(join kind:cross left:(join kind:full hint:MERGE left:(join
            kind:right hint:LOOP left:(join kind:inner hint:HASH left:(table a) right:(table b) condition:(= 1
            1)) right:(table c) condition:(= 2 2)) right:(table d) condition:(= 3 3)) right:(table e))]))
            """
        )
        expectTree(
            "SELECT 1 FROM a JOIN b JOIN c ON b.x = c.x ON a.x = b.x",
            """
            (select (specification [1] from:[(join kind:inner left:(table a) right:(join kind:inner left:(table
            b) right:(table c) condition:(= b.x c.x)) condition:(= a.x b.x))]))
            """
        )
        expectTree(
            "SELECT 1 FROM (a CROSS JOIN b) LEFT JOIN (c JOIN d ON 1 = 1) ON 2 = 2",
            """
            (select (specification [1] from:[(join kind:left left:(join kind:cross left:(table a) right:(table
            b)) right:(join kind:inner left:(table c) right:(table d) condition:(= 1 1)) condition:(= 2 2))]))
            """
        )
        expectTree(
            "SELECT 1 FROM a CROSS APPLY f(a.x) OUTER APPLY (SELECT 1 AS b) AS c",
            """
            (select (specification [1] from:[(join kind:outer-apply left:(join kind:cross-apply left:(table a)
            right:(function (f arguments:[a.x]) ())) right:(derived (specification [(expression 1 alias:b)])
            (alias:c)))]))
            """
        )
    }

    @Test("Where, group by and having")
    func whereGroupByAndHaving() {
        expectTree(
            "SELECT a, COUNT(*) FROM t WHERE b = 1 GROUP BY a, YEAR(b) HAVING COUNT(*) > 1",
            """
            (select (specification [a (function COUNT +isStar)] from:[(table t)] where:(= b 1) groupBy:[a
            (function YEAR arguments:[b])] having:(> (function COUNT +isStar) 1)))
            """
        )
        expectTree(
            "SELECT a FROM t GROUP BY a, b WITH ROLLUP",
            "(select (specification [a] from:[(table t)] groupBy:[(rollup [a b])]))"
        )
        expectTree(
            "SELECT a FROM t GROUP BY GROUPING SETS ((a, b), ROLLUP (a, (b, c)), ()), CUBE (x)",
            """
            (select (specification [a] from:[(table t)] groupBy:[(sets [(composite [a b]) (rollup [a (composite
            [b c])]) (composite)]) (cube [x])]))
            """
        )
    }

    @Test("Order by, offset and fetch")
    func orderByOffsetAndFetch() {
        expectTree(
            "SELECT a FROM t ORDER BY a DESC, b ASC, 3 OFFSET @n ROWS FETCH NEXT (@m + 1) ROWS ONLY",
            """
            (select ((specification [a] from:[(table t)]) orderBy:[(a +isDescending) b 3] offset:@n fetch:(+ @m
            1)))
            """
        )
        expectTree(
            "SELECT a FROM t ORDER BY (SELECT NULL) OFFSET 1 ROW",
            """
            (select ((specification [a] from:[(table t)]) orderBy:[(subquery (specification [null]))] offset:1))
            """
        )
    }

    @Test("Union except and intersect")
    func unionExceptAndIntersect() {
        expectTree(
            "SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION ALL SELECT 4 ORDER BY 1",
            """
            (select ((union-all [(union [(specification [1]) (specification [2]) (specification [3])])
            (specification [4])]) orderBy:[1]))
            """
        )
        expectTree(
            "SELECT 1 EXCEPT SELECT 2 INTERSECT SELECT 3",
            "(select (except [(specification [1]) (intersect [(specification [2]) (specification [3])])]))"
        )
        expectTree(
            "(SELECT 1 UNION SELECT 2) EXCEPT (SELECT TOP 1 a FROM t ORDER BY a)",
            """
            (select (except [(union [(specification [1]) (specification [2])]) (nested (specification
            top:(count:1) [a] from:[(table t)]) orderBy:[a])]))
            """
        )
    }

    @Test("Common table expressions")
    func commonTableExpressions() {
        expectTree(
            """
            WITH a AS (SELECT 1 AS x), b (y) AS (SELECT 1 UNION ALL SELECT y + 1 FROM b) SELECT * FROM a, b
            OPTION (MAXRECURSION 0)
            """,
            """
            (select with:(tables:[(a (specification [(expression 1 alias:x)])) (b columns:[y] (union-all
            [(specification [1]) (specification [(+ y 1)] from:[(table b)])]))]) (specification [(star)]
            from:[(table a) (table b)]) hints:[(MAXRECURSION value:0)])
            """
        )
        expectTree(
            "SELECT 1; WITH a AS (SELECT 1 AS x) SELECT x FROM a",
            """
            (select (specification [1])) (select with:(tables:[(a (specification [(expression 1 alias:x)]))])
            (specification [x] from:[(table a)]))
            """
        )
        expectTree(
            "WITH a AS (SELECT 1 AS x) DELETE FROM a",
            "(delete with:(tables:[(a (specification [(expression 1 alias:x)]))]) a)"
        )
    }

    @Test("For xml and json")
    func forXmlAndJson() {
        expectTree(
            "SELECT a FROM t FOR XML RAW('r'), ROOT('x'), TYPE, ELEMENTS XSINIL",
            """
            (select ((specification [a] from:[(table t)]) forClause:(format:xml mode:RAW elementName:'r'
            directives:[(ROOT argument:'x') TYPE «ELEMENTS XSINIL»])))
            """
        )
        expectTree(
            "SELECT (SELECT a FROM t FOR XML PATH(''))",
            """
            (select (specification [(subquery (specification [a] from:[(table t)]) forClause:(format:xml
            mode:PATH elementName:''))]))
            """
        )
        expectTree(
            "SELECT a FROM t FOR JSON AUTO, INCLUDE_NULL_VALUES, WITHOUT_ARRAY_WRAPPER",
            """
            (select ((specification [a] from:[(table t)]) forClause:(format:json mode:AUTO
            directives:[INCLUDE_NULL_VALUES WITHOUT_ARRAY_WRAPPER])))
            """
        )
    }

    @Test("Hints of the whole query")
    func hintsOfTheWholeQuery() {
        expectTree(
            """
            SELECT 1 OPTION (RECOMPILE, MAXDOP 1, HASH JOIN, OPTIMIZE FOR (@a = 1, @b UNKNOWN), USE HINT ('X'),
            LABEL = 'q')
            """,
            """
            (select (specification [1]) hints:[RECOMPILE (MAXDOP value:1) «HASH JOIN» («OPTIMIZE FOR»
            arguments:«@a = 1, @b UNKNOWN») («USE HINT» arguments:«'X'») (LABEL value:'q')])
            """
        )
    }
}
