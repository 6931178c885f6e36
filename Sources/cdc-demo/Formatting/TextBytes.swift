import CDCJSON
import Columnar

/// Values as text, appended to bytes: the small kernels of all output formats.
enum TextBytes {
    static func append(_ text: StaticString, to bytes: inout [UInt8]) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    static func append(_ value: Int64, to bytes: inout [UInt8]) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        appendDigits(value.magnitude, width: 1, to: &bytes)
    }

    /// `2024-01-31`
    static func append(day: Int32, to bytes: inout [UInt8]) {
        let (year, month, dayOfMonth) = CivilTime.date(ofDay: day)
        if year < 0 { bytes.append(UInt8(ascii: "-")) }
        appendDigits(UInt64(year.magnitude), width: 4, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        appendDigits(UInt64(month), width: 2, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        appendDigits(UInt64(dayOfMonth), width: 2, to: &bytes)
    }

    /// `2024-01-31T12:00:00.000000`
    static func append(microseconds: Int64, to bytes: inout [UInt8]) {
        var (day, rest) = microseconds.quotientAndRemainder(dividingBy: CivilTime.microsecondsPerDay)
        if rest < 0 {
            day -= 1
            rest += CivilTime.microsecondsPerDay
        }
        // A day of 64 bits of microseconds fits 32 bits.
        append(day: Int32(truncatingIfNeeded: day), to: &bytes)
        let seconds = UInt64(rest / CivilTime.microsecondsPerSecond)
        bytes.append(UInt8(ascii: "T"))
        appendDigits(seconds / 3600, width: 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        appendDigits(seconds / 60 % 60, width: 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        appendDigits(seconds % 60, width: 2, to: &bytes)
        bytes.append(UInt8(ascii: "."))
        appendDigits(UInt64(rest % CivilTime.microsecondsPerSecond), width: 6, to: &bytes)
    }

    /// `-12.50`: always with `scale` (at most 38) digits after the point.
    static func append(unscaled: Int64, scale: Int, to bytes: inout [UInt8]) {
        if unscaled < 0 { bytes.append(UInt8(ascii: "-")) }
        guard scale > 0 else { return appendDigits(unscaled.magnitude, width: 1, to: &bytes) }
        // Beyond 10^19 there is nothing left before the point.
        var (whole, fraction): (UInt64, UInt64) = (0, unscaled.magnitude)
        if scale < 20 {
            let unit = UInt64(truncatingIfNeeded: DecimalText.powersOfTen[scale])
            (whole, fraction) = unscaled.magnitude.quotientAndRemainder(dividingBy: unit)
        }
        appendDigits(whole, width: 1, to: &bytes)
        bytes.append(UInt8(ascii: "."))
        appendDigits(fraction, width: scale, to: &bytes)
    }

    /// The digits, with zeros before them up to `width`.
    private static func appendDigits(_ value: UInt64, width: Int, to bytes: inout [UInt8]) {
        var digits = 1
        var unit: UInt64 = 1  // of the first digit
        var rest = value / 10
        while rest > 0 {
            digits += 1
            unit *= 10
            rest /= 10
        }
        while digits < width {
            bytes.append(UInt8(ascii: "0"))
            digits += 1
        }
        rest = value
        while unit > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / unit))
            rest %= unit
            unit /= 10
        }
    }

    /// Base64 with padding, RFC 4648 section 4.
    static func append(base64 value: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        alphabet.withUTF8Buffer { letters in
            var index = value.startIndex
            while index < value.endIndex {
                let count = min(3, value.endIndex - index)
                let first = UInt32(value[index]) << 16
                let second = count > 1 ? UInt32(value[index + 1]) << 8 : 0
                let group = first | second | (count > 2 ? UInt32(value[index + 2]) : 0)
                bytes.append(letters[Int(group >> 18)])
                bytes.append(letters[Int(group >> 12 & 63)])
                bytes.append(count > 1 ? letters[Int(group >> 6 & 63)] : UInt8(ascii: "="))
                bytes.append(count > 2 ? letters[Int(group & 63)] : UInt8(ascii: "="))
                index += count
            }
        }
    }

    /// A text in quotes as JSON demands.
    static func append(json text: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        text.withUnsafeBufferPointer { JSONWriter.append(quoted: $0, to: &bytes) }
    }

    /// A text as RFC 4180 demands: in quotes where it needs them, and where it is empty, so that it differs from NULL.
    static func append(csv text: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        let needsQuotes =
            text.isEmpty
            || text.contains { byte in
                byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == 0x0A || byte == 0x0D
            }
        guard needsQuotes else {
            bytes.append(contentsOf: text)
            return
        }
        bytes.append(UInt8(ascii: "\""))
        for byte in text {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
