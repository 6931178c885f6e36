#if Emulator
import TDSWire

/// Values of T-SQL as values of the wire: return values, and what a `sql_variant` holds.
extension SQLType {
    func wireValue(_ value: SQLValue) throws(SQLError) -> TDSValue {
        switch (self, value) {
        case (_, .null): return .null
        case (.bit, .integer(let number)): return .bit(number != 0)
        case (.tinyint, .integer(let number)): return .tinyint(UInt8(clamping: number))
        case (.smallint, .integer(let number)): return .smallint(Int16(clamping: number))
        case (.bigint, .integer(let number)): return .bigint(number)
        case (_, .integer(let number)): return .int(Int32(clamping: number))
        case (.smallmoney, .decimal(let number)): return .smallmoney(Int32(clamping: number))
        case (.money, .decimal(let number)): return .money(Int64(clamping: number))
        case (_, .decimal(let number)): return .decimal(TDSDecimal(unscaled: number, scale: UInt8(clamping: scale)))
        case (.real, .double(let number)): return .real(Float(number))
        case (_, .double(let number)): return .float(number)
        case (_, .date(let day)): return .date(days: day)
        case (_, .time(let ticks)): return .time(ticks: UInt64(clamping: ticks))
        case (_, .smallDateTime(let minutes)):
            let (days, rest) = minutes.quotientAndRemainder(dividingBy: 1440)
            return .smalldatetime(days: UInt16(clamping: days), minutes: UInt16(clamping: rest))
        case (_, .dateTime(let units)):
            let days = units.floorDivided(by: Moment.dateTimeTicksPerDay)
            return .datetime(
                days: Int32(clamping: days),
                threeHundredths: UInt32(clamping: units - days * Moment.dateTimeTicksPerDay)
            )
        case (_, .dateTime2(let total)):
            let moment = Moment(total: total)
            return .datetime2(days: Int32(clamping: moment.day), ticks: UInt64(clamping: moment.ticks))
        case (_, .dateTimeOffset(let utc, let offset)):
            let moment = Moment(total: utc)
            return .datetimeoffset(
                days: Int32(clamping: moment.day),
                ticks: UInt64(clamping: moment.ticks),
                offset: offset
            )
        case (_, .guid(let bytes)):
            guard let guid = GUID(bytes) else { throw invalidData }
            return .guid(guid)
        case (.xml, .text(let text)): return .xml([0xFF, 0xFE] + storageBytes(text))
        case (_, .text(let text)):
            return isWide ? .nchar(WideText.units(text)) : .char(storageBytes(text), (collation ?? .default).wire)
        case (_, .binary(let bytes)): return family == .userDefined ? .udt(bytes) : .binary(bytes)
        case (_, .variant(let type, let inner)):
            return .variant(TDSVariant(type.wireType(isNullable: false), try type.wireValue(inner)))
        }
    }
}

/// Parameters of a client as values of T-SQL.
extension TDSValue {
    /// The value and its type in T-SQL.
    ///
    /// - Throws: 8009 for a type that parameters of T-SQL do not have here.
    func sqlValue(_ type: TDSType) throws(SQLError) -> (value: SQLValue, type: SQLType) {
        let target = try type.sqlType
        if case .null = self { return (.null, target) }
        return (try value(target), target)
    }

