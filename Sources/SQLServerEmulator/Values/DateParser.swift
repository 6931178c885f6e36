/// Reads a date, a time or both from text.
///
/// Known are ISO 8601, dates of numbers in the order of DATEFORMAT, dates with the names of months, dates without separators, a
/// year alone, times of 12 and 24 hours, offsets from UTC, and the literals of ODBC.
///
/// Source: Microsoft, "date (Transact-SQL)", "time", "datetime", "datetimeoffset", supported string literal formats.
struct DateParser {
    struct Result: Hashable {
        var date: CivilDate?
        /// Units of 100 ns since midnight.
        var ticks: Int64?
        var offset: Int?
        var fractionDigits = 0
    }

    /// What is no date at all, and what is one that the calendar does not have.
    enum Failure: Error { case syntax, range }

    private let text: [UInt8]
    private var index = 0
    private let order: DateOrder
    /// `datetime` and `smalldatetime` read even `2000-31-12` by DATEFORMAT; the other types and `T` do not.
    private let isOldType: Bool
    private var result = Result()

    init(_ text: [UInt8], order: DateOrder, isOldType: Bool) {
        self.text = Conversion.trimmed(text).map { 0x61...0x7A ~= $0 ? $0 - 0x20 : $0 }
        self.order = order
        self.isOldType = isOldType
    }

    /// - Throws: `syntax`, `range`.
    static func parse(_ text: [UInt8], order: DateOrder, isOldType: Bool) throws(Failure) -> Result {
        var parser = DateParser(try withoutODBC(text), order: order, isOldType: isOldType)
        return try parser.parse()
    }

    /// The inside of `{ts '…'}`, `{d '…'}` and `{t '…'}`; any other text as it is.
    private static func withoutODBC(_ text: [UInt8]) throws(Failure) -> [UInt8] {
        let trimmed = Conversion.trimmed(text)
        guard trimmed.first == 0x7B else { return text }
        guard trimmed.last == 0x7D, let open = trimmed.firstIndex(of: 0x27), let close = trimmed.lastIndex(of: 0x27),
            open < close
        else { throw .syntax }
        let kind = String(decoding: trimmed[1..<open].filter { $0 != 0x20 }, as: UTF8.self).lowercased()
        guard ["ts", "d", "t"].contains(kind), trimmed[(close + 1)..<(trimmed.count - 1)].allSatisfy({ $0 == 0x20 })
        else { throw .syntax }
        return Array(trimmed[(open + 1)..<close])
    }

    private var current: UInt8? { index < text.count ? text[index] : nil }
    private func isDigit(_ byte: UInt8?) -> Bool { byte.map { 0x30...0x39 ~= $0 } ?? false }
    private func isLetter(_ byte: UInt8?) -> Bool { byte.map { 0x41...0x5A ~= $0 } ?? false }

    private mutating func skipSpaces() { while current == 0x20 { index += 1 } }

    private mutating func parse() throws(Failure) -> Result {
        if text.isEmpty { return result }
        if isTime() {
            try parseTime()
            skipSpaces()
            if current != nil {
                try parseDate()
                skipSpaces()
            }
        } else {
            try parseDate()
            if current == 0x54, isDigit(index + 1 < text.count ? text[index + 1] : nil) {
                index += 1
                try parseTime()
            } else if current == 0x20 {
                skipSpaces()
                try parseTime()
            } else if current != nil {
                throw .syntax
            }
            skipSpaces()
        }
        if current != nil { throw .syntax }
        return result
    }

    /// Whether what follows is digits with a colon, AM or PM behind them.
    private func isTime() -> Bool {
        var place = index
        while place < text.count, isDigit(text[place]) { place += 1 }
        guard place > index, place - index <= 2 else { return false }
        while place < text.count, text[place] == 0x20 { place += 1 }
        guard place < text.count else { return false }
        if text[place] == 0x3A { return true }
        return place + 1 < text.count && [0x41, 0x50].contains(text[place]) && text[place + 1] == 0x4D
    }

