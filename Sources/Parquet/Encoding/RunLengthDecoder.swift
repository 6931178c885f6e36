internal import Columnar

/// Reads levels, dictionary indices and booleans: runs of one value, and values packed bit by bit, in turn.
///
/// Source: parquet-format, Encodings.md, "Run Length Encoding / Bit-Packing Hybrid".
struct RunLengthDecoder {
    private let bytes: UnsafeRawBufferPointer
    private let bitWidth: Int
    private var position = 0

    enum Run {
        case repeated(UInt32, count: Int)
        /// `count` values in `bytes`, which hold at least as many.
        case packed(UnsafeRawBufferPointer, count: Int)
    }

    init(_ bytes: UnsafeRawBufferPointer, bitWidth: Int) throws(ParquetError) {
        guard (0...32).contains(bitWidth) else { throw .corrupt("values packed in \(bitWidth) bits") }
        self.bytes = bytes
        self.bitWidth = bitWidth
    }

    /// The next run, cut to `remaining` values.
    @inline(__always)
    mutating func next(remaining: Int) throws(ParquetError) -> Run {
        let header = try varint()
        if header & 1 == 0 {
            let width = (bitWidth + 7) / 8
            guard width <= bytes.count - position else { throw RunLengthDecoder.tooShort }
            var value: UInt32 = 0
            for index in 0..<width { value |= UInt32(bytes[position + index]) << UInt32(index * 8) }
            position += width
            return .repeated(value, count: min(Int(header >> 1), remaining))
        }
        // At most 2³¹ groups of 8 values of 32 bits: no overflow in 64 bits.
        let groups = Int(header >> 1)
        let count = min(groups * 8, remaining)
        // Some writers leave out the padding of the last group.
        let length = min(groups * bitWidth, bytes.count - position)
        guard count * bitWidth <= length * 8 else { throw RunLengthDecoder.tooShort }
        let packed = UnsafeRawBufferPointer(rebasing: bytes[position..<position + length])
        position += length
        return .packed(packed, count: count)
    }

    private mutating func varint() throws(ParquetError) -> UInt32 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 35 {
            guard position < bytes.count else { throw RunLengthDecoder.tooShort }
            let next = bytes[position]
            position += 1
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 {
                guard let header = UInt32(exactly: value) else { throw .corrupt("a run of more than 2^31 values") }
                return header
            }
            shift += 7
        }
        throw .corrupt("a run of more than 2^31 values")
    }

    private static var tooShort: ParquetError {
        .corrupt("levels, indices or booleans end before the page's number of values")
    }
}

extension RunLengthDecoder {
    /// Decodes `count` values of at most 32 bits.
    static func decode(
        _ bytes: UnsafeRawBufferPointer,
        bitWidth: Int,
        count: Int,
        into target: UnsafeMutablePointer<UInt32>
    ) throws(ParquetError) {
        var decoder = try RunLengthDecoder(bytes, bitWidth: bitWidth)
        if bitWidth == 0 {
            target.update(repeating: 0, count: count)
            return
        }
        var done = 0
        while done < count {
            switch try decoder.next(remaining: count - done) {
            case .repeated(let value, let length):
                (target + done).update(repeating: value, count: length)
                done += length
            case .packed(let packed, let length):
                unpack(packed, bitWidth: bitWidth, count: length, into: target + done)
                done += length
            }
        }
    }

    /// Decodes `count` levels and checks that none is larger than `maximum`.
    static func decodeLevels(
        _ bytes: UnsafeRawBufferPointer,
        maximum: Int,
        count: Int,
        into target: UnsafeMutablePointer<UInt8>
    ) throws(ParquetError) {
        let bitWidth = Int.bitWidth - maximum.leadingZeroBitCount
        var decoder = try RunLengthDecoder(bytes, bitWidth: bitWidth)
        var done = 0
        var largest: UInt8 = 0
        while done < count {
            switch try decoder.next(remaining: count - done) {
            case .repeated(let value, let length):
                guard value <= UInt32(maximum) else {
                    throw .corrupt("a level of \(value); the schema allows \(maximum)")
                }
                (target + done).update(repeating: UInt8(truncatingIfNeeded: value), count: length)
                done += length
            case .packed(let packed, let length):
                let mask = UInt64(1) << UInt64(bitWidth) - 1
                for index in 0..<length {
                    let bit = index * bitWidth
                    // A level has at most 8 bits, so that it lies in two bytes; the second may be beyond the end.
                    var word = UInt64(packed[bit >> 3])
                    if bit >> 3 + 1 < packed.count { word |= UInt64(packed[bit >> 3 + 1]) << 8 }
                    let level = UInt8(truncatingIfNeeded: word >> UInt64(bit & 7) & mask)
                    largest = max(largest, level)
                    target[done + index] = level
                }
                done += length
            }
        }
        guard Int(largest) <= maximum else { throw .corrupt("a level of \(largest); the schema allows \(maximum)") }
    }

