/// FORMAT with the culture en-US: standard and custom patterns of .NET, as far as they are common. Others are refused by name.
///
/// Source: Microsoft, "FORMAT (Transact-SQL)"; ".NET: Standard and custom numeric format strings", "… date and time …".
enum FormatFunction {
    static func plan(_ call: FunctionCall) throws(SQLError) -> FunctionPlan {
        let type = call.type(0)
        guard type.isNumeric && type != .bit || type.family == .dateTime else {
            throw .invalidArgument(type, 1, "format")
        }
        let parameters: [SQLType] = Array([type, .nvarchar(4000), .nvarchar(128)].prefix(call.types.count))
        return FunctionPlan(parameters: parameters, result: .nvarchar(4000)) { values, _ throws(SQLError) in
            let pattern = SQLValue.shown(values[1].textBytes)
            if values.count > 2 {
                let culture = SQLValue.shown(values[2].textBytes)
                if culture.lowercased() != "en-us" { throw .unsupported("FORMAT with culture '\(culture)'") }
            }
            if type.family == .dateTime {
                var moment = try FunctionTable.moment(values[0], type)
                if type == .date { moment.ticks = 0 }
                guard let text = try DateFormat(moment: moment, type: type).text(pattern) else { return .null }
                return .string(text)
            }
            return .string(
                try NumberPattern.text(try digits(values[0], type), pattern, isWhole: type.family == .integer)
            )
        }
    }

    /// The number in plain decimals; a `float` with the 15 digits that .NET shows.
    private static func digits(_ value: SQLValue, _ type: SQLType) throws(SQLError) -> (unscaled: Int128, scale: Int) {
        switch value {
        case .integer(let number): return (Int128(number), 0)
        case .decimal(let unscaled): return (unscaled, type.scale)
        default:
            var exact = FloatText.exact(value.double)
            exact.round(to: 15)
            let scale = max(exact.digits.count - exact.point, 0)
            guard scale <= 38, exact.point <= 37,
                let unscaled = Conversion.unscaled(value.double, scale: min(scale, 38 - max(exact.point, 0)))
            else { throw .unsupported("FORMAT of \(FloatText.general(value.double, digits: 6))") }
            return (unscaled, min(scale, 38 - max(exact.point, 0)))
        }
    }
}

/// Patterns of numbers.
enum NumberPattern {
    static func text(
        _ number: (unscaled: Int128, scale: Int),
        _ pattern: String,
        isWhole: Bool
    ) throws(SQLError) -> String {
        let refusal = SQLError.unsupported("FORMAT(…, '\(pattern)')")
        guard let letter = pattern.unicodeScalars.first else { throw refusal }
        if letter.properties.isAlphabetic {
            let rest = pattern.unicodeScalars.dropFirst()
            let digits = rest.isEmpty ? nil : Int(String(String.UnicodeScalarView(rest)))
            guard rest.isEmpty || digits.map({ 0...38 ~= $0 }) == true else { throw refusal }
            guard let text = standard(number, letter, digits, isWhole: isWhole) else { throw refusal }
            return text
        }
        guard let text = custom(number, pattern) else { throw refusal }
        return text
    }

    private static func standard(
        _ number: (unscaled: Int128, scale: Int),
        _ letter: Unicode.Scalar,
        _ digits: Int?,
        isWhole: Bool
    ) -> String? {
        switch letter {
        case "N", "n": return rounded(number, digits ?? 2).map(NumberFormat.grouped)
        case "F", "f": return rounded(number, digits ?? 2)
        case "D", "d":
            guard isWhole else { return nil }
            let text = String(number.unscaled.magnitude)
            return (number.unscaled < 0 ? "-" : "") + String(repeating: "0", count: max((digits ?? 0) - text.count, 0))
                + text
        case "C", "c":
            guard let text = rounded((Int128(clamping: number.unscaled.magnitude), number.scale), digits ?? 2) else {
                return nil
            }
            let isNegative = number.unscaled < 0 && text.contains { "123456789".contains($0) }
            return isNegative ? "-$" + NumberFormat.grouped(text) : "$" + NumberFormat.grouped(text)
        case "P", "p":
            let (unscaled, overflow) = number.unscaled.multipliedReportingOverflow(by: 100)
            guard !overflow else { return nil }
            return rounded((unscaled, number.scale), digits ?? 2).map { NumberFormat.grouped($0) + "%" }
        case "G", "g": return digits == nil ? DecimalMath.text(number.unscaled, scale: number.scale) : nil
        case "X", "x":
            guard isWhole, number.unscaled >= 0 else { return nil }
            let text = String(number.unscaled, radix: 16, uppercase: letter == "X")
            return String(repeating: "0", count: max((digits ?? 0) - text.count, 0)) + text
        default: return nil
        }
    }

    private static func rounded(_ number: (unscaled: Int128, scale: Int), _ digits: Int) -> String? {
        DecimalMath.rescale(number.unscaled, from: number.scale, to: digits).map { DecimalMath.text($0, scale: digits) }
    }

