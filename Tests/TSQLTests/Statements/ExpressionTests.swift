import Testing

/// Operators, literals, calls and conditions.
@Suite("Expressions")
struct ExpressionTests {
    @Test("Literals keep their kind and their digits")
    func literalsKeepTheirKindAndTheirDigits() {
        expectExpression("1", "1")
        expectExpression("99999999999999999999", "99999999999999999999")
        expectExpression("1.50", "decimal:1.50")
        expectExpression(".5", "decimal:.5")
        expectExpression("1.", "decimal:1.")
        expectExpression("1e5", "float:1e5")
        expectExpression("1.5E-3", "float:1.5E-3")
        expectExpression("1e", "float:1e")
        expectExpression("$1.5", "$1.5")
        expectExpression("£2", "$2")
        expectExpression("0xABC", "0xABC")
        expectExpression("0x", "0x")
        expectExpression("'it''s'", "'it's'")
        expectExpression("N'ü'", "N'ü'")
        expectExpression("NULL", "null")
    }

    @Test("Names")
    func names() {
        expectExpression("a", "a")
        expectExpression("[a]]b].c", "«a]b».c")
        expectExpression(#""a ""b""".[c d]"#, #"«a "b"».«c d»"#)
        expectExpression("db..t.c", "db..t.c")
        expectExpression("@a", "@a")
        expectExpression("@@ROWCOUNT", "@@ROWCOUNT")
        expectExpression("#t.a", "#t.a")
    }

    @Test("Arithmetic")
    func arithmetic() {
        expectExpression("1 + 2 * 3 - 4 % 5", "(- (+ 1 (* 2 3)) (% 4 5))")
        expectExpression("(1 + 2) * 3", "(* (+ 1 2) 3)")
        expectExpression("a & b | c ^ ~d", "(^ (| (& a b) c) (~ d))")
        expectExpression("-a + +b", "(+ (- a) (+ b))")
        expectExpression("60 / -3 * 4", "(/ 60 (- (* 3 4)))")
        expectExpression("a - -1", "(- a (- 1))")
        expectExpression(
            "'a' + N'b' COLLATE Latin1_General_BIN",
            "(+ 'a' (collate N'b' collation:Latin1_General_BIN))"
        )
    }

    @Test("Comparisons")
    func comparisons() {
        expectExpression("a = 1 AND b <> 2 AND c != 3", "(and [(= a 1) (<> b 2) (<> c 3)])")
        expectExpression("a < 1 OR b > 2 OR c <= 3 AND d >= 4", "(or [(< a 1) (> b 2) (and [(<= c 3) (>= d 4)])])")
        expectExpression(
            "a !< 1 AND b !> 2 AND c < = 3 AND d > = 4 AND e ! = 5 AND f < > 6",
            "(and [(>= a 1) (<= b 2) (<= c 3) (>= d 4) (<> e 5) (<> f 6)])"
        )
        expectExpression(
            "NOT a = 1 AND NOT (b = 2 OR c = 3)",
            "(and [(not (= a 1)) (not (or [(= b 2) (= c 3)]))])"
        )
        expectExpression("((a = 1)) AND (b) = (2)", "(and [(= a 1) (= b 2)])")
        expectExpression(
            "a IS NULL OR b IS NOT NULL OR c IS DISTINCT FROM d OR e IS NOT DISTINCT FROM 1",
            "(or [(isNull a) (isNull b +isNegated) (isDistinct c from:d) (isDistinct e from:1 +isNegated)])"
        )
        expectExpression(
            "a BETWEEN 1 AND 2 + 3 AND b NOT BETWEEN 'a' AND 'b'",
            "(and [(between a low:1 high:(+ 2 3)) (between b low:'a' high:'b' +isNegated)])"
        )
        expectExpression(
            #"a LIKE 'x%' AND b NOT LIKE N'y' ESCAPE '!' AND c LIKE d {escape '\'}"#,
            #"""
            (and [(like a pattern:'x%') (like b pattern:N'y' escape:'!' +isNegated) (like c pattern:d
            escape:'\')])
            """#
        )
        expectExpression(
            "a IN (1, 2) AND b NOT IN (SELECT 1) AND c IN ((SELECT 1))",
            "(and [(inList a [1 2]) (inQuery b (specification [1]) +isNegated) (inQuery c (specification [1]))])"
        )
        expectExpression(
            "EXISTS (SELECT * FROM t) AND NOT EXISTS (SELECT 1)",
            "(and [(exists (specification [(star)] from:[(table t)])) (not (exists (specification [1])))])"
        )
        expectExpression(
            "a = ALL (SELECT 1) OR a > ANY (SELECT 2) OR a <> SOME (SELECT 3)",
            """
            (or [(quantified = a all (specification [1])) (quantified > a any (specification [2])) (quantified
            <> a any (specification [3]))])
            """
        )
        expectExpression(
            "(SELECT COUNT(*) FROM t) > 0",
            "(> (subquery (specification [(function COUNT +isStar)] from:[(table t)])) 0)"
        )
        expectExpression(
            "((SELECT 1) UNION SELECT 2) = 1",
            "(= (subquery (union [(specification [1]) (specification [2])])) 1)"
        )
    }

    @Test("Case and its kin")
    func caseAndItsKin() {
        expectExpression(
            "CASE WHEN a = 1 THEN 2 WHEN b = 1 THEN 3 ELSE 4 END",
            "(caseWhen branches:[(when:(= a 1) then:2) (when:(= b 1) then:3)] otherwise:4)"
        )
        expectExpression(
            "CASE a + 1 WHEN 1 THEN 'x' END",
            "(caseWhen operand:(+ a 1) branches:[(when:1 then:'x')])"
        )
        expectExpression("IIF(a = 1, 2, 3)", "(iif condition:(= a 1) then:2 otherwise:3)")
        expectExpression(
            "COALESCE(a, b, 1) + NULLIF(a, 0)",
            "(+ (function COALESCE arguments:[a b 1]) (function NULLIF arguments:[a 0]))"
        )
    }

    @Test("Conversions")
    func conversions() {
        expectExpression("CAST(a AS decimal(10, 2))", "(cast form:cast value:a type:decimal(10,2))")
        expectExpression("TRY_CAST(a AS dbo.Phone)", "(cast form:cast +isTry value:a type:dbo.Phone)")
        expectExpression(
            "CONVERT(nvarchar(max), a, 121)",
            "(cast form:convert value:a type:nvarchar(max) style:121)"
        )
        expectExpression("TRY_CONVERT(double precision, a)", "(cast form:convert +isTry value:a type:float)")
        expectExpression("CAST(a AS national character varying(10))", "(cast form:cast value:a type:nvarchar(10))")
        expectExpression("PARSE('1' AS int USING 'en-US')", "(cast form:parse value:'1' type:int style:'en-US')")
        expectExpression("TRY_PARSE('1' AS date)", "(cast form:parse +isTry value:'1' type:date)")
    }

    @Test("Calls")
    func calls() {
        expectExpression("GETDATE()", "(function GETDATE)")
        expectExpression("dbo.f(1, DEFAULT, @a)", "(function dbo.f arguments:[1 defaultValue @a])")
        expectExpression(
            "LEFT('abc', 1) + RIGHT(a, 2)",
            "(+ (function LEFT arguments:['abc' 1]) (function RIGHT arguments:[a 2]))"
        )
        expectExpression("CURRENT_TIMESTAMP", "(function CURRENT_TIMESTAMP +isNiladic)")
        expectExpression("SYSTEM_USER", "(function SYSTEM_USER +isNiladic)")
        expectExpression(
            "COUNT(*) + COUNT(DISTINCT a) + SUM(ALL b)",
            """
            (+ (+ (function COUNT +isStar) (function COUNT arguments:[a] +isDistinct)) (function SUM
            arguments:[b]))
            """
        )
        expectExpression(
            "DATEADD(DAY, -1, GETDATE())",
            "(function DATEADD arguments:[(datePart day) (- 1) (function GETDATE)])"
        )
        expectExpression(
            "DATEDIFF(ms, a, b) + DATEPART(weekday, c)",
            """
            (+ (function DATEDIFF arguments:[(datePart ms) a b]) (function DATEPART arguments:[(datePart
            weekday) c]))
            """
        )
        expectExpression(
            "TRIM(a) + TRIM('x' FROM a) + TRIM(LEADING 'y' FROM b)",
            """
            (+ (+ (function TRIM arguments:[a]) (trim characters:'x' value:a)) (trim side:leading characters:'y'
            value:b))
            """
        )
        expectExpression(
            "sys.fn_cdc_map_time_to_lsn('smallest greater than', @t)",
            "(function sys.fn_cdc_map_time_to_lsn arguments:['smallest greater than' @t])"
        )
        expectExpression("NEXT VALUE FOR dbo.s", "(nextValue sequence:dbo.s)")
        expectExpression("NEXT VALUE FOR s OVER (ORDER BY a)", "(nextValue sequence:s orderBy:[a])")
        expectExpression("a AT TIME ZONE 'UTC' AT TIME ZONE @z", "(atTimeZone (atTimeZone a zone:'UTC') zone:@z)")
    }

    @Test("Windows")
    func windows() {
        expectExpression(
            "ROW_NUMBER() OVER (PARTITION BY a, b ORDER BY c DESC)",
            "(function ROW_NUMBER over:(partitionBy:[a b] orderBy:[(c +isDescending)]))"
        )
        expectExpression(
            "SUM(a) OVER (ORDER BY b ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)",
            """
            (function SUM arguments:[a] over:(orderBy:[b] frame:(unit:rows start:unboundedPreceding
            end:currentRow)))
            """
        )
        expectExpression(
            "SUM(a) OVER (ORDER BY b ROWS 2 PRECEDING)",
            "(function SUM arguments:[a] over:(orderBy:[b] frame:(unit:rows start:(preceding 2))))"
        )
        expectExpression(
            "SUM(a) OVER (ORDER BY b RANGE BETWEEN 1 PRECEDING AND UNBOUNDED FOLLOWING)",
            """
            (function SUM arguments:[a] over:(orderBy:[b] frame:(unit:range start:(preceding 1)
            end:unboundedFollowing)))
            """
        )
        expectExpression("COUNT(*) OVER ()", "(function COUNT +isStar over:())")
        expectExpression(
            "FIRST_VALUE(a) IGNORE NULLS OVER (ORDER BY b)",
            "(function FIRST_VALUE arguments:[a] nullTreatment:ignore over:(orderBy:[b]))"
        )
        expectExpression(
            "STRING_AGG(a, ',') WITHIN GROUP (ORDER BY a DESC)",
            "(function STRING_AGG arguments:[a ','] withinGroup:[(a +isDescending)])"
        )
        expectExpression(
            "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY a) OVER (PARTITION BY b)",
            "(function PERCENTILE_CONT arguments:[decimal:0.5] withinGroup:[a] over:(partitionBy:[b]))"
        )
    }

    @Test("Methods and properties")
    func methodsAndProperties() {
        expectExpression("x.value('(/a)[1]', 'int')", "(method x value arguments:['(/a)[1]' 'int'])")
        expectExpression("t.geo.STAsBinary()", "(method t.geo STAsBinary)")
        expectExpression(
            "@g.STX + @g.STBuffer(1).STArea()",
            "(+ (property @g STX) (method (method @g STBuffer arguments:[1]) STArea))"
        )
        expectExpression(
            "geometry::STGeomFromText('POINT (1 1)', 0)",
            "(staticMethod type:geometry STGeomFromText arguments:['POINT (1 1)' 0])"
        )
        expectExpression("geometry::[Null]", "(staticProperty type:geometry Null)")
        expectExpression(
            "hierarchyid::GetRoot().ToString()",
            "(method (staticMethod type:hierarchyid GetRoot) ToString)"
        )
        expectExpression(
            "CAST(a AS xml).query('/a')",
            "(method (cast form:cast value:a type:xml) query arguments:['/a'])"
        )
    }

    @Test("Odbc")
    func odbc() {
        expectExpression("{fn UCASE(a)}", "(odbcFunction UCASE arguments:[a])")
        expectExpression("{fn CURDATE}", "(odbcFunction CURDATE +isNiladic)")
        expectExpression("{ts '2020-01-01 00:00:00'}", "(odbcLiteral kind:ts «2020-01-01 00:00:00»)")
        expectExpression("{d '2020-01-01'}", "(odbcLiteral kind:d 2020-01-01)")
    }
}
