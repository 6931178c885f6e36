internal import Columnar

/// Encodes the values of one column of one row group into pages.
///
/// Pages are encoded and compressed as soon as they are full, so that a row group waits in memory in its final form.
struct ColumnChunkWriter: Sendable {
    let leaf: LeafColumn
    private let options: ParquetWriterOptions
    private let allowedNumbers: ClosedRange<Int128>?

    // What the chunk has so far.
    private var dictionaryPage: EncodedPage?
    private(set) var pages: [EncodedPage] = []
    private var chunkBounds = RunningBounds()
    private var index = PageIndexBuilder()
    private var valueCount = 0
    private var nullCount = 0
    private var usedDictionary = false
    /// The encodings of the pages that have no dictionary.
    private var usedEncodings: Set<Encoding> = []
    private(set) var encodedByteCount = 0

    // What the page in progress has so far.
    private var plain = ByteBuffer()
    private var bits = Bitmap()
    private var indices: [UInt32] = []
    /// The definition levels, once one of them is not the highest; before that there are ``pageLevels`` of the highest.
    private var definitions: [UInt8] = []
    private var hasDefinitions = false
    private var repetitions: [UInt8] = []
    private(set) var pageRows = 0
    private var pageLevels = 0
    private var pageValues = 0
    /// The bytes that the page's values take without a dictionary.
    private var pagePlainBytes = 0
    private var pageTextBytes = 0
    private var pageBounds = RunningBounds()

    // The dictionary.
    private enum Mode { case deciding, dictionary, plain }
    private var mode: Mode
    private var numbers = NumberDictionary()
    private var texts = ByteDictionary()
    private var fresh: [Int32] = []
    private var hasInvalidText = false

    /// How values are encoded that have no dictionary.
    private var encoding = Encoding.plain
    private var isMeasured = false

    // Memory that is used again.
    private var body = ByteBuffer()
    private var levelBytes = ByteBuffer()

    /// After how many values it is decided whether a dictionary pays.
    private static let sampleCount = 16_384
    /// About how many bytes a page of its own has besides its content: a header and a checksum.
    private static let pageOverhead = 40
    /// How many values are worked on at a time: as many as stay in the nearest cache.
    static let pieceCount = 4096

    init(_ leaf: LeafColumn, _ options: ParquetWriterOptions) {
        self.leaf = leaf
        self.options = options
        allowedNumbers = leaf.allowedNumbers
        mode = options.dictionary && leaf.physicalType != .boolean ? .deciding : .plain
    }

    /// About how many bytes the chunk would have if it ended now.
    var byteCount: Int {
        encodedByteCount + (mode == .plain ? plain.count + bits.count / 8 : indices.count * 2 + dictionaryByteCount)
    }

    // MARK: Rows

    /// Appends the rows `range` of a column that is no part of another.
    mutating func append(
        _ column: Column,
        _ range: Range<Int>,
        _ compressor: inout PageCompressor
    ) throws(ParquetError) {
        var row = range.lowerBound
        while row < range.upperBound {
            let count = pieceCount(column.values, row, range.upperBound - row)
            if let validity = column.validity {
                try appendNullable(column.values, validity, row..<row + count)
            } else {
                appendLevels(count)
                try appendValues(column.values, start: row, count: count)
            }
            pageRows += count
            row += count
            if isPageFull { try finishPage(&compressor) }
        }
    }

    private mutating func appendNullable(
        _ values: Column.Values,
        _ validity: Bitmap,
        _ rows: Range<Int>
    ) throws(ParquetError) {
        let positions = validity.positions(in: rows)
        if positions.count == rows.count {
            appendLevels(rows.count)
            try appendValues(values, start: rows.lowerBound, count: rows.count)
            return
        }
        guard leaf.maxDefinition == 1 else { throw nullInRequired }
        materialiseDefinitions()
        let start = definitions.count
        definitions.append(contentsOf: repeatElement(0, count: rows.count))
        for position in positions { definitions[start + Int(position) - rows.lowerBound] = 1 }
        pageLevels += rows.count
        try appendValues(values, at: positions)
    }

