import Testing

@testable import SQLServerEmulator

/// An argument of a call: a value, or a bare word.
enum Argument: Sendable {
    case value(Typed)
    case word(String)
}

private func t(_ text: String) -> Argument { .value(varchar(text)) }
private func n(_ text: String) -> Argument { .value(nvarchar(text)) }
private func i(_ number: Int64) -> Argument { .value(int(number)) }
private func f(_ number: Double) -> Argument { .value(float(number)) }
private func d(_ text: String) -> Argument { .value(decimal(text)) }
private func v(_ typed: Typed) -> Argument { .value(typed) }
private func w(_ word: String) -> Argument { .word(word) }
private func of(_ text: String, _ type: SQLType) -> Argument { .value(cast(text, type)) }
private let none = Argument.value(null())

@Suite("Scalar functions")
struct FunctionTests {
    /// 2024-02-29 12:34:56.1234567 in UTC, on a server two hours to the east.
    static let context = EvaluationContext(
        utcTicks: Int64(CivilDate(2024, 2, 29)!.dayNumber) * Moment.ticksPerDay + 452_961_234_567,
        offset: 120,
        newGUID: { Array(0..<16) },
        random: { seed in
            var sequence = RandomSequence(seed: seed ?? 1)
            return sequence.next()
        }
    )

    /// The result as `type value`, or the number of the error.
    static func call(_ name: String, _ arguments: [Argument], literals: Bool = true) -> String {
        do {
            var values: [SQLValue] = []
            var known: [FunctionArgument] = []
            for argument in arguments {
                switch argument {
                case .word(let word): known.append(.keyword(word))
                case .value(let typed):
                    known.append(.value(typed.type, literal: literals ? typed.value : nil))
                    values.append(typed.value)
                }
            }
            let function = try FunctionTable.resolve(name, known)
            let value = try function.evaluate(values, context)
            if case .text(let text) = value { return String(decoding: text, as: UTF8.self) }
            return Typed(type: function.result, value: value).shown
        } catch {
            return "Msg \(error.number)"
        }
    }

