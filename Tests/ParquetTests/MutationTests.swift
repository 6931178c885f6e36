import Columnar
import Foundation
import Parquet
import Testing

@Suite("Damaged bytes")
struct MutationTests {
    /// Small files of every shape this module writes, without checksums, so that the damage gets through.
    private static func ownFiles() throws -> [[UInt8]] {
        let shapes: [(inout ParquetWriterOptions) -> Void] = [
            { $0.pageRows = 10 }, { $0.compression = .snappy },
            { ($0.dataPageVersion, $0.compression) = (.v2, .zstd()) },
            { ($0.compression, $0.dictionary) = (.gzip(), false) }, { $0.pageChecksums = true },
            { ($0.measuresEncodings, $0.dictionary) = (true, false) },
        ]
        return try shapes.map { shape in
            try encode(
                [try SampleTable.batch(0..<40)],
                options {
                    $0.pageChecksums = false
                    shape(&$0)
                }
            ).bytes
        }
    }

    private static func foreignFiles() throws -> [[UInt8]] {
        guard Outside.hasParquetTesting else { return [] }
        var files: [[UInt8]] = []
        for folder in ["data", "bad_data"] {
            let path = Outside.parquetTesting.appending(path: folder).path
            for name in try FileManager.default.contentsOfDirectory(atPath: path).sorted()
            where name.hasSuffix(".parquet") {
                let bytes = try Outside.file("\(folder)/\(name)")
                if bytes.count < 8000 { files.append(bytes) }
            }
        }
        return files
    }

    /// Reads all that can be read; what it ends with is either a result or a ``ParquetError``.
    private func read(_ bytes: [UInt8]) async throws {
        let file = try await ParquetFile(BytesInput(bytes))
        for leaf in file.metadata.rowGroups.first?.columns ?? [] {
            _ = file.metadata.statistics(ofColumnPath: leaf.path)?.max
        }
        for (index, group) in file.metadata.rowGroups.enumerated().prefix(3) {
            if group.rowCount > 4 { _ = try await file.readRowGroup(index, rows: [1..<2, 3..<4]) }
            for column in group.columns {
                _ = try await file.rows(inRowGroup: index, column: column.path, from: 1, through: nil)
            }
            let batch = try await file.readRowGroup(index)
            if batch.rowCount > 0, batch.rowCount < 100_000 { _ = batch.row(batch.rowCount - 1) }
        }
    }

    private func mutate(_ original: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = original
        let footer = original.suffix(8).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        for _ in 0...Int.random(in: 0...4, using: &generator) {
            // Half of the damage goes to the footer, where one byte changes the meaning of many.
            let start = Bool.random(using: &generator) && footer < bytes.count - 8 ? bytes.count - 8 - footer : 0
            guard start < bytes.count else { continue }
            let position = Int.random(in: start..<bytes.count, using: &generator)
            switch Int.random(in: 0...3, using: &generator) {
            case 0: bytes[position] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes[position] ^= 1 << UInt8.random(in: 0...7, using: &generator)
            case 2: bytes[position] &+= 1
            default:
                for index in position..<min(bytes.count, position + 4) {
                    bytes[index] = [0, 0x7F, 0x80, 0xFF][Int.random(in: 0...3, using: &generator)]
                }
            }
        }
        if Int.random(in: 0..<16, using: &generator) == 0 {
            bytes.removeLast(Int.random(in: 1..<bytes.count, using: &generator))
        }
        return bytes
    }

    @Test("thousands of damaged files each end in a result or a Parquet error", arguments: [1, 2, 3] as [UInt64])
    func mutations(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        var outcomes: [String: Int] = [:]
        for original in try MutationTests.ownFiles() + MutationTests.foreignFiles() {
            for _ in 0..<25 {
                let bytes = mutate(original, &generator)
                do {
                    try await read(bytes)
                    outcomes["read", default: 0] += 1
                } catch let error as ParquetError {
                    outcomes[error.code.description, default: 0] += 1
                } catch {
                    Issue.record("\(error)")
                }
            }
        }
        // The damage must reach all layers: not every file may fail at the footer.
        #expect((outcomes["read"] ?? 0) > 10, "\(outcomes)")
        #expect((outcomes["corrupt"] ?? 0) > 10, "\(outcomes)")
    }

    @Test("a file cut short anywhere is refused")
    func truncation() async throws {
        let original = try MutationTests.ownFiles()[0]
        for length in stride(from: 0, to: original.count, by: 17) {
            let error = await parquetError { try await read(Array(original[..<length])) }
            #expect(error != nil, "\(length) bytes")
        }
    }

    @Test("a page whose bytes changed is noticed by its checksum, with column, row group and place")
    func checksum() async throws {
        let batch = try RecordBatch([Field("n", .long)], [try Column(.long, .int64(Array(0..<1000)))])
        var (bytes, metadata) = try encode([batch])
        let chunk = metadata.rowGroups[0].columns[0]
        bytes[chunk.dataPageOffset + chunk.compressedByteCount - 1] ^= 1
        let error = await parquetError { _ = try await rows(bytes) }
        #expect(error?.code == .checksumMismatch)
        #expect(error?.column == "n")
        #expect(error?.rowGroup == 0)
        #expect(error?.byteOffset == chunk.dataPageOffset)
    }

    @Test("an input that delivers too little is noticed")
    func shortInput() async throws {
        struct ShortInput: ParquetInput {
            let byteCount = 1000
            func read(_ range: Range<Int>) async throws -> [UInt8] { [1, 2, 3] }
        }
        let error = await parquetError { _ = try await ParquetFile(ShortInput()) }
        #expect(error?.code == .unreadable)
    }

    @Test("other files are not taken for Parquet")
    func otherFiles() async throws {
        for text in ["", "PAR1", "this is a text that has nothing to do with it", "PAR1........PARE"] {
            let error = await parquetError { _ = try await ParquetFile(BytesInput(Array(text.utf8))) }
            #expect(error?.code == (text.hasSuffix("PARE") ? .unsupported : .notParquet))
        }
    }
}
