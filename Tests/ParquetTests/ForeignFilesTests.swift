import Columnar
import Foundation
import Parquet
import Testing

@Suite(
    "The files of apache/parquet-testing",
    .enabled(if: Outside.hasParquetTesting, "needs parquet-testing under SWIFT_CDC_TEST_DATA or ../shared/data")
)
struct ForeignFilesTests {
    /// Files that this version refuses, and why.
    static let refused: [String: ParquetError.Code] = [
        "datapage_v1-corrupt-checksum": .checksumMismatch, "rle-dict-uncompressed-corrupt-checksum": .checksumMismatch,
        "large_string_map.brotli": .unsupported,
    ]

    static let files: [String] = {
        let folder = Outside.parquetTesting.appending(path: "data").path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".parquet") }.map { String($0.dropLast(8)) }.sorted()
    }()

    @Test("every file is read or refused by name of what it uses", arguments: files)
    func everyFile(name: String) async throws {
        let bytes = try Outside.file("data/\(name).parquet")
        let error = await parquetError { _ = try await rows(bytes) }
        #expect(error?.code == ForeignFilesTests.refused[name], "\(error?.description ?? "read")")
        if error?.code == .unsupported { #expect(error?.column != nil) }
    }

    @Test(
        "pyarrow and this module read the same values",
        .enabled(if: Outside.hasPython, "needs .venv/bin/python with pyarrow")
    )
    func sameAsPyarrow() async throws {
        // pyarrow refuses the first, whose keys may be null by its schema, and cuts the far years of the second.
        let others: Set = ["incorrect_map_schema", "int96_from_spark"]
        let names = ForeignFilesTests.files.filter { !others.contains($0) && ForeignFilesTests.refused[$0] == nil }
        try await Outside.withFolder { folder in
            for name in names {
                let file = try await ParquetFile(BytesInput(try Outside.file("data/\(name).parquet")))
                var batches: [RecordBatch] = []
                for group in file.metadata.rowGroups.indices { batches.append(try await file.readRowGroup(group)) }
                if batches.isEmpty { batches.append(.empty(file.schema)) }
                let (bytes, _) = try encode(batches)
                try Data(bytes).write(to: folder.appending(path: "\(name).parquet"))
            }
            let output = try Outside.run(
                """
                import sys, os, math, datetime, decimal, struct, pyarrow as pa, pyarrow.parquet as pq
                source = '\(Outside.parquetTesting.appending(path: "data").path)'
                def plain(x):
                    if isinstance(x, float) and math.isnan(x): return 'nan'
                    if isinstance(x, datetime.datetime): return x.replace(tzinfo=None)
                    # Whole numbers of 64 bits without sign are decimals here.
                    if isinstance(x, decimal.Decimal) and x.as_tuple().exponent == 0: return int(x)
                    if isinstance(x, dict): return {k: plain(v) for k, v in x.items()}
                    if isinstance(x, (list, tuple)): return [plain(v) for v in x]
                    return x
                # One file has instants beyond the years that Python knows.
                def numbers(t):
                    if pa.types.is_timestamp(t): return pa.int64()
                    return pa.struct([(f.name, numbers(f.type)) for f in t]) if pa.types.is_struct(t) else t
                def half(x): return None if x is None else struct.unpack('<e', x)[0]
                for name in sorted(os.listdir(sys.argv[1])):
                    theirs = pq.read_table(os.path.join(source, name), coerce_int96_timestamp_unit='us')
                    ours = pq.read_table(os.path.join(sys.argv[1], name))
                    assert theirs.column_names == ours.column_names, name
                    for column in set(theirs.column_names):
                        a, b = theirs.column(column), ours.column(column)
                        if name == 'nested_structs.rust.parquet': a, b = (x.cast(numbers(x.type)) for x in (a, b))
                        a, b = a.to_pylist(), b.to_pylist()
                        # Numbers of 16 bits are read as the bytes that they are.
                        if pa.types.is_float16(theirs.schema.field(column).type): b = [half(x) for x in b]
                        a, b = plain(a), plain(b)
                        assert a == b, (name, column, [(x, y) for x, y in zip(a, b) if x != y][:3])
                    print(name)
                """,
                in: folder
            )
            #expect(output.split(separator: "\n").count == names.count)
            #expect(names.count > 55)
        }
    }

    @Test("any rows of a file are those that lie there when all are read", arguments: files)
    func selections(name: String) async throws {
        if ForeignFilesTests.refused[name] != nil { return }
        var generator = SeededGenerator(seed: 41)
        let file = try await ParquetFile(BytesInput(try Outside.file("data/\(name).parquet")))
        for (group, metadata) in file.metadata.rowGroups.enumerated() where metadata.rowCount > 0 {
            let whole = try await file.readRowGroup(group)
            for _ in 0..<5 {
                var selection: [Range<Int>] = []
                var row = 0
                while row < metadata.rowCount, selection.count < 20 {
                    let start = min(
                        metadata.rowCount - 1,
                        row + Int.random(in: 0...metadata.rowCount / 3, using: &generator)
                    )
                    row = min(metadata.rowCount, start + Int.random(in: 1...50, using: &generator))
                    selection.append(start..<row)
                }
                let expected = try RecordBatch.assembling(selection.map { RowRun(rows: $0) }, from: [whole])
                let read = try await file.readRowGroup(group, rows: selection)
                // NaN is not equal to itself: the descriptions are compared.
                #expect(read.rows.map(\.description) == expected.rows.map(\.description), "seed 41")
            }
        }
    }

    @Test("pages of nothing but nulls are left out by their bounds")
    func nullPages() async throws {
        let file = try await ParquetFile(BytesInput(try Outside.file("data/int32_with_null_pages.parquet")))
        let path = ["int32_field"]
        let all = try await file.readRowGroup(0).columns[0]
        for bound in [Int64(-2_000_000_000), 0, 1_500_000_000] {
            let found = try await file.rows(inRowGroup: 0, column: path, from: .integer(bound), through: nil)
            let left = Set(0..<1000).subtracting(found.joined())
            #expect(!left.isEmpty)
            for row in left where !all.isNull(at: row) {
                #expect((all.values.int32?[row]).map(Int64.init) ?? 0 < bound)
            }
        }
    }

    /// The lines of a CSV file without line breaks in its fields, as texts; an empty field is a null.
    private func csv(_ name: String) throws -> [[String]] {
        let text = String(decoding: try Outside.file("data/\(name)_expect.csv"), as: UTF8.self)
        return text.split(separator: "\n").map { line in
            var fields = [""]
            var isQuoted = false
            for character in line {
                switch character {
                case "\"": isQuoted.toggle()
                case "," where !isQuoted: fields.append("")
                default: fields[fields.count - 1].append(character)
                }
            }
            return fields
        }
    }

    @Test(
        "differences come back as the CSV file beside them says",
        arguments: [
            "delta_binary_packed", "delta_byte_array", "delta_encoding_optional_column",
            "delta_encoding_required_column",
        ]
    )
    func sameAsCSV(name: String) async throws {
        let lines = try csv(name)
        let read = try await rows(try Outside.file("data/\(name).parquet"))
        #expect(read.count == lines.count - 1)
        for (row, line) in zip(read, lines.dropFirst()) {
            #expect(row.map { $0.isNull ? "" : $0.description } == line)
        }
    }

    @Test("far years in INT96 come back as Spark meant them")
    func int96() async throws {
        let read = try await rows(try Outside.file("data/int96_from_spark.parquet"))
        let expected: [[Value]] = [
            [.timestamp(1_704_141_296_123_456)], [.timestamp(1_704_070_800_000_000)],
            [.timestamp(253_402_225_200_000_000)], [.timestamp(1_735_599_600_000_000)], [.null],
            [.timestamp(9_089_380_393_200_000_000)],
        ]
        #expect(read == expected)
    }

    @Test("damaged files end in an error that names the place")
    func badData() async throws {
        let folder = Outside.parquetTesting.appending(path: "bad_data").path
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".parquet") }
        #expect(names.count == 8)
        for name in names.sorted() {
            let bytes = try Outside.file("bad_data/\(name)")
            let error = await parquetError { _ = try await rows(bytes) }
            if name == "ARROW-GH-43605.parquet" {
                // Its indices are 0 bits wide, which is unusual and right.
                #expect(error == nil, "\(error?.description ?? "")")
            } else {
                #expect(error != nil, "\(name)")
                #expect(error?.byteOffset != nil || error?.column != nil, "\(name)")
            }
        }
    }
}
