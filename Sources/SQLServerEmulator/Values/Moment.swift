/// A date and a time of day on some clock: what the values of all date and time types are made of.
struct Moment: Hashable, Sendable {
    /// Units of 100 ns.
    static let ticksPerSecond: Int64 = 10_000_000
    static let ticksPerMinute: Int64 = 600_000_000
    static let ticksPerDay: Int64 = 864_000_000_000
    /// 1/300 seconds.
    static let dateTimeTicksPerDay: Int64 = 25_920_000

    /// Days since 0001-01-01.
    var day: Int
    /// Units of 100 ns since midnight.
    var ticks: Int64
    /// Minutes from UTC to this clock; `nil` where it is not known.
    var offset: Int?

    init(day: Int, ticks: Int64, offset: Int? = nil) {
        self.day = day
        self.ticks = ticks
        self.offset = offset
    }

    /// A moment from units of 100 ns since 0001-01-01.
    init(total: Int64, offset: Int? = nil) {
        let part = total % Self.ticksPerDay
        self.init(
            day: Int(total.floorDivided(by: Self.ticksPerDay)),
            ticks: part < 0 ? part + Self.ticksPerDay : part,
            offset: offset
        )
    }

    /// Units of 100 ns since 0001-01-01.
    var total: Int64 { Int64(day) * Self.ticksPerDay + ticks }

    var date: CivilDate { CivilDate(dayNumber: day) }
    var hour: Int { Int(ticks / (60 * Self.ticksPerMinute)) }
    var minute: Int { Int(ticks / Self.ticksPerMinute % 60) }
    var second: Int { Int(ticks / Self.ticksPerSecond % 60) }
    /// Units of 100 ns within the second.
    var fraction: Int64 { ticks % Self.ticksPerSecond }
}

extension Int64 {
    /// The quotient rounded towards minus infinity; the divisor is positive.
    func floorDivided(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

extension Moment {
    /// The moment of a value of a date or time type; times stand on 1900-01-01. `nil` for other values.
    init?(_ value: SQLValue) {
        switch value {
        case .date(let day):
            guard CivilDate.dayRange ~= Int(day) else { return nil }
            self.init(day: Int(day), ticks: 0)
        case .time(let ticks): self.init(day: CivilDate.day1900, ticks: ticks)
        case .smallDateTime(let minutes):
            let day = Int64(minutes).floorDivided(by: 1440)
            self.init(day: CivilDate.day1900 + Int(day), ticks: (Int64(minutes) - day * 1440) * Self.ticksPerMinute)
        case .dateTime(let units):
            let day = units.floorDivided(by: Self.dateTimeTicksPerDay)
            guard CivilDate.dayRange ~= Int(day) + CivilDate.day1900 else { return nil }
            let part = units - day * Self.dateTimeTicksPerDay
            // To 100 ns, as since compatibility level 130; texts and date parts show milliseconds: .000, .003, .007.
            self.init(day: CivilDate.day1900 + Int(day), ticks: (part * 200_000 + 3) / 6)
        case .dateTime2(let total): self.init(total: total)
        case .dateTimeOffset(let utc, let offset):
            let (local, overflow) = utc.addingReportingOverflow(Int64(offset) * Self.ticksPerMinute)
            if overflow { return nil }
            self.init(total: local, offset: Int(offset))
        default: return nil
        }
    }

    /// The value of a type nearest to the moment; `nil` where the type does not reach it.
    func value(_ type: SQLType) -> SQLValue? {
        guard CivilDate.dayRange ~= day, 0..<Self.ticksPerDay ~= ticks else { return nil }
        switch type {
        case .date: return .date(Int32(day))
        case .time(let scale): return .time(Self.round(ticks, scale: scale) % Self.ticksPerDay)
        case .datetime: return dateTimeUnits.map { .dateTime($0) }
        case .smalldatetime:
            guard let units = dateTimeUnits else { return nil }
            let minutes = (units + 9_000).floorDivided(by: 18_000)
            return 0...94_371_839 ~= minutes ? .smallDateTime(Int32(minutes)) : nil
        case .datetime2(let scale): return .dateTime2(rounded(scale))
        case .datetimeoffset(let scale):
            let offset = self.offset ?? 0
            let utc = rounded(scale) - Int64(offset) * Self.ticksPerMinute
            guard -840...840 ~= offset, utc >= 0, utc <= Self.last else { return nil }
            return .dateTimeOffset(utc, Int16(offset))
        default: return nil
        }
    }

    private static let last = Int64(CivilDate.dayRange.upperBound + 1) * ticksPerDay - 1

    /// 1/300 seconds since 1900-01-01; `nil` outside 1753 to 9999.
    private var dateTimeUnits: Int64? {
        guard day >= CivilDate.day1753 else { return nil }
        let units = Int64(day - CivilDate.day1900) * Self.dateTimeTicksPerDay + (ticks * 3 + 50_000) / 100_000
        return units < Int64(CivilDate.dayRange.upperBound + 1 - CivilDate.day1900) * Self.dateTimeTicksPerDay
            ? units : nil
    }

    /// Rounded to the digits of a scale; the last instant of the calendar is cut instead.
    private func rounded(_ scale: Int) -> Int64 {
        let rounded = Self.round(total, scale: scale)
        return rounded <= Self.last ? rounded : rounded - Self.unit(scale)
    }

    static func round(_ ticks: Int64, scale: Int) -> Int64 {
        let unit = unit(scale)
        return (ticks + unit / 2).floorDivided(by: unit) * unit
    }

    /// The units of 100 ns in the last digit of a scale.
    static func unit(_ scale: Int) -> Int64 { Int64(DecimalMath.powerOfTen(7 - min(max(scale, 0), 7))) }
}
