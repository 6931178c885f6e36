import CDCJSON
import Columnar
import Testing

@testable import cdc_demo

@Suite("How values are printed")
struct ColumnTextTests {
    private func texts(_ type: DataType, _ values: [Value], _ style: ColumnText.Style = .json) throws -> [String] {
        let text = ColumnText(try Column(type, values: values), style: style)
        return values.indices.map { row in
            var bytes: [UInt8] = []
            text.append(row, to: &bytes)
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    @Test("Decimals are strings with all digits of their scale")
    func decimals() throws {
        let type = DataType.decimal(precision: 10, scale: 2)
        #expect(
            try texts(type, [.decimal("29.99"), .decimal("-0.05"), .decimal("5"), .decimal("0"), .null])
                == [#""29.99""#, #""-0.05""#, #""5.00""#, #""0.00""#, "null"]
        )
        #expect(try texts(.decimal(precision: 5, scale: 0), [.integer(-12)]) == [#""-12""#])
    }

    @Test("Decimals of 38 digits lose none")
    func longDecimals() throws {
        let type = DataType.decimal(precision: 38, scale: 10)
        let digits = "-1234567890123456789012345678.0123456789"
        #expect(
            try texts(type, [.decimal(digits), .decimal("0.0000000001")]) == ["\"\(digits)\"", #""0.0000000001""#]
        )
    }

    @Test("Dates and times have fixed widths; only instants have a zone")
    func times() throws {
        let noon = CivilTime.parse(timestamp: "2024-01-31T12:00:00")?.microseconds ?? 0
        #expect(try texts(.date, [.date(CivilTime.days(year: 2024, month: 1, day: 31))]) == [#""2024-01-31""#])
        #expect(try texts(.timestamp, [.timestamp(noon)]) == [#""2024-01-31T12:00:00.000000Z""#])
        #expect(try texts(.timestampNTZ, [.timestampNTZ(noon + 7)]) == [#""2024-01-31T12:00:00.000007""#])
        #expect(try texts(.timestampNTZ, [.timestampNTZ(-1)]) == [#""1969-12-31T23:59:59.999999""#])
    }

    @Test("Times outside the years 1 to 9999 are printed and do not stop the program", arguments: [Int64.min, .max])
    func extremeTimes(_ value: Int64) throws {
        #expect(try texts(.timestamp, [.timestamp(value)])[0].hasSuffix("Z\""))
    }

    @Test("Whole numbers to the edges of their types")
    func wholeNumbers() throws {
        #expect(try texts(.long, [.integer(.min), .integer(.max)]) == ["-9223372036854775808", "9223372036854775807"])
        #expect(try texts(.integer, [0, -1]) == ["0", "-1"])
    }

    @Test("Numbers that JSON does not know are strings")
    func nonFinite() throws {
        #expect(
            try texts(.double, [.double(.nan), .double(.infinity), .double(-.infinity), .double(0.1)])
                == [#""NaN""#, #""Infinity""#, #""-Infinity""#, "0.1"]
        )
        #expect(try texts(.float, [.float(.infinity), .float(0.1)], .csv) == ["Infinity", "0.1"])
    }

    @Test("Texts come back as they were from any JSON reader")
    func strings() throws {
        let samples = ["", "plain", "quote \" backslash \\ slash /", "line\nbreak\ttab\u{01}", "Zoë 🚲 漢字"]
        for (sample, text) in zip(samples, try texts(.string, samples.map { .string($0) })) {
            #expect(try JSONValue(parsing: text).string == sample)
            #expect(!text.utf8.contains { $0 < 0x20 })
        }
    }

    @Test("Bytes in a text column that are no UTF-8 do not get into the output")
    func brokenUTF8() throws {
        let bytes = ByteVector(trusted: [0, 2, 5], pool: [0x61, 0xFF, 0x62, 0xC3, 0xA4])
        let text = ColumnText(try Column(.string, .bytes(bytes)), style: .json)
        #expect(String(validating: text.pool, as: UTF8.self) == "\"a\u{FFFD}\"\"bä\"")
    }

    @Test("Binary values are base64 with padding")
    func binary() throws {
        let samples: [(String, String)] = [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ]
        for (plain, encoded) in samples {
            #expect(try texts(.binary, [.binary(Array(plain.utf8))]) == ["\"\(encoded)\""])
        }
    }

    @Test("Structs are objects, lists arrays, maps arrays of entries")
    func nested() throws {
        let schema: Schema = [Field("a", .integer), Field("b", .string)]
        #expect(
            try texts(.structure(schema), [.structure([1, "x"]), .null, .structure([.null, .null])])
                == [#"{"a":1,"b":"x"}"#, "null", #"{"a":null,"b":null}"#]
        )
        #expect(
            try texts(.list(element: .long, containsNull: true), [.list([1, .null]), .list([]), .null])
                == ["[1,null]", "[]", "null"]
        )
        #expect(
            try texts(
                .map(key: .string, value: .decimal(precision: 4, scale: 1), valueContainsNull: true),
                [.map(keys: ["k", "l"], values: [.decimal("1.5"), .null])]
            ) == [#"[{"key":"k","value":"1.5"},{"key":"l","value":null}]"#]
        )
    }

    @Test("CSV quotes what needs it, and tells an empty text from NULL")
    func csv() throws {
        #expect(
            try texts(.string, ["plain", "a,b", "say \"hi\"", "two\nlines", "", .null], .csv)
                == ["plain", #""a,b""#, #""say ""hi""""#, "\"two\nlines\"", #""""#, ""]
        )
        #expect(try texts(.decimal(precision: 4, scale: 2), [.decimal("1.50"), .null], .csv) == ["1.50", ""])
        #expect(
            try texts(.structure([Field("a", .string)]), [.structure(["x"]), .null], .csv)
                == [#""{""a"":""x""}""#, ""]
        )
    }
}
