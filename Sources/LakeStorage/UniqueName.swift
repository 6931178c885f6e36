/// Names that nobody else gives.
package enum UniqueName {
    /// A random UUID (RFC 9562, version 4) in lower case: `3f2b8c1e-…`, 36 characters.
    package static func uuid() -> String {
        var generator = SystemRandomNumberGenerator()
        return uuid(generator.next(), generator.next())
    }

    static func uuid(_ first: UInt64, _ second: UInt64) -> String {
        let high = first & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = second & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (index, word) in [high, low].enumerated() {
            for nibble in 0..<16 {
                let place = index * 16 + nibble
                if place == 8 || place == 12 || place == 16 || place == 20 { text.append(UInt8(ascii: "-")) }
                text.append(digits[Int(word >> UInt64(60 - nibble * 4) & 15)])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
