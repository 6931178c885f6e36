import Columnar
import Parquet
import Testing

@Suite("The writer")
struct WriterTests {
    @Test("hands out bytes as row groups fill, and counts what waits")
    func bytes() throws {
        let schema: Schema = [Field("n", .long)]
        var writer = try ParquetWriter(schema: schema, options: options { $0.rowGroupRows = 100 })
        let batch = try RecordBatch(schema, [try Column(.long, .int64(Array(0..<60)))])
        #expect(writer.takeBytes() == Array("PAR1".utf8))
        try writer.write(batch)
        #expect(writer.bufferedRowCount == 60)
        #expect(writer.takeBytes().isEmpty)
        let before = writer.estimatedByteCount
        #expect(before > 4)
        try writer.write(batch)
        #expect(writer.bufferedRowCount == 20)
        #expect(writer.rowCount == 120)
        #expect(!writer.takeBytes().isEmpty)
        try writer.finishRowGroup()
        #expect(writer.bufferedRowCount == 0)
        let metadata = try writer.finish()
        #expect(metadata.rowGroups.map(\.rowCount) == [100, 20])
    }

    @Test("ends a row group when it has enough bytes")
    func rowGroupBytes() throws {
        let schema: Schema = [Field("s", .string)]
        let texts = (0..<2000).map { Value.string("\($0 &* 7919) " + String(repeating: "x", count: 100)) }
        let batches = try (0..<10).map { try RecordBatch(schema, rows: texts[$0 * 200..<$0 * 200 + 200].map { [$0] }) }
        let (_, metadata) = try encode(batches, options { $0.rowGroupBytes = 50_000 })
        #expect(metadata.rowGroups.count > 3)
        #expect(metadata.rowCount == 2000)
    }

    @Test("refuses a null in a required column, also inside structures")
    func requiredNull() async throws {
        let flat: Schema = [Field("n", .long, isNullable: false)]
        let nested: Schema = [Field("s", .structure([Field("n", .long, isNullable: false)]))]
        for (schema, row) in [(flat, Value.null), (nested, .structure([.null]))] {
            var writer = try ParquetWriter(schema: schema)
            let batch = try RecordBatch(schema, rows: [[row]])
            let error = await parquetError { try writer.write(batch) }
            #expect(error?.code == .invalidValue)
            #expect(error?.column?.hasPrefix(schema.fields[0].name) == true)
            let second = await parquetError { try writer.write(batch) }
            #expect(second?.code == .misuse)
        }
    }

    @Test("keeps what lies under a null structure out of the file")
    func nullStructure() async throws {
        let schema: Schema = [Field("s", .structure([Field("n", .long, isNullable: false)]))]
        let expected: [[Value]] = [[.null], [.structure([.integer(1)])]]
        let (bytes, _) = try encode([try RecordBatch(schema, rows: expected)])
        #expect(try await rows(bytes) == expected)
    }

    @Test(
        "refuses numbers with a digit more than their decimal type has, and takes the largest",
        arguments: [1, 5, 9, 10, 18, 19, 20, 37, 38]
    )
    func tooManyDigits(precision: Int) async throws {
        let type = DataType.decimal(precision: precision, scale: 1)
        let first = DecimalText.powersOfTen[precision]
        func batch(_ number: Int128) throws -> RecordBatch {
            let values: Column.Values = precision <= 18 ? .int64([0, Int64(number)]) : .int128([0, number])
            return try RecordBatch([Field("n", type)], [try Column(type, values)])
        }
        for keepsStatistics in [true, false] {
            let shape = options { $0.statistics = keepsStatistics }
            for number in [first, -first] {
                let error = await parquetError { _ = try encode([try batch(number)], shape) }
                #expect(error?.code == .invalidValue)
                #expect(error?.column == "n")
            }
            for number in [first - 1, 1 - first] {
                let batch = try batch(number)
                #expect(try await rows(try encode([batch], shape).bytes) == batch.rows)
            }
        }
    }

