import Columnar
import Testing

@testable import Parquet

@Suite("Differences, and values split by their bytes")
struct DeltaEncodingTests {
    // MARK: Helpers

    private func bytes(_ buffer: ByteBuffer) -> [UInt8] { (try? buffer.withBytes { Array($0) }) ?? [] }

    private func encoded<T: FixedWidthInteger & SignedInteger>(_ values: [T]) -> [UInt8] {
        var buffer = ByteBuffer()
        values.withUnsafeBytes {
            DeltaBinaryPackedEncoder.encode($0, isWide: T.self == Int64.self, into: &buffer)
        }
        return bytes(buffer)
    }

    private func decoded<T: FixedWidthInteger & SignedInteger>(
        _ bytes: [UInt8],
        _ count: Int
    ) throws(ParquetError) -> (values: [T], end: Int) {
        var end = 0
        let values = try [T](unsafeUninitializedCapacity: count) { (target, filled) throws(ParquetError) in
            guard let base = target.baseAddress else { return }
            end = try bytes.withRawBytes { (bytes) throws(ParquetError) in
                var decoder = try DeltaBinaryPackedDecoder(bytes, count: count)
                try decoder.decode(count: count, into: base)
                return decoder.position
            }
            filled = count
        }
        return (values, end)
    }

    /// The strings of a page of values in `encoding`.
    private func texts(
        _ values: [UInt8],
        _ encoding: Encoding,
        count: Int,
        length: Int = 0
    ) throws(ParquetError) -> [[UInt8]] {
        var decoder = ValueDecoder()
        var pool: [UInt8] = []
        var ends = [Int32](repeating: 0, count: count)
        try values.withRawBytes { (bytes) throws(ParquetError) in
            let none = UnsafeRawBufferPointer(rebasing: bytes[0..<0])
            let page = PageContent(
                repetitions: none,
                definitions: none,
                values: bytes,
                encoding: encoding,
                valueCount: count
            )
            try ends.withUnsafeMutableBufferPointer { (ends) throws(ParquetError) in
                guard let base = ends.baseAddress else { return }
                try decoder.decode(page, count: count, length: length, dictionary: nil, pool: &pool, ends: base)
            }
        }
        var start = 0
        return ends.map { end in
            defer { start = Int(end) }
            return Array(pool[start..<Int(end)])
        }
    }

    private func plain(_ texts: [String]) -> ByteBuffer {
        var buffer = ByteBuffer()
        for text in texts {
            buffer.append((0..<4).map { UInt8(truncatingIfNeeded: text.utf8.count >> ($0 * 8)) } + Array(text.utf8))
        }
        return buffer
    }

    // MARK: What the format says

    @Test("the examples of the format: 1 to 5, and 7, 5, 3, 1, 2, 3, 4, 5")
    func examples() throws {
        // Encodings.md: a header of block size 128, 4 miniblocks, the count and the first value, as zigzag where signed.
        #expect(encoded([1, 2, 3, 4, 5] as [Int32]) == [0x80, 1, 4, 5, 2, 2, 0, 0, 0, 0])
        // The least difference is -2; what the others are above it takes two bits.
        let second = encoded([7, 5, 3, 1, 2, 3, 4, 5] as [Int64])
        #expect(second == [0x80, 1, 4, 8, 14, 3, 2, 0, 0, 0, 0b1100_0000, 0b0011_1111, 0, 0, 0, 0, 0, 0])
        #expect(try decoded(second, 8).values == [7, 5, 3, 1, 2, 3, 4, 5] as [Int64])
    }

    @Test("the example of the format: axis, axle, babble, babyhood")
    func commonBeginnings() throws {
        var buffer = ByteBuffer()
        let words = ["axis", "axle", "babble", "babyhood"]
        try ValueEncoder.encode(plain(words), .deltaByteArray, .byteArray, into: &buffer)
        #expect(String(decoding: bytes(buffer).suffix(17), as: UTF8.self) == "axislebabbleyhood")
        #expect(try texts(bytes(buffer), .deltaByteArray, count: 4) == words.map { Array($0.utf8) })
    }

    @Test("whole numbers of any distance come back, across miniblocks and blocks", arguments: 0...63)
    func numbers(bits: Int) throws {
        var generator = SeededGenerator(seed: UInt64(bits))
        for count in [1, 2, 31, 32, 33, 34, 128, 129, 130, 300, 1000] {
            let most = UInt64.max >> UInt64(63 - bits)
            let wide = (0..<count).map { _ in Int64(bitPattern: UInt64.random(in: 0...most, using: &generator)) }
            let result: (values: [Int64], end: Int) = try decoded(encoded(wide) + [1, 2, 3], count)
            #expect(result.values == wide, "seed \(bits), \(count) values")
            #expect(result.end == encoded(wide).count)
            let narrow = wide.map { Int32(truncatingIfNeeded: $0) }
            #expect(try decoded(encoded(narrow), count).values == narrow, "seed \(bits), \(count) values")
        }
    }