    /// Digits `0` and `#`, a point, commas between digits, `%`, and plain text around them.
    private static func custom(_ number: (unscaled: Int128, scale: Int), _ pattern: String) -> String? {
        let mask = Set("0#.,")
        guard let start = pattern.firstIndex(where: mask.contains), let end = pattern.lastIndex(where: mask.contains)
        else {
            return nil
        }
        let (prefix, body, suffix) = (pattern[..<start], pattern[start...end], pattern[pattern.index(after: end)...])
        guard body.allSatisfy(mask.contains), (prefix + suffix).allSatisfy({ !"\\'\";eE‰".contains($0) }) else {
            return nil
        }
        let parts = body.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, !parts.dropFirst().joined().contains(","), parts[0].last != "," else { return nil }
        let whole = parts[0].filter { $0 != "," }
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        guard !whole.drop(while: { $0 == "#" }).contains("#"), !fraction.drop(while: { $0 == "0" }).contains("0"),
            whole.count <= 38,
            fraction.count <= 38
        else { return nil }
        var unscaled = number.unscaled
        for _ in (prefix + suffix).filter({ $0 == "%" }) {
            let (product, overflow) = unscaled.multipliedReportingOverflow(by: 100)
            if overflow { return nil }
            unscaled = product
        }
        guard let value = DecimalMath.rescale(unscaled, from: number.scale, to: fraction.count) else { return nil }
        let text = DecimalMath.text(Int128(value.magnitude), scale: fraction.count)
        var integer = String(text.prefix { $0 != "." }.drop { $0 == "0" })
        let leastWhole = whole.count { $0 == "0" }
        integer = String(repeating: "0", count: max(leastWhole - integer.count, 0)) + integer
        if parts[0].contains(",") { integer = NumberFormat.grouped(integer) }
        var decimals = String(text.drop { $0 != "." }.dropFirst())
        let leastDecimals = fraction.count { $0 == "0" }
        while decimals.count > leastDecimals, decimals.last == "0" { decimals.removeLast() }
        return (value < 0 ? "-" : "") + prefix + integer + (decimals.isEmpty ? "" : "." + decimals) + suffix
    }
}

/// Patterns of dates and times.
private struct DateFormat {
    let moment: Moment
    let type: SQLType

    private static let standard: [String: String] = [
        "d": "M/d/yyyy", "D": "dddd, MMMM d, yyyy", "t": "h:mm tt", "T": "h:mm:ss tt",
        "f": "dddd, MMMM d, yyyy h:mm tt",
        "F": "dddd, MMMM d, yyyy h:mm:ss tt", "g": "M/d/yyyy h:mm tt", "G": "M/d/yyyy h:mm:ss tt", "m": "MMMM d",
        "M": "MMMM d", "y": "MMMM yyyy", "Y": "MMMM yyyy", "s": "yyyy'-'MM'-'dd'T'HH':'mm':'ss",
        "o": "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffff", "O": "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffff",
    ]

    /// `nil` where .NET has no such pattern for the type.
    func text(_ pattern: String) throws(SQLError) -> String? {
        let refusal = SQLError.unsupported("FORMAT(…, '\(pattern)')")
        // A `time` is a TimeSpan to .NET, whose patterns are others.
        if case .time = type { throw refusal }
        if moment.offset != nil, pattern == "o" || pattern == "O" { throw refusal }
        let pattern = pattern.count == 1 ? Self.standard[pattern] : pattern
        guard let pattern else { throw refusal }
        let characters = Array(pattern)
        var text = ""
        var index = 0
        while index < characters.count {
            let character = characters[index]
            switch character {
            case "'", "\"":
                guard let end = characters[(index + 1)...].firstIndex(of: character) else { throw refusal }
                text += String(characters[(index + 1)..<end])
                index = end + 1
            case "\\":
                guard index + 1 < characters.count else { throw refusal }
                text.append(characters[index + 1])
                index += 2
            case _ where character.isLetter:
                let count = characters[index...].prefix { $0 == character }.count
                guard let part = part(character, count) else { throw refusal }
                text += part
                index += count
            case "%": throw refusal
            default:
                text.append(character)
                index += 1
            }
        }
        return text
    }

    private func part(_ letter: Character, _ count: Int) -> String? {
        let date = moment.date
        switch (letter, count) {
        case ("y", 1...2): return padded(date.year % 100, count)
        case ("y", 3...5): return padded(date.year, count)
        case ("M", 1...2): return padded(date.month, count)
        case ("M", 3): return String(CivilDate.monthNames[date.month - 1].prefix(3))
        case ("M", 4): return CivilDate.monthNames[date.month - 1]
        case ("d", 1...2): return padded(date.day, count)
        case ("d", 3): return String(CivilDate.weekdayNames[moment.day % 7].prefix(3))
        case ("d", 4): return CivilDate.weekdayNames[moment.day % 7]
        case ("H", 1...2): return padded(moment.hour, count)
        case ("h", 1...2): return padded(moment.hour % 12 == 0 ? 12 : moment.hour % 12, count)
        case ("m", 1...2): return padded(moment.minute, count)
        case ("s", 1...2): return padded(moment.second, count)
        case ("f", 1...7): return padded(Int(moment.fraction / Moment.unit(count)), count)
        case ("t", 1): return moment.hour < 12 ? "A" : "P"
        case ("t", 2): return moment.hour < 12 ? "AM" : "PM"
        case ("z", 3): return moment.offset.map(FunctionTable.zone)
        default: return nil
        }
    }

    private func padded(_ number: Int, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(count - text.count, 0)) + text
    }
}
