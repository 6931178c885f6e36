/// The wrappings around LZ4 blocks that writers meant by the codec LZ4, which the format never defined.
///
/// Source: parquet-format, Compression.md, "LZ4" (deprecated) and "LZ4_RAW"; Hadoop's `BlockCompressorStream`; the LZ4
/// project, lz4_Frame_format.md.
enum LZ4Framing {
    /// Decompresses what any of them wrote: with Hadoop's lengths, as an LZ4 frame, or as a bare block.
    ///
    /// - Returns: whether `source` is one of them and fills `target` exactly.
    static func decompress(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Bool {
        hadoop(source, target) || frame(source, target) || block(source, target)
    }

    /// One bare block: the codec LZ4_RAW.
    static func block(_ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer) -> Bool {
        LZ4Block.decompress(source, into: target, at: 0) == target.count
    }

    /// Groups of blocks, each group behind its length before compression and each block behind its own length, both with
    /// the highest byte first.
    private static func hadoop(_ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer) -> Bool {
        var position = 0
        var written = 0
        while position < source.count {
            guard let group = bigEndian(source, &position), group <= target.count - written else { return false }
            let end = written + group
            while written < end {
                guard let length = bigEndian(source, &position), length <= source.count - position,
                    let next = decompress(source, position, length, target, written), next > written, next <= end
                else { return false }
                written = next
                position += length
            }
        }
        return written == target.count
    }

    private static func bigEndian(_ source: UnsafeRawBufferPointer, _ position: inout Int) -> Int? {
        guard position + 4 <= source.count else { return nil }
        defer { position += 4 }
        return Int(UInt32(bigEndian: source.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
    }

    private static func littleEndian(_ source: UnsafeRawBufferPointer, _ position: inout Int) -> Int? {
        guard position + 4 <= source.count else { return nil }
        defer { position += 4 }
        return Int(UInt32(littleEndian: source.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
    }

    private static func decompress(
        _ source: UnsafeRawBufferPointer,
        _ position: Int,
        _ length: Int,
        _ target: UnsafeMutableRawBufferPointer,
        _ written: Int
    ) -> Int? {
        let block = UnsafeRawBufferPointer(rebasing: source[position..<position + length])
        return LZ4Block.decompress(block, into: target, at: written)
    }

    /// An LZ4 frame. Its checksums are not looked at: the page has one of its own.
    private static func frame(_ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer) -> Bool {
        var position = 0
        guard littleEndian(source, &position) == 0x184D_2204, position + 3 <= source.count else { return false }
        let flags = source[position]
        let hasBlockChecksums = flags & 0x10 != 0
        let hasContentSize = flags & 0x08 != 0
        let hasDictionary = flags & 0x01 != 0
        guard flags >> 6 == 1, !hasDictionary else { return false }
        // Flags, the largest size of a block, the size of the content, and a byte to check them by.
        position += 2 + (hasContentSize ? 8 : 0) + 1
        var written = 0
        while let header = littleEndian(source, &position) {
            if header == 0 { return written == target.count }
            let length = header & 0x7FFF_FFFF
            guard length <= source.count - position else { return false }
            if header == length {
                guard let next = decompress(source, position, length, target, written) else { return false }
                written = next
            } else {
                guard length <= target.count - written else { return false }
                let stored = UnsafeRawBufferPointer(rebasing: source[position..<position + length])
                UnsafeMutableRawBufferPointer(rebasing: target[written..<written + length]).copyMemory(from: stored)
                written += length
            }
            position += length + (hasBlockChecksums ? 4 : 0)
        }
        return false
    }
}