    @Test("the ends of the range wrap around")
    func wrapping() throws {
        let wide = (0..<200).map { $0 % 2 == 0 ? Int64.min : .max }
        #expect(try decoded(encoded(wide), 200).values == wide)
        let narrow = (0..<200).map { $0 % 3 == 0 ? Int32.min : .max }
        #expect(try decoded(encoded(narrow), 200).values == narrow)
    }

    @Test(
        "texts come back from both of their encodings, with empty ones and long ones",
        arguments: [1, 2, 3] as [UInt64]
    )
    func texts(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var words = [""]
        for _ in 0..<500 {
            let kept = words[words.count - 1].prefix(Int.random(in: 0...40, using: &generator))
            words.append(kept + String(repeating: "ü", count: Int.random(in: 0...20, using: &generator)))
        }
        for encoding in [Encoding.deltaLengthByteArray, .deltaByteArray] {
            var buffer = ByteBuffer()
            try ValueEncoder.encode(plain(words), encoding, .byteArray, into: &buffer)
            #expect(
                try texts(bytes(buffer), encoding, count: words.count) == words.map { Array($0.utf8) },
                "seed \(seed)"
            )
        }
    }

    @Test("values of fixed length come out of every encoding that has them")
    func fixedLength() throws {
        let split: [UInt8] = [1, 4, 7, 2, 5, 8, 3, 6, 9]
        let expected: [[UInt8]] = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
        #expect(try texts(split, .byteStreamSplit, count: 3, length: 3) == expected)
        var buffer = ByteBuffer()
        try ValueEncoder.encode(plain(["abc", "abd", "xyz"]), .deltaByteArray, .byteArray, into: &buffer)
        let words = ["abc", "abd", "xyz"].map { Array($0.utf8) }
        #expect(try texts(bytes(buffer), .deltaByteArray, count: 3, length: 3) == words)
        let error = #expect(throws: ParquetError.self) {
            try texts(bytes(buffer), .deltaByteArray, count: 3, length: 4)
        }
        #expect(error?.code == .corrupt)
    }

    // MARK: Lies

    @Test(
        "headers and widths that contradict the format are errors",
        arguments: [
            [], [0x80], [0x80, 1, 4, 5], [0x80, 1, 0, 5, 2, 2, 0, 0, 0, 0], [0x80, 1, 3, 5, 2, 2, 0, 0, 0, 0],
            [0x80, 1, 8, 5, 2, 2, 0, 0, 0, 0], [0, 4, 5, 2, 2, 0, 0, 0, 0], [0x80, 1, 4, 6, 2, 2, 0, 0, 0, 0],
            [0x80, 1, 4, 5, 2, 2, 33, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [0x80, 1, 4, 5, 2, 2, 8, 0, 0, 0, 1, 2],
            [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 4, 5, 2, 2],
        ] as [[UInt8]]
    )
    func lies(bytes: [UInt8]) {
        let error = #expect(throws: ParquetError.self) { let _: ([Int32], Int) = try decoded(bytes, 5) }
        #expect(error?.code == .corrupt)
    }

    @Test("a few bytes cannot ask for the memory of very many")
    func bounded() throws {
        // 100,000 texts, each a byte longer than the one before: 5 GB out of 100 kB.
        let count = 100_000
        let values =
            encoded((0..<count).map { Int32($0) }) + encoded([Int32](repeating: 1, count: count))
            + [UInt8](repeating: 65, count: count)
        let error = #expect(throws: ParquetError.self) { try texts(values, .deltaByteArray, count: count) }
        #expect(error?.code == .tooLarge)
    }

    @Test("damaged pages end in a result or a Parquet error", arguments: [11, 12, 13] as [UInt64])
    func damage(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let numbers = (0..<400).map { _ in Int64(bitPattern: generator.next()) >> 30 }
        let words = plain((0..<200).map { "a word \($0 / 3) \($0)" })
        var pages: [(Encoding, [UInt8])] = []
        for encoding in [Encoding.deltaLengthByteArray, .deltaByteArray] {
            var buffer = ByteBuffer()
            try ValueEncoder.encode(words, encoding, .byteArray, into: &buffer)
            pages.append((encoding, bytes(buffer)))
        }
        let original = encoded(numbers)
        var failed = 0
        for _ in 0..<2000 {
            var damaged = original
            for _ in 0...3 {
                damaged[Int.random(in: damaged.indices, using: &generator)] = UInt8.random(
                    in: 0...255,
                    using: &generator
                )
            }
            if Bool.random(using: &generator) {
                damaged.removeLast(Int.random(in: 0..<damaged.count, using: &generator))
            }
            do throws(ParquetError) { let _: ([Int64], Int) = try decoded(damaged, 400) } catch { failed += 1 }
            var (encoding, page) = pages[Int.random(in: 0...1, using: &generator)]
            for _ in 0...2 {
                page[Int.random(in: page.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            do throws(ParquetError) { _ = try texts(page, encoding, count: 200) } catch { failed += 1 }
        }
        #expect(failed > 500, "seed \(seed)")
    }
}
