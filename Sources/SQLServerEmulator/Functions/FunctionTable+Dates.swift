/// Functions that calculate with dates.
///
/// Source: Microsoft, "Date and time data types and functions (Transact-SQL)".
extension FunctionTable {
    static let dateFunctions: [String: Definition] = [
        "DATEADD": Definition(arity: 3...3) { call throws(SQLError) in try dateAdd(call) },
        "DATEDIFF": Definition(arity: 3...3) { call throws(SQLError) in try dateDifference(call, isBig: false) },
        "DATEDIFF_BIG": Definition(arity: 3...3) { call throws(SQLError) in try dateDifference(call, isBig: true) },
        "DATEPART": Definition(arity: 2...2) { call throws(SQLError) in
            let part = try DatePart(try call.keyword(), function: "datepart")
            let type = try dateType(call, 0, position: 2, text: .datetime2(7))
            try part.check(type, function: "datepart")
            return FunctionPlan(parameters: [type], result: .int, isDeterministic: part != .week && part != .weekday) {
                values,
                context throws(SQLError) in
                .integer(Int64(part.value(of: try moment(values[0], type), firstWeekday: context.firstWeekday)))
            }
        },
        "DATENAME": Definition(arity: 2...2) { call throws(SQLError) in
            let part = try DatePart(try call.keyword(), function: "datename")
            let type = try dateType(call, 0, position: 2, text: .datetime2(7))
            try part.check(type, function: "datename")
            return FunctionPlan(parameters: [type], result: .nvarchar(30), isDeterministic: false) {
                values,
                context throws(SQLError) in
                let moment = try moment(values[0], type)
                switch part {
                case .month: return .string(CivilDate.monthNames[moment.date.month - 1])
                case .weekday: return .string(CivilDate.weekdayNames[moment.day % 7])
                case .tzoffset: return .string(zone(moment.offset ?? 0))
                default: return .string(String(part.value(of: moment, firstWeekday: context.firstWeekday)))
                }
            }
        },
        "DATETRUNC": Definition(arity: 2...2) { call throws(SQLError) in try dateTruncation(call) },
        "YEAR": part(.year),
        "MONTH": part(.month),
        "DAY": part(.day),
        "EOMONTH": Definition(arity: 1...2) { call throws(SQLError) in
            let type = try dateType(call, 0, position: 1, text: .date)
            return FunctionPlan(
                parameters: Array([type, .int].prefix(call.types.count)),
                result: .date,
                isStrict: false
            ) {
                values,
                _ throws(SQLError) in
                if values[0].isNull { return .null }
                var moment = try moment(values[0], type)
                // A NULL for the months counts as none.
                let months = values.count > 1 ? values[1].int : 0
                guard let moved = addMonths(months, to: moment) else { throw .added(to: .date) }
                moment = moved
                var date = moment.date
                date.day = CivilDate.length(of: date.month, in: date.year)
                return .date(Int32(date.dayNumber))
            }
        },
        "ISDATE": Definition(arity: 1...1) { call throws(SQLError) in
            let type = call.type(0)
            switch type {
            case .date, .time, .datetime2, .datetimeoffset: throw .invalidArgument(type, 1, "isdate")
            default: break
            }
            guard type.isCharacters || type == .null else {
                let isDate = type == .datetime || type == .smalldatetime
                return FunctionPlan(parameters: [type], result: .int, isStrict: false) { values, _ in
                    .bool(isDate && !values[0].isNull)
                }
            }
            let text = try call.text(0)
            let conversion = try Conversion(from: text, to: .datetime, settings: call.settings)
            return FunctionPlan(parameters: [text], result: .int, isStrict: false, isDeterministic: false) {
                values,
                _ throws(SQLError) in
                guard !values[0].isNull, !Conversion.trimmed(values[0].textBytes).isEmpty else { return .integer(0) }
                return .bool(!(try conversion.tryConvert(values[0])).isNull)
            }
        },
    ]

