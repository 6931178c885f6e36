/// Functions that put dates together, and those that move them between clocks.
///
/// Source: Microsoft, "DATEFROMPARTS", "DATETIME2FROMPARTS", "SWITCHOFFSET", "AT TIME ZONE (Transact-SQL)" and their like.
extension FunctionTable {
    static let datePartsFunctions: [String: Definition] = [
        "DATEFROMPARTS": fromParts(3, scaleAt: nil) { _ in
            .date
        } _: { parts, type in
            CivilDate(parts[0], parts[1], parts[2]).flatMap { Moment(day: $0.dayNumber, ticks: 0).value(type) }
        },
        "SMALLDATETIMEFROMPARTS": fromParts(5, scaleAt: nil) { _ in
            .smalldatetime
        } _: { parts, type in
            moment(parts, parts[3], parts[4], 0, 0, 0).flatMap { $0.value(type) }
        },
        "DATETIMEFROMPARTS": fromParts(7, scaleAt: nil) { _ in
            .datetime
        } _: { parts, type in
            moment(parts, parts[3], parts[4], parts[5], parts[6], 3).flatMap { $0.value(type) }
        },
        "DATETIME2FROMPARTS": fromParts(8, scaleAt: 7) {
            .datetime2($0)
        } _: { parts, type in
            moment(parts, parts[3], parts[4], parts[5], parts[6], parts[7]).flatMap { $0.value(type) }
        },
        "TIMEFROMPARTS": fromParts(5, scaleAt: 4) {
            .time($0)
        } _: { parts, type in
            ticks(parts[0], parts[1], parts[2], parts[3], parts[4]).map { .time($0) }
        },
        "DATETIMEOFFSETFROMPARTS": fromParts(10, scaleAt: 9) {
            .datetimeoffset($0)
        } _: { parts, type in
            let (hours, minutes) = (parts[7], parts[8])
            guard -14...14 ~= hours, -59...59 ~= minutes, hours == 0 || minutes == 0 || (hours < 0) == (minutes < 0)
            else {
                return nil
            }
            var moment = moment(parts, parts[3], parts[4], parts[5], parts[6], parts[9])
            moment?.offset = hours * 60 + minutes
            return moment.flatMap { $0.value(type) }
        },
        "SWITCHOFFSET": Definition(arity: 2...2) { call throws(SQLError) in
            let type = try offsetType(call)
            let zone = try zoneType(call)
            return FunctionPlan(parameters: [type, zone], result: type) { values, _ throws(SQLError) in
                guard case .dateTimeOffset(let utc, _) = values[0] else { throw type.invalidData }
                let offset = try offset(values[1], "switchoffset")
                let moment = Moment(total: utc + Int64(offset) * Moment.ticksPerMinute, offset: offset)
                guard let value = moment.value(type) else { throw .added(to: type) }
                return value
            }
        },
        "TODATETIMEOFFSET": Definition(arity: 2...2) { call throws(SQLError) in
            let given = try dateType(call, 0, position: 1, text: .datetime2(7))
            if given == .date || given.name == "time" { throw .invalidArgument(given, 1, "todatetimeoffset") }
            let result = SQLType.datetimeoffset(given.scale)
            let zone = try zoneType(call)
            return FunctionPlan(parameters: [given, zone], result: result) { values, _ throws(SQLError) in
                guard var moment = Moment(values[0]) else { throw given.invalidData }
                moment.offset = try offset(values[1], "todatetimeoffset")
                guard let value = moment.value(result) else { throw .added(to: result) }
                return value
            }
        },
        // The operator AT TIME ZONE: AT TIME ZONE(date, zone).
        "AT TIME ZONE": Definition(arity: 2...2) { call throws(SQLError) in
            let given = try dateType(call, 0, position: 1, text: .datetime2(7))
            if given == .date || given.name == "time" || call.type(0).isCharacters {
                throw .invalidArgument(call.type(0), 1, "AT TIME ZONE")
            }
            let result = SQLType.datetimeoffset(given.scale)
            return FunctionPlan(parameters: [given, .nvarchar(128)], result: result) { values, _ throws(SQLError) in
                guard var moment = Moment(values[0]) else { throw given.invalidData }
                let offset = try fixedOffset(SQLValue.shown(values[1].textBytes))
                if let known = moment.offset {
                    moment = Moment(total: moment.total + Int64(offset - known) * Moment.ticksPerMinute)
                }
                moment.offset = offset
                guard let value = moment.value(result) else { throw .added(to: result) }
                return value
            }
        },
    ]

