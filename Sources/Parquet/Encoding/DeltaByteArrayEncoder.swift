/// Writes byte strings with their lengths, or their beginnings and lengths, apart from them.
///
/// Source: parquet-format, Encodings.md, "Delta-length byte array (DELTA_LENGTH_BYTE_ARRAY = 6)" and "Delta Strings
/// (DELTA_BYTE_ARRAY = 7)".
enum DeltaByteArrayEncoder {
    /// Appends the strings in `plain`, each of which stands behind its length in 32 bits, behind all of their lengths.
    static func encodeLengthsFirst(_ plain: UnsafeRawBufferPointer, into target: inout ByteBuffer) {
        var lengths: [Int32] = []
        forEach(plain) { lengths.append(Int32(truncatingIfNeeded: $0.count)) }
        append(lengths, &target)
        forEach(plain) { target.append($0) }
    }

    /// Appends of each of the strings in `plain` what differs from the one before it.
    static func encodeDifferences(_ plain: UnsafeRawBufferPointer, into target: inout ByteBuffer) {
        var prefixes: [Int32] = []
        var suffixes: [Int32] = []
        var previous = UnsafeRawBufferPointer(rebasing: plain[0..<0])
        forEach(plain) { text in
            let most = min(previous.count, text.count)
            var common = 0
            while common < most, previous[common] == text[common] { common += 1 }
            prefixes.append(Int32(truncatingIfNeeded: common))
            suffixes.append(Int32(truncatingIfNeeded: text.count - common))
            previous = text
        }
        append(prefixes, &target)
        append(suffixes, &target)
        var index = 0
        forEach(plain) { text in
            target.append(UnsafeRawBufferPointer(rebasing: text[Int(prefixes[index])...]))
            index += 1
        }
    }

    private static func append(_ lengths: [Int32], _ target: inout ByteBuffer) {
        lengths.withUnsafeBytes { DeltaBinaryPackedEncoder.encode($0, isWide: false, into: &target) }
    }

    @inline(__always)
    private static func forEach(_ plain: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
        var position = 0
        while position + 4 <= plain.count {
            let length = Int(UInt32(littleEndian: plain.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
            position += 4
            body(UnsafeRawBufferPointer(rebasing: plain[position..<position + length]))
            position += length
        }
    }
}
