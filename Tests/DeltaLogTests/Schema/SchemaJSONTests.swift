import CDCJSON
import Columnar
import Testing

@testable import DeltaLog

@Suite("Schemas as JSON")
struct SchemaJSONTests {
    static let everything: Schema = [
        Field("boolean", .boolean), Field("byte", .byte), Field("short", .short), Field("integer", .integer),
        Field("long", .long, isNullable: false), Field("float", .float), Field("double", .double),
        Field("decimal", .decimal(precision: 38, scale: 18)), Field("string", .string), Field("binary", .binary),
        Field("date", .date), Field("timestamp", .timestamp), Field("ntz", .timestampNTZ),
        Field("list", .list(element: .list(element: .long, containsNull: false), containsNull: true)),
        Field(
            "map",
            .map(
                key: .string,
                value: .structure([Field("inner", .date, metadata: ["deep": "kept"])]),
                valueContainsNull: false
            ),
            metadata: ["comment": "a map", "SPARK::metadata::json": [:], "n": [1, .number("2.50"), nil]]
        ),
    ]

    @Test("every type survives, with nullability and metadata")
    func roundTrip() throws {
        #expect(try SchemaJSON.parse(SchemaJSON.text(Self.everything)) == Self.everything)
    }

    @Test("the text is Spark's")
    func text() {
        #expect(
            SchemaJSON.text([Field("a", .timestampNTZ), Field("b", .list(element: .byte, containsNull: true))])
                == #"{"type":"struct","fields":[{"name":"a","type":"timestamp_ntz","nullable":true,"metadata":{}},"#
                + #"{"name":"b","type":{"type":"array","elementType":"byte","containsNull":true},"nullable":true,"metadata":{}}]}"#
        )
        #expect(SchemaJSON.text([Field("d", .decimal(precision: 10, scale: 2))]).contains(#""decimal(10,2)""#))
    }

    @Test(
        "a type that is not known is named, with its column",
        arguments: ["variant", "void", "geometry(4326)", "interval"]
    )
    func unknownType(type: String) {
        let text =
            #"{"type":"struct","fields":[{"name":"a","type":{"type":"array","elementType":"\#(type)","containsNull":true},"nullable":true,"metadata":{}}]}"#
        do {
            _ = try SchemaJSON.parse(text)
            Issue.record("the type \(type) was accepted")
        } catch {
            #expect(error.code == .unsupportedType)
            #expect(error.message.contains("'a.element'"))
            #expect(error.message.contains("'\(type)'"))
        }
    }

    @Test(
        "what is no schema is an error",
        arguments: [
            "", "1", "{}", #"{"type":"struct"}"#, #"{"type":"struct","fields":[{}]}"#, #"{"type":"array"}"#,
            #"{"type":"struct","fields":[{"name":"a","type":"decimal(39,0)"}]}"#,
            #"{"type":"struct","fields":[{"name":"a","type":"decimal(3,4)"}]}"#,
            #"{"type":"struct","fields":[{"name":"a","type":"decimal(3"}]}"#,
            #"{"type":"struct","fields":[{"name":"a","type":{"type":"map"}}]}"#,
            #"{"type":"struct","fields":[{"name":"a","type":{}}]}"#,
        ]
    )
    func noSchema(text: String) {
        #expect(throws: DeltaError.self) { try SchemaJSON.parse(text) }
    }

    @Test("nesting without end is refused, not followed")
    func deepNesting() {
        let text = String(repeating: #"{"type":"array","elementType":"#, count: 100_000)
        #expect(throws: DeltaError.self) { try SchemaJSON.parse(text) }
    }

    // MARK: Rules

    @Test("names with characters that files cannot hold are refused, unless names are mapped")
    func forbiddenCharacters() throws {
        for character in SchemaRules.forbiddenCharacters {
            let schema: Schema = [Field("a", .structure([Field("b\(character)", .long)]))]
            #expect(throws: DeltaError.self) { try SchemaRules.check(schema, partitionColumns: []) }
            try SchemaRules.check(schema, partitionColumns: [], mapsColumns: true)
        }
        try SchemaRules.check([Field("Größe.[x]-$", .long)], partitionColumns: [])
    }

    @Test("names that differ only in case are the same, also deep inside")
    func duplicates() {
        #expect(throws: DeltaError.self) {
            try SchemaRules.check([Field("a", .long), Field("A", .long)], partitionColumns: [])
        }
        let inner: DataType = .list(element: .structure([Field("x", .long), Field("X", .long)]), containsNull: true)
        #expect(throws: DeltaError.self) { try SchemaRules.check([Field("a", inner)], partitionColumns: []) }
    }

    @Test("partition columns are columns, without nesting, and not all of them")
    func partitionColumns() throws {
        let schema: Schema = [
            Field("a", .long), Field("l", .list(element: .long, containsNull: true)), Field("b", .date),
        ]
        try SchemaRules.check(schema, partitionColumns: ["b", "a"])
        for columns in [["c"], ["l"], ["a", "a"]] {
            #expect(throws: DeltaError.self) { try SchemaRules.check(schema, partitionColumns: columns) }
        }
        #expect(throws: DeltaError.self) { try SchemaRules.check([Field("a", .long)], partitionColumns: ["a"]) }
        #expect(throws: DeltaError.self) { try SchemaRules.check([], partitionColumns: []) }
    }
}

