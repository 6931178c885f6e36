/// Exact arithmetic on unscaled decimals.
package enum DecimalMath {
    private static let powers: [Int128] = {
        var powers: [Int128] = [1]
        for _ in 0..<38 { powers.append(powers[powers.count - 1] * 10) }
        return powers
    }()

    /// 10^`exponent`; exponents beyond 38 are those of 38, below 0 of 0.
    package static func powerOfTen(_ exponent: Int) -> Int128 { powers[min(max(exponent, 0), 38)] }

    /// Moves the point: from one scale to another, halves away from zero or towards zero. `nil` where 38 digits do not hold it.
    package static func rescale(_ value: Int128, from: Int, to: Int, truncating: Bool = false) -> Int128? {
        if to >= from {
            guard value != 0 else { return 0 }
            guard to - from <= 38 else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: powerOfTen(to - from))
            return overflow || product.magnitude > (powerOfTen(38) - 1).magnitude ? nil : product
        }
        guard from - to <= 38 else { return 0 }
        return divide(value, powerOfTen(from - to), truncating: truncating)
    }

    /// `value` / `divisor`, a positive number, halves away from zero or towards zero.
    static func divide(_ value: Int128, _ divisor: Int128, truncating: Bool) -> Int128 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        if truncating || remainder.magnitude < divisor.magnitude - remainder.magnitude { return quotient }
        return value < 0 ? quotient - 1 : quotient + 1
    }

    /// The product with `drop` of its digits after the point rounded away. `nil` beyond 38 digits.
    static func multiply(_ a: Int128, _ b: Int128, dropping drop: Int, truncating: Bool = false) -> Int128? {
        let isNegative = (a < 0) != (b < 0)
        var (high, low) = a.magnitude.multipliedFullWidth(by: b.magnitude)
        var rest = drop
        // Digits beyond 37 are cut one power at a time; the last step rounds.
        while rest > 37 {
            (high, low) = divided(high, low, by: powerOfTen(rest - 37).magnitude).0
            rest = 37
        }
        let divisor = powerOfTen(rest).magnitude
        let (quotient, remainder) = divided(high, low, by: divisor)
        guard quotient.0 == 0, quotient.1 <= powerOfTen(38).magnitude else { return nil }
        var magnitude = quotient.1
        if !truncating, drop > 0, remainder >= divisor - remainder { magnitude += 1 }
        return signed(magnitude, isNegative)
    }

    /// `a` / `b` with `digits` more digits after the point than `a` has, cut off as SQL Server does. `nil` beyond 38 digits.
    static func divide(_ a: Int128, _ b: Int128, digits: Int) -> Int128? {
        let divisor = b.magnitude
        var (quotient, remainder) = a.magnitude.quotientAndRemainder(dividingBy: divisor)
        for _ in 0..<max(digits, 0) {
            let wide = remainder.multipliedFullWidth(by: 10)
            // The remainder is less than the divisor, so the digit fits.
            let (digit, rest) = divisor.dividingFullWidth((wide.high, wide.low))
            let (product, overflow) = quotient.multipliedReportingOverflow(by: 10)
            guard !overflow, product < powerOfTen(38).magnitude else { return nil }
            quotient = product + digit
            remainder = rest
        }
        for _ in 0..<max(-digits, 0) { quotient /= 10 }
        return signed(quotient, (a < 0) != (b < 0))
    }

    private static func divided(
        _ high: UInt128,
        _ low: UInt128,
        by divisor: UInt128
    ) -> ((UInt128, UInt128), UInt128) {
        let (top, rest) = high.quotientAndRemainder(dividingBy: divisor)
        let (bottom, remainder) = divisor.dividingFullWidth((rest, low))
        return ((top, bottom), remainder)
    }

    private static func signed(_ magnitude: UInt128, _ isNegative: Bool) -> Int128? {
        guard magnitude < powerOfTen(38).magnitude else { return nil }
        let value = Int128(magnitude)
        return isNegative ? -value : value
    }

    /// The text of a decimal: `-0.50`.
    package static func text(_ value: Int128, scale: Int) -> String {
        var digits = String(value.magnitude)
        if scale > 0 {
            if digits.count <= scale { digits = String(repeating: "0", count: scale + 1 - digits.count) + digits }
            digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -scale))
        }
        return value < 0 ? "-" + digits : digits
    }

    package static func double(_ value: Int128, scale: Int) -> Double {
        // Both are exact up to 2^53 and 10^22; beyond, the nearest double of the text is the exact answer.
        if scale <= 22, value.magnitude <= 1 << 53 { return Double(value) / Double(powerOfTen(scale)) }
        return Double(text(value, scale: scale)) ?? 0
    }

    /// The digits of a decimal number's text, `[sign]digits[.digits]`, rounded to a scale.
    enum Parsed: Hashable { case value(Int128), overflow, invalid }

    static func parse(_ text: some Sequence<UInt8>, scale: Int) -> Parsed {
        var isNegative = false
        var hasSign = false
        var hasDigit = false
        var pointAt: Int?
        var fraction = 0
        var value: Int128 = 0
        var roundUp = false
        var isTooLong = false
        for byte in text {
            switch byte {
            case 0x2B, 0x2D:
                if hasSign || hasDigit || pointAt != nil { return .invalid }
                hasSign = true
                isNegative = byte == 0x2D
            case 0x2E:
                if pointAt != nil { return .invalid }
                pointAt = 0
            case 0x30...0x39:
                hasDigit = true
                if pointAt != nil {
                    fraction += 1
                    if fraction > scale {
                        if fraction == scale + 1 { roundUp = byte >= 0x35 }
                        continue
                    }
                }
                let (product, overflow) = value.multipliedReportingOverflow(by: 10)
                let (sum, carried) = product.addingReportingOverflow(Int128(byte - 0x30))
                if overflow || carried || sum >= powerOfTen(38) { isTooLong = true } else { value = sum }
            default: return .invalid
            }
        }
        guard hasDigit else { return .invalid }
        if isTooLong { return .overflow }
        guard let scaled = rescale(value, from: min(fraction, scale), to: scale) else { return .overflow }
        let rounded = roundUp ? scaled + 1 : scaled
        guard rounded < powerOfTen(38) else { return .overflow }
        return .value(isNegative ? -rounded : rounded)
    }
}
