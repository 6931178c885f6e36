/// A log sequence number of SQL Server: ten bytes, of which the first four count log files, the next four blocks within the
/// file and the last two slots within the block.
///
/// Greater means later in the log. The difference of two LSNs means nothing.
///
/// Source: Microsoft, "cdc.&lt;capture_instance&gt;_CT (Transact-SQL)", column `__$start_lsn`.
public struct LSN: Hashable, Sendable, Comparable {
    /// The first eight bytes, most significant first.
    public var high: UInt64
    /// The last two bytes, most significant first.
    public var low: UInt16

    public init(high: UInt64, low: UInt16) {
        self.high = high
        self.low = low
    }

    /// Ten zero bytes: before everything.
    public static let zero = LSN(high: 0, low: 0)

    /// The number of bytes of an LSN.
    public static let byteCount = 10

    public static func < (a: LSN, b: LSN) -> Bool { (a.high, a.low) < (b.high, b.low) }

    /// The next larger ten-byte number, as `sys.fn_cdc_increment_lsn` gives it; the largest stays itself.
    public var next: LSN {
        if low < .max { return LSN(high: high, low: low + 1) }
        return high < .max ? LSN(high: high + 1, low: 0) : self
    }
}

extension LSN {
    /// An LSN from its ten bytes; `nil` where there are more or fewer.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == LSN.byteCount else { return nil }
        high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes.suffix(2).reduce(0) { $0 << 8 | UInt16($1) }
    }

    public var bytes: [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: high >> (56 - 8 * UInt64($0))) }
            + [UInt8(truncatingIfNeeded: low >> 8), UInt8(truncatingIfNeeded: low)]
    }
}

extension LSN: LosslessStringConvertible {
    /// An LSN from its text: `0000002d:00000580:001d`, or `0x0000002D00000580001D`; `nil` where it is neither.
    public init?(_ text: String) {
        var digits = text.replacing(":", with: "")
        if digits.hasPrefix("0x") || digits.hasPrefix("0X") { digits.removeFirst(2) }
        guard digits.utf8.count == 20, digits.allSatisfy(\.isHexDigit),
            let high = UInt64(digits.prefix(16), radix: 16), let low = UInt16(digits.suffix(4), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }

    /// The hexadecimal digits in groups of 8, 8 and 4: `0000002d:00000580:001d`. Texts sort as the LSNs do.
    public var description: String { String(decoding: text, as: UTF8.self) }

    /// The bytes of ``description``.
    var text: [UInt8] {
        let digits: StaticString = "0123456789abcdef"
        var text: [UInt8] = []
        text.reserveCapacity(22)
        for (index, byte) in bytes.enumerated() {
            if index == 4 || index == 8 { text.append(UInt8(ascii: ":")) }
            text.append(digits.utf8Start[Int(byte >> 4)])
            text.append(digits.utf8Start[Int(byte & 15)])
        }
        return text
    }
}
