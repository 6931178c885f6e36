/// Decimals as text: `-12.50` is the unscaled value −1250 with scale 2.
public enum DecimalText {
    /// The text of a decimal, always with `scale` digits after the point.
    public static func format(_ unscaled: Int128, scale: Int) -> String {
        // No type has such a scale; a value that was made with one must not bring down what only wants to show it.
        guard (0...76).contains(scale) else { return "\(unscaled) with scale \(scale)" }
        var digits = String(unscaled.magnitude)
        if scale > 0 {
            if digits.utf8.count <= scale {
                digits = String(repeating: "0", count: scale + 1 - digits.utf8.count) + digits
            }
            digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -scale))
        }
        return unscaled < 0 ? "-" + digits : digits
    }

    /// The unscaled value of a text and the number of its digits after the point; an exponent (`1.5E-7`) is understood.
    ///
    /// - Throws: ``ColumnarError`` with code `outOfRange` where the text is no decimal of at most 38 digits.
    public static func parse(_ text: String) throws(ColumnarError) -> (unscaled: Int128, scale: Int) {
        func refuse() -> ColumnarError {
            ColumnarError(.outOfRange, "'\(text.prefix(60))' is no decimal of at most 38 digits")
        }
        let limit = powersOfTen[37]
        var unscaled: Int128 = 0
        var scale = 0
        var digits = 0
        var afterPoint = false
        var bytes = Array(text.utf8)[...]
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative || bytes.first == UInt8(ascii: "+") { bytes = bytes.dropFirst() }
        while let byte = bytes.first, byte | 0x20 != UInt8(ascii: "e") {
            bytes = bytes.dropFirst()
            if byte == UInt8(ascii: "."), !afterPoint {
                afterPoint = true
                continue
            }
            guard byte &- UInt8(ascii: "0") < 10 else { throw refuse() }
            // Below 10^37 one more digit fits 38 digits, and so the type.
            guard unscaled < limit else { throw refuse() }
            unscaled = unscaled * 10 + Int128(byte - UInt8(ascii: "0"))
            digits += 1
            if afterPoint { scale += 1 }
        }
        if !bytes.isEmpty {
            guard let exponent = Int(String(decoding: bytes.dropFirst(), as: UTF8.self)),
                (-76...76).contains(exponent)
            else { throw refuse() }
            scale -= exponent
        }
        if digits == 0 { throw refuse() }
        if isNegative { unscaled = -unscaled }
        if scale < 0 {
            guard -scale <= 38 else { throw refuse() }
            unscaled = try rescale(unscaled, from: 0, to: -scale, precision: 38)
            scale = 0
        }
        return (unscaled, scale)
    }

    /// The unscaled value with another number of digits after the point.
    ///
    /// - Throws: ``ColumnarError`` with code `outOfRange` where digits would be lost or more than `precision` are needed.
    public static func rescale(
        _ unscaled: Int128,
        from: Int,
        to: Int,
        precision: Int
    ) throws(ColumnarError) -> Int128 {
        func refuse() -> ColumnarError {
            let text = (0...76).contains(from) ? format(unscaled, scale: from) : "\(unscaled) with scale \(from)"
            return ColumnarError(.outOfRange, "\(text) does not fit the type decimal(\(precision),\(to))")
        }
        guard (0...76).contains(from), (0...38).contains(to), (1...38).contains(precision) else { throw refuse() }
        var result = unscaled
        if to >= from {
            let (product, overflow) = unscaled.multipliedReportingOverflow(by: powersOfTen[to - from])
            if overflow { throw refuse() }
            result = product
        } else {
            var surplus = from - to
            while surplus > 0 {
                guard result % 10 == 0 else { throw refuse() }
                result /= 10
                surplus -= 1
            }
        }
        guard result.magnitude < powersOfTen[precision].magnitude else { throw refuse() }
        return result
    }

    /// 10^0 … 10^38.
    public static let powersOfTen: [Int128] = {
        var powers: [Int128] = [1]
        for _ in 0..<38 { powers.append(powers[powers.count - 1] * 10) }
        return powers
    }()
}
