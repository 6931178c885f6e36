import Testing

@testable import SQLServerEmulator

@Suite("Operators")
struct OperatorTests {
    static func evaluate(_ op: BinaryOperator, _ a: Typed, _ b: Typed, literals: Bool = false) -> String {
        func literal(_ typed: Typed) -> Int64? {
            if literals, case .integer(let number) = typed.value { number } else { nil }
        }
        do {
            let operation = try BinaryOperation(op, a.type, b.type, leftLiteral: literal(a), rightLiteral: literal(b))
            return "\(Typed(type: operation.result, value: try operation.evaluate(a.value, b.value)))"
        } catch {
            return "Msg \(error.number)"
        }
    }

    static func money(_ text: String) -> Typed { cast(text, .money) }

    // "Precision, scale, and length (Transact-SQL)": the examples of multiplication, and the formulas.
    @Test(
        "Decimals",
        arguments: [
            (
                .multiply, cast("0.0000009000", .decimal(30, 20)), cast("1.0000000000", .decimal(30, 20)),
                "decimal(38,17) 0.00000090000000000"
            ),
            (
                .multiply, cast("0.0000009000", .decimal(30, 10)), cast("1.0000000000", .decimal(30, 10)),
                "decimal(38,6) 0.000001"
            ),
            (.divide, decimal("2.0"), decimal("3.0"), "decimal(8,6) 0.666666"),
            (.divide, decimal("-2.0"), decimal("3.0"), "decimal(8,6) -0.666666"),
            (.divide, decimal("1"), decimal("0"), "Msg 8134"),
            (.add, decimal("1.25"), decimal("10.5"), "decimal(5,2) 11.75"),
            (.subtract, decimal("1.25"), decimal("10.5"), "decimal(5,2) -9.25"),
            (.modulo, decimal("10.5"), decimal("3.25"), "decimal(3,2) 0.75"),
            (.modulo, decimal("-10.5"), decimal("3.25"), "decimal(3,2) -0.75"),
            (.modulo, decimal("1.0"), decimal("0.0"), "Msg 8134"),
            (
                .add, cast("99999999999999999999999999999999999999", .decimal(38, 0)), decimal("1"), "Msg 8115"
            ),
            (
                .multiply, cast("1000000000000000000000.000000", .decimal(38, 6)),
                cast("2.5", .decimal(38, 10)), "decimal(38,6) 2500000000000000000000.000000"
            ),
            (.multiply, cast("9e0", .float), decimal("2.0"), "float 18.0"),
            (.add, cast("1.23", .decimal(38, 10)), cast("1.23", .decimal(38, 10)), "decimal(38,10) 2.4600000000"),
            (.divide, cast("1", .decimal(38, 0)), cast("3", .decimal(38, 0)), "decimal(38,6) 0.333333"),
        ] as [(BinaryOperator, Typed, Typed, String)]
    )
    func decimals(op: BinaryOperator, a: Typed, b: Typed, expected: String) {
        #expect(Self.evaluate(op, a, b) == expected)
    }

    @Test("Beside a decimal a literal has only its own digits")
    func literals() {
        #expect(Self.evaluate(.divide, int(1), decimal("3.0"), literals: true) == "decimal(8,6) 0.333333")
        #expect(Self.evaluate(.divide, int(1), decimal("3.0")) == "decimal(17,6) 0.333333")
    }

