import Testing

@testable import SQLServerEmulator

@Suite("Converting values")
struct ConversionTests {
    static let morning = cast("2006-12-30 00:38:54.840", .datetime)
    static let precise = cast("2007-05-08 12:35:29.1234567", .datetime2(7))

    // "CAST and CONVERT (Transact-SQL)", date and time styles.
    @Test(
        "A datetime in every style",
        arguments: [
            (nil, "Dec 30 2006 12:38AM"), (0, "Dec 30 2006 12:38AM"), (1, "12/30/06"), (2, "06.12.30"), (3, "30/12/06"),
            (4, "30.12.06"), (5, "30-12-06"), (6, "30 Dec 06"), (7, "Dec 30, 06"), (8, "00:38:54"),
            (9, "Dec 30 2006 12:38:54:840AM"), (10, "12-30-06"), (11, "06/12/30"), (12, "061230"),
            (13, "30 Dec 2006 00:38:54:840"), (14, "00:38:54:840"), (20, "2006-12-30 00:38:54"),
            (21, "2006-12-30 00:38:54.840"), (22, "12/30/06 12:38:54 AM"), (23, "2006-12-30"), (24, "00:38:54"),
            (25, "2006-12-30 00:38:54.840"), (100, "Dec 30 2006 12:38AM"), (101, "12/30/2006"), (102, "2006.12.30"),
            (103, "30/12/2006"), (104, "30.12.2006"), (105, "30-12-2006"), (106, "30 Dec 2006"), (107, "Dec 30, 2006"),
            (108, "00:38:54"), (109, "Dec 30 2006 12:38:54:840AM"), (110, "12-30-2006"), (111, "2006/12/30"),
            (112, "20061230"), (113, "30 Dec 2006 00:38:54:840"), (114, "00:38:54:840"), (120, "2006-12-30 00:38:54"),
            (121, "2006-12-30 00:38:54.840"), (126, "2006-12-30T00:38:54.840"), (127, "2006-12-30T00:38:54.840"),
            (130, "Msg 40517"), (99, "Msg 281"),
        ] as [(Int?, String)]
    )
    func styles(style: Int?, expected: String) {
        #expect(converted(Self.morning, .varchar(40), style: style) == expected)
    }

    // "datetime2", "date", "time", "datetimeoffset (Transact-SQL)": converting to character strings.
    @Test(
        "The newer types show all their digits",
        arguments: [
            (precise, nil, "2007-05-08 12:35:29.1234567"), (precise, 126, "2007-05-08T12:35:29.1234567"),
            (cast("2007-05-08", .date), nil, "2007-05-08"), (cast("2007-05-08", .date), 100, "May  8 2007"),
            (cast("2007-05-08", .date), 108, "Msg 281"),
            (cast("12:35:29.1234567", .time(7)), nil, "12:35:29.1234567"),
            (cast("12:35:29.1234567", .time(3)), nil, "12:35:29.123"), (cast("16:07", .time(0)), 100, "4:07PM"),
            (cast("12:35", .time(0)), 101, "Msg 281"),
            (cast("2007-05-08 12:35:29.1234567 +12:15", .datetimeoffset(7)), nil, "2007-05-08 12:35:29.1234567 +12:15"),
            (
                cast("2007-05-08 12:35:29.1234567 +12:15", .datetimeoffset(7)), 127,
                "2007-05-08T00:20:29.1234567Z"
            ),
            (
                cast("2007-05-08 12:35:29.1234567 -01:30", .datetimeoffset(7)), 126,
                "2007-05-08T12:35:29.1234567-01:30"
            ),
            (cast("1955-12-13 12:43:10", .smalldatetime), nil, "Dec 13 1955 12:43PM"),
            (cast("2020-01-02T03:04:05", .datetime), 126, "2020-01-02T03:04:05"),
        ] as [(Typed, Int?, String)]
    )
    func newerTypes(value: Typed, style: Int?, expected: String) {
        #expect(converted(value, .varchar(50), style: style) == expected)
    }

