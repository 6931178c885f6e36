/// Days and microseconds since 1970 as calendar dates and clock times, in the proleptic Gregorian calendar, and their text.
///
/// Years run from 1 to 9999, as SQL Server's and Delta's do. Source of the day arithmetic: the identity that 400 Gregorian
/// years have 146,097 days, with the year beginning in March so that the leap day comes last.
public enum CivilTime {
    public static let microsecondsPerSecond: Int64 = 1_000_000
    public static let microsecondsPerDay: Int64 = 86_400_000_000

    /// Days since 1970-01-01 of a date.
    ///
    /// The parts are not checked against the calendar: the caller brings a month of 1…12 and a year within some five million
    /// years of 1970, whose days fit 32 bits.
    public static func days(year: Int, month: Int, day: Int) -> Int32 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int32(era * 146_097 + dayOfEra - 719_468)
    }

    /// The date of a day counted from 1970-01-01.
    public static func date(ofDay day: Int32) -> (year: Int, month: Int, day: Int) {
        let shifted = Int(day) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    // MARK: Text

    /// `2024-01-31`
    public static func format(day: Int32) -> String {
        let (year, month, dayOfMonth) = date(ofDay: day)
        return "\(pad(year, 4))-\(pad(month, 2))-\(pad(dayOfMonth, 2))"
    }

    /// `2024-01-31T12:00:00.000000`, with `digits` (0…6) digits of the second's fraction, cut off and not rounded.
    public static func format(microseconds: Int64, digits: Int = 6) -> String {
        let (day, rest) = split(microseconds, by: microsecondsPerDay)
        let seconds = Int(rest / microsecondsPerSecond)
        var text = format(day: Int32(truncatingIfNeeded: day))
        text += "T\(pad(seconds / 3600, 2)):\(pad(seconds / 60 % 60, 2)):\(pad(seconds % 60, 2))"
        if digits > 0 {
            text += "." + pad(Int(rest % microsecondsPerSecond), 6).prefix(digits)
        }
        return text
    }

    /// Days since 1970-01-01 of `2024-01-31`; `nil` where the text is no date between the years 1 and 9999.
    public static func parse(day text: some StringProtocol) -> Int32? {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
            year >= 1, (1...12).contains(month), day >= 1, day <= length(ofMonth: month, year: year)
        else { return nil }
        return days(year: year, month: month, day: day)
    }

    /// Microseconds since 1970 of `2024-01-31T12:00:00.123456`, with `T` or a blank between the parts, any number of digits
    /// of the second's fraction (cut off after six), and without or with a zone: `Z`, `+01:00`, `-0530`.
    ///
    /// A time without a zone is taken as UTC; `hasZone` says which it was.
    public static func parse(timestamp text: some StringProtocol) -> (microseconds: Int64, hasZone: Bool)? {
        var bytes = Array(text.utf8)[...]
        guard bytes.count >= 10, let day = parse(day: String(decoding: bytes.prefix(10), as: UTF8.self)) else {
            return nil
        }
        bytes = bytes.dropFirst(10)
        var microseconds = Int64(day) * microsecondsPerDay
        if bytes.isEmpty { return (microseconds, false) }
        guard let separator = bytes.popFirst(), separator == UInt8(ascii: "T") || separator == UInt8(ascii: " "),
            bytes.count >= 5, let hour = number(bytes.prefix(2)), hour < 24,
            bytes[bytes.startIndex + 2] == UInt8(ascii: ":"),
            let minute = number(bytes.dropFirst(3).prefix(2)), minute < 60
        else { return nil }
        bytes = bytes.dropFirst(5)
        microseconds += Int64(hour * 3600 + minute * 60) * microsecondsPerSecond
        if bytes.first == UInt8(ascii: ":") {
            guard bytes.count >= 3, let second = number(bytes.dropFirst().prefix(2)), second < 60 else { return nil }
            microseconds += Int64(second) * microsecondsPerSecond
            bytes = bytes.dropFirst(3)
            if bytes.first == UInt8(ascii: ".") {
                let fraction = bytes.dropFirst().prefix { $0 &- UInt8(ascii: "0") < 10 }
                guard !fraction.isEmpty else { return nil }
                var value: Int64 = 0
                for place in 0..<6 {
                    let index = fraction.startIndex + place
                    value = value * 10 + (index < fraction.endIndex ? Int64(fraction[index] - UInt8(ascii: "0")) : 0)
                }
                microseconds += value
                bytes = bytes[fraction.endIndex...]
            }
        }
        if bytes.isEmpty { return (microseconds, false) }
        if bytes.elementsEqual([UInt8(ascii: "Z")]) { return (microseconds, true) }
        guard let sign = bytes.popFirst(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
        let hasColon = bytes.count == 5 && bytes[bytes.startIndex + 2] == UInt8(ascii: ":")
        guard bytes.count == 4 || hasColon, let hours = number(bytes.prefix(2)), hours < 24,
            let minutes = number(bytes.suffix(2)), minutes < 60
        else { return nil }
        let offset = Int64(hours * 3600 + minutes * 60) * microsecondsPerSecond
        return (sign == UInt8(ascii: "+") ? microseconds - offset : microseconds + offset, true)
    }

    // MARK: Pieces

    private static func split(_ value: Int64, by unit: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: unit)
        return remainder < 0 ? (quotient - 1, remainder + unit) : (quotient, remainder)
    }

    private static func pad(_ value: Int, _ width: Int) -> String {
        let digits = String(value.magnitude)
        return (value < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for digit in digits {
            guard digit &- UInt8(ascii: "0") < 10 else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return digits.isEmpty ? nil : value
    }

    private static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