    @Test("refuses numbers of 8 and 16 bits that have more", arguments: [DataType.byte, .short])
    func tooManyBits(type: DataType) async throws {
        let first: Int32 = type == .byte ? 128 : 32_768
        func column(_ number: Int32) throws -> Column {
            // What lies in the vector where a value is null is not a value.
            try Column(type, .int32([number, .max, 0]), validity: Bitmap([true, false, true]))
        }
        func list(_ number: Int32) throws -> Column {
            let list = DataType.list(element: type, containsNull: true)
            return try Column(list, .list(offsets: [0, 3], elements: try column(number)))
        }
        for build in [column, list] {
            for number in [first, -first - 1] {
                let column = try build(number)
                let batch = try RecordBatch([Field("n", column.type)], [column])
                let error = await parquetError { _ = try encode([batch]) }
                #expect(error?.code == .invalidValue)
                #expect(error?.column?.hasPrefix("n") == true)
            }
            for number in [first - 1, -first] {
                let column = try build(number)
                let batch = try RecordBatch([Field("n", column.type)], [column])
                #expect(try await rows(try encode([batch]).bytes) == batch.rows)
            }
        }
    }

    static let noTexts: [[UInt8]] = [
        [0x80], [0xFF], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF],
        [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80],
        Array("twelve bytes and then".utf8) + [0xFE],
    ]

    @Test("refuses texts that are not UTF-8, and takes them as bytes", arguments: noTexts)
    func notUTF8(bytes: [UInt8]) async throws {
        func batch(_ type: DataType, _ validity: Bitmap?) throws -> RecordBatch {
            var vector = ByteVector()
            for text in [Array("Zürich".utf8), bytes, Array("€".utf8)] { try vector.append(text) }
            return try RecordBatch([Field("s", type)], [try Column(type, .bytes(vector), validity: validity)])
        }
        for shape in [options { $0.dictionary = true }, options { ($0.dictionary, $0.statistics) = (false, false) }] {
            for validity in [nil, Bitmap([false, true, true])] {
                let error = await parquetError { _ = try encode([try batch(.string, validity)], shape) }
                #expect(error?.code == .invalidValue)
                #expect(error?.column == "s")
                _ = try encode([try batch(.binary, validity)], shape)
            }
            // What lies in the vector where a value is null is not a value.
            _ = try encode([try batch(.string, Bitmap([true, false, true]))], shape)
        }
    }

    @Test("takes for UTF-8 what Swift takes for UTF-8")
    func randomTexts() throws {
        var generator = SeededGenerator(seed: 5)
        let characters = ["a", "ü", "€", "😀", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{10000}", "\u{10FFFF}"]
        var refused = 0
        for _ in 0..<3000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0..<20, using: &generator) {
                bytes += Array((characters.randomElement(using: &generator) ?? "").utf8)
            }
            if !bytes.isEmpty, Bool.random(using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            let isText = String(validating: bytes, as: UTF8.self) != nil
            var vector = ByteVector()
            try vector.append(bytes)
            let batch = try RecordBatch([Field("s", .string)], [try Column(.string, .bytes(vector))])
            let isTaken = (try? encode([batch])) != nil
            #expect(isTaken == isText, "\(bytes)")
            refused += isTaken ? 0 : 1
        }
        #expect(refused > 500)
    }

    @Test("refuses schemas that Parquet cannot hold, and batches of another schema")
    func schemas() async throws {
        let empty = await parquetError { _ = try ParquetWriter(schema: [Field("s", .structure([]))]) }
        #expect(empty?.code == .invalidSchema)
        let other = await parquetError {
            var writer = try ParquetWriter(schema: [Field("a", .long)])
            try writer.write(.empty([Field("a", .integer)]))
        }
        #expect(other?.code == .invalidSchema)
        #expect(other?.column == "a")
    }

    @Test("says so when it is used after the end")
    func afterTheEnd() async throws {
        var writer = try ParquetWriter(schema: [Field("a", .long)])
        _ = try writer.finish()
        let error = await parquetError { try writer.write(.empty([Field("a", .long)])) }
        #expect(error?.code == .misuse)
    }
}
