import CDCTesting
import Columnar
import Testing

@testable import CDCCore

@Suite("Slices of changes hold only what decides")
struct ChangeSliceTests {
    private static let table = SourceTable(
        "dbo.t",
        schema: [
            Field("id", .long, isNullable: false), Field("text", .string), Field("a", .string), Field("b", .string),
        ],
        key: ["id"],
        largeObjects: ["a", "b"]
    )

    private static func storedSchema(_ table: SourceTable) -> Schema {
        DestinationTable(pipeline: "p", name: "t", source: table.name, schema: table.schema, key: table.key)
            .storedSchema
    }

    /// What is left: rows by key, the keys whose large objects are not known by column, and deleted keys.
    private struct Net: Equatable {
        var upserts: [Value: [Value]] = [:]
        var unchanged: [String: Set<Value>] = [:]
        var deletes: Set<Value> = []

        mutating func add(_ net: NetChanges) {
            for (row, values) in net.upserts.rows.enumerated() {
                #expect(upserts.updateValue(values, forKey: values[0]) == nil, "each key once")
                for (column, mark) in net.unchanged where mark[row] {
                    unchanged[column, default: []].insert(values[0])
                }
            }
            for values in net.deletes.rows { #expect(deletes.insert(values[0]).inserted, "each key once") }
        }
    }

    private static func change(
        _ operation: ChangeOperation,
        _ key: Int64,
        _ step: Int,
        _ a: Value,
        _ b: Value,
        _ mask: UInt8
    )
        -> [Value]
    {
        [
            .binary(LSN(high: UInt64(step), low: 0).bytes), 1, .binary(LSN(high: 1, low: 0).bytes),
            .integer(Int64(operation.rawValue)), .binary([mask]), .timestamp(5), .integer(key), .string("step \(step)"),
            a, b,
        ]
    }

    private static func batch(_ rows: [[Value]], _ table: SourceTable = table) throws -> RecordBatch {
        try RecordBatch(ChangeColumns.schema(capturing: table.schema), rows: rows)
    }

    /// Changes at random: inserts, deletes, updates that touch large objects or do not, and some that move the key.
    private static func changes(_ count: Int, _ random: inout SplitMix) -> [[Value]] {
        var rows: [[Value]] = []
        for step in 0..<count {
            let key = Int64.random(in: 0..<8, using: &random)
            let mask = UInt8.random(in: 0..<4, using: &random) << 2 | 2
            func value(_ bit: UInt8) -> Value {
                mask & bit == 0 || Bool.random(using: &random) ? nil : .string("large \(step)")
            }
            switch Int.random(in: 0..<10, using: &random) {
            case 0: rows.append(change(.delete, key, step, nil, nil, 15))
            case 1, 2: rows.append(change(.insert, key, step, value(4), value(8), 15))
            case 3:
                rows.append(change(.updateBefore, (key + 1) % 8, step, nil, nil, mask | 1))
                rows.append(change(.updateAfter, key, step, value(4), value(8), mask | 1))
            default:
                rows.append(change(.updateBefore, key, step, nil, nil, mask))
                rows.append(change(.updateAfter, key, step, value(4), value(8), mask))
            }
        }
        return rows
    }

    @Test("The same as netting everything at once", arguments: 0..<60 as Range<UInt64>)
    func sameAsWhole(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var table = Self.table
        if seed % 4 == 0 { table.largeObjects = [] }
        let rows = Self.changes(Int.random(in: 1..<60, using: &random), &random)
        let schema = Self.storedSchema(table)
        let whole = Result { () -> Net in
            var net = Net()
            net.add(try Netting.net(Self.batch(rows, table), table: table, storedSchema: schema))
            return net
        }
        let sliceCount = Int.random(in: 1...4, using: &random)
        let limit = Int.random(in: 1...12, using: &random)
        let sizes = (0..<rows.count).map { _ in Int.random(in: 1...7, using: &random) }
        let sliced = Result { () -> Net in
            var net = Net()
            for index in 0..<sliceCount {
                var slice = ChangeSlice(index, of: sliceCount, table: table, limits: .init(rows: limit, bytes: .max))
                var rest = rows[...]
                for size in sizes where !rest.isEmpty {
                    try slice.append(try Self.batch(Array(rest.prefix(size)), table))
                    rest = rest.dropFirst(size)
                }
                net.add(try slice.net(storedSchema: schema))
            }
            return net
        }
        switch (whole, sliced) {
        case (.success(let whole), .success(let sliced)): #expect(sliced == whole)
        case (.failure(let whole), .failure(let sliced)):
            #expect((whole as? CDCError)?.code == .unknownValue)
            #expect((sliced as? CDCError)?.code == .unknownValue)
        default: Issue.record("netted at once: \(whole); in slices: \(sliced)")
        }
    }

    @Test("A key that changes all the time takes no more memory than one that changes once", arguments: [false, true])
    func hotKey(hasLargeObjects: Bool) throws {
        var table = Self.table
        if !hasLargeObjects { table.largeObjects = [] }
        let text = Value.string(String(repeating: "x", count: 1000))
        let row = { Self.change(.updateAfter, 1, $0, $0 == 3 ? text : nil, nil, $0 == 3 ? 6 : 2) }
        var slice = ChangeSlice(0, of: 1, table: table, limits: .init(rows: .max, bytes: 20_000))
        var most = 0
        for start in stride(from: 0, to: 5000, by: 10) {
            try slice.append(try Self.batch((start..<start + 10).map(row), table))
            most = max(most, slice.rowCount)
        }
        #expect(most < 500, "of 5000 changes \(most) were in memory at once")
        let net = try slice.net(storedSchema: Self.storedSchema(table))
        #expect(net.upserts.rowCount == 1)
        #expect(net.upserts.rows[0][1...2] == ["step 4999", hasLargeObjects ? text : nil])
        #expect(net.unchanged.keys.sorted() == (hasLargeObjects ? ["b"] : []))
    }

    @Test("NULL in a key is refused, also in a change that would be dropped")
    func nullKey() throws {
        var rows = (0..<6).map { Self.change(.updateAfter, 1, $0, nil, nil, 2) }
        rows[2][6] = nil
        var slice = ChangeSlice(0, of: 1, table: Self.table, limits: .init(rows: 2, bytes: .max))
        #expect(
            performing: { for row in rows { try slice.append(try Self.batch([row])) } },
            throws: { ($0 as? CDCError)?.code == .nullKey }
        )
    }

    @Test(
        "There are as many slices as rows or bytes demand, and never more than rows",
        arguments: [(100, 1000, 1), (101, 1000, 2), (100, 1001, 2), (350, 5000, 5), (2, 1 << 40, 2), (0, 0, 0)]
    )
    func sliceCount(rows: Int, bytes: Int, expected: Int) {
        var options = IngestionOptions()
        options.rowsPerSlice = 100
        options.bytesPerSlice = 1000
        let file = StagedFile(
            path: "f",
            rows: rows,
            bytes: 1,
            memoryBytes: bytes,
            checksum: "",
            firstLSN: .zero,
            lastLSN: .zero
        )
        let table = Manifest.Table(
            description: Self.table,
            destination: "t",
            state: .streaming,
            from: .zero,
            through: .zero,
            snapshotCut: 0,
            changes: [file]
        )
        let volume = StagingVolume(storage: InMemoryStorage(), path: "v")
        let changes = StagedChanges(
            table,
            volume: volume,
            storedSchema: Self.storedSchema(Self.table),
            options: options
        )
        #expect(changes.sliceCount == expected)
    }
}
