internal import Columnar

/// Decodes the pages of one column chunk after the other, with memory that is used again.
struct LeafDecoder: ~Copyable {
    private var opener = PageOpener()
    private var values = ValueDecoder()

    // Of the chunk in progress.
    private var validity: Bitmap?
    private var definitions: [UInt8] = []
    private var repetitions: [UInt8] = []
    /// How many places there are for values so far.
    private var slotCount = 0
    private var rowCount = 0

    init() {}

    /// Decodes a chunk.
    ///
    /// - Parameters:
    ///   - bytes: its pages, all of them or, where `isPart` is set, a dictionary and some of them.
    ///   - rowCount: how many rows they have.
    ///   - rows: those that are asked for, ascending and not overlapping; `nil` for all.
    mutating func decode(
        _ chunk: ColumnChunkMetadata,
        _ bytes: UnsafeRawBufferPointer,
        rowCount expectedRows: Int,
        isPart: Bool,
        rows: [Range<Int>]? = nil
    ) throws(ParquetError) -> DecodedLeaf {
        let leaf = chunk.leaf
        try PageDecompressor.check(chunk.codec)
        let pages = try ChunkPages(bytes, valueCount: isPart ? nil : chunk.valueCount, codec: chunk.codec)
        guard leaf.maxRepetition > 0 || pages.valueCount == expectedRows else {
            throw .corrupt("\(pages.valueCount) values in \(expectedRows) rows")
        }
        guard let rows else { return try decode(chunk, pages, bytes, expectedRows) }
        if leaf.isFlat { return try decodeFlat(chunk, pages, bytes, rows) }
        return try decodeNested(chunk, pages, bytes, expectedRows, rows)
    }

    /// Some rows of a column that is no part of another: each of its values is a row.
    private mutating func decodeFlat(
        _ chunk: ColumnChunkMetadata,
        _ pages: ChunkPages,
        _ bytes: UnsafeRawBufferPointer,
        _ rows: [Range<Int>]
    ) throws(ParquetError) -> DecodedLeaf {
        var parts: [Column] = []
        for group in pages.groups(holding: rows, isSplit: true, rowCount: { $0.header.valueCount }) {
            let decoded = try decode(chunk, group.pages, bytes, group.rowCount)
            parts.append(try decoded.column.selecting(group.rows.map { RowRun(rows: $0) }))
        }
        if parts.count == 1 { return DecodedLeaf(column: parts[0]) }
        let runs = parts.indices.map { RowRun(source: $0, rows: 0..<parts[$0].count) }
        return DecodedLeaf(column: try .joining(runs, of: parts))
    }

    /// Some rows of a part of a nested column: only pages of version 2 say how many rows they have.
    private mutating func decodeNested(
        _ chunk: ColumnChunkMetadata,
        _ pages: ChunkPages,
        _ bytes: UnsafeRawBufferPointer,
        _ expectedRows: Int,
        _ rows: [Range<Int>]
    ) throws(ParquetError) -> DecodedLeaf {
        let stated = pages.pages.reduce(0) { $0.saturatingSum($1.header.type == .dataV2 ? $1.header.rowCount : 0) }
        if pages.pages.allSatisfy({ $0.header.type == .dataV2 }), stated == expectedRows,
            let group = pages.groups(holding: rows, isSplit: false, rowCount: { $0.header.rowCount }).first
        {
            return try decode(chunk, group.pages, bytes, group.rowCount).selecting(group.rows, chunk.leaf)
        }
        return try decode(chunk, pages, bytes, expectedRows).selecting(rows, chunk.leaf)
    }

    /// All rows of `pages`.
    private mutating func decode(
        _ chunk: ColumnChunkMetadata,
        _ pages: ChunkPages,
        _ bytes: UnsafeRawBufferPointer,
        _ expectedRows: Int
    ) throws(ParquetError) -> DecodedLeaf {
        let leaf = chunk.leaf
        validity = nil
        slotCount = 0
        rowCount = 0
        definitions = []
        repetitions = []
        if !leaf.isFlat {
            definitions.reserveCapacity(leaf.maxDefinition > 0 ? pages.valueCount : 0)
            repetitions.reserveCapacity(leaf.maxRepetition > 0 ? pages.valueCount : 0)
        }
        let stored = try decodeStored(chunk, pages, bytes)
        guard leaf.maxRepetition == 0 || rowCount == expectedRows else {
            throw .corrupt("values of \(rowCount) rows instead of \(expectedRows)")
        }
        let converted = try leaf.conversion.convert(stored, leaf, validity)
        let column = Column(trusted: leaf.type, converted, validity: validity)
        defer {
            definitions = []
            repetitions = []
            validity = nil
        }
        return DecodedLeaf(column: column, definitions: definitions, repetitions: repetitions)
    }

