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
        "byte_stream_split.zstd": .unsupported, "byte_stream_split_extended.gzip": .unsupported,
        "datapage_v1-corrupt-checksum": .checksumMismatch, "rle-dict-uncompressed-corrupt-checksum": .checksumMismatch,
        "datapage_v2.snappy": .unsupported, "delta_binary_packed": .unsupported, "delta_byte_array": .unsupported,
        "delta_encoding_optional_column": .unsupported, "delta_encoding_required_column": .unsupported,
        "delta_length_byte_array": .unsupported, "hadoop_lz4_compressed": .unsupported,
        "hadoop_lz4_compressed_larger": .unsupported, "large_string_map.brotli": .unsupported,
        "lz4_raw_compressed": .unsupported, "lz4_raw_compressed_larger": .unsupported,
        "non_hadoop_lz4_compressed": .unsupported,
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
        // Types that become others here, and values that Python cannot print, are compared elsewhere.
        let others: Set = [
            "float16_nonzeros_and_nans", "float16_zeros_and_nans", "floating_orders_nan_count", "incorrect_map_schema",
            "int96_from_spark", "nested_structs.rust", "alltypes_tiny_pages", "alltypes_tiny_pages_plain",
            "overflow_i16_page_cnt",
        ]
        let names = ForeignFilesTests.files.filter {
            !others.contains($0) && ForeignFilesTests.refused[$0] == nil
        }
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
                import sys, os, math, datetime, pyarrow.parquet as pq
                source = '\(Outside.parquetTesting.appending(path: "data").path)'
                def plain(x):
                    if isinstance(x, float) and math.isnan(x): return 'nan'
                    if isinstance(x, datetime.datetime): return x.replace(tzinfo=None)
                    if isinstance(x, dict): return {k: plain(v) for k, v in x.items()}
                    if isinstance(x, (list, tuple)): return [plain(v) for v in x]
                    return x
                for name in sorted(os.listdir(sys.argv[1])):
                    theirs = pq.read_table(os.path.join(source, name), coerce_int96_timestamp_unit='us')
                    ours = pq.read_table(os.path.join(sys.argv[1], name))
                    assert theirs.column_names == ours.column_names, name
                    for column in set(theirs.column_names):
                        a, b = plain(theirs.column(column).to_pylist()), plain(ours.column(column).to_pylist())
                        assert a == b, (name, column, [(x, y) for x, y in zip(a, b) if x != y][:3])
                    print(name)
                """,
                in: folder
            )
            #expect(output.split(separator: "\n").count == names.count)
            #expect(names.count > 30)
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
