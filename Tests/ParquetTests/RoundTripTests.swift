import CDCJSON
import Columnar
import Testing

@testable import Parquet

@Suite("What is written is read back")
struct RoundTripTests {
    static let shapes: [(String, ParquetWriterOptions)] = [
        ("defaults", .init()),
        ("Snappy", .init(compression: .snappy)),
        ("gzip", .init(compression: .gzip(level: 1))),
        ("uncompressed", .init(compression: .uncompressed)),
        ("version 2", options { $0.dataPageVersion = .v2 }),
        ("version 2, zstd", options { ($0.dataPageVersion, $0.compression) = (.v2, .zstd(level: 3)) }),
        ("without dictionary", options { $0.dictionary = false }),
        ("pages of 7 rows", options { $0.pageRows = 7 }),
        ("pages of 100 bytes", options { $0.pageBytes = 100 }),
        ("row groups of 30 rows", options { $0.rowGroupRows = 30 }),
        ("row groups of 2 kB", options { $0.rowGroupBytes = 2000 }),
        ("a dictionary of 60 bytes", options { ($0.dictionaryPageBytes, $0.pageRows) = (60, 11) }),
        ("measured", options { $0.measuresEncodings = true }),
        (
            "measured, pages of 30 rows",
            options { ($0.measuresEncodings, $0.dictionary, $0.pageRows) = (true, false, 30) }
        ),
        ("bare", options { ($0.statistics, $0.pageIndex, $0.pageChecksums) = (false, false, false) }),
    ]

    @Test("every type, nulls, nested and empty values", arguments: shapes.indices)
    func everyType(shape: Int) async throws {
        let (name, options) = RoundTripTests.shapes[shape]
        let (bytes, metadata) = try encode([try SampleTable.batch(0..<200)], options)
        #expect(metadata.rowCount == 200)
        let read = try await rows(bytes)
        #expect(read == SampleTable.rows(200), "\(name)")
    }

    @Test("batches of any size, in order", arguments: [1, 3, 64, 65])
    func batches(size: Int) async throws {
        let batches = try stride(from: 0, to: 150, by: size).map {
            try SampleTable.batch($0..<min(150, $0 + size))
        }
        let (bytes, _) = try encode(batches, options { $0.pageRows = 20 })
        #expect(try await rows(bytes) == SampleTable.rows(150))
    }

    @Test("more values than one page, one sample and one dictionary hold")
    func many() async throws {
        let count = 70_000
        let schema: Schema = [
            Field("same", .integer), Field("few", .long), Field("distinct", .string), Field("half", .string),
            Field("float", .double),
        ]
        var builder = RecordBatchBuilder(schema)
        for i in 0..<count {
            if i % 1000 == 999 { builder.columns[0].appendNull() } else { builder.columns[0].append(Int32(7)) }
            builder.columns[1].append(Int64(i % 300) &* 1_000_003)
            try builder.columns[2].append("value \(i &* 7919)")
            try builder.columns[3].append("repeated \(i / 2)")
            builder.columns[4].append(Double(i % 5))
        }
        let batch = try builder.finish()
        let (bytes, metadata) = try encode([batch], options { ($0.dictionaryPageBytes, $0.pageRows) = (100_000, 4000) })
        let file = try await ParquetFile(BytesInput(bytes))
        let read = try await file.readRowGroup(0)
        #expect(try read.column("same").values.int32?.first == 7)
        #expect(try read.column("same").nullCount == 70)
        #expect(try read.column("few").values.int64 == batch.column("few").values.int64)
        #expect(try read.column("distinct").values.bytes == batch.column("distinct").values.bytes)
        #expect(try read.column("half").values.bytes == batch.column("half").values.bytes)
        #expect(try read.column("float").values.double == batch.column("float").values.double)
        // A column of one value costs next to nothing; one of few values has a dictionary; one of all different has none.
        let chunks = metadata.rowGroups[0].columns
        #expect(chunks[0].compressedByteCount < 3000)
        #expect(chunks[1].dictionaryPageOffset != nil)
        #expect(chunks[1].uncompressedByteCount < count * 2)
        #expect(chunks[2].dictionaryPageOffset == nil)
        #expect(chunks[3].dictionaryPageOffset != nil, "a dictionary that overflows keeps the pages it has")
    }

    @Test("the encoding that takes the fewest bytes is chosen, where it is asked for")
    func measured() async throws {
        let count = 50_000
        var generator = SeededGenerator(seed: 4)
        let schema: Schema = [
            Field("key", .long), Field("random", .long), Field("few", .integer), Field("path", .string),
            Field("code", .string), Field("measurement", .double), Field("status", .string),
        ]
        var builder = RecordBatchBuilder(schema)
        var walk = 20.0
        for i in 0..<count {
            builder.columns[0].append(Int64(1_000_000 + i * 3))
            builder.columns[1].append(Int64(bitPattern: generator.next()))
            builder.columns[2].append(Int32.random(in: 0..<5, using: &generator))
            try builder.columns[3].append("/data/2024/table/part-\(1_000_000 + i).parquet")
            try builder.columns[4].append(String(generator.next() >> 20, radix: 36))
            walk += Double.random(in: -1...1, using: &generator)
            builder.columns[5].append(walk)
            try builder.columns[6].append("status \(Int.random(in: 0..<1000, using: &generator))")
        }
        let batch = try builder.finish()
        let (plain, _) = try encode([batch], .init(compression: .zstd()))
        var shape = ParquetWriterOptions(compression: .zstd())
        shape.measuresEncodings = true
        let (bytes, metadata) = try encode([batch], shape)
        let chosen = metadata.rowGroups[0].columns.map { $0.encodings.last }
        #expect(chosen[0] == .deltaBinaryPacked)
        #expect(chosen[2] == .rleDictionary)
        #expect(chosen[3] == .deltaByteArray)
        #expect(chosen[5] == .byteStreamSplit)
        // Every page but the first has the dictionary for nothing.
        #expect(chosen[6] == .rleDictionary)
        #expect(metadata.rowGroups[0].columns[1].encodings == [.plain, .rle])
        #expect(bytes.count < plain.count * 9 / 10, "\(bytes.count) bytes instead of \(plain.count)")
        #expect(try await rows(bytes) == batch.rows)
    }