    // MARK: By type

    private mutating func decodeStored(
        _ chunk: ColumnChunkMetadata,
        _ pages: ChunkPages,
        _ bytes: UnsafeRawBufferPointer
    ) throws(ParquetError) -> Column.Values {
        switch chunk.leaf.physicalType {
        case .boolean: .bits(try decodeBits(chunk, pages, bytes))
        case .int32: .int32(try decodeNumbers(chunk, pages, bytes, zero: Int32(0)))
        case .int64: .int64(try decodeNumbers(chunk, pages, bytes, zero: Int64(0)))
        case .float: .float(try decodeNumbers(chunk, pages, bytes, zero: Float(0)))
        case .double: .double(try decodeNumbers(chunk, pages, bytes, zero: Double(0)))
        case .int96, .byteArray, .fixedLengthByteArray: .bytes(try decodeTexts(chunk, pages, bytes))
        }
    }

    private mutating func decodeNumbers<T: BitwiseCopyable>(
        _ chunk: ColumnChunkMetadata,
        _ pages: ChunkPages,
        _ bytes: UnsafeRawBufferPointer,
        zero: T
    ) throws(ParquetError) -> [T] {
        var dictionary: [T]?
        if let page = pages.dictionary {
            let content = try opener.openDictionary(page, of: bytes, chunk.codec)
            dictionary = try LeafDecoder.numbers(content, count: page.header.valueCount)
        }
        return try [T](unsafeUninitializedCapacity: pages.valueCount) { (target, count) throws(ParquetError) in
            guard let base = target.baseAddress else { return }
            for page in pages.pages {
                let content = try opener.open(page, of: bytes, chunk.leaf, chunk.codec)
                let start = slotCount
                let present = try decodeLevels(content, chunk.leaf)
                let slots = slotCount - start
                try values.decode(content, count: present, dictionary: dictionary, into: base + start)
                if present < slots { spread(base + start, slots, present, from: start, zero) }
                count = slotCount
            }
        }
    }

