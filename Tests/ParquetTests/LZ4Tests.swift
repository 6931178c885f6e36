import Columnar
import Foundation
import Testing

@testable import Parquet

@Suite("LZ4, bare and in its framings")
struct LZ4Tests {
    private func decompressed(_ bytes: [UInt8], _ codec: ParquetCodec, _ count: Int) throws(ParquetError) -> [UInt8] {
        var decompressor = PageDecompressor()
        return try [UInt8](unsafeUninitializedCapacity: count) { (target, filled) throws(ParquetError) in
            try bytes.withRawBytes { (bytes) throws(ParquetError) in
                try decompressor.decompress(bytes, codec, into: UnsafeMutableRawBufferPointer(target))
            }
            filled = count
        }
    }

    private func bigEndian(_ number: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - $0 * 8)) }
    }
    private func littleEndian(_ number: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }

    /// `ab` five times and a half, and then `xyz12`: two literals, a copy of nine bytes two back, five literals.
    private let block: [UInt8] = [0x25, 97, 98, 2, 0, 0x50, 120, 121, 122, 49, 50]
    private let text = Array("abababababaxyz12".utf8)

    @Test("literals and copies that overlap what they make")
    func bare() throws {
        #expect(try decompressed(block, .lz4Raw, 16) == text)
    }

    @Test("lengths that go on in further bytes")
    func longLengths() throws {
        let literals = (0..<300).map { UInt8(truncatingIfNeeded: $0) }
        // 300 literals, 15 + 255 + 30; a copy of 1000, 4 + 15 + 3 · 255 + 216, from one byte back; one literal.
        var bytes: [UInt8] = [0xFF, 255, 30] + literals
        bytes += [1, 0, 255, 255, 255, 216, 0x10, 7]
        let expected = literals + [UInt8](repeating: literals[299], count: 1000) + [7]
        #expect(try decompressed(bytes, .lz4Raw, 1301) == expected)
    }

    @Test("the codec LZ4 takes Hadoop's lengths, with several blocks and groups, frames, and bare blocks")
    func framings() throws {
        #expect(try decompressed(block, .lz4, 16) == text)
        let own = bigEndian(block.count) + block
        #expect(try decompressed(bigEndian(16) + own, .lz4, 16) == text)
        #expect(try decompressed(bigEndian(32) + own + own + bigEndian(16) + own, .lz4, 48) == text + text + text)
        let magic: [UInt8] = [0x04, 0x22, 0x4D, 0x18]
        let frame = magic + [0x60, 0x40, 0x82] + littleEndian(block.count) + block + littleEndian(0)
        #expect(try decompressed(frame, .lz4, 16) == text)
        // The size of the content, a checksum behind each block, and a block that is stored as it is.
        var rich = magic + [0x78, 0x40] + littleEndian(20) + littleEndian(0) + [0]
        rich += littleEndian(block.count) + block + littleEndian(0)
        rich += littleEndian(4 | 1 << 31) + [1, 2, 3, 4] + littleEndian(0) + littleEndian(0)
        #expect(try decompressed(rich, .lz4, 20) == text + [1, 2, 3, 4])
    }

    @Test("a codec without framing takes none")
    func noFraming() {
        #expect(throws: ParquetError.self) {
            try decompressed(bigEndian(16) + bigEndian(block.count) + block, .lz4Raw, 16)
        }
    }

    @Test(
        "copies from before the beginning, and results of another length, are errors",
        arguments: [
            [], [0x10], [0x14, 97, 0, 0, 0x50, 1, 2, 3, 4, 5], [0x14, 97, 2, 0, 0x50, 1, 2, 3, 4, 5], [0xF0, 255, 255],
            [0x1F, 97, 1, 0, 255, 255, 255], [0x10, 97], [0x14, 97, 1], [0x14, 97, 1, 0],
        ] as [[UInt8]]
    )
    func lies(bytes: [UInt8]) {
        for codec in [ParquetCodec.lz4, .lz4Raw] {
            let error = #expect(throws: ParquetError.self) { try decompressed(bytes, codec, 14) }
            #expect(error?.code == .corrupt)
        }
    }

    @Test("damaged blocks end in a result or a Parquet error", arguments: [21, 22, 23] as [UInt64])
    func damage(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let frame = [0x04, 0x22, 0x4D, 0x18, 0x60, 0x40, 0x82] + littleEndian(block.count) + block + littleEndian(0)
        let hadoop = bigEndian(16) + bigEndian(block.count) + block
        var failed = 0
        for original in [block, frame, hadoop] {
            for _ in 0..<3000 {
                var damaged = original
                for _ in 0...Int.random(in: 0...3, using: &generator) {
                    let place = Int.random(in: damaged.indices, using: &generator)
                    damaged[place] = UInt8.random(in: 0...255, using: &generator)
                }
                let count = Int.random(in: 1...40, using: &generator)
                do throws(ParquetError) { _ = try decompressed(damaged, .lz4, count) } catch { failed += 1 }
            }
        }
        #expect(failed > 3000, "seed \(seed)")
    }

    @Test("we read what pyarrow compresses", .enabled(if: Outside.hasPython, "needs .venv/bin/python with pyarrow"))
    func pyarrowWrites() async throws {
        try await Outside.withFolder { folder in
            _ = try Outside.run(
                SampleTable.python + """
                    pq.write_table(table(150), folder + '/a.parquet', compression='lz4')
                    numbers = pa.table({'n': [i * i % 1000 for i in range(100000)], 's': ['x' * (i % 300) for i in range(100000)]})
                    pq.write_table(numbers, folder + '/b.parquet', compression='lz4', use_dictionary=False)
                    for codec in ('lz4', 'lz4_raw'):
                        data = bytes(i * i % 251 for i in range(100000)) + b'ab' * 100000
                        open(folder + '/' + codec, 'wb').write(pa.Codec(codec).compress(data, asbytes=True))
                    """,
                in: folder
            )
            func file(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: folder.appending(path: name))) }
            #expect(try await rows(try file("a.parquet")) == SampleTable.rows(150))
            let batch = try await ParquetFile(BytesInput(try file("b.parquet"))).readRowGroup(0)
            let numbers = (0..<100_000).map { (i: Int) -> Int64 in Int64(i * i % 1000) }
            #expect(batch.columns[0].values.int64 == numbers)
            let byteCount = (0..<100_000).reduce(0) { (sum: Int, i: Int) -> Int in sum + i % 300 }
            #expect(batch.columns[1].values.bytes?.pool.count == byteCount)
            var data: [UInt8] = (0..<100_000).map { (i: Int) -> UInt8 in UInt8(i * i % 251) }
            for _ in 0..<100_000 { data += [97, 98] }
            #expect(try decompressed(try file("lz4"), .lz4, 300_000) == data)
            #expect(try decompressed(try file("lz4_raw"), .lz4, 300_000) == data)
        }
    }
}
