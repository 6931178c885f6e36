import Testing

@testable import TSQL

/// Texts that were correct once, with something deleted, doubled, exchanged or cut: none stops the program.
@Suite("Mutated text")
struct MutationTests {
    static let samples = [
        """
        WITH c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 10)
        SELECT DISTINCT TOP (5) PERCENT WITH TIES t.*, x = CASE WHEN a = 1 THEN N'ü' ELSE 'it''s' END, [b]]c] AS "d"
        FROM dbo.t AS t WITH (NOLOCK, INDEX(1)) LEFT OUTER HASH JOIN (VALUES (1, $2.5), (0xFF, 1e5)) AS v (a, b)
        ON t.a = v.a CROSS APPLY t.x.nodes('/a') AS n (c), CHANGETABLE(CHANGES dbo.t, @v) AS ct
        WHERE NOT (a LIKE '%x' ESCAPE '!' OR b NOT BETWEEN 1 AND 2) AND c IN (SELECT 1) AND EXISTS (SELECT 1)
        GROUP BY GROUPING SETS ((a, b), ROLLUP (c), ()) HAVING SUM(a) OVER (ORDER BY b ROWS 2 PRECEDING) > 1
        ORDER BY 1 DESC OFFSET 5 ROWS FETCH NEXT 10 ROWS ONLY FOR JSON PATH, ROOT('r') OPTION (MAXRECURSION 0)
        """,
        """
        CREATE OR ALTER PROCEDURE dbo.p (@a int = 1, @b varchar(max) OUTPUT, @c dbo.T READONLY) WITH EXECUTE AS OWNER AS
        BEGIN TRY
            DECLARE @x int = 1, @t TABLE (a int PRIMARY KEY, b AS a + 1);
            IF @a > 1 PRINT 'x'; ELSE IF @a = 2 WHILE 1 = 1 BEGIN BREAK CONTINUE END ELSE GOTO done
            UPDATE TOP (1) t SET @v = a += 1, b.WRITE('x', 0, 1) OUTPUT deleted.a INTO @t FROM u AS t WHERE CURRENT OF c
            MERGE t USING s ON t.a = s.a WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (a) VALUES (1)
                OUTPUT $action;
            EXEC @r = dbo.p 1, @b = @c OUTPUT, @d = DEFAULT
            done: RETURN -1
        END TRY BEGIN CATCH THROW 50001, N'x', 1 END CATCH
        """,
        """
        CREATE TABLE dbo.t (a int IDENTITY(1, -1) NOT NULL CONSTRAINT pk PRIMARY KEY WITH (FILLFACTOR = 80) ON [PRIMARY],
            b AS (a * 2) PERSISTED, c nvarchar(10) COLLATE Latin1_General_BIN DEFAULT (N'x') REFERENCES u (a) ON DELETE CASCADE,
            CHECK (a > 0), INDEX i (a DESC) INCLUDE (b) WHERE a > 1) TEXTIMAGE_ON [PRIMARY]
        ALTER TABLE t WITH NOCHECK ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES u
        ALTER DATABASE d SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 DAYS, AUTO_CLEANUP = ON) WITH ROLLBACK IMMEDIATE
        GRANT SELECT (a, b), VIEW CHANGE TRACKING ON SCHEMA::s TO u, public WITH GRANT OPTION
        CREATE LOGIN l WITH PASSWORD = N'x' MUST_CHANGE, CHECK_POLICY = OFF
        CREATE SEQUENCE s AS bigint START WITH 1 INCREMENT BY -1 NO CACHE
        DECLARE c CURSOR LOCAL FOR SELECT 1 FOR UPDATE OF a FETCH NEXT FROM c INTO @a
        DBCC CHECKIDENT ('t', RESEED, 0) WITH NO_INFOMSGS /* end */ -- x
        """,
    ]

    private static func parse(_ text: String) {
        _ = try? Batch(parsing: text)
        _ = try? Batch(parsing: text, isQuotedIdentifierOn: false)
        _ = try? TSQL.Expression(parsing: text)
        _ = BatchSplitter.batches(of: text)
    }

    @Test("The samples themselves are understood")
    func whole() throws {
        for sample in Self.samples { _ = try Batch(parsing: sample) }
    }

    @Test("Cut at any place, a text ends in a tree or in an error", arguments: samples)
    func cut(sample: String) {
        var end = sample.startIndex
        while end < sample.endIndex {
            Self.parse(String(sample[..<end]))
            sample.formIndex(after: &end)
        }
    }

    @Test("So does one whose tokens are deleted, doubled, exchanged", arguments: 0..<30 as Range<UInt64>)
    func tokens(seed: UInt64) {
        var random = SplitMix(seed: seed)
        for sample in Self.samples {
            let original = Self.tokens(of: sample)
            for _ in 0..<60 {
                var tokens = original
                for _ in 0..<Int.random(in: 1...5, using: &random) {
                    let place = Int.random(in: 0..<tokens.count, using: &random)
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0: tokens.remove(at: place)
                    case 1: tokens.insert(tokens[place], at: place)
                    case 2: tokens.swapAt(place, Int.random(in: 0..<tokens.count, using: &random))
                    default: tokens[place] = original.randomElement(using: &random) ?? ""
                    }
                }
                Self.parse(tokens.joined(separator: " "))
            }
        }
    }

    @Test("So does one whose characters are changed", arguments: 0..<30 as Range<UInt64>)
    func characters(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let alphabet = Array("'\"[](){},;.:@#$0x9eN-*/\\=<>!~%&|^ \n\u{0}ä€😀\u{A0}")
        for sample in Self.samples {
            for _ in 0..<60 {
                var text = Array(sample)
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let place = Int.random(in: 0..<text.count, using: &random)
                    let character = alphabet.randomElement(using: &random) ?? " "
                    switch Int.random(in: 0..<3, using: &random) {
                    case 0: text[place] = character
                    case 1: text.insert(character, at: place)
                    default: text.remove(at: place)
                    }
                }
                Self.parse(String(text))
            }
        }
    }

    @Test("So does a heap of words and signs", arguments: 0..<30 as Range<UInt64>)
    func heap(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let words = Word.allCases.map(\.rawValue) + Self.samples.flatMap(Self.tokens)
        for length in 0..<80 {
            let text = (0..<length).map { _ in words.randomElement(using: &random) ?? "" }
            Self.parse(text.joined(separator: " "))
        }
    }

    private static func tokens(of text: String) -> [String] {
        let source = Array(text.utf8)
        var lexer = Lexer(source, isQuotedIdentifierOn: true)
        var tokens: [String] = []
        while true {
            let token = lexer.next()
            if token.kind == .end { return tokens }
            tokens.append(String(decoding: source[token.range], as: UTF8.self))
        }
    }
}