    // "datetime (Transact-SQL)": rounding of fractional second precision.
    @Test(
        "datetime keeps 1/300 seconds",
        arguments: [
            ("1998-01-01 23:59:59.999", "1998-01-02 00:00:00.000"),
            ("1998-01-01 23:59:59.995", "1998-01-01 23:59:59.997"),
            ("1998-01-01 23:59:59.998", "1998-01-01 23:59:59.997"),
            ("1998-01-01 23:59:59.994", "1998-01-01 23:59:59.993"),
            ("1998-01-01 23:59:59.991", "1998-01-01 23:59:59.990"), ("1753-01-01", "1753-01-01 00:00:00.000"),
            ("9999-12-31 23:59:59.997", "9999-12-31 23:59:59.997"), ("1752-12-31", "Msg 242"),
            ("9999-12-31 23:59:59.999", "Msg 242"), ("2000-02-30", "Msg 242"), ("2000-01-01 00:00:00.1234", "Msg 241"),
        ]
    )
    func dateTimeRounding(text: String, expected: String) {
        #expect(converted(varchar(text), .datetime) == expected)
    }

    // "smalldatetime (Transact-SQL)": 29.998 seconds are rounded down, 29.999 up.
    @Test(
        "smalldatetime keeps minutes",
        arguments: [
            ("2007-05-09 23:59:29.998", "2007-05-09 23:59:00.000"),
            ("2007-05-09 23:59:29.999", "2007-05-10 00:00:00.000"),
            ("2079-06-06 23:59:00", "2079-06-06 23:59:00.000"), ("2079-06-07", "Msg 242"), ("1899-12-31", "Msg 242"),
            ("nonsense", "Msg 295"),
        ]
    )
    func smallDateTime(text: String, expected: String) {
        #expect(converted(varchar(text), .smalldatetime) == expected)
    }

    // "date", "time", "datetimeoffset (Transact-SQL)": supported string literal formats.
    @Test(
        "Dates are read in all documented forms",
        arguments: [
            "2000-01-31", "20000131", "000131", "1/31/2000", "01/31/00", "1-31-2000", "1.31.2000", "Jan 31, 2000",
            "January 31 2000", "Jan 31 00", "31 Jan 2000", "31 Jan, 2000", "31-Jan-2000", "2000 Jan 31",
            "2000 January 31",
            "{d '2000-01-31'}", "{ts '2000-01-31 10:00:00'}", "2000-01-31T10:00:00", "2000-01-31T10:00:00.123Z",
            "2000-01-31T10:00:00+02:00", "2000-01-31 10:00 PM", "20000131 10:00:00.1234567", " 2000-01-31 ",
            "2000/1/31",
            "10:00 2000-01-31",
        ]
    )
    func dateForms(text: String) {
        #expect(converted(varchar(text), .date) == "2000-01-31")
    }

    @Test(
        "What is no date is refused",
        arguments: [
            "x", "2000-13-01", "2000-02-30", "1999-02-29", "31/31/2000", "2000-1", "200013", "1/2", "12:60", "25:00",
            "12:00:00.12345678", "2000-01-01T", "2000-01-01 10:00:00 +15:00", "2000-01-01 10:00 XM", "0000-01-01",
            "10000-01-01", "Foo 1 2000", "1", "123", "{d '2000-01-31'", "2000-01-31 13:00 AM", "99999999999999999999",
        ]
    )
    func noDates(text: String) {
        #expect(converted(varchar(text), .date) == "Msg 241")
        #expect(converted(varchar(text), .date, isTry: true) == "NULL")
    }