    // The pages of the functions in "String functions (Transact-SQL)".
    @Test(
        "Strings",
        arguments: [
            ("LEN", [t("abc  ")], "3"), ("LEN", [t("")], "0"), ("LEN", [n("a😀")], "3"), ("LEN", [i(-12)], "3"),
            ("LEN", [none], "NULL"),
            ("DATALENGTH", [n("abc ")], "8"), ("DATALENGTH", [t("aé")], "2"), ("DATALENGTH", [i(1)], "4"),
            ("DATALENGTH", [none], "NULL"),
            ("LEFT", [t("abcdefg"), i(2)], "ab"), ("LEFT", [t("a"), i(5)], "a"), ("LEFT", [t("a"), i(-1)], "Msg 537"),
            ("RIGHT", [t("abcdefg"), i(2)], "fg"), ("RIGHT", [t("a"), i(-1)], "Msg 536"),
            ("SUBSTRING", [t("abcdef"), i(2), i(3)], "bcd"),
            ("SUBSTRING", [t("abcdef"), i(0), i(3)], "ab"), ("SUBSTRING", [t("abcdef"), i(-5), i(3)], ""),
            ("SUBSTRING", [t("abc"), i(2), i(-1)], "Msg 537"),
            ("SUBSTRING", [t("abc"), v(bigint(.max)), v(bigint(.max))], ""),
            ("SUBSTRING", [v(binary(1, 2, 3)), i(2), i(9)], "0x0203"),
            ("UPPER", [t("straße ÿ")], "STRAßE Ÿ"), ("LOWER", [n("ÄÖЖ")], "äöж"), ("LTRIM", [t("  a ")], "a "),
            ("RTRIM", [t(" a  ")], " a"),
            ("TRIM", [t("  a ")], "a"), ("TRIM", [t(".,! "), t("     #     test    .")], "#     test"),
            ("LTRIM", [t("123abc."), t("123abc.")], ""),
            ("RTRIM", [t("abc.."), t(".")], "abc"),
            ("REPLACE", [t("abcdefghicde"), t("cde"), t("xxx")], "abxxxfghixxx"),
            ("REPLACE", [t("aAa"), t("a"), t("b")], "bbb"),
            ("REPLACE", [t("abc"), t(""), t("x")], "abc"), ("REPLACE", [t("abc"), none, t("x")], "NULL"),
            ("REPLICATE", [t("0"), i(4)], "0000"),
            ("REPLICATE", [t("ab"), i(-1)], "NULL"), ("REVERSE", [t("abc")], "cba"), ("SPACE", [i(3)], "   "),
            ("SPACE", [i(-1)], "NULL"),
            ("STUFF", [t("abcdef"), i(2), i(3), t("ijklmn")], "aijklmnef"),
            ("STUFF", [t("abc"), i(0), i(1), t("x")], "NULL"),
            ("STUFF", [t("abc"), i(2), i(99), none], "a"), ("CHARINDEX", [t("is"), t("This is a string")], "3"),
            ("CHARINDEX", [t("is"), t("This is a string"), i(4)], "6"),
            ("CHARINDEX", [t("TEST"), t("This is a Test")], "11"),
            ("CHARINDEX", [t(""), t("abc")], "0"), ("CHARINDEX", [t("x"), t("abc")], "0"),
            ("CHARINDEX", [n("e"), n("e\u{301}e")], "3"),
            ("PATINDEX", [t("%ter%"), t("interesting data")], "3"),
            ("PATINDEX", [t("%en_ure%"), t("Please ensure the door is locked!")], "8"),
            ("PATINDEX", [t("%[^ 0-9A-Z]%"), t("Please ensure the door is locked!")], "33"),
            ("PATINDEX", [t("ter"), t("interesting")], "0"),
            ("CHAR", [i(65)], "A"), ("CHAR", [i(128)], "€"), ("CHAR", [i(256)], "NULL"), ("NCHAR", [i(0x416)], "Ж"),
            ("ASCII", [t("€")], "128"),
            ("ASCII", [t("")], "NULL"), ("UNICODE", [n("Åkergatan 24")], "197"),
            ("CONCAT", [t("Happy "), t("Birthday "), i(11), t("/"), t("25")], "Happy Birthday 11/25"),
            ("CONCAT", [none, t("a"), none], "a"), ("CONCAT", [v(cast("1.5", .money)), t("x")], "1.50x"),
            ("CONCAT", [t("a")], "Msg 189"),
            (
                "CONCAT_WS", [t(","), t("1 Microsoft Way"), none, none, t("Redmond"), i(98052)],
                "1 Microsoft Way,Redmond,98052"
            ),
            ("CONCAT_WS", [none, t("a"), t("b")], "ab"), ("STR", [f(123.45), i(6), i(1)], " 123.5"),
            ("STR", [f(123.45), i(2), i(2)], "**"),
            ("STR", [f(123.45)], "       123"), ("STR", [f(1.5), i(5), i(3)], "1.500"),
            ("QUOTENAME", [t("abc[]def")], "[abc[]]def]"),
            ("QUOTENAME", [t("a\"b"), t("\"")], "\"a\"\"b\""), ("QUOTENAME", [t("a"), t("x")], "NULL"),
            ("PARSENAME", [t("a.[b.c].d"), i(2)], "b.c"),
            ("PARSENAME", [t("a..d"), i(2)], "NULL"), ("PARSENAME", [t("a.b.c.d.e"), i(1)], "NULL"),
            ("STRING_ESCAPE", [t("\\   /\n\u{1}\""), t("json")], "\\\\   \\/\\n\\u0001\\\""),
            ("STRING_ESCAPE", [t("x"), t("xml")], "Msg 13609"),
            ("TRANSLATE", [t("2*[3+4]/{7-2}"), t("[]{}"), t("()()")], "2*(3+4)/(7-2)"),
            ("TRANSLATE", [t("a"), t("ab"), t("c")], "Msg 9828"), ("SOUNDEX", [t("Smith")], "S530"),
            ("SOUNDEX", [t("Smythe")], "S530"),
            ("SOUNDEX", [t("Robert")], "R163"), ("SOUNDEX", [t("Pfister")], "P236"), ("SOUNDEX", [t("1")], "0000"),
            ("DIFFERENCE", [t("Smithers"), t("Smythers")], "4"),
            ("DIFFERENCE", [t("Anothers"), t("Brothers")], "2"), ("LEN", [t("a"), t("b")], "Msg 174"),
            ("FOO", [t("a")], "Msg 195"), ("COMPRESS", [t("a")], "Msg 40517"),
            ("CHECKSUM", [t("a")], "Msg 40517"),
        ] as [(String, [Argument], String)]
    )
    func strings(name: String, arguments: [Argument], expected: String) {
        #expect(Self.call(name, arguments) == expected)
    }

