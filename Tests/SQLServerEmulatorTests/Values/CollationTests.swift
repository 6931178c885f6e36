import Testing

@testable import SQLServerEmulator

@Suite("Collations")
struct CollationTests {
    static func compare(_ name: String, _ a: String, _ b: String, isWide: Bool = true) -> Int? {
        (try? Collation(name))?.compare(Array(a.utf8), Array(b.utf8), isWide: isWide)
    }

    // "Windows collation name (Transact-SQL)".
    @Test(
        "Names say what is told apart",
        arguments: [
            ("SQL_Latin1_General_CP1_CI_AS", "Straße", "STRASSE", 0), ("SQL_Latin1_General_CP1_CI_AS", "abc", "ABC", 0),
            ("SQL_Latin1_General_CP1_CI_AS", "é", "e", 1), ("SQL_Latin1_General_CP1_CI_AS", "É", "é", 0),
            ("SQL_Latin1_General_CP1_CI_AS", "é", "e\u{301}", 0), ("Latin1_General_CS_AS", "a", "A", -1),
            ("Latin1_General_CI_AI", "Élan", "elan", 0), ("Latin1_General_CI_AI", "ñ", "n", 0),
            ("Latin1_General_CI_AI", "ά", "α", 0),
            ("Latin1_General_CI_AS", "й", "и", 1), ("Latin1_General_CI_AS", "Ж", "ж", 0),
            ("Latin1_General_CI_AI", "ệ", "e", 0), ("Latin1_General_CI_AI", "ΐ", "ι", 0),
            ("Latin1_General_CI_AI", "ѝ", "и", 0), ("Latin1_General_CI_AI", "ő", "O", 0),
            ("Latin1_General_CI_AS", "ű", "u", 1), ("Latin1_General_CI_AI", "ᾧ", "ω", 0),
            ("Latin1_General_CI_AS", "ệ", "e\u{323}\u{302}", 0),
            ("Latin1_General_CI_AS", "Ａ", "a", 0),
            ("Latin1_General_CI_AS_WS", "Ａ", "a", 1), ("Latin1_General_CI_AS", "カ", "か", 0),
            ("Latin1_General_CI_AS_KS", "カ", "か", 1),
            ("Latin1_General_BIN", "a", "A", 1), ("Latin1_General_BIN2", "a", "A", 1),
            ("Latin1_General_BIN2", "é", "e\u{301}", 1),
            ("Latin1_General_100_BIN2_UTF8", "a", "b", -1), ("Latin1_General_100_CI_AS_SC_UTF8", "É", "é", 0),
        ]
    )
    func equality(name: String, a: String, b: String, order: Int) throws {
        #expect(Self.compare(name, a, b) == order)
        let collation = try Collation(name)
        #expect((collation.equalityKey(Array(a.utf8)) == collation.equalityKey(Array(b.utf8))) == (order == 0))
    }

    @Test(
        "Trailing spaces do not count, in binary collations neither",
        arguments: ["Latin1_General_CI_AS", "Latin1_General_BIN", "Latin1_General_BIN2"]
    )
    func padding(name: String) throws {
        let collation = try Collation(name)
        for isWide in [true, false] {
            #expect(collation.compare(Array("a".utf8), Array("a  ".utf8), isWide: isWide) == 0)
            #expect(collation.compare(Array("".utf8), Array("  ".utf8), isWide: isWide) == 0)
            #expect(collation.compare(Array(" a".utf8), Array("a".utf8), isWide: isWide) != 0)
        }
        #expect(collation.equalityKey(Array("a".utf8)) == collation.equalityKey(Array("a  ".utf8)))
    }

