import Columnar

/// A table with a column of every type, whose values follow from the row number: the Python tests build the same one.
enum SampleTable {
    static let schema: Schema = [
        Field("b", .boolean),
        Field("i8", .byte),
        Field("i16", .short),
        Field("i32", .integer, isNullable: false),
        Field("i64", .long),
        Field("f", .float),
        Field("d", .double),
        Field("dec9", .decimal(precision: 9, scale: 2)),
        Field("dec18", .decimal(precision: 18, scale: 4)),
        Field("dec38", .decimal(precision: 38, scale: 10)),
        Field("s", .string),
        Field("low", .string, isNullable: false),
        Field("bin", .binary),
        Field("day", .date),
        Field("ts", .timestamp),
        Field("ntz", .timestampNTZ),
        Field("st", .structure([Field("a", .integer), Field("t", .string)])),
        Field("li", .list(element: .integer, containsNull: true)),
        Field("ma", .map(key: .string, value: .long, valueContainsNull: true)),
        Field(
            "deep",
            .list(element: .structure([Field("x", .list(element: .string, containsNull: true))]), containsNull: true)
        ),
    ]

    static func row(_ i: Int) -> [Value] {
        func unless(_ divisor: Int, _ value: Value) -> Value { i % divisor == 0 ? .null : value }
        let long = Int64(i)
        return [
            unless(3, .boolean(i % 2 == 0)),
            unless(4, .integer(long % 256 - 128)),
            unless(5, .integer(long * 7 % 65_536 - 32_768)),
            .integer(long * 1001 - 500_000),
            unless(6, .integer(long * 1_000_000_007_000)),
            unless(7, .float(Float(i) / 4)),
            unless(8, .double(Double(i) / 8 - 3)),
            unless(9, .decimal(unscaled: Int128(i * 37 - 4000), scale: 2)),
            unless(10, .decimal(unscaled: Int128(i) * 123_456_789_012 - 5, scale: 4)),
            unless(11, .decimal(unscaled: Int128(i - 50) * 12_345_678_901_234_567_890_123, scale: 10)),
            unless(12, .string("Zeile \(i) äöü €")),
            .string(["Pending", "Shipped", "Delivered"][i % 3]),
            unless(13, .binary([UInt8(i % 256), 0, 255])),
            unless(14, .date(Int32(i * 10 - 1000))),
            unless(15, .timestamp(long * 86_399_999_999 - 1_000_000_000_000)),
            unless(16, .timestampNTZ(long * 1_234_567 - 77)),
            unless(5, .structure([unless(2, .integer(long)), unless(3, .string("t\(i % 4)"))])),
            unless(6, .list((0..<i % 4).map { $0 == 1 ? .null : .integer(long + Int64($0)) })),
            unless(
                7,
                .map(
                    keys: (0..<i % 3).map { .string("k\($0)") },
                    values: (0..<i % 3).map { $0 == 1 ? .null : .integer(long * Int64($0 + 1)) }
                )
            ),
            unless(
                4,
                .list(
                    (0..<i % 3).map { j in
                        (i + j) % 5 == 0
                            ? .null
                            : .structure([
                                (i + j) % 4 == 0
                                    ? .null
                                    : .list((0..<(i + j) % 3).map { $0 == 1 ? .null : .string("v\(i + j + $0)") })
                            ])
                    }
                )
            ),
        ]
    }

    static func rows(_ count: Int) -> [[Value]] { (0..<count).map(row) }

    static func batch(_ rows: Range<Int>) throws -> RecordBatch { try RecordBatch(schema, rows: rows.map(row)) }

    /// The same in Python: a function `table(n)` for pyarrow.
    static let python = """
        import sys, json, decimal, datetime
        import pyarrow as pa, pyarrow.parquet as pq
        decimal.getcontext().prec = 60
        D = decimal.Decimal
        SCHEMA = pa.schema([
            ('b', pa.bool_()), ('i8', pa.int8()), ('i16', pa.int16()), pa.field('i32', pa.int32(), nullable=False),
            ('i64', pa.int64()), ('f', pa.float32()), ('d', pa.float64()), ('dec9', pa.decimal128(9, 2)),
            ('dec18', pa.decimal128(18, 4)), ('dec38', pa.decimal128(38, 10)), ('s', pa.string()),
            pa.field('low', pa.string(), nullable=False), ('bin', pa.binary()), ('day', pa.date32()),
            ('ts', pa.timestamp('us', 'UTC')), ('ntz', pa.timestamp('us')),
            ('st', pa.struct([('a', pa.int32()), ('t', pa.string())])),
            ('li', pa.list_(pa.field('element', pa.int32()))), ('ma', pa.map_(pa.string(), pa.int64())),
            ('deep', pa.list_(pa.field('element', pa.struct([('x', pa.list_(pa.field('element', pa.string())))])))),
        ])
        EPOCH = datetime.datetime(1970, 1, 1)
        def us(n): return EPOCH + datetime.timedelta(microseconds=n)
        def row(i):
            def unless(n, v): return None if i % n == 0 else v
            return [
                unless(3, i % 2 == 0), unless(4, i % 256 - 128), unless(5, i * 7 % 65536 - 32768), i * 1001 - 500000,
                unless(6, i * 1000000007000), unless(7, i / 4), unless(8, i / 8 - 3),
                unless(9, D(i * 37 - 4000).scaleb(-2)), unless(10, D(i * 123456789012 - 5).scaleb(-4)),
                unless(11, D((i - 50) * 12345678901234567890123).scaleb(-10)),
                unless(12, f'Zeile {i} äöü €'), ['Pending', 'Shipped', 'Delivered'][i % 3],
                unless(13, bytes([i % 256, 0, 255])),
                unless(14, datetime.date(1970, 1, 1) + datetime.timedelta(days=i * 10 - 1000)),
                unless(15, us(i * 86399999999 - 1000000000000).replace(tzinfo=datetime.timezone.utc)),
                unless(16, us(i * 1234567 - 77)),
                unless(5, {'a': unless(2, i), 't': unless(3, f't{i % 4}')}),
                unless(6, [None if k == 1 else i + k for k in range(i % 4)]),
                unless(7, [(f'k{k}', None if k == 1 else i * (k + 1)) for k in range(i % 3)]),
                unless(4, [None if (i + j) % 5 == 0 else {'x': None if (i + j) % 4 == 0 else
                    [None if k == 1 else f'v{i + j + k}' for k in range((i + j) % 3)]} for j in range(i % 3)]),
            ]
        def table(n):
            columns = list(zip(*[row(i) for i in range(n)])) if n else [[] for _ in SCHEMA]
            return pa.table([pa.array(c, f.type) for c, f in zip(columns, SCHEMA)], schema=SCHEMA)
        folder = sys.argv[1]

        """
}
