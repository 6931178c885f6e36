/// A part of a date or time that functions name by a word.
///
/// Source: Microsoft, "DATEPART (Transact-SQL)".
enum DatePart: String, CaseIterable, Sendable {
    case year, quarter, month, dayofyear, day, week, weekday, hour, minute, second, millisecond, microsecond, nanosecond
    case tzoffset, iso_week

    private static let abbreviations: [String: DatePart] = [
        "yy": .year, "yyyy": .year, "qq": .quarter, "q": .quarter, "mm": .month, "m": .month, "dy": .dayofyear,
        "y": .dayofyear, "dd": .day, "d": .day, "wk": .week, "ww": .week, "dw": .weekday, "w": .weekday, "hh": .hour,
        "mi": .minute, "n": .minute, "ss": .second, "s": .second, "ms": .millisecond, "mcs": .microsecond,
        "ns": .nanosecond, "tz": .tzoffset, "isowk": .iso_week, "isoww": .iso_week,
    ]

    /// - Throws: 155 for a word that names no part.
    init(_ word: String, function: String) throws(SQLError) {
        let key = word.lowercased()
        guard let part = DatePart(rawValue: key) ?? DatePart.abbreviations[key] else {
            throw .invalidDatePart(word, function)
        }
        self = part
    }

    /// The units of 100 ns in a part of fixed length of a day or less; nanoseconds are less than one unit.
    var ticks: Int64? {
        switch self {
        case .hour: 60 * Moment.ticksPerMinute
        case .minute: Moment.ticksPerMinute
        case .second: Moment.ticksPerSecond
        case .millisecond: 10_000
        case .microsecond: 10
        default: nil
        }
    }

    private var isOfDay: Bool {
        switch self {
        case .hour, .minute, .second, .millisecond, .microsecond, .nanosecond: true
        default: false
        }
    }

    /// - Throws: 9810 where values of the type have no such part.
    func check(_ type: SQLType, function: String) throws(SQLError) {
        let isMissing: Bool
        switch type {
        case .date: isMissing = isOfDay || self == .tzoffset
        case .time: isMissing = !isOfDay
        case .datetimeoffset: isMissing = false
        case .smalldatetime, .datetime: isMissing = self == .tzoffset
        default: isMissing = self == .tzoffset && type.name != "datetime2"
        }
        if isMissing { throw .unsupportedDatePart(rawValue, function, type) }
    }

    /// The number of the part.
    func value(of moment: Moment, firstWeekday: Int) -> Int {
        let date = moment.date
        switch self {
        case .year: return date.year
        case .quarter: return (date.month + 2) / 3
        case .month: return date.month
        case .dayofyear: return DatePart.dayOfYear(date)
        case .day: return date.day
        case .week:
            let january1 = date.dayNumber - DatePart.dayOfYear(date) + 1
            return (date.dayNumber - DatePart.weekStart(january1, firstWeekday)) / 7 + 1
        case .weekday: return date.dayNumber - DatePart.weekStart(date.dayNumber, firstWeekday) + 1
        case .hour: return moment.hour
        case .minute: return moment.minute
        case .second: return moment.second
        case .millisecond: return Int(moment.fraction / 10_000)
        case .microsecond: return Int(moment.fraction / 10)
        case .nanosecond: return Int(moment.fraction * 100)
        case .tzoffset: return moment.offset ?? 0
        case .iso_week:
            // The week is that of its Thursday.
            let thursday = date.dayNumber - date.dayNumber % 7 + 3
            return (DatePart.dayOfYear(CivilDate(dayNumber: thursday)) - 1) / 7 + 1
        }
    }

    static func dayOfYear(_ date: CivilDate) -> Int {
        var first = date
        (first.month, first.day) = (1, 1)
        return date.dayNumber - first.dayNumber + 1
    }

    /// The first day of the week of a day; 0001-01-01 was a Monday.
    static func weekStart(_ day: Int, _ firstWeekday: Int) -> Int {
        day - (day - (firstWeekday - 1) + 7) % 7
    }
}
