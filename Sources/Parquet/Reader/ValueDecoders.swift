internal import Columnar

/// The encodings of values: the one place where they are told apart.
///
/// Every kernel here writes as many values as it is asked for, one behind the other, without gaps for nulls; it checks at
/// its door that the bytes hold as many.
struct ValueDecoder: ~Copyable {
    private var indexMemory = ScratchMemory()
    private var textMemory = ScratchMemory()
    private var deltas = DeltaByteArrayDecoder()

    init() {}

    /// What an encoding is, to this version.
    private enum Kind { case plain, dictionary, runLength, differences, lengthsFirst, textDifferences, bytesSplit }

    private static func kind(_ encoding: Encoding) throws(ParquetError) -> Kind {
        switch encoding {
        case .plain: .plain
        case .plainDictionary, .rleDictionary: .dictionary
        case .rle: .runLength
        case .deltaBinaryPacked: .differences
        case .deltaLengthByteArray: .lengthsFirst
        case .deltaByteArray: .textDifferences
        case .byteStreamSplit: .bytesSplit
        default: throw .unsupported("values encoded as \(encoding), which this version does not read")
        }
    }

    /// The format does not have `encoding` for values like these.
    private static func misplaced(_ encoding: Encoding, _ what: StaticString) -> ParquetError {
        .unsupported("\(what) encoded as \(encoding), which the format does not have for them")
    }

    // MARK: Numbers

    /// Decodes `count` values as they lie in memory, of 4 or 8 bytes.
    @inline(__always)
    mutating func decode<T: BitwiseCopyable>(
        _ page: PageContent,
        count: Int,
        dictionary: [T]?,
        into target: UnsafeMutablePointer<T>
    ) throws(ParquetError) {
        if count == 0 { return }
        switch try ValueDecoder.kind(page.encoding) {
        case .plain:
            let bytes = try page.values.part(0, count * MemoryLayout<T>.size, "a page's values")
            if let base = bytes.baseAddress {
                UnsafeMutableRawPointer(target).copyMemory(from: base, byteCount: bytes.count)
            }
        case .dictionary:
            let indices = try decodeIndices(page, count: count, dictionaryCount: dictionary?.count)
            dictionary?.withUnsafeBufferPointer { dictionary in
                for position in 0..<count { target[position] = dictionary[Int(indices[position])] }
            }
        case .differences: try ValueDecoder.decodeDifferences(page, count, target)
        case .bytesSplit:
            try ByteStreamSplitDecoder.decode(page.values, count: count, width: MemoryLayout<T>.size, into: target)
        case .runLength, .lengthsFirst, .textDifferences: throw ValueDecoder.misplaced(page.encoding, "numbers")
        }
    }

    /// Decodes whole numbers of either width; there are no differences of others.
    @inline(__always)
    private static func decodeDifferences<T: BitwiseCopyable>(
        _ page: PageContent,
        _ count: Int,
        _ target: UnsafeMutablePointer<T>
    ) throws(ParquetError) {
        var decoder = try DeltaBinaryPackedDecoder(page.values, count: count)
        let memory = UnsafeMutableRawPointer(target)
        if T.self == Int32.self {
            try decoder.decode(count: count, into: memory.assumingMemoryBound(to: Int32.self))
        } else if T.self == Int64.self {
            try decoder.decode(count: count, into: memory.assumingMemoryBound(to: Int64.self))
        } else {
            throw misplaced(page.encoding, "floating-point numbers")
        }
    }

    /// The indices of `count` values, all of them smaller than `dictionaryCount`; valid until the next call.
    private mutating func decodeIndices(
        _ page: PageContent,
        count: Int,
        dictionaryCount: Int?
    ) throws(ParquetError) -> UnsafePointer<UInt32> {
        guard let dictionaryCount else { throw .corrupt("a page refers to a dictionary, and there is none") }
        guard let width = page.values.first else { throw .corrupt("a page has no values") }
        let memory = try indexMemory.bytes(count * 4)
        let indices = memory.bindMemory(to: UInt32.self)
        guard let base = indices.baseAddress else { throw .corrupt("a page has no values") }
        try RunLengthDecoder.decode(
            try page.values.rest(1, "a page's values"),
            bitWidth: Int(width),
            count: count,
            into: base
        )
        var largest: UInt32 = 0
        for position in 0..<count { largest = max(largest, base[position]) }
        guard Int(largest) < dictionaryCount else {
            throw .corrupt("a page refers to entry \(largest) of a dictionary of \(dictionaryCount)")
        }
        return UnsafePointer(base)
    }

    // MARK: Booleans