    // The pages of the functions in "Mathematical functions (Transact-SQL)".
    @Test(
        "Mathematics",
        arguments: [
            ("ABS", [i(-5)], "5"), ("ABS", [d("-1.0")], "1.0"), ("ABS", [i(-2_147_483_648)], "Msg 8115"),
            ("CEILING", [d("123.45")], "124"),
            ("CEILING", [d("-123.45")], "-123"), ("CEILING", [of("123.45", .money)], "124.0000"),
            ("CEILING", [of("-123.45", .money)], "-123.0000"),
            ("FLOOR", [d("-123.45")], "-124"), ("FLOOR", [f(-0.5)], "-1.0"), ("CEILING", [f(-0.5)], "0.0"),
            ("CEILING", [d("9.5")], "10"),
            ("ROUND", [d("123.9994"), i(3)], "123.9990"), ("ROUND", [d("123.9995"), i(3)], "124.0000"),
            ("ROUND", [d("123.4545"), i(2)], "123.4500"),
            ("ROUND", [d("123.45"), i(-2)], "100.00"), ("ROUND", [d("150.75"), i(0)], "151.00"),
            ("ROUND", [d("150.75"), i(0), i(1)], "150.00"),
            ("ROUND", [d("748.58"), i(-3)], "Msg 8115"), ("ROUND", [d("748.58"), i(-4)], "0.00"),
            ("ROUND", [i(748), i(-1)], "750"), ("ROUND", [f(2.5), i(0)], "3.0"),
            ("POWER", [i(2), i(10)], "1024"), ("POWER", [i(2), d("0.5")], "1"), ("POWER", [i(2), i(100)], "Msg 8115"),
            ("POWER", [d("2.5"), i(2)], "6.3"),
            ("POWER", [f(2), f(0.5)], "1.4142135623730951"), ("SQRT", [f(4)], "2.0"), ("SQRT", [f(-1)], "Msg 3623"),
            ("SQUARE", [i(3)], "9.0"),
            ("EXP", [f(0)], "1.0"), ("EXP", [f(1000)], "Msg 232"), ("LOG", [f(1)], "0.0"),
            ("LOG", [f(8), i(2)], "3.0"), ("LOG", [f(0)], "Msg 3623"),
            ("LOG10", [f(1000)], "3.0"), ("SIGN", [i(-9)], "-1"), ("SIGN", [d("2.50")], "1.00"),
            ("PI", [], "3.141592653589793"), ("SIN", [f(0)], "0.0"),
            ("COS", [f(0)], "1.0"), ("TAN", [f(0)], "0.0"), ("ATN2", [f(0), f(1)], "0.0"), ("ASIN", [f(2)], "Msg 3623"),
            ("DEGREES", [f(3.141592653589793)], "180.0"),
            ("DEGREES", [i(3)], "171"), ("RADIANS", [f(180)], "3.141592653589793"),
            ("ABS", [of("2000-01-01", .date)], "Msg 8116"), ("ABS", [none], "NULL"),
        ] as [(String, [Argument], String)]
    )
    func mathematics(name: String, arguments: [Argument], expected: String) {
        #expect(Self.call(name, arguments) == expected)
    }

    // "RAND (Transact-SQL)" shows RAND(100) and what follows; RAND(0) and RAND(1) are widely printed.
    @Test("RAND gives SQL Server's numbers for a seed")
    func rand() {
        func rounded(_ seed: Int32) -> String { FloatText.fixed(RandomSequence(seed: seed).first, decimals: 15) }
        #expect(rounded(1) == "0.713591993212924")
        #expect(rounded(100) == "0.715436657367485")
        #expect(rounded(0) == "0.943597390424144")
        #expect(rounded(-1) == rounded(1))
        var sequence = RandomSequence(seed: 100)
        let numbers = (0..<3).map { _ in FloatText.general(sequence.next(), digits: 15) }
        #expect(numbers == ["0.715436657367485", "0.28463380767982", "0.0131039082850364"])
    }