    /// Appends a part of a nested column: `rows` rows of it, with a level for each of its values and the positions of those
    /// that are there.
    mutating func append(
        _ values: Column.Values,
        at positions: [Int32],
        definitions newDefinitions: [UInt8],
        repetitions newRepetitions: [UInt8],
        rows: Int,
        _ compressor: inout PageCompressor
    ) throws(ParquetError) {
        if positions.count < newDefinitions.count { materialiseDefinitions() }
        if hasDefinitions { definitions.append(contentsOf: newDefinitions) }
        if leaf.maxRepetition > 0 { repetitions.append(contentsOf: newRepetitions) }
        pageLevels += newDefinitions.count
        try appendValues(values, at: positions)
        pageRows += rows
        if isPageFull { try finishPage(&compressor) }
    }

    var nullInRequired: ParquetError {
        ParquetError(
            .invalidValue,
            "a null in a column that allows none; make the column nullable or fill the value in",
            column: leaf.name
        )
    }

    private mutating func materialiseDefinitions() {
        if hasDefinitions { return }
        hasDefinitions = true
        definitions.append(contentsOf: repeatElement(UInt8(leaf.maxDefinition), count: pageLevels))
    }

    /// `count` values that are all there.
    private mutating func appendLevels(_ count: Int) {
        if hasDefinitions {
            definitions.append(contentsOf: repeatElement(UInt8(leaf.maxDefinition), count: count))
        }
        pageLevels += count
    }

    // MARK: Pages

    private var pageLimit: Int { mode == .plain ? max(options.pageBytes, 1) : max(options.pageBytes, 1) * 4 }

    private var isPageFull: Bool {
        pageRows >= max(options.pageRows, 1) || pagePlainBytes >= pageLimit || pageLevels >= 1 << 24
    }

    /// How many of the `remaining` rows from `row` on go into the page in progress at once.
    private func pieceCount(_ values: Column.Values, _ row: Int, _ remaining: Int) -> Int {
        let most = min(remaining, max(1, options.pageRows - pageRows), ColumnChunkWriter.pieceCount)
        let room = max(0, pageLimit - pagePlainBytes)
        guard case .bytes(let vector) = values else { return max(1, min(most, room / 4)) }
        let start = Int(vector.offsets[row])
        if Int(vector.offsets[row + most]) - start + most * 4 <= room { return most }
        var low = 1
        var high = most
        while low < high {
            let middle = (low + high + 1) / 2
            if Int(vector.offsets[row + middle]) - start + middle * 4 <= room {
                low = middle
            } else {
                high = middle - 1
            }
        }
        return low
    }

    private mutating func finishPage(_ compressor: inout PageCompressor) throws(ParquetError) {
        if options.measuresEncodings, !isMeasured { try measure() }
        if mode == .deciding { decide() }
        var header = PageHeader(options.dataPageVersion == .v1 ? .data : .dataV2)
        header.valueCount = pageLevels
        header.nullCount = pageLevels - pageValues
        header.rowCount = pageRows
        encodeLevels(&header)
        if mode == .plain {
            usedEncodings.insert(encoding)
            header.encoding = encoding
            if leaf.physicalType == .boolean {
                appendBits()
            } else {
                try ValueEncoder.encode(plain, encoding, leaf.physicalType, into: &body)
            }
        } else {
            usedDictionary = true
            header.encoding = .rleDictionary
            let width = RunLengthEncoder.bitWidth(max(0, dictionaryCount - 1))
            body.append([UInt8(width)])
            indices.withUnsafeBufferPointer { RunLengthEncoder.encode($0, bitWidth: width, into: &body) }
        }
        var page = try encodePage(&header, &compressor)
        page.rowCount = pageRows
        page.textByteCount = pageTextBytes
        pages.append(page)
        encodedByteCount += page.bytes.count
        valueCount += pageLevels
        nullCount += header.nullCount
        chunkBounds.include(pageBounds)
        if options.pageIndex, options.statistics {
            index.append(pageBounds, valueCount: pageValues, nullCount: header.nullCount, leaf)
        }
        clearPage()
    }

    private mutating func clearPage() {
        plain.removeAll()
        body.removeAll()
        levelBytes.removeAll()
        bits.removeAll(keepingCapacity: true)
        indices.removeAll(keepingCapacity: true)
        definitions.removeAll(keepingCapacity: true)
        repetitions.removeAll(keepingCapacity: true)
        hasDefinitions = false
        pageRows = 0
        pageLevels = 0
        pageValues = 0
        pagePlainBytes = 0
        pageTextBytes = 0
        pageBounds = RunningBounds()
    }

