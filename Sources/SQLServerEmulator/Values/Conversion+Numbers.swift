/// Conversions to numbers.
extension Conversion {
    func integer(_ value: SQLValue) throws(SQLError) -> SQLValue {
        switch value {
        case .integer(let number): return try checkedInteger(number, original: number)
        case .decimal(let unscaled):
            // Decimals are cut, money is rounded.
            let isCut = from.family == .decimal
            guard let whole = DecimalMath.rescale(unscaled, from: from.scale, to: 0, truncating: isCut) else {
                throw .overflow(to)
            }
            if to == .bit { return .bool(unscaled != 0) }
            guard let number = Int64(exactly: whole) else { throw .overflow(converting: from.messageName, to: to) }
            guard let range = to.integerRange, range.contains(number) else {
                throw .overflow(converting: from.messageName, to: to)
            }
            return .integer(number)
        case .double(let number):
            if to == .bit { return .bool(number != 0) }
            guard let range = to.integerRange, let whole = Int64(exactly: number.rounded(.towardZero)),
                range.contains(whole)
            else { throw to == .bigint ? .overflow(converting: from.name, to: to) : .overflow(to, value: number) }
            return .integer(whole)
        case .text(let text): return try integer(text)
        case .binary(let bytes): return try integer(binary: bytes)
        case .dateTime, .smallDateTime:
            let units = dateTimeUnits(value)
            return try checkedInteger(
                (units + Moment.dateTimeTicksPerDay / 2).floorDivided(by: Moment.dateTimeTicksPerDay)
            )
        default: throw .errorConverting(from, to)
        }
    }

    private func checkedInteger(_ number: Int64, original: Int64? = nil) throws(SQLError) -> SQLValue {
        if to == .bit { return .bool(number != 0) }
        guard let range = to.integerRange, !range.contains(number) else { return .integer(number) }
        if to == .int { throw .overflow(to) }
        throw .overflow(to, value: number)
    }

    private func integer(_ text: [UInt8]) throws(SQLError) -> SQLValue {
        let trimmed = Self.trimmed(text)
        let invalid: SQLError =
            to == .bigint ? .errorConverting(from, to) : .conversionFailed(from, SQLValue.shown(text), to)
        if to == .bit {
            switch String(decoding: trimmed, as: UTF8.self).lowercased() {
            case "true": return .integer(1)
            case "false": return .integer(0)
            default: break
            }
        }
        var digits = trimmed
        let isNegative = digits.first == 0x2D
        if isNegative || digits.first == 0x2B { digits.removeFirst() }
        guard digits.allSatisfy({ 0x30...0x39 ~= $0 }) else { throw invalid }
        var number: Int64? = 0
        for digit in digits {
            guard let sofar = number else { break }
            let (product, overflow) = sofar.multipliedReportingOverflow(by: 10)
            let part = Int64(digit - 0x30)
            let (sum, carried) =
                isNegative ? product.subtractingReportingOverflow(part) : product.addingReportingOverflow(part)
            number = overflow || carried ? nil : sum
        }
        if to == .bit { return .bool(number != 0) }
        if let number, let range = to.integerRange, range.contains(number) { return .integer(number) }
        let shown = SQLValue.shown(text)
        switch to {
        case .bigint: throw .overflow(to)
        case .int: throw SQLError(248, "The conversion of the \(from.name) value '\(shown)' overflowed an int column.")
        default:
            throw SQLError(
                244,
                "The conversion of the \(from.name) value '\(shown)' overflowed an \(to == .smallint ? "INT2" : "INT1") "
                    + "column. Use a larger integer column."
            )
        }
    }

    /// The last bytes of a binary, most significant first.
    private func integer(binary bytes: [UInt8]) throws(SQLError) -> SQLValue {
        switch to {
        case .bit:
            if bytes.last == 0, bytes.contains(where: { $0 != 0 }) {
                throw .unsupported("CONVERT(bit, \(from.name)) of several bytes")
            }
            return .bool(bytes.last.map { $0 != 0 } ?? false)
        case .tinyint: return .integer(Int64(bytes.last ?? 0))
        case .smallint:
            return .integer(Int64(Int16(truncatingIfNeeded: BigEndian.number(bytes.suffix(2)))))
        case .int: return .integer(Int64(Int32(truncatingIfNeeded: BigEndian.number(bytes.suffix(4)))))
        default: return .integer(Int64(bitPattern: BigEndian.number(bytes.suffix(8))))
        }
    }

