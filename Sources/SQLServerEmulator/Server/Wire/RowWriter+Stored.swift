#if Emulator
import TDSWire

/// Rows from SQLite to the wire, without a detour over values of T-SQL where the two agree.
extension RowWriter {
    /// Writes the value of the next column.
    ///
    /// - Parameter limit: The most bytes of a large value: `SET TEXTSIZE`.
    mutating func append(_ stored: StoredValue, _ type: SQLType, limit: Int) throws(SQLError) {
        do { try write(stored, type, limit: limit) } catch let error as SQLError { throw error } catch {
            throw SQLError(50_000, "The emulator cannot send a value of type \(type.name): \(error)")
        }
    }

    private mutating func write(_ stored: StoredValue, _ type: SQLType, limit: Int) throws {
        switch (type, stored) {
        case (_, .null): try null()
        case (.int, .integer(let number)), (.bigint, .integer(let number)), (.smallint, .integer(let number)),
            (.tinyint, .integer(let number)), (.null, .integer(let number)):
            try integer(number)
        case (.bit, .integer(let number)): try bit(number != 0)
        case (.decimal(_, let scale), .integer(let number)):
            try decimal(TDSDecimal(unscaled: Int128(number), scale: UInt8(clamping: scale)))
        case (.money, .integer(let number)), (.smallmoney, .integer(let number)): try money(number)
        case (.float, .real(let number)), (.real, .real(let number)): try double(number)
        case (.date, .integer(let day)): try date(days: Int32(clamping: day))
        case (.time, .integer(let ticks)): try time(ticks: UInt64(clamping: ticks))
        case (.datetime2, .integer(let total)):
            let moment = Moment(total: total)
            try datetime2(days: Int32(clamping: moment.day), ticks: UInt64(clamping: moment.ticks))
        case (.datetime, .integer(let units)):
            let days = units.floorDivided(by: Moment.dateTimeTicksPerDay)
            let part = units - days * Moment.dateTimeTicksPerDay
            try datetime(days: Int32(clamping: days), threeHundredths: UInt32(clamping: part))
        case (.char, .text(let text)), (.varchar, .text(let text)), (.text, .text(let text)):
            try characters(type.storageBytes(text), type, limit: limit)
        case (.nchar, .text(let text)), (.nvarchar, .text(let text)), (.ntext, .text(let text)):
            try characters(Self.wide(text, type), type, limit: limit & ~1)
        case (.xml, .text(let text)): try bytes([0xFF, 0xFE] + Self.wide(text, type))
        case (_, .blob(let content)) where type.family == .binary: try characters(content, type, limit: limit)
        case (_, .blob(let content)) where type.family == .userDefined: try bytes(content)
        default: try value(try type.wireValue(try type.decode(stored)))
        }
    }

    private mutating func characters(_ content: [UInt8], _ type: SQLType, limit: Int) throws(TDSWireError) {
        if content.count > limit, type.isCutByTextSize {
            try bytes(Array(content[..<limit]))
        } else {
            try bytes(content)
        }
    }

    /// The UTF-16 of a text, least significant byte first.
    private static func wide(_ text: [UInt8], _ type: SQLType) -> [UInt8] {
        guard text.allSatisfy({ $0 < 0x80 }) else { return type.storageBytes(text) }
        return [UInt8](unsafeUninitializedCapacity: text.count * 2) { bytes, count in
            for (index, byte) in text.enumerated() {
                bytes[index * 2] = byte
                bytes[index * 2 + 1] = 0
            }
            count = text.count * 2
        }
    }
}
#endif