    /// Writes the levels to ``levelBytes`` for version 2, to the front of ``body`` for version 1, which gives their lengths.
    private mutating func encodeLevels(_ header: inout PageHeader) {
        if leaf.maxRepetition > 0 {
            levelBytes.removeAll()
            let width = RunLengthEncoder.bitWidth(leaf.maxRepetition)
            repetitions.withUnsafeBufferPointer { RunLengthEncoder.encode($0, bitWidth: width, into: &levelBytes) }
            header.repetitionByteCount = levelBytes.count
            appendLevelBytes()
        }
        if leaf.maxDefinition > 0 {
            levelBytes.removeAll()
            let width = RunLengthEncoder.bitWidth(leaf.maxDefinition)
            if hasDefinitions {
                definitions.withUnsafeBufferPointer { RunLengthEncoder.encode($0, bitWidth: width, into: &levelBytes) }
            } else {
                RunLengthEncoder.encode(
                    repeating: UInt32(leaf.maxDefinition),
                    count: pageLevels,
                    bitWidth: width,
                    into: &levelBytes
                )
            }
            header.definitionByteCount = levelBytes.count
            appendLevelBytes()
        }
    }

    private mutating func appendLevelBytes() {
        let length = UInt32(truncatingIfNeeded: levelBytes.count)
        if options.dataPageVersion == .v1 {
            body.append((0..<4).map { UInt8(truncatingIfNeeded: length >> UInt32($0 * 8)) })
        }
        body.append(levelBytes)
    }

    private mutating func appendBits() {
        let count = (bits.count + 7) / 8
        let words = bits.words
        body.append(atMost: count + 8) { memory in
            for (index, word) in words.enumerated() {
                if index * 8 + 8 <= count + 7 {
                    (memory + index * 8).storeBytes(of: word.littleEndian, as: UInt64.self)
                }
            }
            return count
        }
    }

    /// Compresses ``body`` and puts the header before it.
    private mutating func encodePage(
        _ header: inout PageHeader,
        _ compressor: inout PageCompressor
    ) throws(ParquetError) -> EncodedPage {
        let levels = header.type == .dataV2 ? header.repetitionByteCount + header.definitionByteCount : 0
        let hasChecksum = options.pageChecksums
        var filled = header
        // What follows a page of nothing but nulls is nothing, and stays so.
        filled.isCompressed =
            options.compression.codec != .uncompressed && (header.type != .dataV2 || body.count > levels)
        let page = try body.withBytes { (bytes) throws(ParquetError) -> EncodedPage in
            let front = UnsafeRawBufferPointer(rebasing: bytes[0..<levels])
            let rest = UnsafeRawBufferPointer(rebasing: bytes[levels...])
            let compressed = filled.isCompressed ? try compressor.compress(rest) : rest
            filled.uncompressedByteCount = bytes.count
            filled.compressedByteCount = levels + compressed.count
            guard filled.uncompressedByteCount <= Int32.max, filled.compressedByteCount <= Int32.max else {
                throw ParquetError(.tooLarge, "a page of more than 2 GiB: a value is too long", column: leaf.name)
            }
            if hasChecksum { filled.checksum = PageChecksum.of(front, compressed) }
            var result = filled.write()
            let headerCount = result.count
            result.reserveCapacity(headerCount + filled.compressedByteCount)
            result.append(contentsOf: front)
            result.append(contentsOf: compressed)
            return EncodedPage(bytes: result, uncompressedByteCount: headerCount + bytes.count)
        }
        header = filled
        return page
    }

    // MARK: The end

