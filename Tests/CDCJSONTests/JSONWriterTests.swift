import CDCJSON
import Testing

@Suite("Writing JSON")
struct JSONWriterTests {
    @Test("Members stand in the order in which they come, without blanks")
    func order() {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("z", 1)
            writer.member("a", "x")
            writer.member("missing", String?.none)
            writer.member("m", true)
            writer.key("list")
            writer.array { writer in
                writer.null()
                writer.array { _ in }
                writer.object { _ in }
                writer.integer(UInt64.max)
            }
            writer.member("value", ["b": [1, nil], "a": false] as JSONValue)
        }
        #expect(
            writer.text
                == #"{"z":1,"a":"x","m":true,"list":[null,[],{},18446744073709551615],"value":{"a":false,"b":[1,null]}}"#
        )
    }

    @Test("Lines of newline-delimited JSON are separate values")
    func lines() {
        var writer = JSONWriter()
        writer.object { $0.member("a", 1) }
        writer.newline()
        writer.object { $0.member("b", 2) }
        writer.newline()
        #expect(writer.text == "{\"a\":1}\n{\"b\":2}\n")
    }

    @Test(
        "What must be escaped is, and nothing else",
        arguments: [
            ("plain é😀/\u{7F}\u{2028}", "\"plain é😀/\u{7F}\u{2028}\""), ("\"\\", #""\"\\""#),
            ("\u{8}\t\n\u{C}\r", #""\b\t\n\f\r""#), ("\u{0}\u{1}\u{1F}", #""\u0000\u0001\u001f""#),
            ("a\nb\n", #""a\nb\n""#), ("", "\"\""),
        ]
    )
    func escapes(value: String, expected: String) {
        var writer = JSONWriter()
        writer.string(value)
        #expect(writer.text == expected)
    }

    @Test("Every character up to U+0800 and every key comes back as it was")
    func everyCharacter() throws {
        for scalar in (0..<0x800).compactMap({ Unicode.Scalar(UInt32($0)) }) {
            let text = "a\(Character(scalar))b"
            let value: JSONValue = .object([text: .string(text)])
            let parsed = try JSONValue(parsing: value.text)
            #expect(parsed == value)
            #expect(parsed.object?.first.map { Array($0.key.utf8) } == Array(text.utf8))
        }
    }

    @Test("Floating-point numbers are written so that the same number is read")
    func floatingPoint() throws {
        for value in [0.1, -0.0, 1e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 1 / 3, 1e16, 123456.75]
            as [Double]
        {
            var writer = JSONWriter()
            writer.number(value)
            _ = try JSONValue(parsing: writer.text)  // it is JSON
            #expect(Double(writer.text)?.bitPattern == value.bitPattern)
        }
        for value in [0.1, -0.0, 3.4e38, .leastNonzeroMagnitude] as [Float] {
            var writer = JSONWriter()
            writer.number(value)
            _ = try JSONValue(parsing: writer.text)
            #expect(Float(writer.text)?.bitPattern == value.bitPattern)
        }
    }

    @Test("Numbers that JSON does not know are written as strings")
    func nonFinite() {
        var writer = JSONWriter()
        writer.array { writer in
            writer.number(Double.nan)
            writer.number(Double.infinity)
            writer.number(-Float.infinity)
        }
        #expect(writer.text == #"["NaN","Infinity","-Infinity"]"#)
    }

    @Test("Random values come back as they were", arguments: 0..<200 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let value = Self.value(&random, depth: 5)
        #expect(try JSONValue(parsing: value.text) == value)
        #expect(try JSONValue(parsing: value.text).text == value.text)
    }

    static func value(_ random: inout SplitMix, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &random) {
        case 0: return .null
        case 1: return .boolean(.random(using: &random))
        case 2: return .integer(.random(in: .min ... .max, using: &random))
        case 3:
            return .number(
                "-\(Int.random(in: 0..<1000, using: &random)).\(Int.random(in: 0..<1000, using: &random))e+7"
            )
        case 4: return .string(text(&random))
        case 5, 6:
            return .array((0..<Int.random(in: 0..<5, using: &random)).map { _ in value(&random, depth: depth - 1) })
        default:
            var members: [String: JSONValue] = [:]
            for _ in 0..<Int.random(in: 0..<5, using: &random) {
                members[text(&random)] = value(&random, depth: depth - 1)
            }
            return .object(members)
        }
    }

    private static func text(_ random: inout SplitMix) -> String {
        let alphabet = Array("ab\"\\/\n\t\u{0}\u{1F}é€😀{}[]:, ")
        return String(
            (0..<Int.random(in: 0..<12, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "x" }
        )
    }
}

@Suite("JSON values")
struct JSONValueTests {
    @Test("A member is found in an object, and nowhere else")
    func members() {
        let value: JSONValue = ["a": 1, "b": nil]
        #expect(value["a"] == 1)
        #expect(value["b"]?.isNull == true)
        #expect(value["c"] == nil)
        #expect(([1] as JSONValue)["a"] == nil)
    }

    @Test("A value gives itself as its own kind only")
    func kinds() {
        let values: [JSONValue] = [nil, true, 1, .number("1.5"), "s", [1], ["a": 1]]
        #expect(values.map { $0.isNull } == [true, false, false, false, false, false, false])
        #expect(values.map { $0.boolean } == [nil, true, nil, nil, nil, nil, nil])
        #expect(values.map { $0.integer } == [nil, nil, 1, nil, nil, nil, nil])
        #expect(values.map { $0.string } == [nil, nil, nil, nil, "s", nil, nil])
        #expect(values.map { $0.array } == [nil, nil, nil, nil, nil, [1], nil])
        #expect(values.map { $0.object } == [nil, nil, nil, nil, nil, nil, ["a": 1]])
    }
}
