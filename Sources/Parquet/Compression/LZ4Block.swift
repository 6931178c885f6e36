/// Decompresses blocks of LZ4: literals, and copies of what came before them.
///
/// Source: the LZ4 project, lz4_Block_format.md.
enum LZ4Block {
    /// Decompresses a whole block.
    ///
    /// Every length and distance is checked against both sides before a byte is moved.
    ///
    /// - Parameters:
    ///   - target: room for the result; bytes behind it may be written to as well.
    ///   - start: where in `target` the result begins. Copies may reach back before it.
    /// - Returns: where in `target` the result ends; `nil` where `source` is no block, or one that needs more room.
    static func decompress(
        _ source: UnsafeRawBufferPointer,
        into target: UnsafeMutableRawBufferPointer,
        at start: Int
    ) -> Int? {
        guard let input = source.baseAddress, let output = target.baseAddress, start >= 0, start <= target.count else {
            return nil
        }
        var position = 0
        var written = start
        while position < source.count {
            let token = Int(source[position])
            position += 1
            guard let literals = length(token >> 4, source, &position),
                literals <= source.count - position, literals <= target.count - written
            else { return nil }
            if literals <= 16, position + 16 <= source.count, written + 16 <= target.count {
                copy8(input + position, output + written)
                copy8(input + position + 8, output + written + 8)
            } else {
                (output + written).copyMemory(from: input + position, byteCount: literals)
            }
            position += literals
            written += literals
            // A block ends with literals.
            if position == source.count { return written }
            guard position + 2 <= source.count else { return nil }
            let distance = Int(
                UInt16(littleEndian: source.loadUnaligned(fromByteOffset: position, as: UInt16.self))
            )
            position += 2
            guard distance > 0, distance <= written, let more = length(token & 15, source, &position),
                more + shortestMatch <= target.count - written
            else { return nil }
            repeatBytes(output + written, distance, more + shortestMatch, room: target.count - written)
            written += more + shortestMatch
        }
        return nil
    }

    private static let shortestMatch = 4

    /// A length of four bits that goes on in further bytes while they are full.
    @inline(__always)
    private static func length(_ bits: Int, _ source: UnsafeRawBufferPointer, _ position: inout Int) -> Int? {
        if bits < 15 { return bits }
        var length = bits
        while position < source.count {
            let next = Int(source[position])
            position += 1
            // At most 255 for every byte of the source: no overflow.
            length += next
            if next < 255 { return length }
        }
        return nil
    }

    /// Copies `count` bytes from `distance` bytes before `target` to it: what is copied may be part of the copy.
    ///
    /// - Parameter room: how many bytes may be written at all, at least `count`.
    @inline(__always)
    private static func repeatBytes(_ target: UnsafeMutableRawPointer, _ distance: Int, _ count: Int, room: Int) {
        let source = UnsafeRawPointer(target - distance)
        if distance >= 8, count + 8 <= room {
            var done = 0
            while done < count {
                copy8(source + done, target + done)
                done &+= 8
            }
        } else {
            for index in 0..<count {
                target.storeBytes(
                    of: source.load(fromByteOffset: index, as: UInt8.self),
                    toByteOffset: index,
                    as: UInt8.self
                )
            }
        }
    }

    @inline(__always)
    private static func copy8(_ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer) {
        target.storeBytes(of: source.loadUnaligned(as: UInt64.self), as: UInt64.self)
    }
}