    /// `decimal`, `money` and `smallmoney`.
    func exactNumber(_ value: SQLValue) throws(SQLError) -> SQLValue {
        switch value {
        case .integer(let number):
            return try checkedExact(DecimalMath.rescale(Int128(number), from: 0, to: to.scale))
        case .decimal(let unscaled):
            return try checkedExact(DecimalMath.rescale(unscaled, from: from.scale, to: to.scale))
        case .double(let number):
            guard let unscaled = Self.unscaled(number, scale: to.scale), to.unscaledRange?.contains(unscaled) == true
            else { throw to.family == .money ? .overflow(to) : .overflow(converting: from.name, to: to) }
            return .decimal(unscaled)
        case .text(let text): return to.family == .money ? try money(text) : try decimal(text)
        case .binary(let bytes): return try exactNumber(binary: bytes)
        case .dateTime, .smallDateTime:
            guard
                let days = DecimalMath.divide(
                    Int128(dateTimeUnits(value)),
                    Int128(Moment.dateTimeTicksPerDay),
                    digits: min(to.scale + 1, 25)
                )
            else { throw .overflow(to) }
            return try checkedExact(DecimalMath.rescale(days, from: min(to.scale + 1, 25), to: to.scale))
        default: throw .errorConverting(from, to)
        }
    }

    private func checkedExact(_ unscaled: Int128?) throws(SQLError) -> SQLValue {
        guard let unscaled, to.unscaledRange?.contains(unscaled) == true else {
            switch to {
            case .decimal:
                let source = from.family == .dateTime ? "expression" : from.messageName
                throw SQLError(
                    8115,
                    "Arithmetic overflow error converting \(source) to data type numeric.",
                    state: 8
                )
            default: throw .overflow(converting: from.family == .money ? "expression" : from.messageName, to: to)
            }
        }
        return .decimal(unscaled)
    }

    private func decimal(_ text: [UInt8]) throws(SQLError) -> SQLValue {
        switch DecimalMath.parse(Self.trimmed(text), scale: to.scale) {
        case .invalid: throw .errorConverting(from, to)
        case .overflow: return try checkedExact(nil)
        case .value(let unscaled): return try checkedExact(unscaled)
        }
    }

    /// Money may carry a sign, a currency symbol and, before the point, commas anywhere.
    private func money(_ text: [UInt8]) throws(SQLError) -> SQLValue {
        let invalid =
            to == .money
            ? SQLError(
                235,
                "Cannot convert a char value to money. The char value has incorrect syntax.",
                state: 0
            )
            : SQLError(
                293,
                "Cannot convert a char value to smallmoney. The char value has incorrect syntax.",
                state: 0
            )
        guard let digits = Self.moneyDigits(text) else { throw invalid }
        if digits.allSatisfy({ $0 == 0x2D || $0 == 0x2B || $0 == 0x2E }) { return .decimal(0) }
        switch DecimalMath.parse(digits, scale: 4) {
        case .invalid: throw invalid
        case .value(let unscaled) where to.unscaledRange?.contains(unscaled) == true: return .decimal(unscaled)
        default: throw .overflow(converting: from.name, to: to)
        }
    }

    /// The sign, digits and point of a text of money; `nil` where there is anything else.
    static func moneyDigits(_ text: [UInt8]) -> [UInt8]? {
        var digits: [UInt8] = []
        var symbols = 0
        var signs = 0
        var hasPoint = false
        for scalar in WideText.scalars(WideText.units(trimmed(text))) {
            switch scalar {
            case 0x2B, 0x2D:
                signs += 1
                guard signs == 1, digits.isEmpty else { return nil }
                digits.append(UInt8(truncatingIfNeeded: scalar))
            case 0x30...0x39: digits.append(UInt8(truncatingIfNeeded: scalar))
            case 0x2E:
                guard !hasPoint else { return nil }
                hasPoint = true
                digits.append(0x2E)
            case 0x2C:
                guard !hasPoint else { return nil }
            case 0x20:
                guard !digits.contains(where: { 0x30...0x39 ~= $0 }) else { return nil }
            case 0x24, 0xA2...0xA5, 0x20A0...0x20BF, 0x9F2...0x9F3, 0xE3F, 0xFDFC:
                symbols += 1
                guard symbols == 1, !digits.contains(where: { 0x2E...0x39 ~= $0 }) else { return nil }
            default: return nil
            }
        }
        return digits
    }

