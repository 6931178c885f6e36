/// Writes whole numbers as what each is more than the one before.
///
/// Source: parquet-format, Encodings.md, "Delta Encoding (DELTA_BINARY_PACKED = 5)".
enum DeltaBinaryPackedEncoder {
    /// Values of a block, and of one of its four parts, as all known writers have them.
    private static let blockCount = 128
    private static let miniblockCount = 32

    /// Appends the numbers that lie in `values` one behind the other, lowest byte first.
    static func encode(_ values: UnsafeRawBufferPointer, isWide: Bool, into target: inout ByteBuffer) {
        if isWide {
            encode(values, Int64.self, &target)
        } else {
            encode(values, Int32.self, &target)
        }
    }

    @inline(__always)
    private static func encode<T: FixedWidthInteger & SignedInteger>(
        _ values: UnsafeRawBufferPointer,
        _ type: T.Type,
        _ target: inout ByteBuffer
    ) {
        let width = MemoryLayout<T>.size
        let count = values.count / width
        var previous: T = count > 0 ? T(littleEndian: values.loadUnaligned(as: T.self)) : 0
        target.append(atMost: 40) { memory in
            var position = 0
            varint(UInt64(blockCount), memory, &position)
            varint(UInt64(blockCount / miniblockCount), memory, &position)
            varint(UInt64(count), memory, &position)
            zigzag(Int64(previous), memory, &position)
            return position
        }
        var next = 1
        withUnsafeTemporaryAllocation(of: T.self, capacity: blockCount) { differences in
            while next < count {
                let taken = min(blockCount, count - next)
                var least = T.max
                for index in 0..<taken {
                    let offset = (next &+ index) &* width
                    let value = T(littleEndian: values.loadUnaligned(fromByteOffset: offset, as: T.self))
                    let difference = value &- previous
                    differences[index] = difference
                    least = min(least, difference)
                    previous = value
                }
                // What fills up the last miniblock is nothing above the least.
                for index in taken..<blockCount { differences[index] = least }
                append(UnsafeBufferPointer(differences), taken, least, &target)
                next += taken
            }
        }
    }

    /// Appends a block, of which the first `taken` differences count.
    @inline(__always)
    private static func append<T: FixedWidthInteger & SignedInteger>(
        _ differences: UnsafeBufferPointer<T>,
        _ taken: Int,
        _ least: T,
        _ target: inout ByteBuffer
    ) {
        target.append(atMost: 32 + blockCount * 8) { memory in
            var position = 0
            zigzag(Int64(least), memory, &position)
            let widths = position
            let parts = blockCount / miniblockCount
            position += parts
            for part in 0..<parts {
                let range = part * miniblockCount..<(part + 1) * miniblockCount
                var all: UInt64 = 0
                if range.lowerBound < taken { for index in range { all |= above(differences[index], least) } }
                let width = 64 - all.leadingZeroBitCount
                memory.storeBytes(of: UInt8(width), toByteOffset: widths + part, as: UInt8.self)
                if width == 0 { continue }
                var word: UInt64 = 0
                var bits = 0
                for index in range {
                    let value = above(differences[index], least)
                    word |= value &<< UInt64(bits)
                    bits &+= width
                    if bits >= 64 {
                        memory.storeBytes(of: word.littleEndian, toByteOffset: position, as: UInt64.self)
                        position &+= 8
                        bits &-= 64
                        // What did not fit of the value; a shift by all 64 bits leaves nothing.
                        word = value >> UInt64(width &- bits)
                    }
                }
                // 32 values of any width end with a whole word or half of one.
                if bits > 0 {
                    let half = UInt32(truncatingIfNeeded: word).littleEndian
                    memory.storeBytes(of: half, toByteOffset: position, as: UInt32.self)
                    position += 4
                }
            }
            return position
        }
    }

    /// How much more than `least` a difference is, wrapping around as the differences do.
    @inline(__always)
    private static func above<T: FixedWidthInteger & SignedInteger>(_ difference: T, _ least: T) -> UInt64 {
        UInt64(truncatingIfNeeded: T.Magnitude(truncatingIfNeeded: difference &- least))
    }

    private static func varint(_ value: UInt64, _ memory: UnsafeMutableRawPointer, _ position: inout Int) {
        var value = value
        while value >= 0x80 {
            memory.storeBytes(of: UInt8(truncatingIfNeeded: value) | 0x80, toByteOffset: position, as: UInt8.self)
            position += 1
            value >>= 7
        }
        memory.storeBytes(of: UInt8(truncatingIfNeeded: value), toByteOffset: position, as: UInt8.self)
        position += 1
    }

    private static func zigzag(_ value: Int64, _ memory: UnsafeMutableRawPointer, _ position: inout Int) {
        varint(UInt64(bitPattern: value << 1 ^ value >> 63), memory, &position)
    }
}
