import Columnar
import Testing

@testable import Parquet

@Suite("Files that lie")
struct LyingFilesTests {
    /// The file with another list of pages for its first column, or another schema, put behind what it has.
    private func rewritten(
        _ bytes: [UInt8],
        pages: ((inout [OffsetIndex.Page]) -> Void)? = nil,
        elements change: (inout [SchemaElement]) -> Void = { _ in }
    ) async throws -> [UInt8] {
        var metadata = try await ParquetFile(BytesInput(bytes)).metadata
        var result = bytes
        if let pages, let range = metadata.rowGroups[0].columns[0].offsetIndexRange {
            var index = try Array(bytes[range]).withRawBytes { (bytes) throws(ParquetError) in try OffsetIndex(bytes) }
            pages(&index.pages)
            let start = result.count
            result += index.write(texts: nil)
            metadata.rowGroups[0].columns[0].offsetIndexRange = start..<result.count
        }
        var elements = try FileSchema.elements(metadata.schema)
        change(&elements)
        let footer = metadata.footer(elements)
        result += footer
        result += (0..<4).map { UInt8(truncatingIfNeeded: footer.count >> ($0 * 8)) } + FileMagic.plain
        return result
    }

    private func numbers(_ values: [Int64]) throws -> RecordBatch {
        try RecordBatch([Field("n", .long)], [try Column(.long, .int64(values))])
    }

    @Test("a list that names pages twice, or out of order, is refused before its pages are read")
    func repeatedPages() async throws {
        let (bytes, _) = try encode([try numbers(Array(0..<100))], options { $0.pageRows = 10 })
        let repeated = try await rewritten(bytes) { pages in
            for index in pages.indices { pages[index].offset = pages[0].offset }
        }
        let turned = try await rewritten(bytes) { pages in
            let offsets = pages.map(\.offset)
            for index in pages.indices { pages[index].offset = offsets[offsets.count - 1 - index] }
        }
        let overflowing = try await rewritten(bytes) { $0[3].byteCount = .max }
        for lie in [repeated, turned, overflowing] {
            let file = try await ParquetFile(BytesInput(lie))
            let error = await parquetError { _ = try await file.readRowGroup(0, rows: [15..<16, 55..<56]) }
            #expect(error?.code == .corrupt)
            #expect(error?.column == "n")
        }
        let honest = try await ParquetFile(BytesInput(try await rewritten(bytes) { _ in }))
        #expect(try await honest.readRowGroup(0, rows: [15..<16, 55..<56]).rows == [[15], [55]])
    }

    private func pages(_ codec: ParquetCodec, uncompressed: Int, values: Int, bodyBytes: Int) throws -> ChunkPages {
        var header = PageHeader(.data)
        header.uncompressedByteCount = uncompressed
        header.compressedByteCount = bodyBytes
        header.valueCount = values
        let bytes = header.write() + [UInt8](repeating: 0, count: bodyBytes)
        return try bytes.withRawBytes { (bytes) throws(ParquetError) in
            try ChunkPages(bytes, valueCount: nil, codec: codec)
        }
    }

    @Test("a page that is not compressed cannot be larger than it is")
    func uncompressedSize() async throws {
        _ = try pages(.uncompressed, uncompressed: 8, values: 1, bodyBytes: 8)
        let error = await parquetError {
            _ = try pages(.uncompressed, uncompressed: 1 << 27, values: 1 << 27, bodyBytes: 8)
        }
        #expect(error?.code == .corrupt)
    }

    @Test("a few bytes cannot ask for the memory of billions of values")
    func valueCount() async throws {
        _ = try pages(.zstd, uncompressed: 1 << 20, values: 1 << 20, bodyBytes: 40_000)
        let error = await parquetError {
            _ = try pages(.zstd, uncompressed: 1 << 30, values: 1 << 30, bodyBytes: 40_000)
        }
        #expect(error?.code == .tooLarge)
    }

    @Test("whole numbers of 64 bits without sign are decimals, whatever their highest bit")
    func unsignedNumbers() async throws {
        let (bytes, _) = try encode([try numbers([-1, 5, .min])], options { $0.pageIndex = false })
        let unsigned = try await rewritten(bytes, elements: { $0[1].logicalType = .integer(bits: 64, isSigned: false) })
        let file = try await ParquetFile(BytesInput(unsigned))
        #expect(file.schema.fields[0].type == .decimal(precision: 20, scale: 0))
        let expected: [Int128] = [(1 << 64) - 1, 5, 1 << 63]
        #expect(try await file.readRowGroup(0).rows == expected.map { [.decimal(unscaled: $0, scale: 0)] })
        // The bounds were found with sign: as numbers without they contradict each other.
        #expect(file.metadata.statistics(ofColumnPath: ["n"])?.max == nil)
    }
}
