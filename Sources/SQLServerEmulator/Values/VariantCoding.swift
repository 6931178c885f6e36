/// A `sql_variant` as bytes: the rank of the type's family, a key that sorts within the family, then type and value.
///
/// Dates, floating-point and exact numbers and identifiers sort by their bytes as SQL Server sorts them; texts and binaries
/// sort by type and bytes, which only tells them apart.
///
/// Source: Microsoft, "sql_variant (Transact-SQL)".
enum VariantCoding {
    static func encode(_ type: SQLType, _ value: SQLValue) throws(SQLError) -> [UInt8] {
        guard let catalog = type.catalog, let rank = rank(type), !value.isNull else {
            throw SQLType.sqlVariant.invalidData
        }
        var bytes = [rank] + sortKey(type, value)
        bytes.append(UInt8(truncatingIfNeeded: catalog.systemTypeID))
        bytes.append(UInt8(truncatingIfNeeded: catalog.precision))
        bytes.append(UInt8(truncatingIfNeeded: catalog.scale))
        bytes += BigEndian.bytes(UInt64(type.length?.units ?? 0), count: 2)
        let collation = Array((type.collation?.name ?? "").utf8)
        bytes.append(UInt8(truncatingIfNeeded: collation.count))
        bytes += collation
        switch try type.encode(value) {
        case .null: break
        case .integer(let number): bytes += [1] + BigEndian.bytes(UInt64(bitPattern: number), count: 8)
        case .real(let number): bytes += [2] + BigEndian.bytes(number.bitPattern, count: 8)
        case .text(let text): bytes += [3] + text
        case .blob(let blob): bytes += [4] + blob
        }
        return bytes
    }

    static func decode(_ bytes: [UInt8]) throws(SQLError) -> SQLValue {
        var rest = bytes[...]
        func take(_ count: Int) throws(SQLError) -> ArraySlice<UInt8> {
            guard rest.count >= count else { throw SQLType.sqlVariant.invalidData }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }
        let rank = BigEndian.number(try take(1))
        _ = try take(keyLength(UInt8(truncatingIfNeeded: rank)))
        let header = Array(try take(6))
        let name = String(decoding: try take(Int(header[5])), as: UTF8.self)
        let collation = name.isEmpty ? Collation.default : try Collation(name)
        let length = Int(header[3]) << 8 | Int(header[4])
        guard let type = type(header[0], Int(header[1]), Int(header[2]), length, collation) else {
            throw SQLType.sqlVariant.invalidData
        }
        let tag = BigEndian.number(try take(1))
        let payload = Array(rest)
        let stored: StoredValue
        switch (tag, payload.count) {
        case (1, 8): stored = .integer(Int64(bitPattern: BigEndian.number(payload)))
        case (2, 8): stored = .real(Double(bitPattern: BigEndian.number(payload)))
        case (3, _): stored = .text(payload)
        case (4, _): stored = .blob(payload)
        default: throw SQLType.sqlVariant.invalidData
        }
        return .variant(type, try type.decode(stored))
    }

    /// The rank of a type's family, the greater sorting later; `nil` for types that no variant holds.
    static func rank(_ type: SQLType) -> UInt8? {
        switch type.family {
        case .guid: 1
        case .binary: type == .image || type == .rowversion ? nil : 2
        case .characters: type.isOldLarge ? nil : 3
        case .integer, .decimal, .money: 4
        case .float: 5
        case .dateTime: 6
        default: nil
        }
    }

    private static func keyLength(_ rank: UInt8) -> Int {
        switch rank {
        case 4: 32
        case 5, 6: 8
        default: 0
        }
    }

    private static func sortKey(_ type: SQLType, _ value: SQLValue) -> [UInt8] {
        switch value {
        case .integer(let number): return numberKey(Int128(number), scale: 0)
        case .decimal(let number): return numberKey(number, scale: type.scale)
        case .double(let number):
            let bits = (number == 0 ? 0 : number).bitPattern
            return BigEndian.bytes(bits >> 63 == 1 ? ~bits : bits | 1 << 63, count: 8)
        case .dateTimeOffset(let utc, _): return BigEndian.bytes(UInt64(bitPattern: utc) ^ 1 << 63, count: 8)
        default:
            guard type.family == .dateTime, let moment = Moment(value) else { return [] }
            return BigEndian.bytes(UInt64(bitPattern: moment.total) ^ 1 << 63, count: 8)
        }
    }

    /// The whole part and the part after the point, of 38 digits.
    private static func numberKey(_ value: Int128, scale: Int) -> [UInt8] {
        let unit = DecimalMath.powerOfTen(scale)
        var (whole, part) = value.quotientAndRemainder(dividingBy: unit)
        if part < 0 {
            whole -= 1
            part += unit
        }
        let fraction = part.magnitude * DecimalMath.powerOfTen(38 - scale).magnitude
        return BigEndian.bytes(UInt128(bitPattern: whole) ^ 1 << 127) + BigEndian.bytes(fraction)
    }

    private static func type(
        _ id: UInt8,
        _ precision: Int,
        _ scale: Int,
        _ length: Int,
        _ collation: Collation
    ) -> SQLType? {
        switch id {
        case 36: .uniqueidentifier
        case 40: .date
        case 41: .time(scale)
        case 42: .datetime2(scale)
        case 43: .datetimeoffset(scale)
        case 48: .tinyint
        case 52: .smallint
        case 56: .int
        case 58: .smalldatetime
        case 59: .real
        case 60: .money
        case 61: .datetime
        case 62: .float
        case 104: .bit
        case 106: 1...38 ~= precision && scale <= precision ? .decimal(precision, scale) : nil
        case 122: .smallmoney
        case 127: .bigint
        case 165: .varbinary(.units(length))
        case 167: .varchar(.units(length), collation)
        case 173: .binary(length)
        case 175: .char(length, collation)
        case 231: .nvarchar(.units(length), collation)
        case 239: .nchar(length, collation)
        default: nil
        }
    }
}
