/// A page, decompressed and cut into its parts.
struct PageContent {
    var repetitions: UnsafeRawBufferPointer
    var definitions: UnsafeRawBufferPointer
    var values: UnsafeRawBufferPointer
    var encoding: Encoding
    /// Nulls included.
    var valueCount: Int
}

/// Decompresses pages into memory that is used again for the next.
struct PageOpener: ~Copyable {
    private var decompressor = PageDecompressor()
    private var memory = ScratchMemory()

    init() {}

    /// The content of a page of values; valid until the next call.
    mutating func open(
        _ page: ChunkPages.Page,
        of chunk: UnsafeRawBufferPointer,
        _ leaf: LeafColumn,
        _ codec: ParquetCodec
    ) throws(ParquetError) -> PageContent {
        let header = page.header
        let body = try chunk.part(page.body.lowerBound, page.body.count, "a page")
        let none = UnsafeRawBufferPointer(rebasing: body[0..<0])
        var content = PageContent(
            repetitions: none,
            definitions: none,
            values: none,
            encoding: header.encoding,
            valueCount: header.valueCount
        )
        if header.type == .dataV2 {
            let levels = header.repetitionByteCount.saturatingSum(header.definitionByteCount)
            content.repetitions = try body.part(0, header.repetitionByteCount, "a page's levels")
            content.definitions = try body.part(
                header.repetitionByteCount,
                header.definitionByteCount,
                "a page's levels"
            )
            guard levels <= header.uncompressedByteCount else { throw .corrupt("a page is shorter than its levels") }
            let values = try body.rest(levels, "a page's values")
            content.values = try decompress(
                values,
                to: header.uncompressedByteCount - levels,
                header.isCompressed ? codec : .uncompressed
            )
            return content
        }
        let whole = try decompress(body, to: header.uncompressedByteCount, codec)
        var position = 0
        if leaf.maxRepetition > 0 {
            try PageOpener.checkLevels(header.repetitionEncoding)
            let length = try whole.length32(at: position, "a page's levels")
            content.repetitions = try whole.part(position + 4, length, "a page's levels")
            position += 4 + length
        }
        if leaf.maxDefinition > 0 {
            try PageOpener.checkLevels(header.definitionEncoding)
            let length = try whole.length32(at: position, "a page's levels")
            content.definitions = try whole.part(position + 4, length, "a page's levels")
            position += 4 + length
        }
        content.values = try whole.rest(position, "a page's values")
        return content
    }

    /// The bytes of a dictionary; valid until the next call.
    mutating func openDictionary(
        _ page: ChunkPages.Page,
        of chunk: UnsafeRawBufferPointer,
        _ codec: ParquetCodec
    ) throws(ParquetError) -> UnsafeRawBufferPointer {
        guard page.header.encoding == .plain || page.header.encoding == .plainDictionary else {
            throw .unsupported("a dictionary encoded as \(page.header.encoding); this version reads PLAIN")
        }
        let body = try chunk.part(page.body.lowerBound, page.body.count, "a dictionary")
        return try decompress(body, to: page.header.uncompressedByteCount, codec)
    }

    private mutating func decompress(
        _ bytes: UnsafeRawBufferPointer,
        to count: Int,
        _ codec: ParquetCodec
    ) throws(ParquetError) -> UnsafeRawBufferPointer {
        if codec == .uncompressed {
            guard bytes.count == count else {
                throw .corrupt("an uncompressed page of \(bytes.count) bytes says that it has \(count)")
            }
            return bytes
        }
        let target = try memory.bytes(count)
        try decompressor.decompress(bytes, codec, into: target)
        return UnsafeRawBufferPointer(target)
    }

    private static func checkLevels(_ encoding: Encoding) throws(ParquetError) {
        guard encoding == .rle else {
            throw .unsupported("levels encoded as \(encoding); this version reads RLE")
        }
    }
}
