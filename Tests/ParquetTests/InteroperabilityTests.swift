import Columnar
import Foundation
import Parquet
import Testing

@Suite(
    "Other programs read our files, and we read theirs",
    .enabled(if: Outside.hasPython, "needs .venv/bin/python with pyarrow and duckdb")
)
struct InteroperabilityTests {
    static let ours: [(String, ParquetWriterOptions)] = [
        ("zstd", .init()),
        ("snappy", options { ($0.compression, $0.rowGroupRows) = (.snappy, 70) }),
        ("gzip", options { ($0.compression, $0.pageRows) = (.gzip(), 13) }),
        ("plain", options { ($0.dictionary, $0.pageRows) = (false, 40) }),
        ("v2", options { ($0.dataPageVersion, $0.pageRows) = (.v2, 25) }),
        ("v2-zstd", options { ($0.dataPageVersion, $0.compression) = (.v2, .zstd()) }),
        ("measured", options { ($0.measuresEncodings, $0.dictionary) = (true, false) }),
        (
            "measured-v2-zstd",
            options {
                ($0.measuresEncodings, $0.dictionary, $0.dataPageVersion) = (true, false, .v2)
                ($0.compression, $0.pageRows) = (.zstd(), 40)
            }
        ),
        ("bare", options { ($0.statistics, $0.pageIndex, $0.pageChecksums) = (false, false, false) }),
    ]

    @Test("pyarrow reads our files, checksums verified, and finds the same types and values")
    func pyarrowReads() async throws {
        try await Outside.withFolder { folder in
            for (name, options) in InteroperabilityTests.ours {
                let (bytes, _) = try encode([try SampleTable.batch(0..<150)], options)
                try Data(bytes).write(to: folder.appending(path: "\(name).parquet"))
            }
            let (none, _) = try encode([RecordBatch.empty(SampleTable.schema)])
            try Data(none).write(to: folder.appending(path: "empty.parquet"))
            let output = try Outside.run(
                SampleTable.python + """
                    import os
                    for name in sorted(os.listdir(folder)):
                        n = 0 if name == 'empty.parquet' else 150
                        read = pq.read_table(os.path.join(folder, name), page_checksum_verification=True)
                        want = table(n)
                        for field in want.schema:
                            own = read.schema.field(field.name)
                            assert own.type.equals(field.type) and own.nullable == field.nullable, (name, own, field)
                        for column in want.schema.names:
                            a, b = read[column].to_pylist(), want[column].to_pylist()
                            assert a == b, (name, column, [(x, y) for x, y in zip(a, b) if x != y][:3])
                        print(name, read.num_rows)
                    """,
                in: folder
            )
            #expect(output.split(separator: "\n").count == InteroperabilityTests.ours.count + 1)
        }
    }

    @Test("pyarrow finds the statistics that we wrote")
    func pyarrowReadsStatistics() async throws {
        try await Outside.withFolder { folder in
            let (bytes, _) = try encode([try SampleTable.batch(0..<150)])
            try Data(bytes).write(to: folder.appending(path: "f.parquet"))
            let output = try Outside.run(
                SampleTable.python + """
                    group = pq.read_metadata(folder + '/f.parquet').row_group(0)
                    want = table(150)
                    seen = 0
                    for index in range(group.num_columns):
                        chunk = group.column(index)
                        if '.' in chunk.path_in_schema: continue
                        values = want[chunk.path_in_schema].to_pylist()
                        there = [v for v in values if v is not None]
                        statistics = chunk.statistics
                        assert statistics.null_count == len(values) - len(there), chunk.path_in_schema
                        if statistics.has_min_max:
                            low, high = statistics.min, statistics.max
                            assert (low, high) == (min(there), max(there)), (chunk.path_in_schema, low, high)
                            seen += 1
                        assert chunk.has_offset_index and chunk.has_column_index, chunk.path_in_schema
                    print(seen)
                    """,
                in: folder
            )
            #expect(output == "16\n")
        }
    }