    // The pages of the functions in "Date and time data types and functions (Transact-SQL)".
    @Test(
        "Dates",
        arguments: [
            ("DATEADD", [w("month"), i(1), t("20240830")], "2024-09-30 00:00:00.000"),
            ("DATEADD", [w("month"), i(1), t("2024-08-31")], "2024-09-30 00:00:00.000"),
            ("DATEADD", [w("year"), i(2_147_483_647), t("20240731")], "Msg 517"),
            ("DATEADD", [w("year"), i(-2_147_483_647), t("20240731")], "Msg 517"),
            ("DATEADD", [w("hour"), i(1), of("2000-01-01", .date)], "Msg 9810"),
            (
                "DATEADD", [w("ns"), i(49), of("2007-01-01 13:10:10.1111111", .datetime2(7))],
                "2007-01-01 13:10:10.1111111"
            ),
            (
                "DATEADD", [w("ns"), i(50), of("2007-01-01 13:10:10.1111111", .datetime2(7))],
                "2007-01-01 13:10:10.1111112"
            ),
            (
                "DATEADD", [w("ns"), i(150), of("2007-01-01 13:10:10.1111111", .datetime2(7))],
                "2007-01-01 13:10:10.1111113"
            ),
            ("DATEADD", [w("ww"), i(1), of("2007-01-01", .date)], "2007-01-08"),
            ("DATEADD", [w("quarter"), i(1), of("2007-11-30", .date)], "2008-02-29"),
            ("DATEADD", [w("hour"), i(23), of("02:00", .time(0))], "01:00:00"),
            ("DATEADD", [w("hour"), i(2_147_483_647), of("2000-01-01", .datetime)], "Msg 517"),
            ("DATEADD", [w("ss"), i(30), of("2000-01-01 00:00", .smalldatetime)], "2000-01-01 00:01:00.000"),
            ("DATEADD", [w("foo"), i(1), t("2000-01-01")], "Msg 155"),
            ("DATEADD", [w("day"), i(1), of("9999-12-31", .date)], "Msg 517"),
            ("DATEADD", [w("mcs"), i(1), of("2000-01-01", .datetime)], "Msg 9810"),
            ("DATEADD", [w("ms"), i(2), of("2000-01-01", .datetime)], "2000-01-01 00:00:00.003"),
            ("DATEDIFF", [w("year"), t("2005-12-31 23:59:59.9999999"), t("2006-01-01 00:00:00.0000000")], "1"),
            ("DATEDIFF", [w("quarter"), t("2005-12-31 23:59:59.9999999"), t("2006-01-01")], "1"),
            ("DATEDIFF", [w("week"), t("2005-12-31 23:59:59.9999999"), t("2006-01-01")], "1"),
            ("DATEDIFF", [w("microsecond"), t("2005-12-31 23:59:59.9999999"), t("2006-01-01")], "1"),
            ("DATEDIFF", [w("ss"), t("2000-01-01"), t("2100-01-01")], "Msg 535"),
            ("DATEDIFF_BIG", [w("ss"), t("2000-01-01"), t("2100-01-01")], "3155760000"),
            ("DATEDIFF_BIG", [w("ns"), t("0001-01-01"), t("9999-12-31")], "Msg 535"),
            ("DATEDIFF", [w("day"), t("2036-03-01"), t("2036-02-28")], "-2"),
            ("DATEDIFF", [w("hour"), t("2000-01-01 00:00 +02:00"), t("2000-01-01 00:00 +00:00")], "2"),
            ("DATEPART", [w("week"), t("2007-04-21")], "16"), ("DATEPART", [w("weekday"), t("2007-04-21")], "7"),
            ("DATEPART", [w("dayofyear"), t("2007-10-30 12:15:32.1234567")], "303"),
            ("DATEPART", [w("weekday"), t("2007-10-30")], "3"), ("DATEPART", [w("week"), t("2007-10-30")], "44"),
            ("DATEPART", [w("microsecond"), t("2007-10-30 12:15:32.1234567")], "123456"),
            ("DATEPART", [w("ns"), t("2007-10-30 12:15:32.1234567")], "123456700"),
            ("DATEPART", [w("tz"), of("2007-10-30 12:15:32.1234567 +05:10", .datetimeoffset(7))], "310"),
            ("DATEPART", [w("iso_week"), t("2008-01-01")], "1"), ("DATEPART", [w("isowk"), t("2010-01-01")], "53"),
            ("DATEPART", [w("isowk"), t("0001-01-01")], "1"),
            ("DATEPART", [w("year"), of("12:10", .time(0))], "Msg 9810"),
            ("DATEPART", [w("ms"), of("2000-01-01 00:00:00.007", .datetime)], "7"),
            ("DATEPART", [w("year"), i(0)], "1900"),
            ("DATENAME", [w("month"), t("2007-10-30")], "October"),
            ("DATENAME", [w("weekday"), t("2007-10-30")], "Tuesday"), ("DATENAME", [w("day"), t("2007-10-30")], "30"),
            ("DATENAME", [w("tz"), of("2007-10-30 12:15:32.1234567 +05:10", .datetimeoffset(7))], "+05:10"),
            ("YEAR", [t("2010-04-30T01:01:01.1234567-07:00")], "2010"),
            ("MONTH", [i(0)], "1"), ("DAY", [t("2015-04-30 01:01:01.1234567")], "30"),
            ("DATETRUNC", [w("quarter"), t("2021-12-08 11:30:15.1234567")], "2021-10-01 00:00:00.0000000"),
            ("DATETRUNC", [w("week"), t("2021-11-11")], "2021-11-07 00:00:00.0000000"),
            ("DATETRUNC", [w("iso_week"), t("2021-12-08 11:30:15.1234567")], "2021-12-06 00:00:00.0000000"),
            ("DATETRUNC", [w("ms"), t("2021-12-08 11:30:15.1234567")], "2021-12-08 11:30:15.1230000"),
            ("DATETRUNC", [w("hour"), of("2021-12-08", .date)], "Msg 9810"),
            ("EOMONTH", [t("12/1/2024")], "2024-12-31"), ("EOMONTH", [of("2024-01-31", .date), i(1)], "2024-02-29"),
            ("EOMONTH", [of("9999-12-01", .date), i(1)], "Msg 517"),
            ("DATEFROMPARTS", [i(2010), i(12), i(31)], "2010-12-31"),
            ("DATEFROMPARTS", [i(2010), i(2), i(30)], "Msg 289"), ("DATEFROMPARTS", [i(2010), none, i(30)], "NULL"),
            ("DATETIMEFROMPARTS", [i(2010), i(12), i(31), i(23), i(59), i(59), i(0)], "2010-12-31 23:59:59.000"),
            ("DATETIMEFROMPARTS", [i(1752), i(12), i(31), i(23), i(59), i(59), i(0)], "Msg 289"),
            (
                "DATETIME2FROMPARTS", [i(2011), i(8), i(15), i(14), i(23), i(44), i(500), i(3)],
                "2011-08-15 14:23:44.500"
            ),
            ("DATETIME2FROMPARTS", [i(2011), i(8), i(15), i(14), i(23), i(44), i(50), i(1)], "Msg 289"),
            ("TIMEFROMPARTS", [i(14), i(23), i(44), i(5), i(1)], "14:23:44.5"),
            ("TIMEFROMPARTS", [i(24), i(0), i(0), i(0), i(0)], "Msg 289"),
            (
                "DATETIMEOFFSETFROMPARTS", [i(2010), i(12), i(31), i(14), i(23), i(23), i(0), i(12), i(0), i(7)],
                "2010-12-31 14:23:23.0000000 +12:00"
            ),
            ("SMALLDATETIMEFROMPARTS", [i(2010), i(12), i(31), i(23), i(59)], "2010-12-31 23:59:00.000"),
            (
                "SWITCHOFFSET", [of("1998-09-20 7:45:50.71345 -5:00", .datetimeoffset(7)), t("-08:00")],
                "1998-09-20 04:45:50.7134500 -08:00"
            ),
            ("SWITCHOFFSET", [of("1998-09-20 7:45:50 -5:00", .datetimeoffset(0)), t("x")], "Msg 9812"),
            ("TODATETIMEOFFSET", [of("2000-01-01 10:00", .datetime2(0)), i(-120)], "2000-01-01 10:00:00 -02:00"),
            ("AT TIME ZONE", [of("2000-01-01 10:00", .datetime2(0)), t("UTC")], "2000-01-01 10:00:00 +00:00"),
            (
                "AT TIME ZONE", [of("2000-01-01 10:00 +00:00", .datetimeoffset(0)), t("India Standard Time")],
                "2000-01-01 15:30:00 +05:30"
            ),
            ("AT TIME ZONE", [of("2000-01-01 10:00", .datetime2(0)), t("Pacific Standard Time")], "Msg 40517"),
            ("ISDATE", [t("04/15/2008")], "1"), ("ISDATE", [t("15/04/2008")], "0"),
            ("ISDATE", [t("2009-02-30")], "0"), ("ISDATE", [t("")], "0"),
            ("ISDATE", [of("2000-01-01", .date)], "Msg 8116"),
            ("GETDATE", [], "2024-02-29 14:34:56.123"), ("GETUTCDATE", [], "2024-02-29 12:34:56.123"),
            ("SYSDATETIME", [], "2024-02-29 14:34:56.1234567"),
            ("SYSDATETIMEOFFSET", [], "2024-02-29 14:34:56.1234567 +02:00"),
        ] as [(String, [Argument], String)]
    )
    func dates(name: String, arguments: [Argument], expected: String) {
        #expect(Self.call(name, arguments) == expected)
    }

