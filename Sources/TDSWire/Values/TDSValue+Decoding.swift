extension TDSValue {
    /// Reads the next value, frame and all.
    init(_ form: ValueForm, _ reader: inout ByteReader) throws(TDSWireError) {
        var frame = try ValueFrame(form, &reader)
        try self.init(form, in: &frame)
    }

    init(_ form: ValueForm, in frame: inout ValueFrame) throws(TDSWireError) {
        guard var content = frame.content else {
            self = .null
            return
        }
        switch form.kind {
        case .null: self = .null
        case .bit: self = .bit(try content.byte() != 0)
        case .integer:
            switch content.remaining {
            case 1: self = .tinyint(try content.byte())
            case 2: self = .smallint(try content.number())
            case 4: self = .int(try content.number())
            default: self = .bigint(try content.number())
            }
        case .float:
            if content.remaining == 4 {
                self = .real(Float(bitPattern: try content.number()))
            } else {
                self = .float(Double(bitPattern: try content.number()))
            }
        case .money:
            if content.remaining == 4 {
                self = .smallmoney(try content.number())
            } else {
                self = .money(try content.money())
            }
        case .datetime:
            if content.remaining == 4 {
                let (days, minutes) = try content.smalldatetime()
                self = .smalldatetime(days: days, minutes: minutes)
            } else {
                let (days, threeHundredths) = try content.datetime()
                self = .datetime(days: days, threeHundredths: threeHundredths)
            }
        case .decimal: self = .decimal(try content.decimal(scale: form.scale))
        case .date: self = .date(days: try content.date())
        case .time: self = .time(ticks: try content.time(scale: form.scale, within: content.remaining))
        case .datetime2:
            let ticks = try content.time(scale: form.scale, within: content.remaining - 3)
            self = .datetime2(days: try content.date(), ticks: ticks)
        case .datetimeoffset:
            let ticks = try content.time(scale: form.scale, within: content.remaining - 5)
            let days = try content.date()
            self = .datetimeoffset(days: days, ticks: ticks, offset: try content.number())
        case .guid: self = .guid(try content.guid())
        case .char: self = .char(content.rest(), form.collation)
        case .nchar: self = .nchar(try content.remainingUnits())
        case .binary: self = .binary(content.rest())
        case .xml: self = .xml(content.rest())
        case .udt: self = .udt(content.rest())
        case .variant: self = .variant(try TDSVariant(&content))
        }
        try content.expectEnd(of: "value")
    }
}

/// Values without their frames.
extension ByteReader {
    mutating func money() throws(TDSWireError) -> Int64 {
        let high = try number(Int32.self)
        return Int64(high) << 32 | Int64(try number(UInt32.self))
    }

    mutating func smalldatetime() throws(TDSWireError) -> (days: UInt16, minutes: UInt16) {
        let start = position
        let days = try number(UInt16.self)
        let minutes = try number(UInt16.self)
        guard minutes < 1440 else { throw .malformed("a smalldatetime is beyond the end of its day", at: start) }
        return (days, minutes)
    }

    mutating func datetime() throws(TDSWireError) -> (days: Int32, threeHundredths: UInt32) {
        let start = position
        let days = try number(Int32.self)
        let time = try number(UInt32.self)
        guard time < 25_920_000 else { throw .malformed("a datetime is beyond the end of its day", at: start) }
        return (days, time)
    }

    mutating func decimal(scale: UInt8) throws(TDSWireError) -> TDSDecimal {
        let start = position
        let sign = try byte()
        guard sign <= 1, (1...16).contains(remaining) else {
            throw .malformed("a decimal has a sign or a length that does not exist", at: start)
        }
        var magnitude = UInt128(try shortNumber(min(8, remaining)))
        if remaining > 0 { magnitude |= UInt128(try shortNumber(remaining)) << 64 }
        return TDSDecimal(isNegative: sign == 0, magnitude: magnitude, scale: scale)
    }

    mutating func date() throws(TDSWireError) -> Int32 {
        let start = position
        let days = Int32(truncatingIfNeeded: try shortNumber(3))
        guard days <= TimeOfDay.lastDay else { throw .malformed("a date is later than 9999-12-31", at: start) }
        return days
    }

    mutating func time(scale: UInt8, within count: Int) throws(TDSWireError) -> UInt64 {
        let start = position
        guard count == TimeOfDay.byteCount(scale: scale) else {
            throw .malformed("a time has not the length that its scale says", at: start)
        }
        // Five bytes of units of at most 10⁷ ticks are less than 2⁶⁴ ticks.
        let ticks = try shortNumber(count) * TimeOfDay.ticksPerUnit(scale: scale)
        guard ticks < TimeOfDay.ticksPerDay else { throw .malformed("a time is beyond the end of its day", at: start) }
        return ticks
    }

    mutating func guid() throws(TDSWireError) -> GUID {
        let low = try number(UInt64.self)
        return GUID(low: low, high: try number(UInt64.self))
    }

    mutating func remainingUnits() throws(TDSWireError) -> [UInt16] {
        guard remaining.isMultiple(of: 2) else { throw .malformed("UTF-16 text has half a code unit", at: position) }
        return try units(remaining / 2)
    }
}
