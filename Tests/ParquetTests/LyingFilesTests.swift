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
}