    @Test(
        "Whole numbers, money, floating-point numbers",
        arguments: [
            (.divide, int(7), int(2), "int 3"), (.divide, int(-7), int(2), "int -3"),
            (.modulo, int(-7), int(2), "int -1"),
            (.add, int(2_147_483_647), int(1), "Msg 8115"), (.multiply, int(65536), int(65536), "Msg 8115"),
            (.divide, bigint(.min), bigint(-1), "Msg 8115"), (.modulo, bigint(.min), bigint(-1), "bigint 0"),
            (.add, int(1), bigint(2_147_483_647), "bigint 2147483648"), (.divide, int(1), int(0), "Msg 8134"),
            (.add, cast("200", .tinyint), cast("100", .tinyint), "Msg 8115"),
            (.add, cast("1", .bit), cast("1", .bit), "Msg 402"),
            (.add, cast("1", .bit), int(1), "int 2"), (.bitAnd, int(170), int(75), "int 10"),
            (.bitOr, int(170), int(75), "int 235"),
            (.bitXor, int(170), int(75), "int 225"), (.bitAnd, float(1), int(1), "Msg 402"),
            (.modulo, float(1), int(1), "Msg 402"),
            (.add, money("1.5"), int(1), "money 2.5000"), (.multiply, money("1.5"), money("2.5"), "money 3.7500"),
            (.divide, money("1"), money("3"), "money 0.3333"),
            (.multiply, money("2"), decimal("1.5"), "decimal(22,5) 3.00000"),
            (.add, money("922337203685477.5807"), int(1), "Msg 8115"), (.divide, float(1), float(0), "Msg 8134"),
            (.multiply, float(1e300), float(1e300), "Msg 232"), (.add, varchar("2"), int(3), "int 5"),
            (.add, varchar("x"), int(3), "Msg 245"),
            (.subtract, varchar("2"), varchar("1"), "Msg 8117"), (.add, null(), int(1), "int NULL"),
            (.add, null(), null(), "int NULL"),
            (.multiply, binary(0, 5), int(3), "int 15"),
        ] as [(BinaryOperator, Typed, Typed, String)]
    )
    func numbers(op: BinaryOperator, a: Typed, b: Typed, expected: String) {
        #expect(Self.evaluate(op, a, b) == expected)
    }

    // "+ (String concatenation) (Transact-SQL)", "+ (Addition) (Transact-SQL)".
    @Test(
        "Texts, binaries and dates",
        arguments: [
            (
                .add, Typed(type: .varchar(3), value: .string("abc")), Typed(type: .varchar(2), value: .string("de")),
                "varchar(5) abcde"
            ),
            (
                .add, Typed(type: .char(3), value: .string("a  ")), Typed(type: .char(1), value: .string("b")),
                "char(4) a  b"
            ),
            (
                .add, Typed(type: .varchar(3), value: .string("a")), Typed(type: .nvarchar(2), value: .string("Ж")),
                "nvarchar(5) aЖ"
            ),
            (.add, Typed(type: .varchar(.max), value: .string("a")), varchar("b"), "varchar(max) ab"),
            (.add, varchar("a"), null(), "varchar(8000) NULL"),
            (.add, Typed(type: .text(.default), value: .string("a")), varchar("b"), "Msg 402"),
            (
                .add, Typed(type: .varbinary(2), value: .binary([1])), Typed(type: .varbinary(2), value: .binary([2])),
                "varbinary(4) 0x0102"
            ),
            (.add, cast("2000-01-31", .datetime), int(1), "datetime 2000-02-01 00:00:00.000"),
            (.subtract, cast("2000-03-01", .datetime), float(0.5), "datetime 2000-02-29 12:00:00.000"),
            (
                .subtract, cast("2000-03-01", .datetime), cast("2000-02-29", .datetime),
                "datetime 1900-01-02 00:00:00.000"
            ),
            (.add, cast("2000-03-01", .smalldatetime), int(1), "smalldatetime 2000-03-02 00:00:00.000"),
            (.add, cast("2000-01-31", .date), int(1), "Msg 206"),
            (.add, cast("2000-01-31", .datetime2(7)), int(1), "Msg 206"),
            (.multiply, cast("2000-01-31", .datetime), int(1), "Msg 8117"),
            (.add, cast("9999-12-31", .datetime), int(1), "Msg 8115"),
            (.add, cast("2000-01-31", .date), cast("2000-01-31", .date), "Msg 8117"),
        ] as [(BinaryOperator, Typed, Typed, String)]
    )
    func textsAndDates(op: BinaryOperator, a: Typed, b: Typed, expected: String) {
        #expect(Self.evaluate(op, a, b) == expected)
    }

    @Test("Minus and complement")
    func unary() throws {
        #expect(try UnaryOperation(.minus, .tinyint).evaluate(.integer(1)) == .integer(-1))
        #expect(throws: SQLError.self) { try UnaryOperation(.minus, .int).evaluate(.integer(-2_147_483_648)) }
        #expect(throws: SQLError.self) { try UnaryOperation(.minus, .varchar(1)) }
        #expect(try UnaryOperation(.bitNot, .tinyint).evaluate(.integer(170)) == .integer(85))
        #expect(try UnaryOperation(.bitNot, .int).evaluate(.integer(170)) == .integer(-171))
        #expect(try UnaryOperation(.bitNot, .bit).evaluate(.integer(1)) == .integer(0))
    }