    private static func part(_ part: DatePart) -> Definition {
        Definition(arity: 1...1) { call throws(SQLError) in
            let type = try dateType(call, 0, position: 1, text: .datetime2(7))
            try part.check(type, function: call.name.lowercased())
            return FunctionPlan(parameters: [type], result: .int) { values, _ throws(SQLError) in
                .integer(Int64(part.value(of: try moment(values[0], type), firstWeekday: 7)))
            }
        }
    }

    /// The type in which a function takes a date: texts become `text`, numbers `datetime`.
    static func dateType(
        _ call: FunctionCall,
        _ index: Int,
        position: Int,
        text: SQLType
    ) throws(SQLError) -> SQLType {
        let type = call.type(index)
        switch type.family {
        case .dateTime: return type
        case .characters where !type.isOldLarge: return text
        case .null: return text == .date ? .date : .datetime
        case .integer, .decimal, .money, .float: return .datetime
        default: throw .invalidArgument(type, position, call.name.lowercased())
        }
    }

    /// What a value shows: a `datetime` its milliseconds, as texts do.
    static func moment(_ value: SQLValue, _ type: SQLType) throws(SQLError) -> Moment {
        guard var moment = Moment(value) else { throw type.invalidData }
        if type == .datetime { moment.ticks = Moment.round(moment.ticks, scale: 3) }
        return moment
    }

    static func zone(_ offset: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let minutes = Int(offset.magnitude)
        return (offset < 0 ? "-" : "+") + two(minutes / 60) + ":" + two(minutes % 60)
    }

    /// The same day of another month, or that month's last.
    static func addMonths(_ months: Int64, to moment: Moment) -> Moment? {
        guard months.magnitude < 200_000 else { return nil }
        var date = moment.date
        let total = date.year * 12 + date.month - 1 + Int(months)
        guard total >= 12, total < 120_000 else { return nil }
        (date.year, date.month) = (total / 12, total % 12 + 1)
        date.day = min(date.day, CivilDate.length(of: date.month, in: date.year))
        return Moment(day: date.dayNumber, ticks: moment.ticks, offset: moment.offset)
    }

    private static func dateAdd(_ call: FunctionCall) throws(SQLError) -> FunctionPlan {
        let part = try DatePart(try call.keyword(), function: "dateadd")
        let type = try dateType(call, 1, position: 3, text: .datetime)
        try part.check(type, function: "dateadd")
        if part == .tzoffset || part == .iso_week { throw .unsupportedDatePart(part.rawValue, "dateadd", type) }
        if part == .microsecond || part == .nanosecond, type == .datetime || type == .smalldatetime {
            throw .unsupportedDatePart(part.rawValue, "dateadd", type)
        }
        return FunctionPlan(parameters: [.int, type], result: type) { values, _ throws(SQLError) in
            guard let moment = Moment(values[1]) else { throw type.invalidData }
            guard let moved = add(values[0].int, part, to: moment, type) else { throw .added(to: type) }
            // Time of day goes round, and the time zone stays.
            if case .time = type { return .time(moved.ticks) }
            guard let value = moved.value(type) else { throw .added(to: type) }
            return value
        }
    }

    private static func add(_ count: Int64, _ part: DatePart, to moment: Moment, _ type: SQLType) -> Moment? {
        switch part {
        case .year: return addMonths(12 * count, to: moment)
        case .quarter: return addMonths(3 * count, to: moment)
        case .month: return addMonths(count, to: moment)
        case .week, .day, .dayofyear, .weekday:
            let day = moment.day + Int(count) * (part == .week ? 7 : 1)
            return CivilDate.dayRange ~= day ? Moment(day: day, ticks: moment.ticks, offset: moment.offset) : nil
        case .nanosecond:
            let ticks = (count + 50).floorDivided(by: 100)
            return moved(Moment(total: moment.total + ticks, offset: moment.offset), type)
        default:
            guard let unit = part.ticks else { return nil }
            let (ticks, overflow) = count.multipliedReportingOverflow(by: unit)
            let (total, carried) = moment.total.addingReportingOverflow(ticks)
            return overflow || carried ? nil : moved(Moment(total: total, offset: moment.offset), type)
        }
    }

