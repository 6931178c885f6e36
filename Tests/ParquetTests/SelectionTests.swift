import Columnar
import Parquet
import Testing

@Suite("Reading a part of a row group")
struct SelectionTests {
    @Test("the named columns, in the order of the names")
    func columns() async throws {
        let (bytes, _) = try encode([try SampleTable.batch(0..<40)])
        let file = try await ParquetFile(BytesInput(bytes))
        let batch = try await file.readRowGroup(0, columns: ["s", "li", "i32"])
        #expect(batch.schema.fields.map(\.name) == ["s", "li", "i32"])
        let expected = SampleTable.rows(40).map { [$0[10], $0[17], $0[3]] }
        #expect(batch.rows == expected)
        #expect(try await file.readRowGroup(0, columns: []).rowCount == 40)
    }

    @Test("a column or row group that is not there is named")
    func unknown() async throws {
        let (bytes, _) = try encode([try SampleTable.batch(0..<4)])
        let file = try await ParquetFile(BytesInput(bytes))
        let column = await parquetError { _ = try await file.readRowGroup(0, columns: ["S"]) }
        #expect(column?.code == .columnNotFound)
        #expect(column?.message.contains("'S'") == true)
        let group = await parquetError { _ = try await file.readRowGroup(1) }
        #expect(group?.code == .outOfRange)
        for rows in [[3..<5], [2..<3, 0..<1]] {
            let error = await parquetError { _ = try await file.readRowGroup(0, rows: rows) }
            #expect(error?.code == .outOfRange)
        }
    }

    static let selections: [[Range<Int>]] = [
        [], [0..<1], [199..<200], [0..<200], [5..<9, 9..<12, 50..<50, 100..<170], (0..<200).map { $0..<$0 + ($0 % 2) },
    ]

    @Test("the named rows, with and without a list of pages", arguments: selections)
    func rows(selection: [Range<Int>]) async throws {
        let expected = selection.joined().map { SampleTable.row($0) }
        for change: (inout ParquetWriterOptions) -> Void in [
            { $0.pageRows = 9 }, { ($0.pageRows, $0.dataPageVersion) = (9, .v2) },
            { ($0.pageRows, $0.pageIndex) = (9, false) },
            { ($0.pageRows, $0.pageIndex, $0.dataPageVersion) = (9, false, .v2) },
            { ($0.pageRows, $0.dictionary) = (50, false) },
        ] {
            let (bytes, _) = try encode([try SampleTable.batch(0..<200)], options(change))
            let file = try await ParquetFile(BytesInput(bytes))
            #expect(try await file.readRowGroup(0, rows: selection).rows == expected)
        }
    }

    @Test("pages without any of the rows are not read")
    func pagesAreSkipped() async throws {
        let count = 400_000
        var generator = SeededGenerator(seed: 1)
        let numbers = (0..<count).map { _ in Int64(bitPattern: generator.next()) }
        let batch = try RecordBatch([Field("n", .long)], [try Column(.long, .int64(numbers))])
        let (bytes, _) = try encode([batch])
        let input = CountingInput(bytes)
        let file = try await ParquetFile(input)
        let read = try await file.readRowGroup(0, rows: [123_456..<123_459])
        #expect(read.columns[0].values.int64 == Array(numbers[123_456..<123_459]))
        let total = await input.ranges.reduce(0) { $0 + $1.count }
        #expect(total < bytes.count / 5, "read \(total) of \(bytes.count) bytes")
    }

    @Test("of nested columns, too, pages without any of the rows are not read")
    func nestedPagesAreSkipped() async throws {
        let count = 100_000
        var generator = SeededGenerator(seed: 6)
        func numbers(_ count: Int) throws -> Column {
            try Column(.long, .int64((0..<count).map { _ in Int64(bitPattern: generator.next()) }))
        }
        let offsets = (0...count).map { Int32($0 * 2) }
        let list = DataType.list(element: .long, containsNull: true)
        let parts = [try numbers(count), try Column(list, .list(offsets: offsets, elements: numbers(count * 2)))]
        let schema: Schema = [Field("s", .structure([Field("n", .long), Field("l", list)]))]
        let column = try Column(schema.fields[0].type, .structure(parts, count: count))
        let batch = try RecordBatch(schema, [column])
        let (bytes, _) = try encode([batch], options { $0.pageRows = 1000 })
        let input = CountingInput(bytes)
        let file = try await ParquetFile(input)
        let read = try await file.readRowGroup(0, rows: [50_000..<50_003, 99_999..<100_000])
        #expect(read.rows == (50_000..<50_003).map { batch.row($0) } + [batch.row(99_999)])
        let total = await input.ranges.reduce(0) { $0 + $1.count }
        #expect(total < bytes.count / 5, "read \(total) of \(bytes.count) bytes")
    }