    /// Decodes `count` bits and appends them to `bits`; returns how many are set.
    static func decodeBits(
        _ bytes: UnsafeRawBufferPointer,
        count: Int,
        into bits: inout Bitmap
    ) throws(ParquetError) -> Int {
        var decoder = try RunLengthDecoder(bytes, bitWidth: 1)
        var done = 0
        var set = 0
        while done < count {
            switch try decoder.next(remaining: count - done) {
            case .repeated(let value, let length):
                guard value <= 1 else { throw .corrupt("a level of \(value); the schema allows 1") }
                bits.append(repeating: value == 1, count: length)
                set += value == 1 ? length : 0
                done += length
            case .packed(let packed, let length):
                set += appendBits(packed, count: length, to: &bits)
                done += length
            }
        }
        return set
    }

    /// Whether the levels are one run of `count` times 1, as they are in a page without nulls.
    static func isAllSet(_ bytes: UnsafeRawBufferPointer, count: Int) throws(ParquetError) -> Bool {
        var decoder = try RunLengthDecoder(bytes, bitWidth: 1)
        if case .repeated(1, let length) = try decoder.next(remaining: count) { return length == count }
        return false
    }

    /// Appends the first `count` bits of `bytes`, which holds as many, and returns how many are set.
    static func appendBits(_ bytes: UnsafeRawBufferPointer, count: Int, to bits: inout Bitmap) -> Int {
        var set = 0
        var done = 0
        while done < count {
            let take = min(64, count - done)
            let offset = done >> 3
            var word: UInt64 = 0
            if offset + 8 <= bytes.count {
                word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            } else {
                for index in offset..<bytes.count { word |= UInt64(bytes[index]) << UInt64((index - offset) * 8) }
            }
            if take < 64 { word &= 1 << UInt64(take) - 1 }
            bits.appendBits(word, take)
            set += word.nonzeroBitCount
            done += take
        }
        return set
    }

    /// Unpacks `count` values of `bitWidth` (1…32) bits from `bytes`, which hold as many.
    private static func unpack(
        _ bytes: UnsafeRawBufferPointer,
        bitWidth: Int,
        count: Int,
        into target: UnsafeMutablePointer<UInt32>
    ) {
        let mask = UInt64(1) << UInt64(bitWidth) - 1
        var index = 0
        if bitWidth <= 8 {
            // Eight values lie in one word.
            let shift = UInt64(bitWidth)
            while index + 8 <= count, index / 8 * bitWidth + 8 <= bytes.count {
                var word = UInt64(
                    littleEndian: bytes.loadUnaligned(fromByteOffset: index / 8 * bitWidth, as: UInt64.self)
                )
                for lane in 0..<8 {
                    target[index + lane] = UInt32(truncatingIfNeeded: word & mask)
                    word &>>= shift
                }
                index += 8
            }
        }
        while index < count {
            let bit = index * bitWidth
            let offset = bit >> 3
            if offset + 8 > bytes.count { break }
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            target[index] = UInt32(truncatingIfNeeded: word &>> UInt64(bit & 7) & mask)
            index += 1
        }
        while index < count {
            let bit = index * bitWidth
            var word: UInt64 = 0
            for offset in bit >> 3..<min(bytes.count, bit >> 3 + 8) {
                word |= UInt64(bytes[offset]) << UInt64((offset - (bit >> 3)) * 8)
            }
            target[index] = UInt32(truncatingIfNeeded: word >> UInt64(bit & 7) & mask)
            index += 1
        }
    }
}
