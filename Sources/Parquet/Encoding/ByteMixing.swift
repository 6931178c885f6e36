internal import Glibc

/// Hashes, comparisons and checks of byte strings in memory.
enum ByteMixing {
    /// Spreads a value over 64 bits: one multiplication to 128 bits, halves folded.
    @inline(__always)
    static func mix(_ value: UInt64) -> UInt64 {
        let product = (value ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
        return product.high ^ product.low
    }

    @inline(__always)
    static func hash(_ bytes: UnsafeRawPointer, _ count: Int) -> UInt64 {
        var hash = UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15
        if count >= 8 {
            var offset = 0
            while offset &+ 8 < count {
                hash = mix(hash ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                offset &+= 8
            }
            // The last eight bytes, of which some were seen before.
            return mix(hash ^ bytes.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self))
        }
        var tail: UInt64 = 0
        if count >= 4 {
            let low = bytes.loadUnaligned(as: UInt32.self)
            let high = bytes.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
            tail = UInt64(low) | UInt64(high) << 32
        } else if count > 0 {
            let first = UInt64(bytes.load(as: UInt8.self))
            let middle = UInt64(bytes.load(fromByteOffset: count >> 1, as: UInt8.self))
            tail = first | middle << 8 | UInt64(bytes.load(fromByteOffset: count &- 1, as: UInt8.self)) << 16
        }
        return mix(hash ^ tail)
    }

    @inline(__always)
    static func areEqual(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ count: Int) -> Bool {
        if count >= 8, count <= 16 {
            return a.loadUnaligned(as: UInt64.self) == b.loadUnaligned(as: UInt64.self)
                && a.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
                    == b.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
        }
        return memcmp(a, b, count) == 0
    }

    /// Whether `a` comes before `b`, byte by byte without sign.
    @inline(__always)
    static func precedes(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
        let common = Swift.min(a.count, b.count)
        if common > 0, let first = a.baseAddress, let second = b.baseAddress {
            let order = memcmp(first, second, common)
            if order != 0 { return order < 0 }
        }
        return a.count < b.count
    }

    /// Whether the bytes are UTF-8.
    ///
    /// Source: The Unicode Standard, table 3-7, "Well-Formed UTF-8 Byte Sequences".
    @inline(__always)
    static func isUTF8(_ bytes: UnsafeRawPointer, _ count: Int) -> Bool {
        var position = 0
        while count &- position >= 8 {
            // Nearly all of most texts is ASCII, which is passed over eight bytes at a time.
            if bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self) & 0x8080_8080_8080_8080 == 0 {
                position &+= 8
            } else if !passCharacter(bytes, count, &position) {
                return false
            }
        }
        if isASCII(bytes + position, count &- position) { return true }
        while position < count {
            if !passCharacter(bytes, count, &position) { return false }
        }
        return true
    }

    /// Whether fewer than eight bytes are all ASCII.
    @inline(__always)
    private static func isASCII(_ bytes: UnsafeRawPointer, _ count: Int) -> Bool {
        if count == 0 { return true }
        if count >= 4 {
            // The first four and the last four, of which some may be the same.
            let low = bytes.loadUnaligned(as: UInt32.self)
            return (low | bytes.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)) & 0x8080_8080 == 0
        }
        let first = bytes.load(as: UInt8.self)
        let middle = bytes.load(fromByteOffset: count >> 1, as: UInt8.self)
        return (first | middle | bytes.load(fromByteOffset: count &- 1, as: UInt8.self)) < 0x80
    }

    /// Passes over the character at `position`, which is smaller than `count`, if it is one.
    @inline(__always)
    private static func passCharacter(_ bytes: UnsafeRawPointer, _ count: Int, _ position: inout Int) -> Bool {
        let first = bytes.load(fromByteOffset: position, as: UInt8.self)
        if first < 0x80 {
            position &+= 1
            return true
        }
        let length: Int
        // What may stand in second place: neither overlong forms nor surrogates, and nothing above U+10FFFF.
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch first {
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF:
            length = 3
            if first == 0xE0 { second = 0xA0...0xBF }
            if first == 0xED { second = 0x80...0x9F }
        case 0xF0...0xF4:
            length = 4
            if first == 0xF0 { second = 0x90...0xBF }
            if first == 0xF4 { second = 0x80...0x8F }
        default: return false
        }
        guard length <= count &- position,
            second.contains(bytes.load(fromByteOffset: position &+ 1, as: UInt8.self))
        else { return false }
        for place in 2..<length
        where bytes.load(fromByteOffset: position &+ place, as: UInt8.self) & 0xC0 != 0x80 {
            return false
        }
        position &+= length
        return true
    }

    /// The first eight bytes as a number that orders as they do; missing ones are 0. `available` bytes may be looked at.
    @inline(__always)
    static func prefix(_ bytes: UnsafeRawPointer, _ count: Int, available: Int) -> UInt64 {
        if count >= 8 { return UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)) }
        if count == 0 { return 0 }
        if available >= 8 {
            let word = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
            return word & ~(UInt64.max &>> UInt64(truncatingIfNeeded: count &* 8))
        }
        var word: UInt64 = 0
        for index in 0..<count {
            word |= UInt64(bytes.load(fromByteOffset: index, as: UInt8.self)) << UInt64((7 - index) * 8)
        }
        return word
    }
}