    @Test(
        "Choices",
        arguments: [
            ("ISNULL", [none, i(1)], "1"), ("ISNULL", [v(null(.varchar(2))), t("abc")], "ab"),
            ("ISNULL", [i(1), t("x")], "1"), ("COALESCE", [none, i(1), d("2.5")], "1.0"),
            ("COALESCE", [none, none], "Msg 4127"), ("COALESCE", [none, i(1), t("x")], "1"),
            ("NULLIF", [i(4), i(4)], "NULL"), ("NULLIF", [i(4), i(5)], "4"), ("NULLIF", [t("A"), t("a ")], "NULL"),
            ("NULLIF", [none, i(5)], "Msg 4151"), ("IIF", [v(cast("1", .bit)), i(1), d("2.5")], "1.0"),
            ("IIF", [v(null(.bit)), t("a"), t("b")], "b"), ("IIF", [v(cast("1", .bit)), none, none], "Msg 8133"),
            ("CHOOSE", [i(3), t("Manager"), t("Director"), t("Developer"), t("Tester")], "Developer"),
            ("CHOOSE", [i(0), t("a")], "NULL"), ("GREATEST", [t("6.62"), d("3.1415"), t("7")], "7.0000"),
            ("LEAST", [t("Glacier"), t("Joshua Tree"), t("Mount Rainier")], "Glacier"),
            ("GREATEST", [none, i(1), i(2)], "2"), ("LEAST", [none, none], "NULL"),
            ("ISNUMERIC", [t("12.5")], "1"), ("ISNUMERIC", [t("$")], "1"), ("ISNUMERIC", [t("-")], "1"),
            ("ISNUMERIC", [t("1e5")], "1"), ("ISNUMERIC", [t("abc")], "0"), ("ISNUMERIC", [t("")], "0"),
            ("ISNUMERIC", [i(1)], "1"), ("ISNUMERIC", [of("2000-01-01", .date)], "0"), ("ISNUMERIC", [none], "0"),
            ("NEWID", [], "03020100-0504-0706-0809-0A0B0C0D0E0F"),
            ("SQL_VARIANT_PROPERTY", [d("46279.1"), t("BaseType")], "numeric"),
            ("SQL_VARIANT_PROPERTY", [d("46279.1"), t("Precision")], "6"),
            ("SQL_VARIANT_PROPERTY", [d("46279.1"), t("Scale")], "1"),
        ] as [(String, [Argument], String)]
    )
    func choices(name: String, arguments: [Argument], expected: String) {
        #expect(Self.call(name, arguments) == expected)
    }

