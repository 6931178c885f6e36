/// Conversions to dates and times.
extension Conversion {
    func dateTime(_ value: SQLValue) throws(SQLError) -> SQLValue {
        switch value {
        case .text(let text): return try dateTime(text)
        case .integer(let days):
            let (units, overflow) = days.multipliedReportingOverflow(by: Moment.dateTimeTicksPerDay)
            return try dateTime(units: overflow ? nil : units)
        case .decimal(let unscaled):
            let units = DecimalMath.multiply(unscaled, Int128(Moment.dateTimeTicksPerDay), dropping: from.scale)
            return try dateTime(units: units.flatMap { Int64(exactly: $0) })
        case .double(let days):
            return try dateTime(units: Int64(exactly: (days * Double(Moment.dateTimeTicksPerDay)).rounded()))
        case .binary(let bytes): return try dateTime(binary: bytes)
        default:
            guard var moment = Moment(value) else { throw .errorConverting(from, to) }
            // Times of day stand on 1900-01-01, and what had no offset has that of UTC.
            if case .datetimeoffset = to {} else { moment.offset = nil }
            guard let result = moment.value(to) else { throw .outOfRange(from, to) }
            return result
        }
    }

    /// Numbers are days since 1900.
    private func dateTime(units: Int64?) throws(SQLError) -> SQLValue {
        guard let units, units.magnitude < 100_000_000_000_000 else { throw .overflow(to) }
        guard let moment = Moment(.dateTime(units)), let value = moment.value(to) else { throw .overflow(to) }
        return value
    }

    private func dateTime(binary bytes: [UInt8]) throws(SQLError) -> SQLValue {
        func part(_ from: Int, _ count: Int) -> UInt64 { BigEndian.number(bytes.dropLast(from - count).suffix(count)) }
        switch to {
        case .datetime:
            let day = Int64(Int32(truncatingIfNeeded: part(8, 4)))
            let ticks = Int64(part(4, 4))
            guard ticks < Moment.dateTimeTicksPerDay else { throw .overflow(converting: from.name, to: to) }
            return try dateTime(units: day * Moment.dateTimeTicksPerDay + ticks)
        case .smalldatetime:
            let (day, minute) = (Int64(part(4, 2)), Int64(part(2, 2)))
            guard minute < 1440 else { throw .overflow(converting: from.name, to: to) }
            return try dateTime(units: (day * 1440 + minute) * 18_000)
        default: throw .unsupported("CONVERT(\(to.name), \(from.name))")
        }
    }

    private func dateTime(_ text: [UInt8]) throws(SQLError) -> SQLValue {
        let isOld = to == .datetime || to == .smalldatetime
        let syntax =
            to == .smalldatetime
            ? SQLError(295, "Conversion failed when converting character string to smalldatetime data type.", state: 3)
            : SQLError.dateSyntax
        let order = try dateOrder()
        let parsed: DateParser.Result
        do {
            parsed = try DateParser.parse(text, order: order, isOldType: isOld)
        } catch {
            throw error == .range && isOld ? SQLError.outOfRange(from, to) : syntax
        }
        if isOld, parsed.fractionDigits > 3 || (parsed.offset ?? 0) != 0 { throw syntax }
        var moment = Moment(
            day: parsed.date?.dayNumber ?? CivilDate.day1900,
            ticks: parsed.ticks ?? 0,
            offset: parsed.offset
        )
        if case .datetimeoffset = to {} else { moment.offset = nil }
        guard let value = moment.value(to) else { throw isOld ? SQLError.outOfRange(from, to) : syntax }
        return value
    }

    /// The order that the style says, or the session's.
    private func dateOrder() throws(SQLError) -> DateOrder {
        switch style ?? 0 {
        case 1, 101, 10, 110, 22: return .mdy
        case 3, 103, 4, 104, 5, 105: return .dmy
        case 2, 102, 11, 111, 12, 112, 20, 120, 21, 121, 23, 25, 126, 127: return .ymd
        case 0, 100, 6, 106, 7, 107, 8, 24, 108, 9, 109, 13, 113, 14, 114: return settings.dateOrder
        case 130, 131: throw .unsupported("CONVERT(\(to.name), \(from.name), \(style ?? 0))")
        default:
            throw SQLError(
                281,
                "\(style ?? 0) is not a valid style number when converting from a character string to \(to.name)."
            )
        }
    }
}