    /// Decodes `count` booleans and appends them to `target`.
    mutating func decode(_ page: PageContent, count: Int, into target: inout Bitmap) throws(ParquetError) {
        if count == 0 { return }
        switch try ValueDecoder.kind(page.encoding) {
        case .plain:
            let bytes = try page.values.part(0, (count + 7) / 8, "a page's values")
            _ = RunLengthDecoder.appendBits(bytes, count: count, to: &target)
        case .runLength:
            let length = try page.values.length32(at: 0, "a page's values")
            let bytes = try page.values.part(4, length, "a page's values")
            _ = try RunLengthDecoder.decodeBits(bytes, count: count, into: &target)
        default: throw ValueDecoder.misplaced(page.encoding, "booleans")
        }
    }

    // MARK: Byte strings

    /// Decodes `count` byte strings: appends their bytes to `pool` and writes where each ends there.
    ///
    /// - Parameter length: how long every string is; 0 where each stands behind its own length.
    mutating func decode(
        _ page: PageContent,
        count: Int,
        length: Int,
        dictionary: TextDictionary?,
        pool: inout [UInt8],
        ends: UnsafeMutablePointer<Int32>
    ) throws(ParquetError) {
        if count == 0 { return }
        let start = pool.count
        let bytes: UnsafeRawBufferPointer
        switch try ValueDecoder.kind(page.encoding) {
        case .plain:
            bytes =
                length > 0
                ? try decodeFixed(page, count, length, start, ends) : try decodePlain(page, count, start, ends)
        case .dictionary: bytes = try decodeDictionary(page, count, dictionary, start, ends)
        case .lengthsFirst:
            bytes = try deltas.decodeLengthsFirst(page.values, count: count, start: start, ends: ends)
            try ValueDecoder.checkLengths(ends, count, start, length)
        case .textDifferences:
            bytes = try deltas.decodeDifferences(
                page.values,
                count: count,
                start: start,
                ends: ends,
                memory: &textMemory
            )
            try ValueDecoder.checkLengths(ends, count, start, length)
        case .bytesSplit:
            guard length > 0 else { throw ValueDecoder.misplaced(page.encoding, "texts") }
            bytes = try decodeSplit(page, count, length, start, ends)
        case .runLength, .differences: throw ValueDecoder.misplaced(page.encoding, "texts")
        }
        pool.append(contentsOf: bytes)
    }

    /// Checks that each of `count` strings has `length` bytes; 0 allows any.
    private static func checkLengths(
        _ ends: UnsafeMutablePointer<Int32>,
        _ count: Int,
        _ start: Int,
        _ length: Int
    ) throws(ParquetError) {
        if length == 0 { return }
        var end = start
        for position in 0..<count {
            let own = Int(ends[position]) - end
            guard own == length else { throw .corrupt("a value of \(own) bytes in a column of \(length) bytes each") }
            end += own
        }
    }

    private mutating func decodeSplit(
        _ page: PageContent,
        _ count: Int,
        _ length: Int,
        _ start: Int,
        _ ends: UnsafeMutablePointer<Int32>
    ) throws(ParquetError) -> UnsafeRawBufferPointer {
        let memory = try textMemory.bytes(page.values.count)
        guard let target = memory.baseAddress else { throw .corrupt("a page has no values") }
        try ByteStreamSplitDecoder.decode(page.values, count: count, width: length, into: target)
        try ValueDecoder.checkPool(start, memory.count)
        for position in 0..<count { ends[position] = Int32(truncatingIfNeeded: start &+ (position &+ 1) &* length) }
        return UnsafeRawBufferPointer(memory)
    }

    static func checkPool(_ start: Int, _ added: Int) throws(ParquetError) {
        guard added <= Int(Int32.max) - start else {
            throw ParquetError(.tooLarge, "the texts of a column exceed 2 GiB; read fewer rows at a time")
        }
    }

    private func decodeFixed(
        _ page: PageContent,
        _ count: Int,
        _ length: Int,
        _ start: Int,
        _ ends: UnsafeMutablePointer<Int32>
    ) throws(ParquetError) -> UnsafeRawBufferPointer {
        let (total, overflow) = count.multipliedReportingOverflow(by: length)
        guard !overflow else { throw .corrupt("a page has too many values") }
        let bytes = try page.values.part(0, total, "a page's values")
        try ValueDecoder.checkPool(start, total)
        for position in 0..<count { ends[position] = Int32(truncatingIfNeeded: start &+ (position &+ 1) &* length) }
        return bytes
    }