    /// A function of whole numbers. Of NULL it makes NULL, but a NULL scale is an error.
    private static func fromParts(
        _ count: Int,
        scaleAt: Int?,
        type: @escaping @Sendable (Int) -> SQLType,
        _ make: @escaping @Sendable ([Int], SQLType) -> SQLValue?
    ) -> Definition {
        Definition(arity: count...count) { call throws(SQLError) in
            var scale = 0
            if let scaleAt {
                guard let literal = call.integerLiteral(scaleAt), 0...7 ~= literal else {
                    throw SQLError(
                        10760,
                        "Scale argument is not valid. Valid expressions for data type "
                            + "\(type(7).name) scale argument are integer constants and integer constant expressions."
                    )
                }
                scale = literal
            }
            let result = type(scale)
            return FunctionPlan(parameters: Array(repeating: .int, count: count), result: result) {
                values,
                _ throws(SQLError) in
                guard let value = make(values.map { Int($0.int) }, result) else {
                    throw SQLError(
                        289,
                        "Cannot construct data type \(result.name), some of the arguments have values which are not valid."
                    )
                }
                return value
            }
        }
    }

    private static func moment(_ date: [Int], _ hour: Int, _ minute: Int, _ second: Int, _ fraction: Int, _ scale: Int)
        -> Moment?
    {
        guard let date = CivilDate(date[0], date[1], date[2]), let ticks = ticks(hour, minute, second, fraction, scale)
        else {
            return nil
        }
        return Moment(day: date.dayNumber, ticks: ticks)
    }

    private static func ticks(_ hour: Int, _ minute: Int, _ second: Int, _ fraction: Int, _ scale: Int) -> Int64? {
        guard 0..<24 ~= hour, 0..<60 ~= minute, 0..<60 ~= second, 0...7 ~= scale, fraction >= 0,
            Int128(fraction) < DecimalMath.powerOfTen(scale)
        else { return nil }
        return Int64(hour * 3600 + minute * 60 + second) * Moment.ticksPerSecond + Int64(fraction) * Moment.unit(scale)
    }

    private static func offsetType(_ call: FunctionCall) throws(SQLError) -> SQLType {
        if case .datetimeoffset = call.type(0) { return call.type(0) }
        let type = try dateType(call, 0, position: 1, text: .datetimeoffset(7))
        if type == .date || type.name == "time" { throw .invalidArgument(type, 1, "switchoffset") }
        return .datetimeoffset(type.family == .dateTime ? type.scale : 7)
    }

    /// A time zone is minutes, or a text such as `+05:30`.
    private static func zoneType(_ call: FunctionCall) throws(SQLError) -> SQLType {
        call.type(1).isCharacters ? try call.text(1) : .int
    }

    private static func offset(_ value: SQLValue, _ function: String) throws(SQLError) -> Int {
        let invalid = SQLError(9812, "The timezone provided to builtin function \(function) is invalid.", state: 0)
        if case .integer(let minutes) = value {
            guard -840...840 ~= minutes else { throw invalid }
            return Int(minutes)
        }
        let text = Conversion.trimmed(value.textBytes)
        guard text.count == 6, text[0] == 0x2B || text[0] == 0x2D, text[3] == 0x3A else { throw invalid }
        let digits = [text[1], text[2], text[4], text[5]].map { Int($0) - 0x30 }
        guard digits.allSatisfy({ 0...9 ~= $0 }) else { throw invalid }
        let (hours, minutes) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3])
        guard minutes < 60, hours * 60 + minutes <= 840 else { throw invalid }
        return (text[0] == 0x2D ? -1 : 1) * (hours * 60 + minutes)
    }

    /// The zones of Windows that have one offset for all time; those with daylight saving are refused.
    private static func fixedOffset(_ name: String) throws(SQLError) -> Int {
        let zones = [
            "utc": 0, "utc+12": 720, "utc+13": 780, "utc-02": -120, "utc-08": -480, "utc-09": -540, "utc-11": -660,
            "india standard time": 330, "tokyo standard time": 540, "china standard time": 480,
            "nepal standard time": 345, "arabian standard time": 240,
        ]
        guard let offset = zones[name.lowercased()] else { throw .unsupported("AT TIME ZONE '\(name)'") }
        return offset
    }

    static let clockFunctions: [String: Definition] = [
        "GETDATE": clock(.datetime) { $0.now },
        "CURRENT_TIMESTAMP": clock(.datetime) { $0.now },
        "GETUTCDATE": clock(.datetime) { $0.utcNow },
        "SYSDATETIME": clock(.datetime2(7)) { $0.now },
        "SYSUTCDATETIME": clock(.datetime2(7)) { $0.utcNow },
        "SYSDATETIMEOFFSET": clock(.datetimeoffset(7)) { $0.now },
    ]

    private static func clock(_ type: SQLType, _ read: @escaping @Sendable (EvaluationContext) -> Moment) -> Definition
    {
        Definition(arity: 0...0) { _ throws(SQLError) in
            FunctionPlan(parameters: [], result: type, isDeterministic: false) { _, context throws(SQLError) in
                guard let value = read(context).value(type) else { throw .overflow(type) }
                return value
            }
        }
    }
}