    /// The dictionary's page, if there is one, what is known of the chunk except where it will lie, and its page index.
    mutating func finish(
        _ compressor: inout PageCompressor
    ) throws(ParquetError) -> (dictionary: EncodedPage?, ColumnChunkMetadata, ColumnIndex?) {
        if pageRows > 0 { try finishPage(&compressor) }
        if usedDictionary { dictionaryPage = try encodeDictionary(&compressor) }
        var metadata = ColumnChunkMetadata(leaf)
        metadata.isDescribed = true
        metadata.codec = options.compression.codec
        metadata.valueCount = valueCount
        metadata.encodings = (usedEncodings.contains(.plain) || usedDictionary ? [.plain] : []) + [.rle]
        if usedDictionary { metadata.encodings.append(.rleDictionary) }
        if usedEncodings.contains(encoding), encoding != .plain { metadata.encodings.append(encoding) }
        metadata.compressedByteCount = encodedByteCount + (dictionaryPage?.bytes.count ?? 0)
        metadata.uncompressedByteCount =
            pages.reduce(0) { $0 + $1.uncompressedByteCount } + (dictionaryPage?.uncompressedByteCount ?? 0)
        if leaf.physicalType == .byteArray { metadata.textByteCount = pages.reduce(0) { $0 + $1.textByteCount } }
        if options.statistics {
            metadata.statistics.nullCount = nullCount
            if !chunkBounds.hasNaN {
                metadata.statistics.lower = chunkBounds.lower
                metadata.statistics.upper = chunkBounds.upper
                metadata.statistics.isMinExact = chunkBounds.lower != nil
                metadata.statistics.isMaxExact = chunkBounds.upper != nil
            }
        }
        return (dictionaryPage, metadata, index.finished)
    }

    /// The finished pages of values; the chunk gives them up.
    mutating func takePages() -> [EncodedPage] {
        let taken = pages
        pages = []
        return taken
    }

    /// Empties the writer for the next row group; its memory stays.
    mutating func reset() {
        dictionaryPage = nil
        pages = []
        chunkBounds = RunningBounds()
        index = PageIndexBuilder()
        valueCount = 0
        nullCount = 0
        usedDictionary = false
        usedEncodings = []
        encoding = .plain
        isMeasured = false
        encodedByteCount = 0
        numbers.removeAll()
        texts.removeAll()
        mode = options.dictionary && leaf.physicalType != .boolean ? .deciding : .plain
    }

    // MARK: The dictionary

    private var holdsTexts: Bool {
        leaf.physicalType == .byteArray || leaf.physicalType == .fixedLengthByteArray
    }

    private var numberWidth: Int { leaf.physicalType == .int32 || leaf.physicalType == .float ? 4 : 8 }

    /// A dictionary is one page, which readers take up to 1 GiB.
    private var dictionaryLimit: Int { min(options.dictionaryPageBytes, 1 << 30) }

    private var dictionaryCount: Int { holdsTexts ? texts.count : numbers.count }

    private var dictionaryByteCount: Int {
        guard holdsTexts else { return numbers.count * numberWidth }
        return texts.byteCount + (leaf.physicalType == .byteArray ? texts.count * 4 : 0)
    }

    /// Keeps the dictionary only if it pays in the values seen so far.
    private mutating func decide() {
        mode = .dictionary
        let indexBytes = pageValues * RunLengthEncoder.bitWidth(max(0, dictionaryCount - 1)) / 8
        if (dictionaryByteCount + indexBytes + ColumnChunkWriter.pageOverhead) * 5 > pagePlainBytes * 4 {
            abandonDictionary()
        }
    }

    /// How much smaller another encoding than PLAIN, which is the fastest to read, has to be: by a sixteenth.
    private static let worthwhile = 16

    /// Encodes and compresses the page in progress in every way there is, and goes on with the one that takes the fewest
    /// bytes.
    private mutating func measure() throws(ParquetError) {
        isMeasured = true
        let alternatives = ValueEncoder.alternatives(leaf.physicalType)
        if alternatives.isEmpty || pageValues == 0 { return }
        var compressor = PageCompressor(options.compression)
        var values = plain
        if mode != .plain { appendPlain(indices, to: &values) }
        var fewest = try ColumnChunkWriter.size(values, &compressor)
        for alternative in alternatives {
            var encoded = ByteBuffer()
            try ValueEncoder.encode(values, alternative, leaf.physicalType, into: &encoded)
            let size = try ColumnChunkWriter.size(encoded, &compressor)
            if size >= fewest - fewest / ColumnChunkWriter.worthwhile { continue }
            fewest = size
            encoding = alternative
        }
        if mode == .plain { return }
        var dictionary = ByteBuffer()
        appendDictionary(to: &dictionary)
        var encoded = ByteBuffer()
        let width = RunLengthEncoder.bitWidth(max(0, dictionaryCount - 1))
        indices.withUnsafeBufferPointer { RunLengthEncoder.encode($0, bitWidth: width, into: &encoded) }
        // All pages share the dictionary. One that is complete after this page costs the others nothing; one that grows
        // costs each of them as much: the share of new values says which it is.
        let entries = try ColumnChunkWriter.size(dictionary, &compressor) * dictionaryCount / pageValues
        let size = try entries + ColumnChunkWriter.size(encoded, &compressor) + ColumnChunkWriter.pageOverhead
        if size < fewest { mode = .dictionary } else { abandonDictionary() }
    }