    private func value(_ type: SQLType) throws(SQLError) -> SQLValue {
        switch self {
        case .null: return .null
        case .bit(let value): return .bool(value)
        case .tinyint(let value): return .integer(Int64(value))
        case .smallint(let value): return .integer(Int64(value))
        case .int(let value): return .integer(Int64(value))
        case .bigint(let value): return .integer(value)
        case .real(let value): return .double(try Self.finite(Double(value)))
        case .float(let value): return .double(try Self.finite(value))
        case .smallmoney(let value): return .decimal(Int128(value))
        case .money(let value): return .decimal(Int128(value))
        case .decimal(let value):
            let magnitude = Int128(clamping: value.magnitude)
            guard type.unscaledRange?.contains(magnitude) == true else { throw SQLError.overflow(type) }
            return .decimal(value.isNegative ? -magnitude : magnitude)
        case .smalldatetime(let days, let minutes): return .smallDateTime(Int32(days) * 1440 + Int32(minutes))
        case .datetime(let days, let parts):
            let range = CivilDate.day1753 - CivilDate.day1900...CivilDate.dayRange.upperBound - CivilDate.day1900
            guard range.contains(Int(days)) else { throw SQLError.overflow(type) }
            return .dateTime(Int64(days) * Moment.dateTimeTicksPerDay + Int64(parts))
        case .date(let days): return .date(days)
        case .time(let ticks): return .time(Int64(clamping: ticks))
        case .datetime2(let days, let ticks):
            return .dateTime2(Int64(days) * Moment.ticksPerDay + Int64(clamping: ticks))
        case .datetimeoffset(let days, let ticks, let offset):
            return .dateTimeOffset(Int64(days) * Moment.ticksPerDay + Int64(clamping: ticks), offset)
        case .guid(let value): return .guid(value.bytes)
        case .char(let bytes, let collation):
            guard let text = try? collation.codePage?.decode(bytes) else {
                throw SQLError.unsupported("a parameter in the code page of \(collation.name ?? "its collation")")
            }
            return .string(text)
        case .nchar(let units): return .text(WideText.bytes(units))
        case .binary(let bytes), .udt(let bytes): return .binary(bytes)
        case .xml(let bytes):
            let content = bytes.starts(with: [0xFF, 0xFE]) ? Array(bytes.dropFirst(2)) : bytes
            return .text(SQLType.xml.text(storageBytes: content))
        case .variant(let variant):
            let (value, inner) = try variant.value.sqlValue(variant.type)
            return .variant(inner, value)
        }
    }

    private static func finite(_ value: Double) throws(SQLError) -> Double {
        guard value.isFinite else {
            throw SQLError(
                8023,
                "The incoming tabular data stream (TDS) remote procedure call (RPC) protocol stream is incorrect. "
                    + "A float parameter is infinite or not a number."
            )
        }
        return value
    }
}

extension TDSType {
    /// The type in T-SQL.
    var sqlType: SQLType {
        get throws(SQLError) {
            switch self {
            case .null: .null
            case .bit: .bit
            case .integer(.one, _): .tinyint
            case .integer(.two, _): .smallint
            case .integer(.four, _): .int
            case .integer(.eight, _): .bigint
            case .float(let size, _): size == .four ? .real : .float
            case .money(let size, _): size == .four ? .smallmoney : .money
            case .datetime(let size, _): size == .four ? .smalldatetime : .datetime
            case .decimal(let type): .decimal(Int(type.precision), Int(type.scale))
            case .date: .date
            case .time(let scale): .time(Int(scale))
            case .datetime2(let scale): .datetime2(Int(scale))
            case .datetimeoffset(let scale): .datetimeoffset(Int(scale))
            case .guid: .uniqueidentifier
            case .char(let length, let collation): .char(max(1, Int(length)), collation.sqlCollation)
            case .varchar(let length, let collation): .varchar(.units(max(1, Int(length))), collation.sqlCollation)
            case .varcharMax(let collation): .varchar(.max, collation.sqlCollation)
            case .nchar(let length, let collation): .nchar(max(1, Int(length) / 2), collation.sqlCollation)
            case .nvarchar(let length, let collation):
                .nvarchar(.units(max(1, Int(length) / 2)), collation.sqlCollation)
            case .nvarcharMax(let collation): .nvarchar(.max, collation.sqlCollation)
            case .text(_, let collation): .text(collation.sqlCollation)
            case .ntext(_, let collation): .ntext(collation.sqlCollation)
            case .binary(let length): .binary(max(1, Int(length)))
            case .varbinary(let length): .varbinary(.units(max(1, Int(length))))
            case .varbinaryMax: .varbinary(.max)
            case .image: .image
            case .xml: .xml
            case .variant: .sqlVariant
            case .udt(let name): try Self.userDefined(name.name)
            }
        }
    }

    private static func userDefined(_ name: String) throws(SQLError) -> SQLType {
        switch name.lowercased() {
        case "hierarchyid": return .hierarchyid
        case "geometry": return .geometry
        case "geography": return .geography
        default: throw SQLError.unsupported("a parameter of the CLR type \(name)")
        }
    }
}

extension TDSWire.Collation {
    /// The collation of a client's text; what is not known here compares as the default does.
    fileprivate var sqlCollation: Collation {
        guard let name, let known = try? Collation(name, coercibility: .coercible) else { return .default }
        return known
    }
}
#endif
