/// A value as SQLite stores it.
package enum StoredValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text([UInt8])
    case blob([UInt8])
}

/// The storage encoding: SQLite's own comparison of two stored values of one type sorts as SQL Server does.
///
/// Whole numbers, money, decimals of up to 18 digits, dates and times are INTEGER. Larger decimals are BLOBs of 16 bytes, biased
/// and most significant byte first. `datetimeoffset` is a BLOB of the instant and the offset; instants that are equal sort by
/// their offset. `uniqueidentifier` is a BLOB in the order in which SQL Server compares the bytes. Texts are TEXT and need a
/// collating function (``Collation/compare(_:_:isWide:)``). Binaries are BLOBs; those that differ in trailing zeros only are
/// equal to SQL Server, but not to SQLite. `sql_variant` is a BLOB: see ``VariantCoding``.
extension SQLType {
    package func encode(_ value: SQLValue) throws(SQLError) -> StoredValue {
        switch (self, value) {
        case (_, .null): return .null
        case (.bit, .integer(let number)), (.tinyint, .integer(let number)), (.smallint, .integer(let number)),
            (.int, .integer(let number)), (.bigint, .integer(let number)):
            return .integer(number)
        case (.decimal(let precision, _), .decimal(let number)):
            guard precision <= 18 else {
                return .blob(BigEndian.bytes(UInt128(bitPattern: number) ^ StoredValue.wideSign))
            }
            guard let narrow = Int64(exactly: number) else { throw invalidData }
            return .integer(narrow)
        case (.money, .decimal(let number)), (.smallmoney, .decimal(let number)):
            guard let narrow = Int64(exactly: number) else { throw invalidData }
            return .integer(narrow)
        case (.float, .double(let number)), (.real, .double(let number)): return .real(number)
        case (.date, .date(let day)): return .integer(Int64(day))
        case (.time, .time(let ticks)): return .integer(ticks)
        case (.smalldatetime, .smallDateTime(let minutes)): return .integer(Int64(minutes))
        case (.datetime, .dateTime(let units)): return .integer(units)
        case (.datetime2, .dateTime2(let ticks)): return .integer(ticks)
        case (.datetimeoffset, .dateTimeOffset(let utc, let offset)):
            return .blob(
                BigEndian.bytes(UInt64(bitPattern: utc) ^ StoredValue.sign, count: 8)
                    + BigEndian.bytes(UInt64(UInt16(bitPattern: offset) ^ 0x8000), count: 2)
            )
        case (.uniqueidentifier, .guid(let bytes)):
            guard bytes.count == 16 else { throw invalidData }
            return .blob(StoredValue.guidOrder.map { bytes[$0] })
        case (.sqlVariant, .variant(let type, let inner)): return .blob(try VariantCoding.encode(type, inner))
        case (_, .text(let bytes)) where isCharacters || self == .xml: return .text(bytes)
        case (_, .binary(let bytes)) where family == .binary || family == .userDefined: return .blob(bytes)
        default: throw invalidData
        }
    }

    /// - Throws: 9803 where the stored value is none of this type.
    package func decode(_ stored: StoredValue) throws(SQLError) -> SQLValue {
        let value = try unchecked(stored)
        let isOfType =
            switch value {
            case .integer(let number): integerRange?.contains(number) == true
            case .decimal(let number): unscaledRange?.contains(number) == true
            case .double(let number): number.isFinite
            case .date, .time, .smallDateTime, .dateTime, .dateTime2, .dateTimeOffset:
                Moment(value)?.value(self) != nil
            default: true
            }
        guard isOfType else { throw invalidData }
        return value
    }

    private func unchecked(_ stored: StoredValue) throws(SQLError) -> SQLValue {
        switch (self, stored) {
        case (_, .null): return .null
        case (_, .integer(let number)): return try decode(number)
        case (.float, .real(let number)), (.real, .real(let number)): return .double(number)
        case (.decimal, .blob(let bytes)) where bytes.count == 16:
            return .decimal(Int128(bitPattern: BigEndian.wideNumber(bytes) ^ StoredValue.wideSign))
        case (.datetimeoffset, .blob(let bytes)) where bytes.count == 10:
            let offset = UInt16(truncatingIfNeeded: BigEndian.number(bytes.suffix(2))) ^ 0x8000
            return .dateTimeOffset(
                Int64(bitPattern: BigEndian.number(bytes.prefix(8)) ^ StoredValue.sign),
                Int16(bitPattern: offset)
            )
        case (.uniqueidentifier, .blob(let bytes)) where bytes.count == 16:
            var wire = [UInt8](repeating: 0, count: 16)
            for (place, index) in StoredValue.guidOrder.enumerated() { wire[index] = bytes[place] }
            return .guid(wire)
        case (.sqlVariant, .blob(let bytes)): return try VariantCoding.decode(bytes)
        case (_, .text(let bytes)) where isCharacters || self == .xml: return .text(bytes)
        case (_, .blob(let bytes)) where family == .binary || family == .userDefined: return .binary(bytes)
        default: throw invalidData
        }
    }

    private func decode(_ number: Int64) throws(SQLError) -> SQLValue {
        switch self {
        case .bit, .tinyint, .smallint, .int, .bigint: return .integer(number)
        case .decimal(let precision, _) where precision <= 18: return .decimal(Int128(number))
        case .money, .smallmoney: return .decimal(Int128(number))
        // SQLite keeps whole numbers in REAL columns as integers and gives them back as such in places.
        case .float, .real: return .double(Double(number))
        case .date:
            guard let day = Int32(exactly: number) else { throw invalidData }
            return .date(day)
        case .time: return .time(number)
        case .smalldatetime:
            guard let minutes = Int32(exactly: number) else { throw invalidData }
            return .smallDateTime(minutes)
        case .datetime: return .dateTime(number)
        case .datetime2: return .dateTime2(number)
        default: throw invalidData
        }
    }

    /// A stored value that is none of this type.
    var invalidData: SQLError { SQLError(9803, "Invalid data for type \"\(name)\".") }
}

extension StoredValue {
    fileprivate static let sign: UInt64 = 1 << 63
    fileprivate static let wideSign: UInt128 = 1 << 127
    /// The wire bytes of a `uniqueidentifier`, most significant for its order first.
    fileprivate static let guidOrder = [10, 11, 12, 13, 14, 15, 8, 9, 6, 7, 4, 5, 0, 1, 2, 3]
}