    private static func size(_ bytes: ByteBuffer, _ compressor: inout PageCompressor) throws(ParquetError) -> Int {
        try bytes.withBytes { (bytes) throws(ParquetError) in try compressor.compress(bytes).count }
    }

    /// Goes on without dictionary: the page in progress is turned into a plain one; pages before it keep the dictionary.
    private mutating func abandonDictionary() {
        mode = .plain
        var values = ByteBuffer()
        swap(&values, &plain)
        appendPlain(indices, to: &values)
        swap(&values, &plain)
        indices.removeAll(keepingCapacity: true)
        if !usedDictionary {
            numbers.removeAll()
            texts.removeAll()
        }
    }

    /// Appends the values at `indices` in the dictionary as PLAIN has them.
    private func appendPlain(_ indices: [UInt32], to target: inout ByteBuffer) {
        if holdsTexts {
            let hasLengths = leaf.physicalType == .byteArray
            let positions = indices.map { Int32(truncatingIfNeeded: $0) }
            positions.withUnsafeBufferPointer { positions in
                texts.withRows(positions) { target.append($0, hasLengths: hasLengths) }
            }
            return
        }
        let values = numbers.values
        let width = numberWidth
        target.append(atMost: indices.count * width) { memory in
            for (position, index) in indices.enumerated() {
                let value = values[Int(index)].littleEndian
                if width == 4 {
                    let low = UInt32(truncatingIfNeeded: values[Int(index)]).littleEndian
                    memory.storeBytes(of: low, toByteOffset: position * 4, as: UInt32.self)
                } else {
                    memory.storeBytes(of: value, toByteOffset: position * 8, as: UInt64.self)
                }
            }
            return indices.count * width
        }
    }

    private mutating func encodeDictionary(_ compressor: inout PageCompressor) throws(ParquetError) -> EncodedPage {
        var content = ByteBuffer()
        body.removeAll()
        swap(&content, &body)
        appendDictionary(to: &content)
        swap(&content, &body)
        var header = PageHeader(.dictionary)
        header.valueCount = dictionaryCount
        header.encoding = .plain
        let page = try encodePage(&header, &compressor)
        body.removeAll()
        return page
    }

    /// Appends the entries of the dictionary as PLAIN has them.
    private func appendDictionary(to target: inout ByteBuffer) {
        if holdsTexts {
            let hasLengths = leaf.physicalType == .byteArray
            texts.withRows(nil) { target.append($0, hasLengths: hasLengths) }
            return
        }
        let values = numbers.values
        let width = numberWidth
        target.append(atMost: values.count * 8) { memory in
            var position = 0
            for value in values {
                if width == 4 {
                    let low = UInt32(truncatingIfNeeded: value).littleEndian
                    memory.storeBytes(of: low, toByteOffset: position, as: UInt32.self)
                } else {
                    memory.storeBytes(of: value.littleEndian, toByteOffset: position, as: UInt64.self)
                }
                position += width
            }
            return position
        }
    }

    // MARK: Values

