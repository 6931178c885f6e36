import CDCCore
import CDCTesting
import Columnar
import DeltaLog
import LakeStorage
import Parquet
import Testing

/// Makes tables in every way that the library has, and notes what rows they must have.
struct TablesWrittenHere {
    private let storage: LocalStorage
    private(set) var expected: ExpectedTables

    init(_ storage: LocalStorage) {
        self.storage = storage
        expected = ExpectedTables(storage)
    }

    static func all(in storage: LocalStorage) async throws -> ExpectedTables {
        var tables = TablesWrittenHere(storage)
        try await tables.everyType()
        try await tables.empty()
        try await tables.merged()
        try await tables.overwritten()
        try await tables.oddNames()
        try await tables.partitionedByText()
        try await tables.partitionedByOtherTypes()
        try await tables.codecs()
        try await tables.manyFiles()
        try await tables.replicated()
        return tables.expected
    }

    /// Notes the rows that a table should have, after a look whether it has them here.
    private mutating func expect(
        _ table: DeltaTable,
        _ rows: [[Value]],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let snapshot = try await table.snapshot()
        let found = PlainRows(snapshot.schema, try await snapshot.rows())
        let wanted = PlainRows(snapshot.schema, rows)
        #expect(found.sortedLines == wanted.sortedLines, "\(table.log.path)", sourceLocation: sourceLocation)
        try await expected.add(table.log.path, snapshot.schema, rows, wholeSchema: snapshot.schema)
    }

    private func table(_ name: String, _ options: DataWriteOptions = .init()) -> DeltaTable {
        DeltaTable(storage: storage, path: "tables/\(name)", options: options)
    }

    // MARK: Tables