    // RFC 1321, appendix 5; FIPS 180-4 examples ("abc", empty, and two blocks).
    @Test(
        "Digests",
        arguments: [
            ("MD5", "", "0xD41D8CD98F00B204E9800998ECF8427E"), ("MD5", "abc", "0x900150983CD24FB0D6963F7D28E17F72"),
            (
                "MD5", "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "0x57EDF4A22BE3C955AC49DA2E2107B67A"
            ),
            ("SHA1", "abc", "0xA9993E364706816ABA3E25717850C26C9CD0D89D"),
            (
                "sha1", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "0x84983E441C3BD26EBAAE4AA1F95129E5E54670F1"
            ),
            ("SHA2_256", "abc", "0xBA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"),
            ("SHA2_256", "", "0xE3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"),
            (
                "SHA2_512", "abc",
                "0xDDAF35A193617ABACC417349AE20413112E6FA4E89A97EA20A9EEEE64B55D39A2192992A274FC1A836BA3C23A3FEEBBD454D4423643CE80E2A9AC94FA54CA49F"
            ),
            ("MD9", "abc", "NULL"), ("MD2", "abc", "Msg 40517"),
        ]
    )
    func digests(algorithm: String, text: String, expected: String) {
        #expect(Self.call("HASHBYTES", [t(algorithm), t(text)]) == expected)
    }