@Suite("Partition values as text")
struct PartitionValueTests {
    @Test(
        "a value and its text",
        arguments: [
            (DataType.string, Value.string("a b/c"), "a b/c"), (.boolean, true, "true"), (.byte, -128, "-128"),
            (.short, 32767, "32767"), (.integer, -1, "-1"), (.long, .integer(.min), "-9223372036854775808"),
            (.float, .float(1.5), "1.5"), (.double, .double(-0.1), "-0.1"), (.double, .double(.infinity), "Infinity"),
            (.decimal(precision: 5, scale: 3), .decimal(unscaled: 1500, scale: 3), "1.500"),
            (.decimal(precision: 38, scale: 0), .decimal(unscaled: -7, scale: 0), "-7"),
            (.date, .date(-1), "1969-12-31"), (.binary, .binary([1, 65]), "\u{1}A"),
            (.timestamp, .timestamp(1_500_000), "1970-01-01T00:00:01.500000Z"),
            (.timestampNTZ, .timestampNTZ(-1), "1969-12-31 23:59:59.999999"),
        ] as [(DataType, Value, String)]
    )
    func bothWays(type: DataType, value: Value, text: String) throws {
        #expect(try PartitionValue.text(value, type) == text)
        #expect(try PartitionValue.parse(text, type) == value)
    }

    @Test("null is nothing, and the empty text is null")
    func null() throws {
        for type in [DataType.string, .long, .date] {
            #expect(try PartitionValue.text(.null, type) == nil)
            #expect(try PartitionValue.parse(nil, type) == .null)
            #expect(try PartitionValue.parse("", type) == .null)
        }
        #expect(try PartitionValue.text("", .string) == nil)
    }

    @Test("timestamps are read with and without zone")
    func timestamps() throws {
        for text in [
            "2020-01-01 08:00:00", "2020-01-01 08:00:00.0", "2020-01-01T08:00:00Z", "2020-01-01T09:00:00+01:00",
        ] {
            #expect(try PartitionValue.parse(text, .timestamp) == .timestamp(1_577_865_600_000_000))
        }
        #expect(throws: DeltaError.self) { try PartitionValue.parse("2020-01-01T08:00:00Z", .timestampNTZ) }
    }

    @Test(
        "a text that is no value of its type is refused",
        arguments: [
            (DataType.byte, "128"), (.integer, "1.0"), (.long, "x"), (.boolean, "TRUE"), (.date, "2020-02-30"),
            (.decimal(precision: 3, scale: 1), "1000"), (.decimal(precision: 3, scale: 1), "1.25"), (.timestamp, "now"),
            (.list(element: .long, containsNull: true), "[1]"),
        ] as [(DataType, String)]
    )
    func refused(type: DataType, text: String) {
        do {
            _ = try PartitionValue.parse(text, type)
            Issue.record("'\(text)' was taken for a \(type)")
        } catch {
            #expect(error.code == .invalidValue)
        }
    }

    @Test("a value of another type, or bytes that are no text, cannot be written")
    func unwritable() {
        #expect(throws: DeltaError.self) { try PartitionValue.text("a", .long) }
        #expect(throws: DeltaError.self) { try PartitionValue.text(300, .byte) }
        #expect(throws: DeltaError.self) { try PartitionValue.text(.binary([0xFF]), .binary) }
        #expect(throws: DeltaError.self) { try PartitionValue.text(.structure([]), .structure([])) }
    }
}