    /// A number in the bytes that SQL Server gives it: precision, scale, sign and magnitude; or money.
    private func exactNumber(binary bytes: [UInt8]) throws(SQLError) -> SQLValue {
        switch to {
        case .money: return .decimal(Int128(Int64(bitPattern: BigEndian.number(bytes.suffix(8)))))
        case .smallmoney: return .decimal(Int128(Int32(truncatingIfNeeded: BigEndian.number(bytes.suffix(4)))))
        default:
            guard bytes.count > 4, bytes.count <= 20, 1...38 ~= bytes[0], bytes[1] <= bytes[0], bytes[3] <= 1 else {
                throw .errorConverting(from, to)
            }
            let magnitude = BigEndian.wideNumber(bytes.dropFirst(4).reversed())
            guard magnitude < DecimalMath.powerOfTen(Int(bytes[0])).magnitude else { throw .errorConverting(from, to) }
            let unscaled = bytes[3] == 1 ? Int128(magnitude) : -Int128(magnitude)
            return try checkedExact(DecimalMath.rescale(unscaled, from: Int(bytes[1]), to: to.scale))
        }
    }

    /// The digits of a double at a scale, from the 17 that tell doubles apart. `nil` beyond 38 digits.
    static func unscaled(_ number: Double, scale: Int) -> Int128? {
        var exact = FloatText.exact(number)
        exact.round(to: 17)
        exact.round(to: exact.point + scale)
        guard !exact.digits.isEmpty else { return 0 }
        let zeros = exact.point + scale - exact.digits.count
        guard exact.point + scale <= 38, zeros >= 0 else { return zeros < 0 ? 0 : nil }
        var value: Int128 = 0
        for digit in exact.digits { value = value * 10 + Int128(digit) }
        value *= DecimalMath.powerOfTen(zeros)
        return number < 0 ? -value : value
    }

    func float(_ value: SQLValue) throws(SQLError) -> SQLValue {
        let number: Double
        switch value {
        case .integer(let integer): number = Double(integer)
        case .decimal(let unscaled): number = DecimalMath.double(unscaled, scale: from.scale)
        case .double(let double): number = double
        case .text(let text):
            guard let parsed = Self.double(text) else { throw .errorConverting(from, to) }
            guard parsed.isFinite else { throw .overflow(converting: from.name, to: to) }
            number = parsed
        case .dateTime, .smallDateTime: number = Double(dateTimeUnits(value)) / Double(Moment.dateTimeTicksPerDay)
        default: throw .errorConverting(from, to)
        }
        return try Self.checked(number, to)
    }

    /// A result of floating-point arithmetic as a value: rounded to the type, and refused where it is infinite.
    static func checked(_ number: Double, _ type: SQLType) throws(SQLError) -> SQLValue {
        let rounded = type == .real ? Double(Float(number)) : number
        if rounded.isNaN { throw SQLError(3623, "An invalid floating point operation occurred.") }
        guard rounded.isFinite else { throw .overflow(type, value: number) }
        return .double(rounded == 0 ? 0 : rounded)
    }

    /// A number with or without exponent; empty is 0; `nil` for anything else.
    static func double(_ text: [UInt8]) -> Double? {
        var text = trimmed(text)
        if text.isEmpty { return 0 }
        var digits = 0
        var hasPoint = false
        var index = text[0] == 0x2B || text[0] == 0x2D ? 1 : 0
        while index < text.count {
            if 0x30...0x39 ~= text[index] {
                digits += 1
            } else if text[index] == 0x2E, !hasPoint {
                hasPoint = true
            } else {
                break
            }
            index += 1
        }
        guard digits > 0 else { return nil }
        if index < text.count {
            guard [0x45, 0x65, 0x44, 0x64].contains(text[index]) else { return nil }
            text[index] = 0x65
            var exponent = text[(index + 1)...]
            if exponent.first == 0x2B || exponent.first == 0x2D { exponent = exponent.dropFirst() }
            guard exponent.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
            if exponent.isEmpty { text.append(0x30) }
        }
        return Double(String(decoding: text, as: UTF8.self))
    }

    /// 1/300 seconds since 1900 of a `datetime` or `smalldatetime`.
    func dateTimeUnits(_ value: SQLValue) -> Int64 {
        switch value {
        case .dateTime(let units): units
        case .smallDateTime(let minutes): Int64(minutes) * 18_000
        default: 0
        }
    }

    /// A text without the spaces around it.
    static func trimmed(_ text: [UInt8]) -> [UInt8] {
        guard let first = text.firstIndex(where: { $0 != 0x20 }), let last = text.lastIndex(where: { $0 != 0x20 })
        else {
            return []
        }
        return Array(text[first...last])
    }
}
