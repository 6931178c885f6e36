/// Floating-point numbers as text, from their exact decimal digits.
enum FloatText {
    /// The significant digits of a positive number, and where the point is: 0.d₁d₂d₃… × 10^`point`.
    struct Digits {
        var digits: [UInt8]
        var point: Int

        /// The first `count` digits, halves rounded up; a count of 0 or less rounds to nothing or to a single 1.
        mutating func round(to count: Int) {
            guard count < digits.count else { return }
            guard count >= 0 else {
                digits = []
                return
            }
            let isUp = digits[count] >= 5
            digits.removeSubrange(count...)
            guard isUp else { return }
            var index = count - 1
            while index >= 0 {
                if digits[index] < 9 {
                    digits[index] += 1
                    return
                }
                digits[index] = 0
                index -= 1
            }
            digits.insert(1, at: 0)
            if digits.count > max(count, 1) { digits.removeLast() }
            point += 1
        }
    }

    /// All digits of a finite number's magnitude; none of zero.
    static func exact(_ value: Double) -> Digits {
        let magnitude = value.magnitude
        guard magnitude.isFinite, magnitude > 0 else { return Digits(digits: [], point: 0) }
        // magnitude = significand × 2^exponent, the significand a whole number of 53 bits.
        let isNormal = magnitude.isNormal
        let significand = magnitude.significandBitPattern | (isNormal ? 1 << 52 : 0)
        let exponent = (isNormal ? Int(magnitude.exponentBitPattern) : 1) - 1075
        var limbs = BigDecimalDigits(significand)
        if exponent >= 0 { limbs.multiply(by: 2, times: exponent) } else { limbs.multiply(by: 5, times: -exponent) }
        var digits = limbs.digits
        let point = digits.count + min(exponent, 0)
        while digits.last == 0 { digits.removeLast() }
        return Digits(digits: digits, point: point)
    }

    /// As C's `%.<digits>g` of Microsoft's library prints it: `1.23457e+006`.
    static func general(_ value: Double, digits count: Int) -> String {
        var exact = exact(value)
        exact.round(to: count)
        guard !exact.digits.isEmpty else { return "0" }
        let exponent = exact.point - 1
        while exact.digits.last == 0 { exact.digits.removeLast() }
        let sign = value < 0 ? "-" : ""
        if exponent < -4 || exponent >= count {
            return sign + scientific(exact.digits, exponent: exponent)
        }
        return sign + plain(exact, decimals: max(exact.digits.count - exact.point, 0))
    }

    /// With one digit before the point and `digits` in all: `1.2345679e+006`.
    static func scientific(_ value: Double, digits count: Int) -> String {
        var exact = exact(value)
        exact.round(to: count)
        let exponent = exact.digits.isEmpty ? 0 : exact.point - 1
        exact.digits += [UInt8](repeating: 0, count: max(count - exact.digits.count, 0))
        return (value < 0 ? "-" : "") + scientific(exact.digits, exponent: exponent)
    }

    /// With a fixed number of decimals: `123.456000`.
    static func fixed(_ value: Double, decimals: Int) -> String {
        guard value.isFinite else { return value < 0 ? "-inf" : "inf" }
        var exact = exact(value)
        exact.round(to: exact.point + decimals)
        let text = plain(exact, decimals: decimals)
        return value < 0 && exact.digits.contains { $0 != 0 } ? "-" + text : text
    }

    private static func plain(_ value: Digits, decimals: Int) -> String {
        func digit(_ index: Int) -> Character {
            let digit = value.digits.indices.contains(index) ? value.digits[index] : 0
            return Character(Unicode.Scalar(0x30 + digit))
        }
        var text = ""
        if value.point <= 0 || value.digits.isEmpty {
            text = "0"
        } else {
            for index in 0..<value.point { text.append(digit(index)) }
        }
        if decimals > 0 {
            text.append(".")
            for index in 0..<decimals { text.append(value.digits.isEmpty ? "0" : digit(value.point + index)) }
        }
        return text
    }

    private static func scientific(_ digits: [UInt8], exponent: Int) -> String {
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index == 1 { text.append(".") }
            text.append(Character(Unicode.Scalar(0x30 + digit)))
        }
        let magnitude = String(exponent.magnitude)
        let padding = String(repeating: "0", count: max(3 - magnitude.count, 0))
        return text + "e" + (exponent < 0 ? "-" : "+") + padding + magnitude
    }
}

/// A large whole number in decimal limbs, which only grows by small factors.
private struct BigDecimalDigits {
    /// Nine digits each, least significant first.
    private var limbs: [UInt64]

    init(_ value: UInt64) {
        limbs = [value % 1_000_000_000, value / 1_000_000_000]
    }

    mutating func multiply(by factor: UInt64, times: Int) {
        var rest = times
        while rest > 0 {
            // 5^12 and 2^12 leave a product of nine more digits within 64 bits.
            var step: UInt64 = 1
            for _ in 0..<min(rest, 12) { step *= factor }
            rest -= 12
            var carry: UInt64 = 0
            for index in limbs.indices {
                let product = limbs[index] * step + carry
                limbs[index] = product % 1_000_000_000
                carry = product / 1_000_000_000
            }
            while carry > 0 {
                limbs.append(carry % 1_000_000_000)
                carry /= 1_000_000_000
            }
        }
    }

    /// The digits without leading zeros, most significant first.
    var digits: [UInt8] {
        var digits: [UInt8] = []
        for limb in limbs.reversed() {
            var power: UInt64 = 100_000_000
            while power > 0 {
                let digit = UInt8(truncatingIfNeeded: limb / power % 10)
                if digit > 0 || !digits.isEmpty { digits.append(digit) }
                power /= 10
            }
        }
        return digits
    }
}