    /// All types in appends, a checkpoint and a merge.
    private mutating func everyType() async throws {
        let table = table("every_type")
        try await table.create(EveryType.schema)
        for start in stride(from: 0, to: 60, by: 5) { try await table.append([EveryType.batch(start..<start + 5)]) }
        var rows = Dictionary(uniqueKeysWithValues: (0..<60).map { ($0, EveryType.row($0)) })
        // Row 2 with the values of row 61, row 4 with those of row 3, and new rows.
        var upserts = [61, 3, 70, 78, 80].map(EveryType.row)
        upserts[0][0] = 2
        upserts[1][0] = 4
        for row in upserts { if case .integer(let id) = row[0] { rows[Int(id)] = row } }
        let deletes = [5, 6, 7, 59]
        for id in deletes { rows[id] = nil }
        try await table.merge(
            upserts: RecordBatch(EveryType.schema, rows: upserts),
            deletes: RecordBatch(
                [Field("id", .long, isNullable: false)],
                rows: deletes.map { [.integer(Int64($0))] }
            ),
            key: ["id"]
        )
        #expect(
            try await storage.list("tables/every_type/_delta_log").contains { $0.path.hasSuffix(".checkpoint.parquet") }
        )
        try await expect(table, Array(rows.values))
    }

    private mutating func empty() async throws {
        let table = table("empty")
        try await table.create([Field("id", .long, isNullable: false), Field("text", .string)])
        try await expect(table, [])
    }

    private static let simple: Schema = [
        Field("part", .string, isNullable: false), Field("number", .integer, isNullable: false),
        Field("note", .string), Field("amount", .decimal(precision: 19, scale: 4)),
    ]

    private static func simpleRow(_ part: String, _ number: Int, _ note: Int) -> [Value] {
        [
            .string(part), .integer(Int64(number)), note % 10 == 0 ? nil : .string("note \(note)"),
            .decimal(unscaled: Int128(note) * 1_000_003, scale: 4),
        ]
    }

    /// Twenty merges by a key of two columns, with updates, inserts and deletes.
    private mutating func merged() async throws {
        let table = table("merged")
        try await table.create(Self.simple)
        var random = SeededRandom(seed: 4)
        var rows: [[Value]: [Value]] = [:]
        for round in 1...20 {
            var upserts: [[Value]: [Value]] = [:]
            for _ in 0..<30 {
                let row = Self.simpleRow(["a", "b", ""][Int(random.next() % 3)], Int(random.next() % 40), round * 7)
                upserts[Array(row[0..<2])] = row
            }
            let deletes = rows.keys.sorted { "\($0)" < "\($1)" }.filter { upserts[$0] == nil }.prefix(4)
            try await table.merge(
                upserts: RecordBatch(Self.simple, rows: Array(upserts.values)),
                deletes: RecordBatch(Schema(Array(Self.simple.fields[0..<2])), rows: Array(deletes)),
                key: ["part", "number"]
            )
            for key in deletes { rows[key] = nil }
            rows.merge(upserts) { $1 }
        }
        try await expect(table, Array(rows.values))
    }

    private mutating func overwritten() async throws {
        let table = table("overwritten")
        try await table.create(Self.simple)
        for round in 0..<13 {
            try await table.overwrite([RecordBatch(Self.simple, rows: [Self.simpleRow("x", round, round)])])
        }
        try await table.append([RecordBatch(Self.simple, rows: [Self.simpleRow("y", 1, 1)])])
        try await expect(table, [Self.simpleRow("x", 12, 12), Self.simpleRow("y", 1, 1)])
    }

    /// Names that need quotes or escapes somewhere, of tables and of columns.
    private mutating func oddNames() async throws {
        let schema: Schema = [
            Field("Größe", .integer), Field("with-dash", .string), Field("with.dot", .string), Field("UPPER", .long),
            Field("quote\"", .string), Field("100%", .string), Field("select", .string),
        ]
        let rows: [[Value]] = [[1, "a", "b", 2, "c", "d", "e"], [nil, "A", "B", nil, nil, "D", "E"]]
        for name in ["odd_columns", "odd folder ü", "percent%20sign"] {
            let table = table(name)
            try await table.create(schema)
            try await table.append([RecordBatch(schema, rows: rows)])
            try await expect(table, rows)
        }
    }

    /// Partitions whose folders need escapes; the empty text becomes null, as the protocol has it.
    private mutating func partitionedByText() async throws {
        let table = table("partitioned_by_text")
        let schema: Schema = [
            Field("id", .long, isNullable: false), Field("region", .string), Field("the-kind", .string),
            Field("note", .string),
        ]
        let regions: [Value] = [
            "plain", "a b", "x=y", "50%", "ü/ö", nil, "", "quote'\"", "col:on", "ques?tion", "ha#sh", "pl+us",
            "per%20cent",
            "back\\slash", "bra{c}[k]^", "𝄞", "a&b;c,d", "tab\tnewline\n", ".", "..",
        ]
        try await table.create(schema, partitionColumns: ["region", "the-kind"])
        var rows: [[Value]] = []
        for (index, region) in regions.enumerated() {
            for kind in [Value.string("k"), nil] {
                rows.append([.integer(Int64(rows.count)), region, kind, .string("n\(index)")])
            }
        }
        try await table.append([RecordBatch(schema, rows: rows)])
        // Rows that move from one partition to another, and new ones.
        var changed = rows.filter { "\($0[0])".hasSuffix("5)") }
        for index in changed.indices { changed[index][1] = "moved" }
        changed.append([1000, "plain", "k", "new"])
        try await table.merge(upserts: RecordBatch(schema, rows: changed), key: ["id"])
        var byID = Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0) })
        for row in changed { byID[row[0]] = row }
        try await expect(table, byID.values.map { row in row[1] == "" ? [row[0], nil, row[2], row[3]] : row })
    }

    private mutating func partitionedByOtherTypes() async throws {
        let table = table("partitioned_by_other_types")
        let schema: Schema = [
            Field("id", .long, isNullable: false), Field("day", .date), Field("instant", .timestamp),
            Field("local", .timestampNTZ), Field("flag", .boolean), Field("amount", .decimal(precision: 12, scale: 3)),
            Field("tiny", .byte), Field("number", .integer), Field("big", .long), Field("double", .double),
        ]
        let rows: [[Value]] = [
            [
                1, .date(0), .timestamp(0), .timestampNTZ(0), true, .decimal(unscaled: 1500, scale: 3), -1, 7,
                .integer(.min),
                0.5,
            ],
            [
                2, .date(-719_162), .timestamp(-1), .timestampNTZ(1_700_000_000_123_456), false,
                .decimal(unscaled: -1, scale: 3), 127, .integer(Int64(Int32.min)), .integer(.max), -1.25e-7,
            ],
            [3, nil, nil, nil, nil, nil, nil, nil, nil, nil],
            [
                4, .date(2_932_896), .timestamp(1_700_000_000_123_456), .timestampNTZ(-62_135_596_800_000_000), true,
                .decimal(unscaled: 0, scale: 3), 0, 0, 0, 1e300,
            ],
        ]
        // In one batch, and not equal to each other.
        let notNumbers: [[Value]] = [5, 6].map { [$0, nil, nil, nil, nil, nil, nil, nil, nil, .double(.nan)] }
        try await table.create(schema, partitionColumns: schema.fields.dropFirst().map(\.name))
        for row in rows { try await table.append([RecordBatch(schema, rows: [row])]) }
        try await table.append([RecordBatch(schema, rows: notNumbers)])
        try await expect(table, rows + notNumbers)
    }

    private mutating func codecs() async throws {
        let codecs: [(String, ParquetWriterOptions.Compression)] = [
            ("uncompressed", .uncompressed), ("snappy", .snappy), ("gzip", .gzip()), ("zstd", .zstd(level: 3)),
        ]
        for (name, codec) in codecs {
            for version in [ParquetWriterOptions.DataPageVersion.v1, .v2] {
                var options = DataWriteOptions(parquet: .init(compression: codec))
                options.parquet.dataPageVersion = version
                options.parquet.dictionary = version == .v1
                options.parquet.pageRows = 30
                options.parquet.rowGroupRows = 100
                let table = table("\(name)_\(version)", options)
                try await table.create(EveryType.schema)
                try await table.append([EveryType.batch(0..<150)])
                try await expect(table, (0..<150).map(EveryType.row))
            }
        }
    }

    /// Small files, and a merge that touches few of them.
    private mutating func manyFiles() async throws {
        let table = table("many_files", DataWriteOptions(targetFileBytes: 2000))
        try await table.create(Self.simple)
        var rows = (0..<2000).map { Self.simpleRow("p", $0, $0) }
        for start in stride(from: 0, to: 2000, by: 100) {
            try await table.append([RecordBatch(Self.simple, rows: Array(rows[start..<start + 100]))])
        }
        for number in [3, 4, 1999] { rows[number] = Self.simpleRow("p", number, 77) }
        try await table.merge(
            upserts: RecordBatch(Self.simple, rows: [3, 4, 1999].map { rows[$0] }),
            key: ["part", "number"]
        )
        #expect(try await table.snapshot().fileCount > 10)
        try await expect(table, rows)
    }

    /// A table that a pipeline keeps: first its rows, then changes in several runs. SQL Server has no nested types.
    private mutating func replicated() async throws {
        let schema = Schema(EveryType.schema.fields.filter { !$0.type.isNested })
        let definition = SourceTable(
            "dbo.every_type",
            schema: schema,
            key: ["id"],
            largeObjects: ["text", "bytes"]
        )
        let source = try InMemorySource(tables: [definition])
        try source.load(definition.name, EveryType.batch(0..<100).selecting(schema.fields.map(\.name)))
        let lake = DeltaLake(at: storage)
        var options = IngestionOptions()
        options.retryDelay = .zero
        for round in 0..<13 {
            if round > 0 {
                try source.transaction { transaction in
                    let first = Int64(round * 5)
                    let values = Dictionary(
                        uniqueKeysWithValues: zip(EveryType.schema.fields, EveryType.row(100 + round))
                            .filter { !$0.0.type.isNested }.map { ($0.0.name, $0.1) }
                    )
                    try transaction.insert(definition.name, values)
                    try transaction.delete(definition.name, key: [.integer(first)])
                    try transaction.update(
                        definition.name,
                        key: [.integer(first + 1)],
                        set: ["text": nil, "medium": 1]
                    )
                    // The large objects stay as they are.
                    try transaction.update(definition.name, key: [.integer(first + 2)], set: ["single": .float(.nan)])
                    try transaction.update(
                        definition.name,
                        key: [.integer(first + 3)],
                        set: ["id": .integer(first + 1000)]
                    )
                }
            }
            let pipeline = IngestionPipeline(
                named: "interop",
                from: source,
                into: lake.schema("bronze"),
                staging: lake.volume("landing/interop"),
                tables: ["dbo.every_type"],
                options: options,
                clock: ManualClock()
            )
            try await pipeline.run(.triggered)
        }
        try await expected.add("bronze/every_type", schema, try source.rows(of: definition.name).rows)
        let events = try await lake.table(DeltaLake.eventLogPath).snapshot()
        try await expected.add(
            DeltaLake.eventLogPath,
            events.schema,
            try await events.rows(),
            wholeSchema: events.schema
        )
    }
}