    /// A run of digits; `nil` where there is none, and for more than eight.
    private mutating func number() -> (value: Int, count: Int)? {
        let start = index
        var value = 0
        while isDigit(current), index - start < 9 {
            value = value * 10 + Int(text[index] - 0x30)
            index += 1
        }
        let count = index - start
        return 1...8 ~= count ? (value, count) : nil
    }

    private mutating func monthName() throws(Failure) -> Int {
        let start = index
        while isLetter(current) { index += 1 }
        let name = String(decoding: text[start..<index], as: UTF8.self)
        let month = CivilDate.monthNames.firstIndex { $0.uppercased() == name || $0.prefix(3).uppercased() == name }
        guard let month else { throw .syntax }
        return month + 1
    }

    private mutating func parseDate() throws(Failure) {
        if isLetter(current) { return try monthFirst() }
        guard let first = number() else { throw .syntax }
        if let separator = current, [0x2F, 0x2D, 0x2E].contains(separator), isDigit(next) {
            return try numbers(first, separator)
        }
        let place = index
        skipSeparators()
        if isLetter(current), !isT(place) { return try dayOrYearFirst(first) }
        index = place
        switch first.count {
        case 8: try set(first.value / 10_000, first.value / 100 % 100, first.value % 100)
        case 6: try set(century(first.value / 10_000), first.value / 100 % 100, first.value % 100)
        case 4: try set(first.value, 1, 1)
        default: throw .syntax
        }
    }

    private var next: UInt8? { index + 1 < text.count ? text[index + 1] : nil }

    /// Whether the letter at a place is the `T` before a time.
    private func isT(_ place: Int) -> Bool {
        place < text.count && text[place] == 0x54 && isDigit(place + 1 < text.count ? text[place + 1] : nil)
    }

    private mutating func skipSeparators() {
        while let byte = current, [0x20, 0x2C, 0x2D, 0x2F, 0x2E].contains(byte) { index += 1 }
    }

    /// `1/31/2000`, `2000-01-31`.
    private mutating func numbers(_ first: (value: Int, count: Int), _ separator: UInt8) throws(Failure) {
        index += 1
        guard let second = number(), current == separator, isDigit(next) else { throw .syntax }
        index += 1
        guard let third = number(), second.count <= 4, third.count <= 4, first.count <= 4 else { throw .syntax }
        if first.count == 4 {
            guard second.count <= 2, third.count <= 2 else { throw .syntax }
            let isDayFirst = isOldType && current != 0x54 && (order == .dmy || order == .dym || order == .ydm)
            return isDayFirst
                ? try set(first.value, third.value, second.value) : try set(first.value, second.value, third.value)
        }
        let parts: (year: (value: Int, count: Int), month: (value: Int, count: Int), day: (value: Int, count: Int)) =
            switch order {
            case .mdy: (third, first, second)
            case .dmy: (third, second, first)
            case .ymd: third.count == 4 ? (third, first, second) : (first, second, third)
            case .ydm: third.count == 4 ? (third, second, first) : (first, third, second)
            case .myd: third.count == 4 ? (third, first, second) : (second, first, third)
            case .dym: third.count == 4 ? (third, second, first) : (second, third, first)
            }
        guard parts.month.count <= 2, parts.day.count <= 2 else { throw .syntax }
        try set(try year(parts.year), parts.month.value, parts.day.value)
    }

    /// `Jan 31, 2000`, `January 2000`, `Jan 2000 31`.
    private mutating func monthFirst() throws(Failure) {
        let month = try monthName()
        skipSeparators()
        guard let first = number() else { throw .syntax }
        if first.count == 4 {
            let place = index
            skipSeparators()
            if isTime() || !isDigit(current) {
                index = place
                return try set(first.value, month, 1)
            }
            guard let day = number(), day.count <= 2 else { throw .syntax }
            return try set(first.value, month, day.value)
        }
        guard first.count <= 2 else { throw .syntax }
        skipSeparators()
        guard !isTime(), let second = number() else { throw .syntax }
        try set(try year(second), month, first.value)
    }