    private static func moved(_ moment: Moment, _ type: SQLType) -> Moment? {
        if case .time(let scale) = type {
            return Moment(day: moment.day, ticks: Moment.round(moment.ticks, scale: scale) % Moment.ticksPerDay)
        }
        return CivilDate.dayRange ~= moment.day ? moment : nil
    }

    /// How many boundaries of a part lie between two moments.
    private static func dateDifference(_ call: FunctionCall, isBig: Bool) throws(SQLError) -> FunctionPlan {
        let name = isBig ? "datediff_big" : "datediff"
        let part = try DatePart(try call.keyword(), function: name)
        let first = try dateType(call, 0, position: 2, text: .datetimeoffset(7))
        let second = try dateType(call, 1, position: 3, text: .datetimeoffset(7))
        if part == .tzoffset || part == .iso_week { throw .unsupportedDatePart(part.rawValue, name, first) }
        return FunctionPlan(parameters: [first, second], result: isBig ? .bigint : .int) { values, _ throws(SQLError) in
            let from = utc(try moment(values[0], first))
            let to = utc(try moment(values[1], second))
            let count = difference(part, from, to)
            guard let count, isBig || Int32(exactly: count) != nil else {
                throw SQLError(
                    535,
                    "The \(name) function resulted in an overflow. The number of dateparts separating two date/time "
                        + "instances is too large. Try to use \(name) with a less precise datepart.",
                    state: isBig ? 3 : 0
                )
            }
            return .integer(count)
        }
    }

    /// Offsets do not matter to differences: both moments are taken in UTC.
    private static func utc(_ moment: Moment) -> Moment {
        Moment(total: moment.total - Int64(moment.offset ?? 0) * Moment.ticksPerMinute)
    }

    private static func difference(_ part: DatePart, _ a: Moment, _ b: Moment) -> Int64? {
        func months(_ moment: Moment) -> Int { moment.date.year * 12 + moment.date.month - 1 }
        switch part {
        case .year: return Int64(b.date.year - a.date.year)
        case .quarter: return Int64(months(b) / 3 - months(a) / 3)
        case .month: return Int64(months(b) - months(a))
        case .day, .dayofyear, .weekday: return Int64(b.day - a.day)
        // Weeks always begin on Sunday here, whatever DATEFIRST says.
        case .week: return Int64((b.day + 1) / 7 - (a.day + 1) / 7)
        case .nanosecond:
            let (product, overflow) = (b.total - a.total).multipliedReportingOverflow(by: 100)
            return overflow ? nil : product
        default:
            guard let unit = part.ticks else { return nil }
            return b.total.floorDivided(by: unit) - a.total.floorDivided(by: unit)
        }
    }

    private static func dateTruncation(_ call: FunctionCall) throws(SQLError) -> FunctionPlan {
        let part = try DatePart(try call.keyword(), function: "datetrunc")
        let type = try dateType(call, 0, position: 2, text: .datetime2(7))
        try part.check(type, function: "datetrunc")
        if [.weekday, .tzoffset, .nanosecond].contains(part) {
            throw .unsupportedDatePart(part.rawValue, "datetrunc", type)
        }
        if part == .microsecond, type == .datetime || type == .smalldatetime {
            throw .unsupportedDatePart(part.rawValue, "datetrunc", type)
        }
        return FunctionPlan(parameters: [type], result: type, isDeterministic: part != .week) {
            values,
            context throws(SQLError) in
            var moment = try moment(values[0], type)
            var date = moment.date
            switch part {
            case .year: (date.month, date.day) = (1, 1)
            case .quarter: (date.month, date.day) = ((date.month - 1) / 3 * 3 + 1, 1)
            case .month: date.day = 1
            default: break
            }
            moment.day = date.dayNumber
            if part == .week { moment.day = DatePart.weekStart(moment.day, context.firstWeekday) }
            if part == .iso_week { moment.day = DatePart.weekStart(moment.day, 1) }
            moment.ticks -= part.ticks.map { moment.ticks % $0 } ?? moment.ticks
            guard let value = moment.value(type) else {
                throw SQLError(
                    9837,
                    "An invalid date value was encountered: The date value is less than the minimum date "
                        + "value allowed for the data type."
                )
            }
            return value
        }
    }
}
