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

    @Test("refuses numbers that are too long for their decimal type", arguments: [9, 20])
    func tooManyDigits(precision: Int) async throws {
        let type = DataType.decimal(precision: precision, scale: 0)
        let values: Column.Values = precision == 9 ? .int64([1 << 40]) : .int128([Int128.max])
        let batch = try RecordBatch([Field("n", type)], [try Column(type, values)])
        let error = await parquetError { _ = try encode([batch]) }
        #expect(error?.code == .invalidValue)
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
