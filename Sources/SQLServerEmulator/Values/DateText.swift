/// Dates and times as text, in the styles of CONVERT.
///
/// Source: Microsoft, "CAST and CONVERT (Transact-SQL)", date and time styles.
enum DateText {
    /// - Throws: 281 for a style that there is not for the type; styles 130 and 131 (Hijri) are refused.
    static func text(_ moment: Moment, _ type: SQLType, style: Int?, to: SQLType) throws(SQLError) -> String {
        var moment = moment
        if type == .datetime { moment.ticks = Moment.round(moment.ticks, scale: 3) }
        let writer = DateWriter(moment: moment, type: type)
        let style = style ?? (type == .datetime || type == .smalldatetime ? 0 : 121)
        if style == 130 || style == 131 { throw .unsupported("CONVERT(\(to.name), \(type.name), \(style))") }
        guard let text = writer.text(style) else {
            throw SQLError(
                281,
                "\(style) is not a valid style number when converting from \(type.name) to a character string."
            )
        }
        return text
    }
}

/// Writes one moment of one type.
private struct DateWriter {
    let moment: Moment
    let type: SQLType

    private var hasDate: Bool { if case .time = type { false } else { true } }
    private var hasTime: Bool { type != .date }

    func text(_ style: Int) -> String? {
        switch style {
        case 0, 100: return joined("\(month) \(padded(moment.date.day)) \(year)", clock12(seconds: false))
        case 9, 109: return joined("\(month) \(padded(moment.date.day)) \(year)", clock12(seconds: true))
        case 13, 113: return joined("\(two(moment.date.day)) \(month) \(year)", clock24(fraction: true, colon: true))
        case 20, 120: return joined(iso, clock24(fraction: false))
        case 21, 25, 121: return joined(iso, clock24(fraction: true))
        case 126: return combined(iso8601: moment, zone: moment.offset.map(Self.zone) ?? "")
        case 127:
            guard let offset = moment.offset else { return combined(iso8601: moment, zone: "") }
            let utc = Moment(total: moment.total - Int64(offset) * Moment.ticksPerMinute)
            return combined(iso8601: utc, zone: "Z")
        case 8, 24, 108: return hasTime ? clock24(fraction: false) : nil
        case 14, 114: return hasTime ? clock24(fraction: true, colon: true) : nil
        case 22:
            guard hasDate, hasTime else { return nil }
            let date = "\(two(moment.date.month))/\(two(moment.date.day))/\(shortYear)"
            return "\(date) \(padded(hour12)):\(two(moment.minute)):\(two(moment.second)) \(half)"
        default: return hasDate ? date(style) : nil
        }
    }

    private func date(_ style: Int) -> String? {
        let year = style >= 100 || style == 23 ? self.year : shortYear
        let (month, day) = (two(moment.date.month), two(moment.date.day))
        switch style % 100 {
        case 1: return "\(month)/\(day)/\(year)"
        case 2: return "\(year).\(month).\(day)"
        case 3: return "\(day)/\(month)/\(year)"
        case 4: return "\(day).\(month).\(year)"
        case 5: return "\(day)-\(month)-\(year)"
        case 6: return "\(day) \(self.month) \(year)"
        case 7: return "\(self.month) \(day), \(year)"
        case 10: return "\(month)-\(day)-\(year)"
        case 11: return "\(year)/\(month)/\(day)"
        case 12: return "\(year)\(month)\(day)"
        case 23: return style == 23 ? iso : nil
        default: return nil
        }
    }

    private func joined(_ date: String, _ time: String) -> String {
        var text = hasDate ? date : ""
        if hasTime { text += (hasDate ? " " : "") + time }
        if let offset = moment.offset { text += " " + Self.zone(offset) }
        return text
    }

    private func combined(iso8601 moment: Moment, zone: String) -> String {
        let writer = DateWriter(moment: moment, type: type)
        let date = hasDate ? writer.iso : ""
        guard hasTime else { return date }
        return date + (hasDate ? "T" : "") + writer.clock24(fraction: moment.fraction != 0) + zone
    }

    private var year: String { four(moment.date.year) }
    private var shortYear: String { two(moment.date.year % 100) }
    private var month: String { String(CivilDate.monthNames[moment.date.month - 1].prefix(3)) }
    private var iso: String { "\(year)-\(two(moment.date.month))-\(two(moment.date.day))" }
    private var hour12: Int { moment.hour % 12 == 0 ? 12 : moment.hour % 12 }
    private var half: String { moment.hour < 12 ? "AM" : "PM" }

    /// `time` has no padding before its hour, the types with a date have.
    private func clock12(seconds: Bool) -> String {
        let hour = hasDate ? padded(hour12) : "\(hour12)"
        let rest = seconds ? ":\(two(moment.second))\(fraction(colon: true))" : ""
        return "\(hour):\(two(moment.minute))\(rest)\(half)"
    }

    private func clock24(fraction isWhole: Bool, colon: Bool = false) -> String {
        let clock = "\(two(moment.hour)):\(two(moment.minute)):\(two(moment.second))"
        return isWhole ? clock + fraction(colon: colon) : clock
    }

    /// The digits of the type's scale; the old types have three, after a colon in the old styles.
    private func fraction(colon: Bool) -> String {
        let isOld = type == .datetime || type == .smalldatetime
        let scale = isOld ? 3 : type.scale
        guard scale > 0 else { return "" }
        let digits = String(moment.fraction / Moment.unit(scale))
        return (isOld && colon ? ":" : ".") + String(repeating: "0", count: max(scale - digits.count, 0)) + digits
    }

    private static func zone(_ offset: Int) -> String {
        let minutes = offset.magnitude
        let text =
            (minutes / 60 < 10 ? "0" : "") + "\(minutes / 60):" + (minutes % 60 < 10 ? "0" : "") + "\(minutes % 60)"
        return (offset < 0 ? "-" : "+") + text
    }

    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    private func padded(_ number: Int) -> String { number < 10 ? " \(number)" : "\(number)" }
    private func four(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(4 - text.count, 0)) + text
    }
}
