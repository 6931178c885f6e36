import Columnar
import Testing

@testable import TDSSource

@Suite("Rows of all types", .enabled(if: MockServer.isThere, MockServer.message))
struct RowTests {
    /// Name, type and value of each column of the server's row of all types.
    private static let expected: [(String, DataType, Value)] = [
        ("c_bit", .boolean, true),
        ("c_tiny", .short, 255),
        ("c_small", .short, -32_768),
        ("c_int", .integer, -2_147_483_648),
        ("c_big", .long, .integer(.min)),
        ("c_intnn", .integer, 42),
        ("c_real", .float, .float(1.5)),
        ("c_float", .double, -2.25),
        ("c_money", .decimal(precision: 19, scale: 4), .decimal(unscaled: -1_234_567, scale: 4)),
        ("c_smoney", .decimal(precision: 10, scale: 4), .decimal(unscaled: 123_456, scale: 4)),
        (
            "c_dec", .decimal(precision: 38, scale: 10),
            .decimal(unscaled: -12_345_678_901_234_567_890, scale: 10)
        ),
        ("c_num", .decimal(precision: 9, scale: 2), .decimal(unscaled: 12_345, scale: 2)),
        ("c_datetime", .timestampNTZ, ntz("2024-02-29T13:14:15.123")),
        ("c_sdt", .timestampNTZ, ntz("2024-02-29T13:14:00")),
        ("c_date", .date, day("2024-02-29")),
        ("c_time7", .string, "13:14:15.1234567"),
        ("c_time0", .string, "13:14:15"),
        ("c_dt2_7", .timestampNTZ, ntz("9999-12-31T13:14:15.123456")),
        ("c_dt2_3", .timestampNTZ, ntz("0001-01-01T13:14:15.123")),
        ("c_dto7", .timestamp, utc("2024-02-29T13:14:15.123456Z")),
        ("c_guid", .string, "6F9619FF-8B86-D011-B42D-00C04FC964FF"),
        ("c_char10", .string, "abcé      "),
        ("c_vchar", .string, "café"),
        ("c_nchar5", .string, "ab   "),
        ("c_nvchar", .string, "žluť😀"),
        ("c_vmax", .string, .string(String(repeating: "x", count: 20_000))),
        ("c_nvmax", .string, .string(String(repeating: "Ω", count: 9000))),
        ("c_nvmax0", .string, ""),
        ("c_bin4", .binary, .binary([0xDE, 0xAD, 0, 0])),
        ("c_vbin", .binary, .binary([1, 0, 2])),
        ("c_vbin0", .binary, .binary([])),
        ("c_vbmax", .binary, .binary((0..<40).flatMap { _ in 0...UInt8.max })),
        ("c_xml", .string, "<a b=\"1\"/>"),
        ("c_text", .string, "hello"),
        ("c_ntext", .string, "hé€o"),
        ("c_image", .binary, .binary([0, 1, 0xFF])),
        ("c_rowver", .binary, .binary([0, 0, 0, 0, 0, 0, 7, 0xD1])),
    ]

    private static func ntz(_ text: String) -> Value {
        CivilTime.parse(timestamp: text).map { .timestampNTZ($0.microseconds) } ?? .null
    }

    private static func utc(_ text: String) -> Value {
        CivilTime.parse(timestamp: text).map { .timestamp($0.microseconds) } ?? .null
    }

    private static func day(_ text: String) -> Value { CivilTime.parse(day: text).map { .date($0) } ?? .null }

    @Test("every type becomes the one that Delta has for it, and nulls are nulls however they are sent")
    func allTypes() async throws {
        try await withConnection { connection in
            let batch = try await connection.smallResult("types")
            #expect(batch.schema.fields.map(\.name) == Self.expected.map(\.0))
            #expect(batch.rowCount == 3)
            for (index, (name, type, value)) in Self.expected.enumerated() {
                let column = batch.columns[index]
                #expect(column.type == type, "\(name)")
                #expect(column.value(at: 0) == value, "\(name)")
                let isNullable = !["c_intnn", "c_rowver"].contains(name)
                #expect(batch.schema.fields[index].isNullable == isNullable, "\(name)")
                // The second row has its nulls in place of values, the third in a bitmap.
                #expect(column.value(at: 1) == (isNullable ? .null : value), "\(name)")
                #expect(column.value(at: 2) == (isNullable ? .null : value), "\(name)")
            }
        }
    }

