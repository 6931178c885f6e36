internal import Glibc

/// Hashes and comparisons of byte strings in memory.
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
