/// Writes levels and dictionary indices: runs of one value where there are eight or more of it, bit-packed values elsewhere.
///
/// Source: parquet-format, Encodings.md, "Run Length Encoding / Bit-Packing Hybrid".
enum RunLengthEncoder {
    /// The fewest bits that hold numbers up to `maximum`.
    static func bitWidth(_ maximum: Int) -> Int { Int.bitWidth - maximum.leadingZeroBitCount }

    static func encode(_ indices: UnsafeBufferPointer<UInt32>, bitWidth: Int, into target: inout ByteBuffer) {
        encodeAny(indices, bitWidth, &target)
    }

    static func encode(_ levels: UnsafeBufferPointer<UInt8>, bitWidth: Int, into target: inout ByteBuffer) {
        encodeAny(levels, bitWidth, &target)
    }

    /// One run.
    static func encode(repeating value: UInt32, count: Int, bitWidth: Int, into target: inout ByteBuffer) {
        target.append(atMost: 16) { memory in
            var position = 0
            repeated(value, count, bitWidth, memory, &position)
            return position
        }
    }

    @inline(__always)
    private static func encodeAny<T: FixedWidthInteger & UnsignedInteger>(
        _ values: UnsafeBufferPointer<T>,
        _ bitWidth: Int,
        _ target: inout ByteBuffer
    ) {
        let count = values.count
        // A run takes up to 9 bytes and stands for at least 8 values, as does every group of packed ones.
        target.append(atMost: (count / 8 + 2) * (bitWidth + 16)) { memory in
            var position = 0
            var literal = 0
            var index = 0
            while index + 8 <= count {
                let value = values[index]
                var end = index + 1
                while end < index + 8, values[end] == value { end += 1 }
                if end < index + 8 {
                    index += 8
                    continue
                }
                while end < count, values[end] == value { end += 1 }
                packed(values, literal..<index, bitWidth, memory, &position)
                repeated(UInt32(truncatingIfNeeded: value), end - index, bitWidth, memory, &position)
                index = end
                literal = end
            }
            packed(values, literal..<count, bitWidth, memory, &position)
            return position
        }
    }

    @inline(__always)
    private static func repeated(
        _ value: UInt32,
        _ count: Int,
        _ bitWidth: Int,
        _ memory: UnsafeMutableRawPointer,
        _ position: inout Int
    ) {
        varint(UInt64(count) << 1, memory, &position)
        for byte in 0..<(bitWidth + 7) / 8 {
            memory.storeBytes(
                of: UInt8(truncatingIfNeeded: value >> UInt32(byte * 8)),
                toByteOffset: position,
                as: UInt8.self
            )
            position += 1
        }
    }

    /// Packs the values `range`; the last group is filled up with zeros, which only the last run of a page may have.
    @inline(__always)
    private static func packed<T: FixedWidthInteger & UnsignedInteger>(
        _ values: UnsafeBufferPointer<T>,
        _ range: Range<Int>,
        _ bitWidth: Int,
        _ memory: UnsafeMutableRawPointer,
        _ position: inout Int
    ) {
        if range.isEmpty { return }
        let groups = (range.count + 7) / 8
        varint(UInt64(groups) << 1 | 1, memory, &position)
        let end = position + groups * bitWidth
        var word: UInt64 = 0
        var bits: UInt64 = 0
        let width = UInt64(bitWidth)
        for index in range {
            word |= UInt64(truncatingIfNeeded: values[index]) &<< bits
            bits &+= width
            if bits >= 32 {
                memory.storeBytes(
                    of: UInt32(truncatingIfNeeded: word).littleEndian,
                    toByteOffset: position,
                    as: UInt32.self
                )
                position &+= 4
                word &>>= 32
                bits &-= 32
            }
        }
        while position < end {
            memory.storeBytes(of: UInt8(truncatingIfNeeded: word), toByteOffset: position, as: UInt8.self)
            position += 1
            word >>= 8
        }
    }

    @inline(__always)
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
}