    @Test("duckdb reads our files, prunes by our statistics and finds the same values")
    func duckdbReads() async throws {
        try await Outside.withFolder { folder in
            for (name, options) in InteroperabilityTests.ours {
                let (bytes, _) = try encode([try SampleTable.batch(0..<150)], options)
                try Data(bytes).write(to: folder.appending(path: "\(name).parquet"))
            }
            let output = try Outside.run(
                SampleTable.python
                    + """
                    import os, duckdb
                    con = duckdb.connect()
                    con.execute("set threads = 1; set timezone = 'UTC'")
                    columns = [c for c in SCHEMA.names if c not in ('ma', 'ts')]
                    want = table(150).select(columns).to_pylist()
                    for name in sorted(os.listdir(folder)):
                        path = os.path.join(folder, name)
                        rows = con.execute(f"select {', '.join(columns)} from '{path}'").fetchall()
                        assert len(rows) == 150, name
                        for row, expected in zip(rows, want):
                            assert list(row) == list(expected.values()), (name, row, expected)
                        sums = con.execute(f"select sum(epoch_us(ts)), sum(cardinality(ma)) from '{path}'").fetchone()
                        expected = [row(i) for i in range(150)]
                        instants = [r[14].replace(tzinfo=None) - EPOCH for r in expected if r[14] is not None]
                        assert sums[0] == sum(instants, datetime.timedelta()) // datetime.timedelta(microseconds=1), name
                        assert sums[1] == sum(len(r[18]) for r in expected if r[18] is not None), name
                        for column, value in [('i32', 50 * 1001 - 500000), ('s', "'Zeile 50 äöü €'"), ('dec9', '-21.50')]:
                            found = con.execute(f"select i32 from '{path}' where {column} = {value}").fetchall()
                            assert found == [(50 * 1001 - 500000,)], (name, column, found)
                        print(name)
                    """.replacingOccurrences(of: "for row, expected", with: "for own, expected")
                    .replacingOccurrences(of: "list(row) ==", with: "list(own) ==")
                    .replacingOccurrences(of: "(name, row, expected)", with: "(name, own, expected)"),
                in: folder
            )
            expectNames(in: output)
        }
    }

