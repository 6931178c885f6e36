/// Reads byte strings whose lengths, or whose beginnings and lengths, are stored apart from them.
///
/// Source: parquet-format, Encodings.md, "Delta-length byte array (DELTA_LENGTH_BYTE_ARRAY = 6)" and "Delta Strings
/// (DELTA_BYTE_ARRAY = 7)".
struct DeltaByteArrayDecoder: ~Copyable {
    private var lengthMemory = ScratchMemory()
    private var prefixMemory = ScratchMemory()

    init() {}

    /// Decodes `count` strings that lie behind all of their lengths.
    ///
    /// - Parameters:
    ///   - ends: receives where each string ends, counted from the byte `start` before the first.
    /// - Returns: the strings, one behind the other.
    mutating func decodeLengthsFirst(
        _ bytes: UnsafeRawBufferPointer,
        count: Int,
        start: Int,
        ends: UnsafeMutablePointer<Int32>
    ) throws(ParquetError) -> UnsafeRawBufferPointer {
        let (lengths, position) = try DeltaByteArrayDecoder.lengths(bytes, 0, count, &lengthMemory)
        let texts = try bytes.rest(position, "a page's values")
        var written = 0
        for index in 0..<count {
            let length = Int(lengths[index])
            guard length >= 0, length <= texts.count - written else {
                throw .corrupt("a value of \(length) bytes in a page that has \(texts.count - written) left")
            }
            written += length
            try ValueDecoder.checkPool(start, written)
            ends[index] = Int32(truncatingIfNeeded: start + written)
        }
        return UnsafeRawBufferPointer(rebasing: texts[0..<written])
    }

    /// Decodes `count` strings, of each of which only that is stored in which it differs from the one before.
    ///
    /// - Parameters:
    ///   - ends: receives where each string ends, counted from the byte `start` before the first.
    ///   - memory: where the strings are put together.
    /// - Returns: the strings, one behind the other.
    mutating func decodeDifferences(
        _ bytes: UnsafeRawBufferPointer,
        count: Int,
        start: Int,
        ends: UnsafeMutablePointer<Int32>,
        memory: inout ScratchMemory
    ) throws(ParquetError) -> UnsafeRawBufferPointer {
        let (prefixes, middle) = try DeltaByteArrayDecoder.lengths(bytes, 0, count, &prefixMemory)
        let (suffixes, position) = try DeltaByteArrayDecoder.lengths(bytes, middle, count, &lengthMemory)
        let texts = try bytes.rest(position, "a page's values")
        // All lengths are checked before memory is taken: a few bytes can stand for very many.
        var total = 0
        var read = 0
        var previous = 0
        for index in 0..<count {
            let prefix = Int(prefixes[index])
            let suffix = Int(suffixes[index])
            guard prefix >= 0, prefix <= previous else {
                throw .corrupt("a value shares \(prefix) bytes with one before it of \(previous)")
            }
            guard suffix >= 0, suffix <= texts.count - read else {
                throw .corrupt("a value of \(suffix) bytes more in a page that has \(texts.count - read) left")
            }
            read += suffix
            previous = prefix + suffix
            total += previous
            try ValueDecoder.checkPool(start, total)
            ends[index] = Int32(truncatingIfNeeded: start + total)
        }
        let room = try memory.bytes(total)
        guard total > 0, let target = room.baseAddress, let source = texts.baseAddress else {
            return UnsafeRawBufferPointer(room)
        }
        var written = 0
        previous = 0
        read = 0
        for index in 0..<count {
            let prefix = Int(prefixes[index])
            let suffix = Int(suffixes[index])
            (target + written).copyMemory(from: target + previous, byteCount: prefix)
            (target + written + prefix).copyMemory(from: source + read, byteCount: suffix)
            previous = written
            written += prefix + suffix
            read += suffix
        }
        return UnsafeRawBufferPointer(room)
    }

    /// `count` lengths from byte `start` on, and where what follows them begins.
    private static func lengths(
        _ bytes: UnsafeRawBufferPointer,
        _ start: Int,
        _ count: Int,
        _ memory: inout ScratchMemory
    ) throws(ParquetError) -> (UnsafePointer<Int32>, end: Int) {
        var decoder = try DeltaBinaryPackedDecoder(try bytes.rest(start, "the lengths of values"), count: count)
        let room = try memory.bytes(max(1, count) * 4).bindMemory(to: Int32.self)
        guard let base = room.baseAddress else { throw .corrupt("a page has no values") }
        try decoder.decode(count: count, into: base)
        return (UnsafePointer(base), start + decoder.position)
    }
}
