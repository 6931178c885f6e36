import CDCJSON
import Testing

@Suite("Reading JSON")
struct JSONReaderTests {
    @Test(
        "Every kind of value of RFC 8259 is read",
        arguments: [
            ("null", nil), ("true", true), ("false", false), ("0", 0), ("-1", -1), ("\"\"", ""), ("[]", []),
            ("{}", [:]),
            (" \t\r\n[ 1 , 2 ] \n", [1, 2]), ("{ \"a\" : { \"b\" : [ null ] } }", ["a": ["b": [nil]]]),
            ("[[],{},[{}]]", [[], [:], [[:]]]),
        ] as [(String, JSONValue)]
    )
    func values(text: String, expected: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == expected)
    }

    @Test(
        "Whole numbers of 64 bits are integers",
        arguments: [
            ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min), ("10", 10), ("-10", -10),
        ]
    )
    func integers(text: String, expected: Int64) throws {
        #expect(try JSONValue(parsing: text) == .integer(expected))
    }

    @Test(
        "Every other number keeps its text",
        arguments: [
            "-0", "0.0", "2.5000", "1e5", "1E+5", "1e-5", "-0.5e10", "9223372036854775808", "-9223372036854775809",
            "123456789012345678901234567890.123456789", "1e999999999999",
        ]
    )
    func numbers(text: String) throws {
        #expect(try JSONValue(parsing: text) == .number(text))
    }

    @Test("A number of a million digits is a number, not an overflow")
    func hugeNumber() throws {
        let digits = String(repeating: "9", count: 1_000_000)
        #expect(try JSONValue(parsing: digits) == .number(digits))
    }

    @Test(
        "What is no JSON is refused",
        arguments: [
            "", " ", "nul", "nulll", "tru", "True", "fals", "-", "+1", ".5", "1.", "1.e5", "1e", "1e+", "01", "-01",
            "00",
            "0x10", "NaN", "Infinity", "-Infinity", "1 2", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1,,2]",
            "{",
            "}", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\" 1}", "{,}",
            "{\"a\":1 \"b\":2}", "[1}", "{\"a\":1]", "'a'", "\"a", "\"", "\"\\\"", "\"\\x\"", "\"\\u\"", "\"\\u12\"",
            "\"\\u12G4\"", "\"\\uD800\\u12\"", "\"a\u{0}b\"", "\"a\nb\"", "\"a\tb\"", "\"\\\u{1}\"", "/* no */ 1",
            "1//",
            "\u{FEFF}1", "[1]\u{0}", "\u{A0}1",
        ]
    )
    func refusals(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test("An error tells the byte at which it was noticed")
    func offsets() {
        #expect(throws: JSONError("unexpected text after the value", at: 5)) { try JSONValue(parsing: "[1]  x") }
        #expect(throws: JSONError("expected ',' or ']'", at: 3)) { try JSONValue(parsing: "[1 2]") }
        #expect(throws: JSONError("expected a value, found the end", at: 0)) { try JSONValue(parsing: "") }
        #expect("\(JSONError("expected a value", at: 7))" == "expected a value at byte 7")
    }

    @Test(
        "Escapes stand for the characters of RFC 8259",
        arguments: [
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\u00E9""#, "Aéé"),
            (#""\u0000""#, "\u{0}"),
            (#""\ud83d\ude00""#, "😀"), (#""\uD83D\uDE00x""#, "😀x"), (#""é😀""#, "é😀"), (#""a\u20ACb""#, "a€b"),
            (#""\uFFFF""#, "\u{FFFF}"), (#""\uDBFF\uDFFF""#, "\u{10FFFF}"), ("\"\u{7F}\"", "\u{7F}"),
        ]
    )
    func escapes(text: String, expected: String) throws {
        let value = try #require(try JSONValue(parsing: text).string)
        #expect(Array(value.utf8) == Array(expected.utf8))
    }

    @Test(
        "Half a surrogate pair becomes U+FFFD and what follows it is kept",
        arguments: [
            (#""\uD83D""#, "\u{FFFD}"), (#""\uDE00""#, "\u{FFFD}"), (#""\uD83Dx""#, "\u{FFFD}x"),
            (#""\uD83D\u0041""#, "\u{FFFD}A"), (#""\uD83D\n""#, "\u{FFFD}\n"), (#""\uD83D\uD83D\uDE00""#, "\u{FFFD}😀"),
        ]
    )
    func loneSurrogates(text: String, expected: String) throws {
        #expect(try JSONValue(parsing: text).string == expected)
    }

    @Test(
        "A string that is not UTF-8 is refused, with an escape in it or without",
        arguments: [
            [0xFF], [0xC3], [0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80],
        ] as [[UInt8]]
    )
    func invalidUTF8(bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        #expect(throws: JSONError.self) { try JSONValue(parsing: [quote] + bytes + [quote]) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: [quote] + Array(#"\n"#.utf8) + bytes + [quote]) }
        #expect(throws: JSONError.self) {
            try JSONValue(parsing: Array("{\"".utf8) + bytes + Array("\":1}".utf8))
        }
    }

    @Test("Of members with the same name the last counts")
    func duplicates() throws {
        #expect(try JSONValue(parsing: #"{"a":1,"a":2}"#) == ["a": 2])
    }

    @Test("Nesting is read to the limit and refused beyond it", arguments: ["[", "{\"a\":"])
    func depth(opening: String) throws {
        let closing = opening == "[" ? "]" : "}"
        func nested(_ depth: Int) -> String {
            String(repeating: opening, count: depth) + "1" + String(repeating: closing, count: depth)
        }
        _ = try JSONValue(parsing: nested(JSONReader.maximumDepth))
        #expect(throws: JSONError.self) { try JSONValue(parsing: nested(JSONReader.maximumDepth + 1)) }
        // A bomb is refused before it takes the stack, when it is read and when it is skipped.
        let bomb = Array(String(repeating: opening, count: 1_000_000).utf8)
        #expect(throws: JSONError.self) { try JSONValue(parsing: bomb) }
        #expect(throws: JSONError.self) {
            var reader = JSONReader(bomb)
            try reader.skipValue()
        }
    }

    @Test("Siblings do not count as depth")
    func siblings() throws {
        let text = "[" + String(repeating: "[[]],", count: 1000) + "[]]"
        #expect(try JSONValue(parsing: text).array?.count == 1001)
    }
}

@Suite("Pulling values out of a text")
struct JSONPullTests {
    @Test("Known members are read, the others skipped")
    func members() throws {
        var reader = JSONReader(
            Array(#"{"skip":{"path":"no","x":[1,"]}",null]},"path":"a/b","size":12,"rest":-1.5e3}"#.utf8)
        )
        var path: String?
        var size: Int64?
        var keys: [String] = []
        try reader.readObject { key, reader in
            keys.append(key)
            switch key {
            case "path": path = try reader.readString()
            case "size": size = try reader.readInteger()
            default: try reader.skipValue()
            }
        }
        try reader.finish()
        #expect(keys == ["skip", "path", "size", "rest"])
        #expect(path == "a/b")
        #expect(size == 12)
    }

    @Test("Only the given range is read")
    func range() throws {
        let bytes = Array("junk{\"a\":1}junk".utf8)
        var reader = JSONReader(bytes, range: 4..<11)
        #expect(try reader.readValue() == ["a": 1])
        try reader.finish()
        #expect(reader.offset == 11)

        var cut = JSONReader(bytes, range: 4..<10)
        #expect(throws: JSONError.self) { try cut.readValue() }
        var word = JSONReader(Array("null".utf8), range: 0..<3)
        #expect(throws: JSONError.self) { try word.readNull() }
    }

    @Test("A null is taken where one is, and nothing where none is")
    func nulls() throws {
        var reader = JSONReader(Array("[null, 1]".utf8))
        var found: [Bool] = []
        try reader.readArray { reader in
            let isNull = try reader.readNull()
            found.append(isNull)
            if !isNull { #expect(try reader.readInteger() == 1) }
        }
        #expect(found == [true, false])
    }

    @Test("A value of another kind than the expected is an error")
    func kinds() {
        func read<T>(_ text: String, _ body: (inout JSONReader) throws -> T) throws -> T {
            var reader = JSONReader(Array(text.utf8))
            return try body(&reader)
        }
        #expect(throws: JSONError.self) { try read("1") { try $0.readString() } }
        #expect(throws: JSONError.self) { try read("\"1\"") { try $0.readInteger() } }
        #expect(throws: JSONError.self) { try read("1.0") { try $0.readInteger() } }
        #expect(throws: JSONError.self) { try read("9223372036854775808") { try $0.readInteger() } }
        #expect(throws: JSONError.self) { try read("1") { try $0.readBoolean() } }
        #expect(throws: JSONError.self) { try read("") { try $0.readBoolean() } }
        #expect(throws: JSONError.self) { try read("[]") { try $0.readObject { _, _ in } } }
        #expect(throws: JSONError.self) { try read("{}") { try $0.readArray { _ in } } }
    }

    @Test("A reader that consumed nothing is noticed")
    func nothingConsumed() {
        var reader = JSONReader(Array("{\"a\":1}".utf8))
        #expect(throws: JSONError.self) { try reader.readObject { _, _ in } }
    }

    @Test("An error of the caller comes through as it is")
    func callersErrors() {
        struct Stop: Error {}
        var reader = JSONReader(Array("[1]".utf8))
        #expect(throws: Stop.self) { try reader.readArray { _ in throw Stop() } }
    }
}