    // "FORMAT (Transact-SQL)".
    @Test(
        "FORMAT",
        arguments: [
            (i(1), "N", "1.00"), (d("1234567.891"), "N2", "1,234,567.89"), (d("-1234.5"), "C", "-$1,234.50"),
            (d("0.256"), "P", "25.60%"), (d("0.256"), "P0", "26%"), (i(42), "D5", "00042"),
            (d("1234.567"), "F1", "1234.6"), (d("1234.5"), "#,##0.00", "1,234.50"), (d("0.5"), "#.##", ".5"),
            (i(7), "000", "007"), (d("12.50"), "0.##", "12.5"), (i(123_456_789), "###-##-####", "Msg 40517"),
            (i(255), "X", "FF"),
            (of("2024-03-05 14:07:09", .datetime2(0)), "yyyy-MM-dd HH:mm:ss", "2024-03-05 14:07:09"),
            (of("2024-03-05 14:07:09", .datetime2(0)), "d", "3/5/2024"),
            (of("2024-03-05 14:07:09", .datetime2(0)), "D", "Tuesday, March 5, 2024"),
            (of("2024-03-05 14:07:09", .datetime), "hh:mm tt", "02:07 PM"),
            (of("2024-03-05", .date), "ddd d MMM yy", "Tue 5 Mar 24"),
            (of("14:07", .time(0)), "HH:mm", "Msg 40517"), (t("x"), "N", "Msg 8116"), (f(1234.5678), "N1", "1,234.6"),
        ] as [(Argument, String, String)]
    )
    func format(value: Argument, pattern: String, expected: String) {
        #expect(Self.call("FORMAT", [value, n(pattern)]) == expected)
    }

    @Test("FORMAT in another culture is refused by name")
    func culture() {
        #expect(Self.call("FORMAT", [i(1), n("N"), n("de-DE")]) == "Msg 40517")
        #expect(Self.call("FORMAT", [i(1), n("N"), n("en-us")]) == "1.00")
    }