    /// `31 Jan 2000`, `2000 Jan 31`, `2000 January`.
    private mutating func dayOrYearFirst(_ first: (value: Int, count: Int)) throws(Failure) {
        let month = try monthName()
        let place = index
        skipSeparators()
        if first.count == 4 {
            if isTime() || !isDigit(current) {
                index = place
                return try set(first.value, month, 1)
            }
            guard let day = number(), day.count <= 2 else { throw .syntax }
            return try set(first.value, month, day.value)
        }
        guard first.count <= 2, !isTime(), let second = number() else { throw .syntax }
        try set(try year(second), month, first.value)
    }

    private func year(_ part: (value: Int, count: Int)) throws(Failure) -> Int {
        switch part.count {
        case 1, 2: return century(part.value)
        case 4: return part.value
        default: throw .syntax
        }
    }

    /// Years of two digits are those of 1950 to 2049: option `two digit year cutoff`.
    private func century(_ year: Int) -> Int { year < 50 ? 2000 + year : 1900 + year }

    private mutating func set(_ year: Int, _ month: Int, _ day: Int) throws(Failure) {
        guard let date = CivilDate(year, month, day) else { throw .range }
        result.date = date
    }

    private mutating func parseTime() throws(Failure) {
        guard let hour = number(), hour.count <= 2 else { throw .syntax }
        var (minute, second, fraction): (Int, Int, Int64) = (0, 0, 0)
        var hasMinutes = false
        if current == 0x3A {
            index += 1
            guard let part = number(), part.count <= 2 else { throw .syntax }
            minute = part.value
            hasMinutes = true
            if current == 0x3A {
                index += 1
                guard let part = number(), part.count <= 2 else { throw .syntax }
                second = part.value
                if current == 0x2E || current == 0x3A { fraction = try parseFraction() }
            }
        }
        let half = try parseHalf()
        guard hasMinutes || half != nil else { throw .syntax }
        var hours = hour.value
        if let half {
            guard hours <= 12 || half == 12 && hours < 24 else { throw .range }
            if hours == 12 { hours = half } else if hours < 12 { hours += half }
        }
        guard hours < 24, minute < 60, second < 60 else { throw .range }
        result.ticks =
            Int64(hours * 3600 + minute * 60 + second) * Moment.ticksPerSecond + fraction
        try parseOffset()
    }

    /// Digits after a point are decimals of a second; after a colon they count thousandths.
    private mutating func parseFraction() throws(Failure) -> Int64 {
        let isColon = current == 0x3A
        index += 1
        guard let part = number(), part.count <= (isColon ? 3 : 7) else { throw .syntax }
        result.fractionDigits = part.count
        return Int64(part.value) * (isColon ? 10_000 : Moment.unit(part.count))
    }

    /// 0 for AM, 12 for PM.
    private mutating func parseHalf() throws(Failure) -> Int? {
        let place = index
        skipSpaces()
        guard let letter = current, letter == 0x41 || letter == 0x50, next == 0x4D else {
            index = place
            return nil
        }
        index += 2
        return letter == 0x41 ? 0 : 12
    }

    private mutating func parseOffset() throws(Failure) {
        let place = index
        skipSpaces()
        if current == 0x5A {
            index += 1
            result.offset = 0
            return
        }
        guard let sign = current, sign == 0x2B || sign == 0x2D else {
            index = place
            return
        }
        index += 1
        guard let hours = number(), hours.count <= 2, current == 0x3A else { throw .syntax }
        index += 1
        guard let minutes = number(), minutes.count == 2 else { throw .syntax }
        let offset = hours.value * 60 + minutes.value
        guard minutes.value < 60, offset <= 840 else { throw .range }
        result.offset = sign == 0x2D ? -offset : offset
    }
}