    @Test("the ends of every range")
    func extremes() async throws {
        let schema: Schema = [
            Field("i8", .byte), Field("i16", .short), Field("i32", .integer), Field("i64", .long), Field("f", .float),
            Field("d", .double), Field("dec9", .decimal(precision: 9, scale: 0)),
            Field("dec18", .decimal(precision: 18, scale: 18)), Field("dec19", .decimal(precision: 19, scale: 0)),
            Field("dec38", .decimal(precision: 38, scale: 38)), Field("s", .string), Field("day", .date),
            Field("ts", .timestamp),
        ]
        let nines = { (digits: Int) in (0..<digits).reduce(Int128(0)) { sum, _ in sum * 10 + 9 } }
        func row(_ sign: Int128, _ text: String) -> [Value] {
            let isMax = sign > 0
            return [
                .integer(isMax ? 127 : -128), .integer(isMax ? 32_767 : -32_768),
                .integer(isMax ? Int64(Int32.max) : Int64(Int32.min)), .integer(isMax ? .max : .min),
                .float(isMax ? .infinity : -.greatestFiniteMagnitude),
                .double(isMax ? .leastNonzeroMagnitude : -.infinity),
                .decimal(unscaled: sign * nines(9), scale: 0), .decimal(unscaled: sign * nines(18), scale: 18),
                .decimal(unscaled: sign * nines(19), scale: 0), .decimal(unscaled: sign * nines(38), scale: 38),
                .string(text), .date(isMax ? .max : .min), .timestamp(isMax ? .max : .min),
            ]
        }
        let expected = [
            row(1, ""), row(-1, String(repeating: "ü", count: 100_000)), schema.fields.map { _ in Value.null },
        ]
        let (bytes, _) = try encode([try RecordBatch(schema, rows: expected)])
        #expect(try await rows(bytes) == expected)
    }

    @Test("NaN and both zeros keep their bits")
    func floatingPoint() async throws {
        let batch = try RecordBatch(
            [Field("d", .double)],
            [try Column(.double, .double([.nan, -0.0, 0.0, -.nan]))]
        )
        let (bytes, _) = try encode([batch])
        let file = try await ParquetFile(BytesInput(bytes))
        let read = try #require(try await file.readRowGroup(0).columns[0].values.double)
        #expect(read.map(\.bitPattern) == [Double.nan, -0.0, 0.0, -.nan].map(\.bitPattern))
    }

    @Test("no rows at all: with and without a batch")
    func empty() async throws {
        for batches in [
            [RecordBatch.empty(SampleTable.schema)], [.empty(SampleTable.schema), .empty(SampleTable.schema)],
        ] {
            let (bytes, metadata) = try encode(batches)
            #expect(metadata.rowCount == 0)
            #expect(metadata.rowGroups.isEmpty)
            let file = try await ParquetFile(BytesInput(bytes))
            #expect(file.schema == SampleTable.schema)
            #expect(try await rows(bytes).isEmpty)
        }
    }

    @Test("columns of nothing but nulls")
    func nulls() async throws {
        let columns = SampleTable.schema.fields.filter(\.isNullable)
        let batch = try RecordBatch(Schema(columns), columns.map { .nulls($0.type, count: 50) })
        for version in [ParquetWriterOptions.DataPageVersion.v1, .v2] {
            for compression in [ParquetWriterOptions.Compression.snappy, .gzip(), .zstd(), .uncompressed] {
                let (bytes, metadata) = try encode(
                    [batch],
                    options { ($0.dataPageVersion, $0.compression) = (version, compression) }
                )
                #expect(try await rows(bytes) == batch.rows)
                #expect(metadata.statistics(ofColumnPath: ["s"])?.nullCount == 50)
                #expect(metadata.statistics(ofColumnPath: ["s"])?.min == nil)
            }
        }
    }

    @Test("schema, field numbers, key-values and the writer's name")
    func footer() async throws {
        let schema: Schema = [
            Field("id", .long, isNullable: false, metadata: ["parquet.field.id": .integer(7)]),
            Field(
                "who",
                .structure([Field("name", .string, metadata: ["parquet.field.id": .integer(9)])]),
                metadata: ["parquet.field.id": .integer(8)]
            ),
        ]
        let (bytes, _) = try encode(
            [.empty(schema)],
            options {
                $0.keyValueMetadata = [("a", "1"), ("b", "zwei")]
                $0.createdBy = "test version 1.2.3"
            }
        )
        let file = try await ParquetFile(BytesInput(bytes))
        #expect(file.schema == schema)
        #expect(file.metadata.keyValues.map(\.key) == ["a", "b"])
        #expect(file.metadata.keyValues.map(\.value) == ["1", "zwei"])
        #expect(file.metadata.createdBy == "test version 1.2.3")
    }

    @Test("a footer longer than what is read at first")
    func longFooter() async throws {
        let value = String(repeating: "x", count: 200_000)
        let (bytes, _) = try encode([try SampleTable.batch(0..<3)], options { $0.keyValueMetadata = [("k", value)] })
        let file = try await ParquetFile(BytesInput(bytes))
        #expect(file.metadata.keyValues.first?.value == value)
        #expect(try await rows(bytes) == SampleTable.rows(3))
    }
}