    private static func numbers<T: BitwiseCopyable>(
        _ bytes: UnsafeRawBufferPointer,
        count: Int
    ) throws(ParquetError) -> [T] {
        guard count <= bytes.count / MemoryLayout<T>.size else {
            throw .corrupt("a dictionary of \(count) entries in \(bytes.count) bytes")
        }
        return [T](unsafeUninitializedCapacity: count) { target, filled in
            if let target = target.baseAddress, let source = bytes.baseAddress {
                UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: count * MemoryLayout<T>.size)
            }
            filled = count
        }
    }

    private mutating func decodeBits(
        _ chunk: ColumnChunkMetadata,
        _ pages: ChunkPages,
        _ bytes: UnsafeRawBufferPointer
    ) throws(ParquetError) -> Bitmap {
        var result = Bitmap()
        for page in pages.pages {
            let content = try opener.open(page, of: bytes, chunk.leaf, chunk.codec)
            let start = slotCount
            let present = try decodeLevels(content, chunk.leaf)
            if present == slotCount - start {
                try values.decode(content, count: present, into: &result)
                continue
            }
            var dense = Bitmap()
            try values.decode(content, count: present, into: &dense)
            var next = 0
            for slot in start..<slotCount {
                let isPresent = validity?[slot] ?? true
                result.append(isPresent && dense[next])
                if isPresent { next += 1 }
            }
        }
        return result
    }

    private mutating func decodeTexts(
        _ chunk: ColumnChunkMetadata,
        _ pages: ChunkPages,
        _ bytes: UnsafeRawBufferPointer
    ) throws(ParquetError) -> ByteVector {
        let length = chunk.leaf.typeLength
        var dictionary: TextDictionary?
        if let page = pages.dictionary {
            let content = try opener.openDictionary(page, of: bytes, chunk.codec)
            dictionary = try TextDictionary(content, count: page.header.valueCount, length: length)
        }
        var pool: [UInt8] = []
        pool.reserveCapacity(LeafDecoder.poolEstimate(chunk, pages, dictionary))
        let offsets = try [Int32](unsafeUninitializedCapacity: pages.valueCount + 1) {
            (target, count) throws(ParquetError) in
            guard let base = target.baseAddress else { return }
            base[0] = 0
            count = 1
            for page in pages.pages {
                let content = try opener.open(page, of: bytes, chunk.leaf, chunk.codec)
                let start = slotCount
                let present = try decodeLevels(content, chunk.leaf)
                let slots = slotCount - start
                let ends = base + start + 1
                try values.decode(
                    content,
                    count: present,
                    length: length,
                    dictionary: dictionary,
                    pool: &pool,
                    ends: ends
                )
                if present < slots { spreadEnds(ends, slots, present, from: start) }
                count = slotCount + 1
            }
        }
        return ByteVector(trusted: offsets, pool: pool)
    }

    /// How many bytes the texts of a chunk will take: what the file says, as far as its pages bear it out.
    private static func poolEstimate(
        _ chunk: ColumnChunkMetadata,
        _ pages: ChunkPages,
        _ dictionary: TextDictionary?
    ) -> Int {
        var plain = 0
        var indexed = 0
        for page in pages.pages {
            if page.header.encoding == .plainDictionary || page.header.encoding == .rleDictionary {
                let most = page.header.valueCount.multipliedReportingOverflow(by: dictionary?.longest ?? 0)
                indexed = indexed.saturatingSum(most.overflow ? .max : most.partialValue)
            } else {
                plain = plain.saturatingSum(page.header.uncompressedByteCount)
            }
        }
        let most = min(plain.saturatingSum(indexed), Int(Int32.max))
        guard let stated = chunk.textByteCount else { return min(most, plain.saturatingSum(1 << 20)) }
        return min(most, stated)
    }

    // MARK: Levels

    /// Decodes the levels of a page, counts its places and rows, and returns how many values are there.
    private mutating func decodeLevels(_ page: PageContent, _ leaf: LeafColumn) throws(ParquetError) -> Int {
        let count = page.valueCount
        guard leaf.isFlat else { return try decodeNestedLevels(page, leaf) }
        slotCount += count
        guard leaf.maxDefinition > 0, count > 0 else { return count }
        if try RunLengthDecoder.isAllSet(page.definitions, count: count) {
            validity?.append(repeating: true, count: count)
            return count
        }
        var bits = validity ?? Bitmap(repeating: true, count: slotCount - count)
        validity = nil
        defer { validity = bits }
        return try RunLengthDecoder.decodeBits(page.definitions, count: count, into: &bits)
    }

    private mutating func decodeNestedLevels(
        _ page: PageContent,
        _ leaf: LeafColumn
    ) throws(ParquetError) -> Int {
        let count = page.valueCount
        if count == 0 { return 0 }
        if leaf.maxRepetition > 0 {
            let levels = try LeafDecoder.levels(page.repetitions, leaf.maxRepetition, count)
            if repetitions.isEmpty, levels.first != 0 { throw .corrupt("a column begins inside a row") }
            for level in levels where level == 0 { rowCount += 1 }
            repetitions.append(contentsOf: levels)
        }
        guard leaf.maxDefinition > 0 else {
            slotCount += count
            return count
        }
        let levels = try LeafDecoder.levels(page.definitions, leaf.maxDefinition, count)
        definitions.append(contentsOf: levels)
        let slot = UInt8(truncatingIfNeeded: leaf.slotDefinition)
        let most = UInt8(truncatingIfNeeded: leaf.maxDefinition)
        var slots = 0
        var present = 0
        for level in levels {
            slots += level >= slot ? 1 : 0
            present += level == most ? 1 : 0
        }
        if present < slots || validity != nil {
            var bits = validity ?? Bitmap(repeating: true, count: slotCount)
            validity = nil
            for level in levels where level >= slot { bits.append(level == most) }
            validity = bits
        }
        slotCount += slots
        return present
    }

    private static func levels(
        _ bytes: UnsafeRawBufferPointer,
        _ maximum: Int,
        _ count: Int
    ) throws(ParquetError) -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { (target, filled) throws(ParquetError) in
            guard let base = target.baseAddress else { return }
            try RunLengthDecoder.decodeLevels(bytes, maximum: maximum, count: count, into: base)
            filled = count
        }
    }

    /// Moves `present` values apart to where the `slots` bits from `start` on are set, from the back.
    @inline(__always)
    private func spread<T: BitwiseCopyable>(
        _ values: UnsafeMutablePointer<T>,
        _ slots: Int,
        _ present: Int,
        from start: Int,
        _ zero: T
    ) {
        guard let validity else { return }
        var source = present
        var slot = slots
        while slot > source, slot > 0 {
            slot -= 1
            if validity[start + slot] {
                source -= 1
                values[slot] = values[source]
            } else {
                values[slot] = zero
            }
        }
    }

    /// The same for the ends of texts: that of a null is that of the text before it.
    private func spreadEnds(_ ends: UnsafeMutablePointer<Int32>, _ slots: Int, _ present: Int, from start: Int) {
        guard let validity else { return }
        var source = present
        var slot = slots
        while slot > source, slot > 0 {
            slot -= 1
            // Before the first of the page stands the end of the page before.
            ends[slot] = source > 0 ? ends[source - 1] : ends[-1]
            if validity[start + slot] { source -= 1 }
        }
    }
}