    /// Appends `count` values from `start` on.
    private mutating func appendValues(_ values: Column.Values, start: Int, count: Int) throws(ParquetError) {
        let range = start..<start + count
        switch values {
        case .bits(let vector):
            bits.append(vector, range)
            pagePlainBytes += count / 8
            if options.statistics {
                var trues = 0
                for index in range where vector[index] { trues += 1 }
                pageBounds.include(trues: trues, of: count)
            }
        case .int32(let vector):
            try vector.withPart(range) { (part) throws(ParquetError) in try appendInt32(part) }
        case .int64(let vector):
            try vector.withPart(range) { (part) throws(ParquetError) in try appendInt64(part) }
        case .int128(let vector):
            try vector.withPart(range) { (part) throws(ParquetError) in try appendInt128(part) }
        case .float(let vector): vector.withPart(range) { appendFloat($0) }
        case .double(let vector): vector.withPart(range) { appendDouble($0) }
        case .bytes(let vector): vector.withRows(start: start, count: count) { appendTexts($0) }
        case .structure, .list, .map: break
        }
        try finishPiece(count)
    }

    /// Appends the values at `positions`.
    private mutating func appendValues(_ values: Column.Values, at positions: [Int32]) throws(ParquetError) {
        switch values {
        case .bits(let vector):
            var trues = 0
            for position in positions {
                bits.append(vector[Int(position)])
                if vector[Int(position)] { trues += 1 }
            }
            if options.statistics { pageBounds.include(trues: trues, of: positions.count) }
            pagePlainBytes += positions.count / 8
        case .int32(let vector):
            let part = vector.gather(positions)
            try part.withUnsafeBufferPointer { (part) throws(ParquetError) in try appendInt32(part) }
        case .int64(let vector):
            let part = vector.gather(positions)
            try part.withUnsafeBufferPointer { (part) throws(ParquetError) in try appendInt64(part) }
        case .int128(let vector):
            let part = vector.gather(positions)
            try part.withUnsafeBufferPointer { (part) throws(ParquetError) in try appendInt128(part) }
        case .float(let vector):
            let part = vector.gather(positions)
            part.withUnsafeBufferPointer { appendFloat($0) }
        case .double(let vector):
            let part = vector.gather(positions)
            part.withUnsafeBufferPointer { appendDouble($0) }
        case .bytes(let vector): vector.withRows(at: positions) { appendTexts($0) }
        case .structure, .list, .map: break
        }
        try finishPiece(positions.count)
    }

    private mutating func finishPiece(_ count: Int) throws(ParquetError) {
        if hasInvalidText {
            throw ParquetError(
                .invalidValue,
                "a text that is not UTF-8; correct it, or make the column binary",
                column: leaf.name
            )
        }
        pageValues += count
        // What is measured is a whole page.
        if mode == .deciding, !options.measuresEncodings, pageValues >= ColumnChunkWriter.sampleCount { decide() }
    }

    private mutating func appendInt32(_ values: UnsafeBufferPointer<Int32>) throws(ParquetError) {
        if options.statistics || allowedNumbers != nil, let (low, high) = values.extremes {
            try checkRange(Int128(low), Int128(high))
            if options.statistics { pageBounds.include(.integer(Int64(low)), .integer(Int64(high))) }
        }
        appendNumbers(values) { UInt64(UInt32(bitPattern: $0)) }
    }

    private mutating func appendInt64(_ values: UnsafeBufferPointer<Int64>) throws(ParquetError) {
        if options.statistics || allowedNumbers != nil, let (low, high) = values.extremes {
            try checkRange(Int128(low), Int128(high))
            if options.statistics { pageBounds.include(.integer(low), .integer(high)) }
        }
        if leaf.physicalType == .int32 {
            // A decimal of at most nine digits, as has just been checked: it fits.
            let narrow = values.map { Int32(truncatingIfNeeded: $0) }
            narrow.withUnsafeBufferPointer { values in appendNumbers(values) { UInt64(UInt32(bitPattern: $0)) } }
        } else {
            appendNumbers(values) { UInt64(bitPattern: $0) }
        }
    }

    private func checkRange(_ low: Int128, _ high: Int128) throws(ParquetError) {
        guard let allowedNumbers, low < allowedNumbers.lowerBound || high > allowedNumbers.upperBound else { return }
        throw ParquetError(
            .invalidValue,
            "a number outside the range of \(leaf.type); correct it, or give the column a wider type",
            column: leaf.name
        )
    }

