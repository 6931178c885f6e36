import Columnar

/// A column of a type, literals of T-SQL, and what each is in a Delta table.
struct TypeCase: Sendable {
    var declaration: String
    var type: DataType
    var values: [(literal: String, value: Value)]

    init(_ declaration: String, _ type: DataType, _ values: (literal: String, value: Value)...) {
        self.declaration = declaration
        self.type = type
        self.values = values
    }

    /// Every type that the emulator has, at the edges of each.
    static let all: [TypeCase] = numbers + times + texts + others

    private static let numbers: [TypeCase] = [
        TypeCase("BIT", .boolean, ("0", false), ("1", true)),
        // 0…255, which Delta's byte cannot hold.
        TypeCase("TINYINT", .short, ("0", 0), ("255", 255)),
        TypeCase("SMALLINT", .short, ("-32768", -32_768), ("32767", 32_767)),
        TypeCase("INT", .integer, ("-2147483648", -2_147_483_648), ("2147483647", 2_147_483_647)),
        TypeCase(
            "BIGINT",
            .long,
            ("-9223372036854775808", .integer(.min)),
            ("9223372036854775807", .integer(.max))
        ),
        TypeCase(
            "DECIMAL(38,0)",
            .decimal(precision: 38, scale: 0),
            ("-" + nines(38), decimal("-" + nines(38))),
            (nines(38), decimal(nines(38))),
            ("0", decimal("0"))
        ),
        TypeCase(
            "DECIMAL(38,38)",
            .decimal(precision: 38, scale: 38),
            ("-0." + nines(38), decimal("-0." + nines(38))),
            ("0." + String(repeating: "0", count: 37) + "1", .decimal(unscaled: 1, scale: 38))
        ),
        TypeCase(
            "NUMERIC(18,5)",
            .decimal(precision: 18, scale: 5),
            ("-9999999999999.99999", decimal("-9999999999999.99999")),
            ("9999999999999.99999", decimal("9999999999999.99999")),
            ("1.000005", decimal("1.00001"))
        ),
        TypeCase(
            "MONEY",
            .decimal(precision: 19, scale: 4),
            ("-922337203685477.5808", .decimal(unscaled: Int128(Int64.min), scale: 4)),
            ("922337203685477.5807", .decimal(unscaled: Int128(Int64.max), scale: 4)),
            ("0.00005", decimal("0.0001"))
        ),
        TypeCase(
            "SMALLMONEY",
            .decimal(precision: 10, scale: 4),
            ("-214748.3648", decimal("-214748.3648")),
            ("214748.3647", decimal("214748.3647"))
        ),
        TypeCase(
            "REAL",
            .float,
            ("-3.40282347E+38", .float(-.greatestFiniteMagnitude)),
            ("1.17549435E-38", .float(.leastNormalMagnitude)),
            ("0.1", .float(0.1))
        ),
        TypeCase(
            "FLOAT",
            .double,
            ("-1.7976931348623157E+308", .double(-.greatestFiniteMagnitude)),
            ("2.2250738585072014E-308", .double(.leastNormalMagnitude)),
            ("0.1E0", 0.1)
        ),
    ]

    private static let times: [TypeCase] = [
        TypeCase(
            "DATE",
            .date,
            ("'0001-01-01'", day("0001-01-01")),
            ("'9999-12-31'", day("9999-12-31")),
            ("'2024-02-29'", day("2024-02-29"))
        ),
        TypeCase("TIME(0)", .string, ("'00:00:00'", "00:00:00"), ("'23:59:59'", "23:59:59")),
        TypeCase("TIME(3)", .string, ("'00:00:00'", "00:00:00.000"), ("'13:14:15.1236'", "13:14:15.124")),
        TypeCase("TIME(7)", .string, ("'00:00:00'", "00:00:00.0000000"), ("'23:59:59.9999999'", "23:59:59.9999999")),
        TypeCase(
            "SMALLDATETIME",
            .timestampNTZ,
            ("'1900-01-01'", ntz("1900-01-01T00:00:00")),
            ("'2079-06-06T23:59:00'", ntz("2079-06-06T23:59:00")),
            ("'2024-01-31T12:00:30'", ntz("2024-01-31T12:01:00"))
        ),
        TypeCase(
            "DATETIME",
            .timestampNTZ,
            ("'1753-01-01'", ntz("1753-01-01T00:00:00")),
            ("'9999-12-31T23:59:59.997'", ntz("9999-12-31T23:59:59.997")),
            // 1/300 s: thousandths end with 0, 3 or 7.
            ("'2024-01-31T23:59:59.999'", ntz("2024-02-01T00:00:00")),
            ("'2024-01-31T23:59:59.998'", ntz("2024-01-31T23:59:59.997")),
            ("'2024-01-31T23:59:59.994'", ntz("2024-01-31T23:59:59.993")),
            ("'2024-01-31T23:59:59.001'", ntz("2024-01-31T23:59:59"))
        ),
        TypeCase(
            "DATETIME2(7)",
            .timestampNTZ,
            ("'0001-01-01'", ntz("0001-01-01T00:00:00")),
            // Delta counts microseconds: the seventh digit is cut off, never rounded into another day.
            ("'9999-12-31T23:59:59.9999999'", ntz("9999-12-31T23:59:59.999999")),
            ("'1969-12-31T23:59:59.9999999'", ntz("1969-12-31T23:59:59.999999"))
        ),
        TypeCase(
            "DATETIME2(0)",
            .timestampNTZ,
            ("'0001-01-01'", ntz("0001-01-01T00:00:00")),
            ("'2024-01-31T23:59:59.5'", ntz("2024-02-01T00:00:00"))
        ),
        TypeCase(
            "DATETIMEOFFSET(7)",
            .timestamp,
            ("'0001-01-01T00:00:00+00:00'", utc("0001-01-01T00:00:00Z")),
            ("'9999-12-31T23:59:59.9999999+00:00'", utc("9999-12-31T23:59:59.999999Z")),
            ("'2024-01-31T23:30:00.1234567-08:30'", utc("2024-02-01T08:00:00.123456Z")),
            ("'2024-02-01T13:30:00+14:00'", utc("2024-01-31T23:30:00Z"))
        ),
    ]