    @Test(
        "DATEFORMAT and styles order the parts of a date",
        arguments: [
            ("01/02/2003", DateOrder.mdy, nil, "2003-01-02"), ("01/02/2003", .dmy, nil, "2003-02-01"),
            ("01/02/03", .ymd, nil, "2001-02-03"), ("01/02/2003", .mdy, 103, "2003-02-01"),
            ("04.05.2006", .mdy, 104, "2006-05-04"),
            ("2003-01-02", .dmy, nil, "2003-01-02"), ("01/02/49", .mdy, nil, "2049-01-02"),
            ("01/02/50", .mdy, nil, "1950-01-02"),
        ] as [(String, DateOrder, Int?, String)]
    )
    func dateOrder(text: String, order: DateOrder, style: Int?, expected: String) throws {
        let settings = ConversionSettings(dateOrder: order)
        let value = try Conversion.convert(
            .string(text),
            from: .varchar(30),
            to: .date,
            style: style,
            settings: settings
        )
        #expect(Typed(type: .date, value: value).shown == expected)
        // Only the old types read a year in front by DATEFORMAT.
        let old = try Conversion.convert(.string("2003-01-02"), from: .varchar(30), to: .datetime, settings: settings)
        #expect(
            Typed(type: .datetime, value: old).shown == (order == .dmy ? "2003-02-01" : "2003-01-02") + " 00:00:00.000"
        )
    }

    @Test(
        "Times of day",
        arguments: [
            ("10:20", "10:20:00.0000000"), ("1PM", "13:00:00.0000000"), ("12AM", "00:00:00.0000000"),
            ("12:30 pm", "12:30:00.0000000"), ("4:5:6.7", "04:05:06.7000000"), ("4:5:6:7", "04:05:06.0070000"),
            ("", "00:00:00.0000000"),
            ("2000-01-01", "00:00:00.0000000"), ("23:59:59.9999999", "23:59:59.9999999"),
        ]
    )
    func times(text: String, expected: String) {
        #expect(converted(varchar(text), .time(7)) == expected)
    }

    @Test(
        "Dates of one type become those of another",
        arguments: [
            (precise, .datetime, "2007-05-08 12:35:29.123"), (precise, .smalldatetime, "2007-05-08 12:35:00.000"),
            (precise, .date, "2007-05-08"), (precise, .time(2), "12:35:29.12"),
            (precise, .datetimeoffset(3), "2007-05-08 12:35:29.123 +00:00"),
            (precise, .datetime2(0), "2007-05-08 12:35:29"),
            (cast("2007-05-08", .date), .datetime, "2007-05-08 00:00:00.000"),
            (cast("12:00", .time(0)), .datetime, "1900-01-01 12:00:00.000"),
            (cast("2007-05-08 01:00:00 +05:30", .datetimeoffset(0)), .datetime2(0), "2007-05-08 01:00:00"),
            (cast("2000-01-01 00:00:00.003", .datetime), .datetime2(7), "2000-01-01 00:00:00.0033333"),
            (cast("0001-01-01", .date), .datetime, "Msg 242"),
            (cast("23:59:59.9999999", .time(7)), .time(0), "00:00:00"),
            (cast("9999-12-31 23:59:59.9999999", .datetime2(7)), .datetime2(3), "9999-12-31 23:59:59.999"),
            (cast("2000-01-01", .date), .time(0), "Msg 529"), (int(1), .date, "Msg 529"),
            (int(1), .datetime, "1900-01-02 00:00:00.000"), (float(0.5), .datetime, "1900-01-01 12:00:00.000"),
            (int(3_000_000), .datetime, "Msg 8115"), (cast("2000-01-01 12:00", .datetime), .int, "36525"),
            (cast("1900-01-01 06:00", .datetime), .decimal(5, 2), "0.25"),
        ] as [(Typed, SQLType, String)]
    )
    func betweenDates(value: Typed, type: SQLType, expected: String) {
        #expect(converted(value, type) == expected)
    }

    // "CAST and CONVERT (Transact-SQL)": truncating and rounding results; error messages of sys.messages.
    @Test(
        "Numbers",
        arguments: [
            (decimal("10.6496"), .int, "10"), (decimal("-10.6496"), .int, "-10"),
            (Typed(type: .money, value: .decimal(106_496)), .int, "11"), (float(10.6496), .int, "10"),
            (decimal("10.3496847"), .money, "10.3497"), (float(1e10), .int, "Msg 232"),
            (bigint(300), .tinyint, "Msg 220"),
            (bigint(3_000_000_000), .int, "Msg 8115"), (int(40_000), .smallint, "Msg 220"), (int(5), .bit, "1"),
            (decimal("123.456"), .decimal(5, 2), "123.46"), (decimal("999.995"), .decimal(5, 2), "Msg 8115"),
            (decimal("-123.455"), .decimal(5, 2), "-123.46"), (float(1.005), .decimal(10, 2), "1.00"),
            (float(0.1), .decimal(38, 20), "0.10000000000000001000"), (float(1e39), .decimal(38, 0), "Msg 8115"),
            (float(123456789.987654321), .decimal(20, 4), "123456789.9877"),
            (int(123), .varchar(2), "*"), (int(123), .nvarchar(2), "Msg 8115"), (bigint(123), .varchar(2), "Msg 8115"),
            (decimal("1.25"), .varchar(2), "Msg 8115"),
            (
                cast("99999999999999999999999999999999999999", .decimal(38, 0)), .varchar(40),
                "99999999999999999999999999999999999999"
            ),
        ] as [(Typed, SQLType, String)]
    )
    func numbers(value: Typed, type: SQLType, expected: String) {
        #expect(converted(value, type) == expected)
    }

    @Test(
        "Numbers from text",
        arguments: [
            (" 12 ", .int, "12"), ("", .int, "0"), ("-2147483648", .int, "-2147483648"),
            ("2147483648", .int, "Msg 248"),
            ("1.5", .int, "Msg 245"), ("x", .int, "Msg 245"), ("300", .tinyint, "Msg 244"), ("-1", .tinyint, "Msg 244"),
            ("70000", .smallint, "Msg 244"),
            ("9223372036854775807", .bigint, "9223372036854775807"),
            ("-9223372036854775808", .bigint, "-9223372036854775808"),
            ("9223372036854775808", .bigint, "Msg 8115"), ("x", .bigint, "Msg 8114"), ("true", .bit, "1"),
            ("FALSE", .bit, "0"),
            ("99999999999999999999999", .bit, "1"), ("yes", .bit, "Msg 245"),
            ("1.005", .decimal(5, 2), "1.01"), (".5", .decimal(5, 2), "0.50"), ("5.", .decimal(5, 2), "5.00"),
            ("1e2", .decimal(5, 2), "Msg 8114"), ("", .decimal(5, 2), "Msg 8114"), ("1000", .decimal(5, 2), "Msg 8115"),
            ("1,000", .decimal(9, 2), "Msg 8114"),
            ("0.000000000000000000000000000000000000000000049", .decimal(5, 2), "0.00"),
            ("1e2", .float, "100.0"), ("-1.5E-3", .float, "-0.0015"), ("", .float, "0.0"),
            ("1e999", .float, "Msg 8115"),
            ("nan", .float, "Msg 8114"), ("inf", .float, "Msg 8114"), ("0x10", .float, "Msg 8114"),
            ("1e", .float, "1.0"),
            ("$1,234.56789", .money, "1234.5679"), ("-£5", .money, "-5.0000"), ("", .money, "0.0000"),
            ("922337203685477.5807", .money, "922337203685477.5807"), ("922337203685477.5808", .money, "Msg 8115"),
            ("1e3", .money, "Msg 235"), ("x", .smallmoney, "Msg 293"),
        ] as [(String, SQLType, String)]
    )
    func numbersFromText(text: String, type: SQLType, expected: String) {
        #expect(converted(varchar(text), type) == expected)
    }

    // "CAST and CONVERT (Transact-SQL)", float and real styles, money styles.
    @Test(
        "Floating-point numbers and money as text",
        arguments: [
            (float(1234567), nil, "1.23457e+006"), (float(123456), nil, "123456"), (float(0.0001), nil, "0.0001"),
            (float(0.00001), nil, "1e-005"), (float(3.14159265), nil, "3.14159"), (float(0), nil, "0"),
            (float(-2.5), 0, "-2.5"),
            (float(999999.5), nil, "1e+006"), (float(1e308), nil, "1e+308"), (float(1), 1, "1.0000000e+000"),
            (float(0.1), 2, "1.000000000000000e-001"), (float(0.1), 3, "1.0000000000000001e-001"),
            (Typed(type: .money, value: .decimal(42_349_876_543)), nil, "4234987.65"),
            (Typed(type: .money, value: .decimal(42_349_876_543)), 1, "4,234,987.65"),
            (Typed(type: .money, value: .decimal(42_349_876_543)), 2, "4234987.6543"),
            (Typed(type: .money, value: .decimal(-50)), nil, "-0.01"),
        ] as [(Typed, Int?, String)]
    )
    func floatText(value: Typed, style: Int?, expected: String) {
        #expect(converted(value, .varchar(40), style: style) == expected)
    }

    // "CAST and CONVERT (Transact-SQL)", binary styles; "binary and varbinary (Transact-SQL)".
    @Test(
        "Binaries",
        arguments: [
            (varchar("Name"), .binary(8), 0, "0x4E616D6500000000"),
            (binary(0x4E, 0x61, 0x6D, 0x65), .char(8), 0, "Name    "),
            (binary(0x4E, 0x61, 0x6D, 0x65), .char(10), 1, "0x4E616D65"),
            (binary(0x4E, 0x61, 0x6D, 0x65), .char(8), 2, "4E616D65"),
            (varchar("0x4E616D65"), .binary(4), 1, "0x4E616D65"), (varchar("4E616D65"), .binary(4), 2, "0x4E616D65"),
            (varchar("0x4E6"), .binary(4), 1, "Msg 8114"), (varchar("zz"), .binary(4), 2, "Msg 8114"),
            (varchar("zz"), .binary(4), 3, "Msg 9809"),
            (int(1), .binary(8), 0, "0x0000000000000001"), (int(1), .varbinary(8), 0, "0x00000001"),
            (int(-1), .varbinary(2), 0, "0xFFFF"),
            (binary(1, 0), .int, 0, "256"), (binary(0xFF, 0xFF, 0xFF, 0xFE), .int, 0, "-2"),
            (binary(1, 2, 3, 4, 5), .int, 0, "33752069"),
            (nvarchar("Aé"), .varbinary(10), 0, "0x4100E900"),
            (decimal("123.45"), .varbinary(20), 0, "0x0502000139300000"),
            (float(1), .varbinary(8), 0, "0x3FF0000000000000"), (binary(1), .float, 0, "Msg 529"),
            (cast("1900-01-02", .datetime), .varbinary(8), 0, "0x0000000100000000"),
        ] as [(Typed, SQLType, Int, String)]
    )
    func binaries(value: Typed, type: SQLType, style: Int, expected: String) {
        #expect(converted(value, type, style: style) == expected)
    }

    // "uniqueidentifier (Transact-SQL)".
    @Test("Identifiers")
    func identifiers() throws {
        let text = "0E984725-C51C-4BF4-9960-E1C80E27ABA0"
        let wire: [UInt8] = [
            0x25, 0x47, 0x98, 0x0E, 0x1C, 0xC5, 0xF4, 0x4B, 0x99, 0x60, 0xE1, 0xC8, 0x0E, 0x27, 0xAB, 0xA0,
        ]
        #expect(try Conversion.convert(.string(text), from: .varchar(36), to: .uniqueidentifier) == .guid(wire))
        #expect(converted(varchar(text + "wrong"), .uniqueidentifier) == text)
        #expect(converted(varchar("{" + text.lowercased() + "}"), .uniqueidentifier) == text)
        #expect(converted(varchar("0E984725"), .uniqueidentifier) == "Msg 8169")
        #expect(converted(Typed(type: .uniqueidentifier, value: .guid(wire)), .char(10)) == "Msg 8170")
    }

    @Test(
        "Texts are cut, padded and kept in their code page",
        arguments: [
            (varchar("abcdef"), .varchar(3), "abc"), (varchar("ab"), .char(4), "ab  "),
            (nvarchar("aЖ€é"), .varchar(10), "a?€é"),
            (nvarchar("😀x"), .varchar(10), "??x"), (nvarchar("x😀"), .nvarchar(3), "x😀"),
        ] as [(Typed, SQLType, String)]
    )
    func texts(value: Typed, type: SQLType, expected: String) {
        #expect(converted(value, type) == expected)
    }

    @Test("Half of a pair that cutting leaves survives, unless the collation knows supplementary characters")
    func halves() throws {
        let text = SQLValue.string("x😀")
        let half = try Conversion.convert(text, from: .nvarchar(3), to: .nvarchar(2))
        #expect(WideText.units(half.textBytes) == [0x78, 0xD83D])
        let aware = try Collation("Latin1_General_100_CI_AS_SC")
        #expect(try Conversion.convert(text, from: .nvarchar(3), to: .nvarchar(2, aware)) == .string("x"))
        let utf8 = try Collation("Latin1_General_100_CI_AS_SC_UTF8")
        #expect(try Conversion.convert(.string("éé"), from: .nvarchar(3), to: .varchar(3, utf8)) == .string("é"))
        // Joined again the halves are one character.
        let join = try BinaryOperation(.add, .nvarchar(2), .nvarchar(1))
        #expect(try join.evaluate(half, .text(WideText.bytes([0xDE00]))) == text)
    }

    @Test("Columns refuse what they would have to cut, but not spaces")
    func assignment() throws {
        func assign(_ text: String) throws(SQLError) -> SQLValue {
            try Conversion.assign(.string(text), from: .varchar(20), to: .varchar(3), table: "t", column: "c")
        }
        #expect(try assign("abc  ") == .string("abc"))
        let error = #expect(throws: SQLError.self) { try assign("abcd") }
        #expect(error?.number == 2628)
        #expect(
            error?.message
                == "String or binary data would be truncated in table 't', column 'c'. Truncated value: 'abc'."
        )
    }

    // "Data type conversion (Database Engine)": the chart.
    @Test(
        "What does not convert by itself says so",
        arguments: [
            (.money, .varchar(10), 257), (.varchar(10), .varbinary(10), 257), (.int, .date, 206), (.date, .int, 206),
            (.datetime, .int, 257), (.uniqueidentifier, .int, 206), (.varchar(.max), .sqlVariant, 206),
            (.sqlVariant, .int, 257),
            (.varchar(10), .int, nil), (.int, .varchar(10), nil), (.datetime, .date, nil), (.int, .datetime, nil),
            (.null, .xml, nil),
        ] as [(SQLType, SQLType, Int32?)]
    )
    func implicitConversion(from: SQLType, to: SQLType, number: Int32?) {
        var found: Int32?
        do { try ConversionRule.checkImplicit(from, to) } catch { found = error.number }
        #expect(found == number)
    }

    @Test("Messages are those of SQL Server")
    func messages() {
        func message(_ text: String, _ to: SQLType) -> String? {
            do { _ = try Conversion.convert(.string(text), from: .varchar(20), to: to) } catch { return error.message }
            return nil
        }
        #expect(message("abc", .int) == "Conversion failed when converting the varchar value 'abc' to data type int.")
        #expect(message("abc", .decimal(5, 2)) == "Error converting data type varchar to numeric.")
        #expect(message("1000", .decimal(5, 2)) == "Arithmetic overflow error converting varchar to data type numeric.")
        #expect(
            message("9999999999", .int) == "The conversion of the varchar value '9999999999' overflowed an int column."
        )
        #expect(message("abc", .date) == "Conversion failed when converting date and/or time from character string.")
        #expect(
            message("2000-02-30", .datetime)
                == "The conversion of a varchar data type to a datetime data type resulted in an out-of-range value."
        )
        #expect(
            message("x", .uniqueidentifier)
                == "Conversion failed when converting from a character string to uniqueidentifier."
        )
    }

    static let targets: [SQLType] = [
        .bit, .tinyint, .smallint, .int, .bigint, .decimal(38, 10), .decimal(5, 5), .smallmoney, .money, .real, .float,
        .date,
        .time(3), .smalldatetime, .datetime, .datetime2(7), .datetimeoffset(2), .char(5), .varchar(3), .nchar(4),
        .nvarchar(.max),
        .binary(4), .varbinary(.max), .uniqueidentifier, .sqlVariant, .xml,
    ]

    @Test("Whatever the text is, it converts or fails with an error", arguments: 0..<10 as Range<UInt64>)
    func fuzz(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let samples = [
            "2000-01-31T10:20:30.1234567+05:30", "Jan 31, 2000 10:20PM", "{ts '2000-01-31 10:00:00'}", "-1,234.5678",
            "1.5e-300",
            "0E984725-C51C-4BF4-9960-E1C80E27ABA0", "0xDEADBEEF", "$ 12.5", "99999999999999999999999999999999999999.9",
            "é😀",
        ]
        let alphabet = Array("0123456789+-.,:/ eETZxXaApPmM{}'$\u{0}é".utf8) + [0xFF, 0x80, 0xED, 0xA0]
        for _ in 0..<150 {
            var text = Array(samples.randomElement(using: &random)!.utf8)
            for _ in 0..<Int.random(in: 0...3, using: &random) where !text.isEmpty {
                let place = Int.random(in: 0..<text.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: text[place] = alphabet.randomElement(using: &random)!
                case 1: text.insert(alphabet.randomElement(using: &random)!, at: place)
                case 2: text.remove(at: place)
                default: text = Array(text[..<place])
                }
            }
            let style = [nil, 0, 1, 2, 3, 101, 103, 112, 120, 121, 126, 127].randomElement(using: &random)!
            for target in Self.targets {
                for source in [SQLType.varchar(8000), .nvarchar(4000)] {
                    let value = try? Conversion.convert(.text(text), from: source, to: target, style: style)
                    guard let value else { continue }
                    // What came of it can be stored, read, shown and compared.
                    #expect(try target.decode(target.encode(value)) == value, "seed \(seed), \(text)")
                    _ = try? Conversion.convert(value, from: target, to: .nvarchar(.max), style: style)
                    #expect(target == .xml || (try? Comparison.compare(value, value, target)) == 0)
                }
            }
        }
    }
}
