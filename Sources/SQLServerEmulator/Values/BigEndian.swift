/// Whole numbers as bytes, most significant first.
enum BigEndian {
    /// The last `count` bytes of a number.
    static func bytes(_ value: UInt64, count: Int) -> [UInt8] {
        (0..<count).map { index in
            let shift = 8 * (count - 1 - index)
            return shift < 64 ? UInt8(truncatingIfNeeded: value >> UInt64(shift)) : 0
        }
    }

    static func bytes(_ value: UInt128) -> [UInt8] {
        bytes(UInt64(truncatingIfNeeded: value >> 64), count: 8) + bytes(UInt64(truncatingIfNeeded: value), count: 8)
    }

    /// The number of the last eight bytes.
    static func number(_ bytes: some Collection<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    static func wideNumber(_ bytes: some Collection<UInt8>) -> UInt128 { bytes.reduce(0) { $0 << 8 | UInt128($1) } }
}