    @Test("types are exact at their edges")
    func edges() async throws {
        let nines = { (count: Int, scale: Int) throws -> Value in
            .decimal(unscaled: DecimalText.powersOfTen[count] - 1, scale: scale)
        }
        let minusNines = { (count: Int, scale: Int) throws -> Value in
            .decimal(unscaled: 1 - DecimalText.powersOfTen[count], scale: scale)
        }
        let expected: [(String, Value, Value)] = [
            ("tinyint", 0, 255),
            ("bigint", .integer(.min), .integer(.max)),
            ("money", .decimal(unscaled: Int128(Int64.min), scale: 4), .decimal(unscaled: Int128(Int64.max), scale: 4)),
            (
                "smallmoney", .decimal(unscaled: Int128(Int32.min), scale: 4),
                .decimal(unscaled: Int128(Int32.max), scale: 4)
            ),
            ("decimal1", try minusNines(1, 0), try nines(1, 0)),
            ("decimal18", try minusNines(18, 5), try nines(18, 5)),
            ("decimal19", try minusNines(19, 0), try nines(19, 0)),
            ("decimal38", try minusNines(38, 0), try nines(38, 0)),
            ("datetime", Self.ntz("1753-01-01T00:00:00.003"), Self.ntz("9999-12-31T23:59:59.997")),
            ("smalldatetime", Self.ntz("1900-01-01T00:00:00"), Self.ntz("2079-06-06T23:59:00")),
            ("date", Self.day("0001-01-01"), Self.day("9999-12-31")),
            ("time", "00:00:00.0000000", "23:59:59.9999999"),
            ("datetime2", Self.ntz("0001-01-01T00:00:00"), Self.ntz("9999-12-31T23:59:59.999999")),
            ("datetimeoffset", Self.utc("0001-01-01T00:00:00Z"), Self.utc("9999-12-31T23:59:59.999999Z")),
            // FreeTDS itself puts the question mark where UTF-16 has half a pair.
            ("surrogates", "a?b", "😀"),
            // With a UTF-8 collation the server's bytes come as they are, and are repaired here.
            ("utf8", "a\u{FFFD}b", "ž😀"),
            // A text that was cut in the middle of a pair loses its last half.
            ("latehalf", "a", "a?b"),
            ("cyrillic", "Жук", ""),
            ("japanese", "日本語ｱ", "abc"),
            ("greek", "Ωμέγα", ""),
            ("czech", "žluť ", "     "),
            ("chinese", "汉字", ""),
            ("zeros", -0.0, .double(.leastNonzeroMagnitude)),
            ("empty", "", ""),
        ]
        try await withConnection { connection in
            let batch = try await connection.smallResult("edges")
            #expect(batch.schema.fields.map(\.name) == expected.map(\.0))
            for (index, (name, lowest, highest)) in expected.enumerated() {
                // As texts, too: 0 and −0 are equal.
                #expect("\(batch.columns[index].value(at: 0))" == "\(lowest)", "\(name)")
                #expect(batch.columns[index].value(at: 0) == lowest, "\(name)")
                #expect(batch.columns[index].value(at: 1) == highest, "\(name)")
            }
        }
    }

    @Test(
        "types that db-lib does not show whole are refused by the name of their column",
        arguments: [("alltypes", "c_variant_int"), ("clr", "place")]
    )
    func unsupported(statement: String, column: String) async throws {
        try await withConnection { connection in
            let error = try await tdsError { _ = try await connection.query(statement) }
            #expect(error.code == .unsupportedType)
            #expect(error.message.contains("'\(column)'"))
            #expect(try await connection.smallResult("bulk 1").rowCount == 1, "and the connection goes on")
        }
    }
}