    /// Programs may print notes of their own beside the names of the files that they found right.
    private func expectNames(in output: String) {
        let lines = Set(output.split(separator: "\n").map(String.init))
        for (name, _) in InteroperabilityTests.ours { #expect(lines.contains("\(name).parquet")) }
    }

    @Test(
        "ClickHouse reads our files and finds the same values",
        .enabled(if: Outside.hasClickHouse, "needs .venv/bin/python with chdb")
    )
    func clickHouseReads() async throws {
        try await Outside.withFolder { folder in
            for (name, options) in InteroperabilityTests.ours {
                let (bytes, _) = try encode([try SampleTable.batch(0..<150)], options)
                try Data(bytes).write(to: folder.appending(path: "\(name).parquet"))
            }
            let output = try Outside.run(
                SampleTable.python + """
                    import os, chdb
                    flat = [f for f in SCHEMA if not pa.types.is_nested(f.type)]
                    names = ', '.join(f'`{f.name}`' for f in flat)
                    settings = "session_timezone='UTC', output_format_arrow_string_as_string=0"
                    want = table(150)
                    for name in sorted(os.listdir(folder)):
                        source = f"file('{os.path.join(folder, name)}', Parquet)"
                        # Row groups are read side by side and come in any order.
                        sql = f"select {names} from {source} order by i32 settings {settings}"
                        found = chdb.query(sql, 'ArrowTable')
                        assert found.num_rows == 150, name
                        for field in flat:
                            own = found.column(field.name).cast(field.type).to_pylist()
                            expected = want.column(field.name).to_pylist()
                            assert str(own) == str(expected), (name, field, own[:5], expected[:5])
                        print(name)
                    """,
                in: folder
            )
            expectNames(in: output)
        }
    }

    @Test("we read what pyarrow writes, in every shape it has")
    func pyarrowWrites() async throws {
        try await Outside.withFolder { folder in
            let output = try Outside.run(
                SampleTable.python + """
                    shapes = {
                        'default': {},
                        'none': dict(compression='none', use_dictionary=False),
                        'gzip': dict(compression='gzip', data_page_size=200, write_batch_size=16),
                        'zstd-v2': dict(compression='zstd', data_page_version='2.0', write_page_checksum=True),
                        'snappy-v2': dict(data_page_version='2.0', data_page_size=100, write_batch_size=8),
                        'groups': dict(row_group_size=40, write_page_index=True, store_schema=False),
                        'old': dict(version='1.0', store_decimal_as_integer=False, write_statistics=False),
                        'integers': dict(store_decimal_as_integer=True, write_page_checksum=True),
                        'small-dictionary': dict(dictionary_pagesize_limit=50, write_batch_size=8, data_page_size=64),
                    }
                    for name, options in shapes.items():
                        pq.write_table(table(150), f'{folder}/{name}.parquet', **options)
                        print(name)
                    """,
                in: folder
            )
            let names = output.split(separator: "\n")
            #expect(names.count == 9)
            for name in names {
                let bytes = [UInt8](try Data(contentsOf: folder.appending(path: "\(name).parquet")))
                let file = try await ParquetFile(BytesInput(bytes))
                #expect(file.schema.fields.map(\.type) == SampleTable.schema.fields.map(\.type), "\(name)")
                #expect(try await rows(bytes) == SampleTable.rows(150), "\(name)")
            }
        }
    }

    @Test("we read what duckdb writes")
    func duckdbWrites() async throws {
        try await Outside.withFolder { folder in
            _ = try Outside.run(
                """
                import sys, duckdb
                con = duckdb.connect()
                con.execute("set threads = 1")
                for codec in ('snappy', 'zstd', 'gzip', 'uncompressed'):
                    con.execute(f'''copy (select i::integer as n, case when i % 7 = 0 then null else i::bigint * 3 end as l,
                        'text ' || (i % 10) as s, [i, i + 1] as li, {{'a': i, 'b': 'x' || i}} as st,
                        (i / 4)::double as d, i::decimal(12, 3) as de, date '2024-01-01' + i::integer as day
                        from range(3000) t(i)) to '{sys.argv[1]}/{codec}.parquet' (codec '{codec}', row_group_size 2048)''')
                """,
                in: folder
            )
            for codec in ["snappy", "zstd", "gzip", "uncompressed"] {
                let bytes = [UInt8](try Data(contentsOf: folder.appending(path: "\(codec).parquet")))
                let read = try await rows(bytes)
                #expect(read.count == 3000)
                for i in stride(from: 0, to: 3000, by: 61) {
                    let long = Int64(i)
                    let expected: [Value] = [
                        .integer(long), i % 7 == 0 ? .null : .integer(long * 3), .string("text \(i % 10)"),
                        .list([.integer(long), .integer(long + 1)]), .structure([.integer(long), .string("x\(i)")]),
                        .double(Double(i) / 4), .decimal(unscaled: Int128(i) * 1000, scale: 3),
                        .date(19_723 + Int32(i)),
                    ]
                    #expect(read[i] == expected, "\(codec)")
                }
            }
        }
    }

    @Test("instants in other units, INT96 and whole numbers without sign become what we have")
    func foreignTypes() async throws {
        try await Outside.withFolder { folder in
            _ = try Outside.run(
                """
                import sys, pyarrow as pa, pyarrow.parquet as pq
                u = sys.argv[1]
                t = pa.table({
                    'ms': pa.array([-1, 5, None], pa.timestamp('ms', 'UTC')),
                    'u8': pa.array([255, 0, None], pa.uint8()), 'u16': pa.array([65535, 0, None], pa.uint16()),
                    'u32': pa.array([4294967295, 0, None], pa.uint32()),
                    'fixed': pa.array([b'abc', b'xyz', None], pa.binary(3)),
                    'large': pa.array(['a', 'b', None], pa.large_string()),
                })
                pq.write_table(t, u + '/a.parquet')
                ns = pa.table({'ns': pa.array([-1, 1999, None], pa.timestamp('ns'))})
                pq.write_table(ns, u + '/b.parquet')
                pq.write_table(ns, u + '/c.parquet', use_deprecated_int96_timestamps=True)
                """,
                in: folder
            )
            func read(_ name: String) async throws -> [[Value]] {
                try await rows([UInt8](try Data(contentsOf: folder.appending(path: name))))
            }
            let expected: [[Value]] = [
                [
                    .timestamp(-1000), .integer(255), .integer(65_535), .integer(4_294_967_295),
                    .binary(Array("abc".utf8)), "a",
                ],
                [.timestamp(5000), .integer(0), .integer(0), .integer(0), .binary(Array("xyz".utf8)), "b"],
                [.null, .null, .null, .null, .null, .null],
            ]
            #expect(try await read("a.parquet") == expected)
            // Rounded down, also before 1970.
            #expect(try await read("b.parquet") == [[.timestampNTZ(-1)], [.timestampNTZ(1)], [.null]])
            #expect(try await read("c.parquet") == [[.timestamp(-1)], [.timestamp(1)], [.null]])
        }
    }
}