    private mutating func decodePlain(
        _ page: PageContent,
        _ count: Int,
        _ start: Int,
        _ ends: UnsafeMutablePointer<Int32>
    ) throws(ParquetError) -> UnsafeRawBufferPointer {
        let source = page.values
        try ValueDecoder.checkPool(start, source.count)
        // Sixteen bytes more than can be used, so that short strings are copied in one or two moves.
        let memory = try textMemory.bytes(source.count + 16)
        guard let target = memory.baseAddress, let base = source.baseAddress else {
            throw .corrupt("a page has no values")
        }
        var position = 0
        var written = 0
        for index in 0..<count {
            guard position <= source.count &- 4 else { throw .corrupt("a page's values end before their number") }
            let length = Int(UInt32(littleEndian: base.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
            position &+= 4
            guard length <= source.count &- position else {
                throw .corrupt("a value of \(length) bytes in a page that has \(source.count - position) left")
            }
            if length <= 16, position &+ 16 <= source.count {
                ValueDecoder.copy16(base + position, to: target + written)
            } else {
                (target + written).copyMemory(from: base + position, byteCount: length)
            }
            position &+= length
            written &+= length
            ends[index] = Int32(truncatingIfNeeded: start &+ written)
        }
        return UnsafeRawBufferPointer(rebasing: memory[0..<written])
    }

    private mutating func decodeDictionary(
        _ page: PageContent,
        _ count: Int,
        _ dictionary: TextDictionary?,
        _ start: Int,
        _ ends: UnsafeMutablePointer<Int32>
    ) throws(ParquetError) -> UnsafeRawBufferPointer {
        let indices = try decodeIndices(page, count: count, dictionaryCount: dictionary?.count)
        guard let dictionary else { throw .corrupt("a page refers to a dictionary, and there is none") }
        let total = dictionary.byteCount(indices, count)
        try ValueDecoder.checkPool(start, total)
        // Texts repeat, so that a page may become far larger than it is; but not without limit.
        let memory = try textMemory.bytes(total + 16)
        guard let target = memory.baseAddress else { throw .corrupt("a page has no values") }
        var written = 0
        dictionary.offsets.withUnsafeBufferPointer { offsets in
            dictionary.pool.withUnsafeBytes { pool in
                guard let base = pool.baseAddress else { return }
                for position in 0..<count {
                    let index = Int(indices[position])
                    let offset = Int(offsets[index])
                    let length = Int(offsets[index &+ 1]) &- offset
                    if length <= 16 {
                        ValueDecoder.copy16(base + offset, to: target + written)
                    } else {
                        (target + written).copyMemory(from: base + offset, byteCount: length)
                    }
                    written &+= length
                    ends[position] = Int32(truncatingIfNeeded: start &+ written)
                }
            }
        }
        return UnsafeRawBufferPointer(rebasing: memory[0..<written])
    }

    /// Copies sixteen bytes, of which the caller needs the first few: both sides have as many.
    @inline(__always)
    private static func copy16(_ source: UnsafeRawPointer, to target: UnsafeMutableRawPointer) {
        target.storeBytes(of: source.loadUnaligned(as: UInt64.self), as: UInt64.self)
        target.storeBytes(
            of: source.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
            toByteOffset: 8,
            as: UInt64.self
        )
    }
}

/// A dictionary of byte strings.
struct TextDictionary {
    /// Where each string begins in the pool, and where the last ends.
    let offsets: [Int32]
    /// The strings, and sixteen bytes more, which a copy may touch.
    let pool: [UInt8]
    let longest: Int

    var count: Int { offsets.count - 1 }

    /// - Parameter length: how long every string is; 0 where each stands behind its own length.
    init(_ bytes: UnsafeRawBufferPointer, count: Int, length: Int) throws(ParquetError) {
        guard bytes.count < 1 << 31 - 32 else { throw ParquetError(.tooLarge, "a dictionary of more than 2 GiB") }
        // Each entry takes at least as many bytes, so that a lie about their number ends here.
        guard count <= bytes.count / max(1, length > 0 ? length : 4) else {
            throw .corrupt("a dictionary of \(count) entries in \(bytes.count) bytes")
        }
        var offsets: [Int32] = [0]
        offsets.reserveCapacity(count + 1)
        var pool: [UInt8] = []
        pool.reserveCapacity(bytes.count + 16)
        var longest = 0
        var position = 0
        for _ in 0..<count {
            var own = length
            if length == 0 {
                own = try bytes.length32(at: position, "a dictionary's entry")
                position += 4
            }
            pool.append(contentsOf: try bytes.part(position, own, "a dictionary's entry"))
            position += own
            longest = max(longest, own)
            offsets.append(Int32(truncatingIfNeeded: pool.count))
        }
        pool.append(contentsOf: repeatElement(0, count: 16))
        self.offsets = offsets
        self.pool = pool
        self.longest = longest
    }

    /// The bytes of the strings at `indices` together.
    func byteCount(_ indices: UnsafePointer<UInt32>, _ count: Int) -> Int {
        offsets.withUnsafeBufferPointer { offsets in
            var total = 0
            for position in 0..<count {
                let index = Int(indices[position])
                total &+= Int(offsets[index &+ 1]) &- Int(offsets[index])
            }
            return total
        }
    }
}
