import Testing

@testable import SQLServerEmulator

@Suite("Storing values")
struct StorageTests {
    static let types: [SQLType] = [
        .bit, .tinyint, .smallint, .int, .bigint, .decimal(9, 2), .decimal(18, 18), .decimal(19, 4), .decimal(38, 10),
        .smallmoney,
        .money, .real, .float, .date, .time(7), .smalldatetime, .datetime, .datetime2(7), .datetimeoffset(7),
        .uniqueidentifier,
        .varbinary(20),
    ]

    static func random(_ type: SQLType, _ random: inout SeededRandom) -> SQLValue {
        if let range = type.integerRange {
            return .integer(.random(in: range, using: &random) >> Int64.random(in: 0...60, using: &random))
        }
        if let range = type.unscaledRange {
            return .decimal(Int128.random(in: range, using: &random) >> Int128.random(in: 0...120, using: &random))
        }
        switch type {
        case .real:
            return .double(
                Double(
                    Float(bitPattern: UInt32.random(in: 0..<0x7F80_0000, using: &random))
                        * (Bool.random(using: &random) ? 1 : -1)
                )
            )
        case .float:
            return .double(
                Double(bitPattern: .random(in: 0..<0x7FF0_0000_0000_0000, using: &random))
                    * (Bool.random(using: &random) ? 1 : -1)
            )
        case .uniqueidentifier: return .guid((0..<16).map { _ in .random(in: 0...3, using: &random) })
        case .varbinary:
            return .binary(
                (0..<Int.random(in: 0...4, using: &random)).map { _ in .random(in: 1...255, using: &random) }
            )
        default:
            let moment = Moment(
                day: .random(in: 694_000...740_000, using: &random),
                ticks: .random(in: 0..<Moment.ticksPerDay, using: &random),
                offset: .random(in: -840...840, using: &random)
            )
            return moment.value(type) ?? .null
        }
    }

    /// As SQLite compares values of one storage class.
    static func sqlite(_ a: StoredValue, _ b: StoredValue) -> Int? {
        switch (a, b) {
        case (.integer(let x), .integer(let y)): x < y ? -1 : x == y ? 0 : 1
        case (.real(let x), .real(let y)): x < y ? -1 : x == y ? 0 : 1
        case (.blob(let x), .blob(let y)): x == y ? 0 : x.lexicographicallyPrecedes(y) ? -1 : 1
        default: nil
        }
    }

    @Test("Values read back as they were stored, and stored values sort as values do", arguments: types)
    func orderAndRoundTrip(type: SQLType) throws {
        var random = SeededRandom(seed: 7)
        for _ in 0..<2000 {
            let (a, b) = (Self.random(type, &random), Self.random(type, &random))
            #expect(try type.decode(type.encode(a)) == a)
            let expected = try #require(try Comparison.compare(a, b, type))
            let stored = try #require(Self.sqlite(try type.encode(a), try type.encode(b)))
            // Equal instants with different offsets may sort either way.
            #expect(expected == stored || expected == 0 && type.name == "datetimeoffset", "\(a) \(b)")
            let variants = (SQLValue.variant(type, a), SQLValue.variant(type, b))
            #expect(try SQLType.sqlVariant.decode(SQLType.sqlVariant.encode(variants.0)) == variants.0)
            if type.family != .guid, type.family != .binary, expected != 0 {
                let order = Self.sqlite(
                    try SQLType.sqlVariant.encode(variants.0),
                    try SQLType.sqlVariant.encode(variants.1)
                )
                #expect(order == expected)
            }
        }
    }

    // "Comparing GUID and uniqueidentifier values": the last six bytes count first.
    @Test("Identifiers sort by their last group")
    func identifiers() throws {
        let ascending = [
            "3AAAAAAA-BBBB-CCCC-DDDD-1EEEEEEEEEEE", "2AAAAAAA-BBBB-CCCC-DDDD-2EEEEEEEEEEE",
            "1AAAAAAA-BBBB-CCCC-DDDD-3EEEEEEEEEEE",
        ].map { cast($0, .uniqueidentifier).value }
        #expect(try Comparison.compare(ascending[0], ascending[1], .uniqueidentifier) == -1)
        #expect(try Comparison.compare(ascending[2], ascending[1], .uniqueidentifier) == 1)
        // Every wire byte outweighs all those after it in this order.
        let order = [10, 11, 12, 13, 14, 15, 8, 9, 6, 7, 4, 5, 0, 1, 2, 3]
        for (place, index) in order.enumerated() {
            var (a, b) = ([UInt8](repeating: 0, count: 16), [UInt8](repeating: 0, count: 16))
            a[index] = 1
            for later in order[(place + 1)...] { b[later] = 255 }
            #expect(try Comparison.compare(.guid(a), .guid(b), .uniqueidentifier) == 1, "byte \(index)")
        }
    }

    @Test("Binaries that differ in trailing zeros are equal")
    func trailingZeros() throws {
        #expect(try Comparison.compare(.binary([1]), .binary([1, 0]), .varbinary(8)) == 0)
        #expect(try Comparison.compare(.binary([1, 0, 1]), .binary([1]), .varbinary(8)) == 1)
    }

    // "sql_variant (Transact-SQL)": the family of the type decides, then the value.
    @Test("Variants compare by family, then by value")
    func variants() throws {
        func compare(_ a: Typed, _ b: Typed) throws -> Int? {
            try Comparison.compare(.variant(a.type, a.value), .variant(b.type, b.value), .sqlVariant)
        }
        #expect(try compare(int(1), decimal("1.0")) == 0)
        #expect(try compare(int(1000), varchar("1")) == 1)
        #expect(try compare(float(-1), int(1000)) == 1)
        #expect(try compare(cast("2000-01-01", .date), cast("2000-01-01 00:00:01", .datetime)) == -1)
    }

    @Test("Stored values that are none of the type are refused")
    func damaged() {
        for type in Self.types + [.sqlVariant, .nvarchar(10)] {
            for stored in [
                StoredValue.blob([1]), .text([0x41]), .real(1.5), .integer(.max), .integer(.min),
                .blob(Array(repeating: 255, count: 16)),
            ] {
                guard let value = try? type.decode(stored) else { continue }
                // What is let through does no harm.
                _ = try? Comparison.compare(value, value, type)
                for target in ConversionTests.targets { _ = try? Conversion.convert(value, from: type, to: target) }
            }
        }
        var random = SeededRandom(seed: 3)
        for _ in 0..<5000 {
            let type = Self.types.randomElement(using: &random)!
            guard case .blob(var bytes)? = try? SQLType.sqlVariant.encode(.variant(type, Self.random(type, &random)))
            else { continue }
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            if let value = try? SQLType.sqlVariant.decode(.blob(bytes)) {
                _ = try? Comparison.compare(value, value, .sqlVariant)
            }
        }
    }
}