    // "Data type precedence (Transact-SQL)", "Precision, scale, and length (Transact-SQL)".
    @Test(
        "The common type of two",
        arguments: [
            (.int, .bigint, "bigint"), (.int, .varchar(10), "int"), (.decimal(10, 2), .decimal(5, 4), "decimal(12,4)"),
            (.decimal(10, 2), .int, "decimal(12,2)"),
            (.money, .decimal(10, 2), "decimal(19,4)"), (.float, .decimal(38, 2), "float"),
            (.char(3), .char(5), "char(5)"),
            (.char(3), .nvarchar(2), "nvarchar(3)"), (.varchar(.max), .varchar(3), "varchar(max)"),
            (.date, .datetime, "datetime"),
            (.datetime2(3), .datetimeoffset(0), "datetimeoffset(3)"), (.date, .time(3), "Msg 206"),
            (.int, .date, "Msg 206"),
            (.null, .int, "int"), (.int, .sqlVariant, "sql_variant"),
            (.uniqueidentifier, .varchar(36), "uniqueidentifier"),
            (.decimal(38, 10), .decimal(38, 30), "decimal(38,10)"), (.varbinary(3), .binary(5), "varbinary(5)"),
            (.money, .varchar(3), "money"),
        ] as [(SQLType, SQLType, String)]
    )
    func common(a: SQLType, b: SQLType, expected: String) {
        for (x, y) in [(a, b), (b, a)] {
            var found: String
            do { found = try SQLType.common(x, y).declaration } catch { found = "Msg \(error.number)" }
            #expect(found == expected)
        }
    }

    @Test("Types are read from declarations")
    func parsing() throws {
        #expect(try SQLType(name: "NUMERIC", arguments: [10, 2]) == .decimal(10, 2))
        #expect(try SQLType(name: "dec") == .decimal(18, 0))
        #expect(try SQLType(name: "varchar", arguments: [.max]) == .varchar(.max))
        #expect(try SQLType(name: "varchar") == .varchar(1))
        #expect(try SQLType(name: "varchar", isCast: true) == .varchar(30))
        #expect(try SQLType(name: "double  precision") == .float)
        #expect(try SQLType(name: "float", arguments: [24]) == .real)
        #expect(try SQLType(name: "timestamp") == .rowversion)
        #expect(try SQLType(name: "datetime2") == .datetime2(7))
        for (name, arguments, number) in [
            ("varchar", [8001], 131), ("nvarchar", [4001], 131), ("varchar", [0], 1001), ("decimal", [39], 2750),
            ("decimal", [5, 6], 192),
            ("int", [4], 2716), ("time", [8], 1002), ("strange", [], 243),
        ] as [(String, [TypeArgument], Int32)] {
            let error = #expect(throws: SQLError.self) { try SQLType(name: name, arguments: arguments) }
            #expect(error?.number == number)
        }
    }

    // "sys.types (Transact-SQL)".
    @Test("The catalog describes types")
    func catalog() {
        func row(_ type: SQLType) -> [Int] {
            type.catalog.map { [$0.systemTypeID, $0.userTypeID, $0.maximumLength, $0.precision, $0.scale] } ?? []
        }
        #expect(row(.int) == [56, 56, 4, 10, 0])
        #expect(row(.decimal(38, 38)) == [106, 106, 17, 38, 38])
        #expect(row(.datetime2(7)) == [42, 42, 8, 27, 7])
        #expect(row(.time(7)) == [41, 41, 5, 16, 7])
        #expect(row(.datetimeoffset(7)) == [43, 43, 10, 34, 7])
        #expect(row(.nvarchar(50)) == [231, 231, 100, 0, 0])
        #expect(row(.nvarchar(.max)) == [231, 231, -1, 0, 0])
        #expect(row(.hierarchyid) == [240, 128, 892, 0, 0])
        #expect(SQLType.rowversion.catalog?.name == "timestamp")
    }
}