    @Test(
        "pages that are not needed are not decompressed, though the file does not list them",
        arguments: [false, true]
    )
    func unneededPages(isNested: Bool) async throws {
        let name = isNested ? "li" : "s"
        let batch = try SampleTable.batch(0..<90).selecting([name])
        let shape = options {
            ($0.pageRows, $0.pageIndex, $0.pageChecksums, $0.compression) = (30, false, false, .snappy)
            ($0.dictionary, $0.dataPageVersion) = (false, isNested ? .v2 : .v1)
        }
        var (bytes, metadata) = try encode([batch], shape)
        let chunk = metadata.rowGroups[0].columns[0]
        // The last bytes of the last page.
        let end = chunk.dataPageOffset + chunk.compressedByteCount
        for place in end - 20..<end { bytes[place] = 0xFF }
        let file = try await ParquetFile(BytesInput(bytes))
        #expect(
            try await file.readRowGroup(0, rows: [3..<5, 40..<42]).rows
                == Array(batch.rows[3..<5] + batch.rows[40..<42])
        )
        let error = await parquetError { _ = try await file.readRowGroup(0, rows: [60..<61]) }
        #expect(error?.code == .corrupt)
    }

    @Test("selections of more pages than are decoded together, in any pattern", arguments: [31, 32] as [UInt64])
    func manyGroups(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let count = 300_000
        let schema: Schema = [Field("n", .long), Field("s", .string)]
        var builder = RecordBatchBuilder(schema)
        for i in 0..<count {
            if i % 7 == 0 { builder.columns[0].appendNull() } else { builder.columns[0].append(Int64(i)) }
            try builder.columns[1].append("text \(i % 1000)")
        }
        let batch = try builder.finish()
        for hasIndex in [false, true] {
            let (bytes, _) = try encode([batch], options { ($0.pageIndex, $0.pageRows) = (hasIndex, 5000) })
            let file = try await ParquetFile(BytesInput(bytes))
            var selection: [Range<Int>] = []
            var row = 0
            while row < count - 10_000 {
                let start = row + Int.random(in: 1...9000, using: &generator)
                row = start + Int.random(in: 1...900, using: &generator)
                selection.append(start..<row)
            }
            let read = try await file.readRowGroup(0, rows: selection)
            let expected = try RecordBatch.assembling(selection.map { RowRun(rows: $0) }, from: [batch])
            #expect(read.rows == expected.rows, "seed \(seed)")
        }
    }

    @Test("pages are chosen by their bounds, and none with a match is left out")
    func pruning() async throws {
        let schema: Schema = [Field("n", .long), Field("s", .string), Field("i", .integer)]
        let table = (0..<500).map { i -> [Value] in
            [.integer(Int64(i)), i < 100 ? .null : .string("key \(1000 + i)"), .integer(Int64((i &* 7919) % 500))]
        }
        let (bytes, _) = try encode([try RecordBatch(schema, rows: table)], options { $0.pageRows = 50 })
        let file = try await ParquetFile(BytesInput(bytes))
        #expect(try await file.rows(inRowGroup: 0, column: ["n"], from: 120, through: 210) == [100..<250])
        #expect(try await file.rows(inRowGroup: 0, column: ["n"], from: nil, through: 3) == [0..<50])
        #expect(try await file.rows(inRowGroup: 0, column: ["n"], from: 500, through: nil) == [])
        #expect(try await file.rows(inRowGroup: 0, column: ["s"], from: "key 1449", through: "key 1450") == [400..<500])
        #expect(try await file.rows(inRowGroup: 0, column: ["s"], from: "a", through: nil) == [100..<500])
        for wanted in stride(from: 0, to: 500, by: 37) {
            let value = Value.integer(Int64(wanted))
            let found = try await file.rows(inRowGroup: 0, column: ["i"], from: value, through: value)
            let batch = try await file.readRowGroup(0, columns: ["i"], rows: found)
            #expect(batch.rows.contains([value]))
        }
        let (bare, _) = try encode([try RecordBatch(schema, rows: table)], options { $0.pageIndex = false })
        let plain = try await ParquetFile(BytesInput(bare))
        #expect(try await plain.rows(inRowGroup: 0, column: ["n"], from: 120, through: 210) == [0..<500])
    }

    @Test("columns that lie side by side are read in one request")
    func requestsAreJoined() async throws {
        let (bytes, _) = try encode([try SampleTable.batch(0..<100)])
        let input = CountingInput(bytes)
        let file = try await ParquetFile(input)
        _ = try await file.readRowGroup(0)
        #expect(await input.ranges.count == 2)
    }
}