    @Test("Types of results follow those of the arguments")
    func resultTypes() throws {
        func type(_ name: String, _ arguments: FunctionArgument...) throws -> String {
            try FunctionTable.resolve(name, arguments).result.declaration
        }
        #expect(try type("LEN", .value(.varchar(10))) == "int")
        #expect(try type("LEN", .value(.varchar(.max))) == "bigint")
        #expect(try type("UPPER", .value(.nvarchar(10))) == "nvarchar(10)")
        #expect(try type("LEFT", .value(.varchar(10)), .value(.int, literal: .integer(3))) == "varchar(3)")
        #expect(
            try type("REPLACE", .value(.varchar(10)), .value(.varchar(1)), .value(.nvarchar(1))) == "nvarchar(4000)"
        )
        #expect(try type("CONCAT", .value(.varchar(10)), .value(.int)) == "varchar(22)")
        #expect(try type("ROUND", .value(.decimal(10, 4)), .value(.int)) == "decimal(10,4)")
        #expect(try type("CEILING", .value(.decimal(10, 4))) == "decimal(10,0)")
        #expect(try type("ABS", .value(.smallint)) == "int")
        #expect(try type("DATEADD", .keyword("day"), .value(.int), .value(.date)) == "date")
        #expect(try type("COALESCE", .value(.int), .value(.decimal(5, 2))) == "decimal(12,2)")
        #expect(try type("ISNULL", .value(.varchar(3)), .value(.varchar(10))) == "varchar(3)")
        #expect(try !FunctionTable.resolve("NEWID", []).isDeterministic)
        let error = #expect(throws: SQLError.self) { try type("Frobnicate") }
        #expect(error?.message == "'Frobnicate' is not a recognized built-in function name.")
    }

    @Test("Whatever the arguments are, functions answer or fail with an error", arguments: 0..<10 as Range<UInt64>)
    func fuzz(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let names = [
            "LEN", "LEFT", "RIGHT", "SUBSTRING", "UPPER", "LTRIM", "TRIM", "REPLACE", "REPLICATE", "REVERSE", "SPACE",
            "STUFF", "CHARINDEX", "PATINDEX", "CHAR", "NCHAR", "ASCII", "UNICODE", "CONCAT",
            "CONCAT_WS", "STR", "FORMAT", "QUOTENAME", "PARSENAME", "STRING_ESCAPE", "TRANSLATE", "SOUNDEX",
            "DIFFERENCE", "ABS", "CEILING", "FLOOR", "ROUND", "POWER", "SQRT", "SQUARE", "EXP", "LOG", "SIGN",
            "DEGREES", "RADIANS", "RAND", "DATEADD", "DATEDIFF", "DATEDIFF_BIG", "DATEPART", "DATENAME", "DATETRUNC",
            "YEAR", "EOMONTH", "DATEFROMPARTS", "DATETIME2FROMPARTS", "TIMEFROMPARTS",
            "DATETIMEOFFSETFROMPARTS", "SWITCHOFFSET", "TODATETIMEOFFSET", "AT TIME ZONE", "ISDATE", "ISNULL",
            "COALESCE", "NULLIF", "IIF", "CHOOSE", "GREATEST", "LEAST", "ISNUMERIC", "DATALENGTH", "HASHBYTES",
            "SQL_VARIANT_PROPERTY", "COT", "ATN2",
        ]
        let dated = ["DATEADD", "DATEDIFF", "DATEDIFF_BIG", "DATEPART", "DATENAME", "DATETRUNC"]
        let parts = [
            "year", "quarter", "month", "dy", "day", "week", "dw", "hour", "mi", "ss", "ms", "mcs", "ns", "tz", "isowk",
        ]
        let values: [Typed] = [
            null(), null(.int), int(0), int(-1), int(3), int(2_147_483_647), int(-2_147_483_648), bigint(.max),
            bigint(.min), decimal("12.345"), cast("-99999999999999999999999999999999999999", .decimal(38, 0)),
            cast("0.00000000000000000000000000000000000001", .decimal(38, 38)), float(1e308),
            float(-.leastNonzeroMagnitude),
            float(0.5), cast("922337203685477.5807", .money), cast("-922337203685477.5808", .money),
            varchar(""), varchar("abc %_[x"), nvarchar("é😀Ж"),
            Typed(type: .nvarchar(10), value: .text([0xED, 0xA0, 0xBD, 0xFF])), varchar("2000-01-31"),
            cast("0001-01-01", .date), cast("9999-12-31", .date),
            cast("23:59:59.9999999", .time(7)), cast("1753-01-01", .datetime),
            cast("9999-12-31 23:59:59.997", .datetime), cast("2079-06-06 23:59", .smalldatetime),
            cast("9999-12-31 23:59:59.9999999", .datetime2(7)),
            cast("0001-01-01 14:00 +14:00", .datetimeoffset(7)), binary(), binary(1, 2, 3),
            cast("0E984725-C51C-4BF4-9960-E1C80E27ABA0", .uniqueidentifier), cast("1", .bit), varchar("yyyy-MM-dd"),
            varchar("N2"), varchar("json"),
        ]
        for _ in 0..<3000 {
            let name = names.randomElement(using: &random)!
            var arguments = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                Argument.value(values.randomElement(using: &random)!)
            }
            if name.hasSuffix("FROMPARTS") {
                arguments = (0..<[3, 5, 8, 10].randomElement(using: &random)!).map { _ in
                    .value(int(.random(in: -1...30, using: &random)))
                }
            }
            if dated.contains(name) { arguments.insert(.word(parts.randomElement(using: &random)!), at: 0) }
            _ = Self.call(name, arguments, literals: Bool.random(using: &random))
            // Operators meet the same values.
            let (a, b) = (values.randomElement(using: &random)!, values.randomElement(using: &random)!)
            for op in [BinaryOperator.add, .subtract, .multiply, .divide, .modulo, .bitAnd] {
                _ = OperatorTests.evaluate(op, a, b)
            }
        }
    }
}

extension RandomSequence {
    fileprivate var first: Double {
        var copy = self
        return copy.next()
    }
}