    @Test("Texts sort as in a dictionary: signs, digits, letters, accents and case last")
    func order() throws {
        let collation = try Collation("Latin1_General_CS_AS")
        let sorted = ["", "-", "$", "1", "a", "A", "á", "ab", "b", "é", "ef", "z", "Ж"]
        for (index, text) in sorted.enumerated().dropFirst() {
            #expect(
                collation.compare(Array(sorted[index - 1].utf8), Array(text.utf8)) == -1,
                "\(sorted[index - 1]) \(text)"
            )
        }
    }

    @Test(
        "Comparing is an order",
        arguments: [
            "SQL_Latin1_General_CP1_CI_AS", "Latin1_General_CI_AI", "Latin1_General_CS_AS", "Latin1_General_BIN",
            "Latin1_General_BIN2",
        ]
    )
    func isOrder(name: String) throws {
        let collation = try Collation(name)
        var random = SeededRandom(seed: 11)
        let alphabet = ["a", "A", "á", "e\u{301}", "ß", "s", " ", "-", "1", "Ж", "й", "\u{301}", "\0", "Æ", "\t", "😀"]
        func text() -> [UInt8] {
            Array(
                (0..<Int.random(in: 0...3, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
                    .joined().utf8
            )
        }
        for _ in 0..<3000 {
            let (a, b, c) = (text(), text(), text())
            for isWide in [true, false] {
                let (ab, bc, ac) = (
                    collation.compare(a, b, isWide: isWide), collation.compare(b, c, isWide: isWide),
                    collation.compare(a, c, isWide: isWide)
                )
                #expect(ab == -collation.compare(b, a, isWide: isWide))
                if ab <= 0, bc <= 0 { #expect(ac <= 0, "\(a) \(b) \(c)") }
                #expect(
                    (ab == 0) == (collation.equalityKey(a, isWide: isWide) == collation.equalityKey(b, isWide: isWide))
                )
            }
        }
    }

    @Test(
        "Unknown names are refused",
        arguments: [
            "", "Klingon_CI_AS", "Latin1_General", "Latin1_General_CI", "Latin1_General_CI_AS_UTF8",
            "SQL_Latin1_General_CP1_BIN",
        ]
    )
    func unknown(name: String) {
        let error = #expect(throws: SQLError.self) { try Collation(name) }
        #expect(error?.number == 448)
    }

    // "Collation precedence".
    @Test("Explicit wins over columns, columns over literals; two columns conflict")
    func precedence() throws {
        let a = try Collation("Latin1_General_CI_AS")
        let b = try Collation("Latin1_General_CS_AS")
        #expect(try Collation.resolve(.default, a).name == a.name)
        #expect(try Collation.resolve(a, b.with(.explicit)).name == b.name)
        let error = #expect(throws: SQLError.self) { try SQLType.common(.varchar(1, a), .varchar(1, b)) }
        #expect(error?.number == 468)
        #expect(
            error?.message
                == "Cannot resolve the collation conflict between \"Latin1_General_CI_AS\" and \"Latin1_General_CS_AS\" in the equal to operation."
        )
    }

    // "LIKE (Transact-SQL)".
    @Test(
        "LIKE",
        arguments: [
            ("computer", "%comp%", nil, true), ("Jean", "_ean", nil, true), ("Carsen", "[CK]ars[eo]n", nil, true),
            ("Larsen", "[C-P]arsen", nil, true), ("delta", "de[^l]%", nil, false), ("deal", "de[^l]%", nil, true),
            ("5%", "5[%]", nil, true), ("_n", "[_]n", nil, true), ("a", "[a-cdf]", nil, true),
            ("-", "[-acdf]", nil, true),
            ("[", "[[]", nil, true), ("]", "]", nil, true), ("abc_d", "abc[_]d%", nil, true),
            ("50%", "50!%", "!", true),
            ("50x", "50!%", "!", false), ("ABC", "abc", nil, true), ("", "%", nil, true), ("", "", nil, true),
            ("a", "", nil, false),
            ("abc", "a%b%c%", nil, true), ("aab", "%ab", nil, true), ("abab", "%ab", nil, true), ("a", "[", nil, false),
            ("é", "e", nil, false),
            ("a ", "a", nil, false), ("a", "a ", nil, false),
        ] as [(String, String, String?, Bool)]
    )
    func like(text: String, pattern: String, escape: String?, expected: Bool) throws {
        let collation = Collation.default
        #expect(
            try collation.like(Array(text.utf8), Array(pattern.utf8), escape: escape.map { Array($0.utf8) }) == expected
        )
    }

    @Test("Trailing spaces of varchar do not count for LIKE, those of the pattern do")
    func likePadding() throws {
        #expect(try Collation.default.like(Array("King   ".utf8), Array("%King".utf8), isWide: false))
        #expect(try !Collation.default.like(Array("King".utf8), Array("%King ".utf8), isWide: false))
        #expect(try !Collation.default.like(Array("King   ".utf8), Array("%King".utf8), isWide: true))
        let error = #expect(throws: SQLError.self) { try Collation.default.like([], [], escape: Array("ab".utf8)) }
        #expect(error?.number == 506)
    }

    @Test("Any pattern matches or does not", arguments: 0..<10 as Range<UInt64>)
    func fuzz(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let alphabet = Array("ab%_[]^-! é".utf8) + [0xFF, 0]
        for _ in 0..<500 {
            let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
            let pattern = (0..<Int.random(in: 0...8, using: &random)).map { _ in alphabet.randomElement(using: &random)!
            }
            for collation in [
                Collation.default, try Collation("Latin1_General_BIN2"),
                try Collation("Latin1_General_100_CS_AI_SC_UTF8"),
            ] {
                _ = try collation.like(text, pattern, escape: [0x21])
                let index = collation.patternIndex(pattern, in: text)
                #expect(index >= 0 && index <= text.count + 1)
                let everywhere = [UInt8(ascii: "%")] + pattern + [UInt8(ascii: "%")]
                #expect(try collation.like(text, everywhere) == (collation.patternIndex(everywhere, in: text) > 0))
            }
        }
    }
}