    private mutating func appendInt128(_ values: UnsafeBufferPointer<Int128>) throws(ParquetError) {
        let width = leaf.typeLength
        if let (low, high) = values.extremes {
            try checkRange(low, high)
            if options.statistics { pageBounds.include(.wide(low), .wide(high)) }
        }
        let bytes = [UInt8](unsafeUninitializedCapacity: values.count * width) { buffer, count in
            var position = 0
            for value in values {
                for byte in 0..<width {
                    let shift = Int128((width - 1 - byte) * 8)
                    buffer.initializeElement(at: position + byte, to: UInt8(truncatingIfNeeded: value >> shift))
                }
                position += width
            }
            count = position
        }
        let offsets = (0...values.count).map { Int32(truncatingIfNeeded: $0 * width) }
        ByteVector(trusted: offsets, pool: bytes).withRows(start: 0, count: values.count) {
            appendBytes($0, hasLengths: false, hasBounds: true)
        }
    }

    private mutating func appendFloat(_ values: UnsafeBufferPointer<Float>) {
        if options.statistics { pageBounds.include(values) }
        appendNumbers(values) { UInt64($0.bitPattern) }
    }

    private mutating func appendDouble(_ values: UnsafeBufferPointer<Double>) {
        if options.statistics { pageBounds.include(values) }
        appendNumbers(values) { $0.bitPattern }
    }

    @inline(__always)
    private mutating func appendNumbers<T: BitwiseCopyable>(
        _ values: UnsafeBufferPointer<T>,
        _ key: (T) -> UInt64
    ) {
        var rest = values
        if mode != .plain {
            let start = indices.count
            indices.append(contentsOf: repeatElement(0, count: values.count))
            let limit = dictionaryLimit / MemoryLayout<T>.size
            let done = indices.withUnsafeMutableBufferPointer { indices -> Int in
                guard let base = indices.baseAddress else { return 0 }
                return numbers.encode(values, limit: limit, into: base + start, key: key)
            }
            if done < values.count {
                indices.removeLast(values.count - done)
                abandonDictionary()
            }
            rest = UnsafeBufferPointer(rebasing: values[done...])
        }
        if !rest.isEmpty { plain.append(UnsafeRawBufferPointer(rest)) }
        pagePlainBytes += values.count * MemoryLayout<T>.size
    }

    private mutating func appendTexts(_ rows: ByteRows) {
        appendBytes(rows, hasLengths: true, hasBounds: !options.statistics)
    }

    /// - Parameters:
    ///   - hasLengths: whether each value stands behind its length.
    ///   - hasBounds: whether the bounds of the values are known already, or not wanted.
    private mutating func appendBytes(_ rows: ByteRows, hasLengths: Bool, hasBounds: Bool) {
        let isText = leaf.type == .string
        let byteCount = rows.byteCount
        pageTextBytes += byteCount
        pagePlainBytes += byteCount + (hasLengths ? rows.count * 4 : 0)
        var done = 0
        if mode != .plain {
            let start = indices.count
            indices.append(contentsOf: repeatElement(0, count: rows.count))
            if fresh.count < rows.count { fresh = Array(repeating: 0, count: max(rows.count, 4096)) }
            var freshCount = 0
            let limit = dictionaryLimit
            done = indices.withUnsafeMutableBufferPointer { indices -> Int in
                fresh.withUnsafeMutableBufferPointer { fresh -> Int in
                    guard let base = indices.baseAddress, let fresh = fresh.baseAddress else { return 0 }
                    return texts.encode(
                        rows,
                        limit: limit,
                        page: UInt32(truncatingIfNeeded: pages.count + 1),
                        into: base + start,
                        fresh: fresh,
                        freshCount: &freshCount
                    )
                }
            }
            // Each value counts once a page, when it comes first.
            fresh.withUnsafeBufferPointer { fresh in
                texts.withRows(UnsafeBufferPointer(rebasing: fresh[0..<freshCount])) { rows in
                    if !hasBounds { pageBounds.include(rows) }
                    if isText, !rows.areUTF8 { hasInvalidText = true }
                }
            }
            if done < rows.count {
                indices.removeLast(rows.count - done)
                abandonDictionary()
            }
        }
        if done < rows.count {
            let rest = rows.dropFirst(done)
            plain.append(rest, hasLengths: hasLengths)
            if !hasBounds { pageBounds.include(rest) }
            if isText, !rest.areUTF8 { hasInvalidText = true }
        }
    }
}