    private static let texts: [TypeCase] = [
        // Padded, as the server pads it.
        TypeCase("CHAR(5)", .string, ("'ab'", "ab   "), ("''", "     "), ("'é€ž'", "é€ž  ")),
        TypeCase("VARCHAR(20)", .string, ("''", ""), ("'café € ž '", "café € ž "), ("NCHAR(0x416)", "?")),
        TypeCase(
            "VARCHAR(20) COLLATE Latin1_General_100_CI_AS_SC_UTF8",
            .string,
            ("''", ""),
            ("N'žluť😀 Ж'", "žluť😀 Ж")
        ),
        TypeCase("VARCHAR(MAX)", .string, ("''", ""), ("'é'", "é")),
        TypeCase("NCHAR(5)", .string, ("N'žab'", "žab  "), ("N''", "     ")),
        TypeCase(
            "NVARCHAR(20)",
            .string,
            ("N''", ""),
            ("N'日本語 Ж 😀'", "日本語 Ж 😀"),
            // A letter and its accent stay two characters.
            ("N'e' + NCHAR(0x301)", "e\u{301}"),
            // Half a pair is no character in UTF-8. FreeTDS puts a question mark in its place, and leaves it out at the end, where
            // texts that were cut by their length have it.
            ("N'a' + NCHAR(0xD83D) + N'b'", "a?b"),
            ("N'a' + NCHAR(0xDE00) + N'b'", "a?b"),
            ("N'a' + NCHAR(0xD83D)", "a")
        ),
        TypeCase("NVARCHAR(MAX)", .string, ("N''", ""), ("N'😀'", "😀")),
        TypeCase("TEXT", .string, ("''", ""), ("'old é'", "old é")),
        TypeCase("NTEXT", .string, ("N''", ""), ("N'old Ж😀'", "old Ж😀")),
        TypeCase("XML", .string, ("N'<a b=\"1\">Ж</a>'", "<a b=\"1\">Ж</a>"), ("N''", "")),
    ]

    private static let others: [TypeCase] = [
        TypeCase("BINARY(4)", .binary, ("0xDEAD", .binary([0xDE, 0xAD, 0, 0])), ("0x", .binary([0, 0, 0, 0]))),
        TypeCase("VARBINARY(10)", .binary, ("0x", .binary([])), ("0x00FF00", .binary([0, 255, 0]))),
        TypeCase("VARBINARY(MAX)", .binary, ("0x", .binary([])), ("0x0102", .binary([1, 2]))),
        TypeCase("IMAGE", .binary, ("0x", .binary([])), ("0x0102", .binary([1, 2]))),
        TypeCase(
            "UNIQUEIDENTIFIER",
            .string,
            ("'00112233-4455-6677-8899-aabbccddeeff'", "00112233-4455-6677-8899-AABBCCDDEEFF"),
            ("0x33221100554477668899AABBCCDDEEFF", "00112233-4455-6677-8899-AABBCCDDEEFF")
        ),
        TypeCase(
            "SQL_VARIANT",
            .string,
            ("42", "42"),
            ("N'Ж'", "Ж"),
            ("''", ""),
            ("CAST(0.1 AS FLOAT)", "1.0000000000000001e-001"),
            ("CAST('1234.5678' AS MONEY)", "1234.5678"),
            ("CAST('2024-01-31T12:13:14.997' AS DATETIME)", "2024-01-31 12:13:14.997"),
            ("CAST('2024-01-31T12:13:14.1234567' AS DATETIME2)", "2024-01-31 12:13:14.1234567"),
            ("CAST('2024-01-31T12:13:14+02:00' AS DATETIMEOFFSET(0))", "2024-01-31 12:13:14.0000000 +02:00"),
            ("CAST('2024-01-31' AS DATE)", "2024-01-31"),
            ("CAST('12:13' AS TIME(0))", "12:13:00.0000000"),
            ("CAST(-1.50 AS DECIMAL(5,2))", "-1.50"),
            ("0xDEAD", "0xDEAD"),
            ("REPLICATE('é', 8000)", .string(String(repeating: "é", count: 8000)))
        ),
    ]

    // MARK: Values

    private static func nines(_ count: Int) -> String { String(repeating: "9", count: count) }
    private static func decimal(_ text: String) -> Value { (try? Value.decimal(text)) ?? .null }
    private static func day(_ text: String) -> Value { CivilTime.parse(day: text).map { .date($0) } ?? .null }
    private static func ntz(_ text: String) -> Value {
        CivilTime.parse(timestamp: text).map { .timestampNTZ($0.microseconds) } ?? .null
    }
    private static func utc(_ text: String) -> Value {
        CivilTime.parse(timestamp: text).map { .timestamp($0.microseconds) } ?? .null
    }
}
