/// The pages of a column chunk, found by walking their headers before anything is decoded.
struct ChunkPages {
    struct Page {
        var header: PageHeader
        /// Where the page itself lies in the chunk's bytes.
        var body: Range<Int>
    }

    private(set) var dictionary: Page?
    private(set) var pages: [Page] = []
    /// The values of all pages, nulls included.
    private(set) var valueCount = 0

    /// How many values more than bits the pages of a chunk may have: a run of one value takes next to no bytes, but a
    /// file must not be able to ask for any amount of memory with a few of them.
    private static let mostValuesBeyondBits = 1 << 27
    /// The most values of a chunk: a vector of them is made before the first page is decompressed, and a page that says
    /// that it becomes 1 GiB may have been made to say so.
    private static let mostValues = 1 << 28

    /// No pages yet.
    init(dictionary: Page?) { self.dictionary = dictionary }

    mutating func append(_ page: Page) {
        pages.append(page)
        valueCount = valueCount.saturatingSum(page.header.valueCount)
    }

    /// - Parameters:
    ///   - valueCount: how many values there are by the footer; `nil` where `bytes` holds only some of the pages, and all
    ///     of it is to be used.
    init(
        _ bytes: UnsafeRawBufferPointer,
        valueCount expected: Int?,
        codec: ParquetCodec,
        verifiesChecksums: Bool = true
    ) throws(ParquetError) {
        var position = 0
        var beyondBits = 0
        while expected.map({ valueCount < $0 }) ?? (position < bytes.count) {
            guard position < bytes.count else {
                throw .corrupt("the pages have \(valueCount) values, the footer says \(expected ?? 0)")
            }
            var reader = ThriftReader(try bytes.rest(position, "a page"))
            let header = try PageHeader(&reader)
            position += reader.position
            let body = try bytes.part(position, header.compressedByteCount, "a page")
            let range = position..<position + header.compressedByteCount
            position = range.upperBound
            guard let type = header.type, type != .index else { continue }
            try PageDecompressor.check(
                codec,
                compressed: header.compressedByteCount,
                uncompressed: header.uncompressedByteCount
            )
            if verifiesChecksums, let checksum = header.checksum, PageChecksum.of(body) != checksum {
                throw ParquetError(
                    .checksumMismatch,
                    "the bytes of a page are not those that were written; restore the file or write it again"
                )
            }
            let page = Page(header: header, body: range)
            if type == .dictionary {
                guard dictionary == nil, pages.isEmpty else {
                    throw .corrupt("a column has a dictionary behind its first page")
                }
                dictionary = page
                continue
            }
            beyondBits += max(0, header.valueCount - header.uncompressedByteCount * 8)
            guard beyondBits <= ChunkPages.mostValuesBeyondBits else {
                throw ParquetError(
                    .tooLarge,
                    "more than \(ChunkPages.mostValuesBeyondBits) values in runs; write smaller row groups"
                )
            }
            append(page)
        }
        if let expected, valueCount != expected {
            throw .corrupt("the pages have \(valueCount) values, the footer says \(expected)")
        }
        guard valueCount <= ChunkPages.mostValues else {
            throw ParquetError(
                .tooLarge,
                "\(valueCount) values of a column at once; at most \(ChunkPages.mostValues) are taken: read fewer rows"
            )
        }
    }
}
