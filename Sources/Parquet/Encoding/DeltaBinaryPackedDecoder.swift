/// Reads whole numbers that are stored as what each is more than the one before.
///
/// A header names the number of values and the first of them; blocks follow, each with the least difference in it and, in
/// miniblocks of one width each, what the others are above that. All arithmetic wraps around, as that of the writers does:
/// the difference of two numbers may not fit where both of them do.
///
/// Source: parquet-format, Encodings.md, "Delta Encoding (DELTA_BINARY_PACKED = 5)".
struct DeltaBinaryPackedDecoder {
    private let bytes: UnsafeRawBufferPointer
    /// How many bytes have been read; once all values are decoded, where what follows them begins.
    private(set) var position = 0
    private var miniblocksPerBlock = 0
    private var valuesPerMiniblock = 0
    private var first: Int64 = 0

    /// Reads the header.
    ///
    /// - Throws: ``ParquetError`` with code `corrupt` where it is none, or is of another number of values than `count`.
    init(_ bytes: UnsafeRawBufferPointer, count: Int) throws(ParquetError) {
        self.bytes = bytes
        let valuesPerBlock = try varint()
        let miniblocks = try varint()
        let stated = try varint()
        first = try zigzag()
        guard valuesPerBlock > 0, valuesPerBlock <= UInt64(Int32.max), valuesPerBlock % 128 == 0,
            miniblocks > 0, miniblocks <= valuesPerBlock, valuesPerBlock % miniblocks == 0,
            valuesPerBlock / miniblocks % 32 == 0
        else {
            throw .corrupt("differences in blocks of \(valuesPerBlock) values and \(miniblocks) parts")
        }
        guard stated == UInt64(count) else { throw .corrupt("\(stated) differences for \(count) values") }
        miniblocksPerBlock = Int(miniblocks)
        valuesPerMiniblock = Int(valuesPerBlock / miniblocks)
    }

    /// Decodes the `count` values that the header was read for.
    @inline(__always)
    mutating func decode<T: FixedWidthInteger & SignedInteger>(
        count: Int,
        into target: UnsafeMutablePointer<T>
    ) throws(ParquetError) {
        if count == 0 { return }
        var value = T(truncatingIfNeeded: first)
        target[0] = value
        var done = 1
        while done < count {
            let least = T(truncatingIfNeeded: try zigzag())
            let widths = try bytes.part(position, miniblocksPerBlock, "the widths of a block of differences")
            position += miniblocksPerBlock
            // The last block need not use all of its miniblocks; the widths of those that it does not mean nothing.
            for miniblock in 0..<miniblocksPerBlock where done < count {
                let width = Int(widths[miniblock])
                guard width <= T.bitWidth else {
                    throw .corrupt("differences of \(width) bits between values of \(T.bitWidth)")
                }
                let taken = min(valuesPerMiniblock, count - done)
                // Some writers leave out the padding of the last miniblock.
                let length = min(valuesPerMiniblock * width / 8, bytes.count - position)
                guard taken * width <= length * 8 else { throw DeltaBinaryPackedDecoder.tooShort }
                let packed = UnsafeRawBufferPointer(rebasing: bytes[position..<position + length])
                DeltaBinaryPackedDecoder.unpack(packed, width, taken, least, &value, target + done)
                position += length
                done += taken
            }
        }
    }

    /// Adds up `count` differences of `width` (0…64) bits, of which `packed` holds as many.
    @inline(__always)
    private static func unpack<T: FixedWidthInteger & SignedInteger>(
        _ packed: UnsafeRawBufferPointer,
        _ width: Int,
        _ count: Int,
        _ least: T,
        _ value: inout T,
        _ target: UnsafeMutablePointer<T>
    ) {
        var last = value
        var index = 0
        if width == 0 {
            while index < count {
                last &+= least
                target[index] = last
                index &+= 1
            }
            value = last
            return
        }
        let mask = UInt64.max &>> UInt64(64 &- width)
        while index < count {
            let bit = index &* width
            let offset = bit &>> 3
            let shift = UInt64(bit & 7)
            var word: UInt64
            if offset &+ 9 <= packed.count {
                word = UInt64(littleEndian: packed.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) &>> shift
                // More than 57 bits may end in a ninth byte.
                if width > 57, shift > 0 { word |= UInt64(packed[offset &+ 8]) &<< (64 &- shift) }
            } else {
                word = 0
                for place in offset..<packed.count {
                    let byte = UInt64(packed[place])
                    let distance = (place - offset) * 8 - Int(shift)
                    word |= distance < 0 ? byte >> UInt64(-distance) : byte << UInt64(distance)
                }
            }
            last &+= least &+ T(truncatingIfNeeded: word & mask)
            target[index] = last
            index &+= 1
        }
        value = last
    }

    private mutating func varint() throws(ParquetError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 64 {
            guard position < bytes.count else { throw DeltaBinaryPackedDecoder.tooShort }
            let next = bytes[position]
            position += 1
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
        }
        throw .corrupt("differences have a number of more than 64 bits")
    }

    private mutating func zigzag() throws(ParquetError) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    private static var tooShort: ParquetError { .corrupt("differences end before the page's number of values") }
}
