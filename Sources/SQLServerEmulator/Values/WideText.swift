/// WTF-8 and UTF-16: texts are stored as the one, and SQL Server counts, cuts and joins them as the other.
///
/// WTF-8 is UTF-8 in which a single surrogate stands as three bytes. A pair always stands as one character of four bytes, so
/// joining two texts joins code units, not bytes.
///
/// Source: Simon Sapin, "The WTF-8 encoding".
package enum WideText {
    /// The UTF-16 code units of a text. What is no WTF-8 becomes U+FFFD.
    package static func units(_ bytes: [UInt8]) -> [UInt16] {
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let (scalar, length) = decode(bytes, at: index)
            index += length
            append(scalar, to: &units)
        }
        return units
    }

    /// The WTF-8 of UTF-16 code units.
    package static func bytes(_ units: some Collection<UInt16>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(units.count)
        for scalar in scalars(Array(units)) { append(scalar, to: &bytes) }
        return bytes
    }

    /// The code points of UTF-16 code units; single surrogates stand for themselves.
    package static func scalars(_ units: [UInt16]) -> [UInt32] {
        var scalars: [UInt32] = []
        scalars.reserveCapacity(units.count)
        var index = 0
        while index < units.count {
            let unit = UInt32(units[index])
            index += 1
            if 0xD800..<0xDC00 ~= unit, index < units.count, 0xDC00..<0xE000 ~= units[index] {
                scalars.append(0x10000 + (unit - 0xD800) << 10 + UInt32(units[index]) - 0xDC00)
                index += 1
            } else {
                scalars.append(unit)
            }
        }
        return scalars
    }

    static func units(ofScalars scalars: some Collection<UInt32>) -> [UInt16] {
        var units: [UInt16] = []
        units.reserveCapacity(scalars.count)
        for scalar in scalars { append(scalar, to: &units) }
        return units
    }

    static func append(_ scalar: UInt32, to units: inout [UInt16]) {
        if scalar < 0x10000 {
            units.append(UInt16(truncatingIfNeeded: scalar))
        } else {
            units.append(UInt16(truncatingIfNeeded: 0xD800 + (scalar - 0x10000) >> 10))
            units.append(UInt16(truncatingIfNeeded: 0xDC00 + (scalar - 0x10000) & 0x3FF))
        }
    }

    static func append(_ scalar: UInt32, to bytes: inout [UInt8]) {
        func tail(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: 0x80 | scalar >> shift & 0x3F) }
        switch scalar {
        case ..<0x80: bytes.append(UInt8(truncatingIfNeeded: scalar))
        case ..<0x800: bytes += [UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6), tail(0)]
        case ..<0x10000: bytes += [UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12), tail(6), tail(0)]
        default: bytes += [UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18 & 7), tail(12), tail(6), tail(0)]
        }
    }

    /// The code point at a byte, and the number of bytes that it takes.
    private static func decode(_ bytes: [UInt8], at index: Int) -> (UInt32, Int) {
        let first = bytes[index]
        if first < 0x80 { return (UInt32(first), 1) }
        let (length, least): (Int, UInt32) =
            switch first {
            case 0xC2...0xDF: (2, 0x80)
            case 0xE0...0xEF: (3, 0x800)
            case 0xF0...0xF4: (4, 0x10000)
            default: (0, 0)
            }
        guard length > 0, index + length <= bytes.count else { return (0xFFFD, 1) }
        var scalar = UInt32(first) & (0x7F >> UInt32(length))
        for next in bytes[index + 1..<index + length] {
            guard next & 0xC0 == 0x80 else { return (0xFFFD, 1) }
            scalar = scalar << 6 | UInt32(next & 0x3F)
        }
        guard scalar >= least, scalar < 0x110000 else { return (0xFFFD, 1) }
        return (scalar, length)
    }
}
