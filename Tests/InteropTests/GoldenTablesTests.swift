import Columnar
import DeltaLog
import Foundation
import LakeStorage
import Parquet
import Testing

@Suite("The golden tables of the Delta project", .enabled(if: Outside.exists(Outside.golden), Outside.goldenMessage))
struct GoldenTablesTests {
    /// Tables that are refused, and the feature of Delta or Parquet that the refusal names. One that becomes readable must
    /// leave this list.
    static let refused = [
        "data-reader-timestamp_ntz-id-mode": "columnMapping",
        "data-reader-timestamp_ntz-name-mode": "columnMapping",
        "data-skipping-basic-stats-all-types-columnmapping-id": "columnMapping",
        "data-skipping-basic-stats-all-types-columnmapping-name": "columnMapping",
        "dv-partitioned-with-checkpoint": "deletionVectors",
        "dv-with-columnmapping": "deletionVectors",
        "log-replay-dv-key-cases": "deletionVectors",
        "table-with-columnmapping-mode-id": "columnMapping",
        "table-with-columnmapping-mode-name": "columnMapping",
    ]

    /// Columns whose expected values depend on the time zone of the machine that wrote them: a partition value without a
    /// zone stands for a time in Los Angeles there, and for one in UTC here, as the protocol recommends.
    static let zoned = ["data-reader-partition-values": "as_timestamp"]

    /// Tables that have no rows.
    static let empty: Set = ["deltalog-getChanges", "log-replay-special-characters", "log-replay-special-characters-a"]

    /// The tables with expected rows.
    static let names: [String] = {
        let files = FileManager.default
        let all = (try? files.contentsOfDirectory(atPath: Outside.golden.path)) ?? []
        return all.filter { Outside.exists(Outside.golden.appending(path: "\($0)/expected")) }.sorted()
    }()

    @Test("are 71, and those that are refused are among them")
    func inventory() {
        #expect(Self.names.count == 71)
        #expect(Set(Self.refused.keys).subtracting(Self.names).isEmpty)
        #expect(Set(Self.zoned.keys).subtracting(Self.names).isEmpty)
    }

    @Test("are refused by the name of the feature that is missing", arguments: refused.sorted { $0.key < $1.key })
    func refusal(name: String, feature: String) async throws {
        let error = await #expect(throws: DeltaError.self) {
            for try await _ in try await snapshot(name).scan() {}
        }
        #expect(error?.code == .unsupportedFeature)
        #expect(error?.message.contains(feature) == true, "\(name): \(error?.message ?? "no error")")
    }

    @Test("are read with the expected rows", arguments: names.filter { refused[$0] == nil })
    func rows(name: String) async throws {
        let snapshot = try await snapshot(name)
        let columns = snapshot.schema.fields.map(\.name).filter { $0 != Self.zoned[name] }
        var found: [RecordBatch] = []
        for try await batch in try snapshot.scan(columns: columns) where batch.rowCount > 0 { found.append(batch) }
        let expected = try await expectedRows(name, columns, types: try snapshot.schema.selecting(columns))

        if expected.reduce(0, { $0 + $1.rowCount }) > 50_000 {
            // Too many to be boxed: vector by vector, which these tables allow because they are one file each.
            try compareVectors(found, expected)
            return
        }
        let schema = try snapshot.schema.selecting(columns)
        let left = PlainRows(schema, found.flatMap(\.rows)).sortedLines
        let right = PlainRows(schema, expected.flatMap(\.rows)).sortedLines
        #expect(left == right)
        #expect(right.isEmpty == Self.empty.contains(name))
    }

    // MARK: Pieces

    private func snapshot(_ name: String) async throws -> Snapshot {
        try await DeltaTable(storage: LocalStorage(root: Outside.golden.path), path: "\(name)/delta").snapshot()
    }

    /// The rows of the files in `expected`, which Spark wrote, with the columns in the order of `columns`.
    private func expectedRows(_ name: String, _ columns: [String], types: Schema) async throws -> [RecordBatch] {
        let folder = Outside.golden.appending(path: "\(name)/expected")
        var batches: [RecordBatch] = []
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        where file.hasSuffix(".parquet") {
            let bytes = Array(try Data(contentsOf: folder.appending(path: file)))
            let parquet = try await ParquetFile(BytesInput(bytes))
            #expect(parquet.schema.count == types.count + (Self.zoned[name] == nil ? 0 : 1))
            for group in parquet.metadata.rowGroups.indices {
                let batch = try await parquet.readRowGroup(group)
                if batch.rowCount > 0 { batches.append(try batch.selecting(columns)) }
            }
        }
        return batches
    }

    private func compareVectors(_ found: [RecordBatch], _ expected: [RecordBatch]) throws {
        let found = try RecordBatch.concatenate(found)
        let expected = try RecordBatch.concatenate(expected)
        #expect(found.rowCount == expected.rowCount)
        for (one, other) in zip(found.columns, expected.columns) {
            #expect(one.nullCount == other.nullCount)
            switch (one.values, other.values) {
            case (.int32(let a), .int32(let b)): #expect(a == b)
            case (.int64(let a), .int64(let b)): #expect(a == b)
            case (.int128(let a), .int128(let b)): #expect(a == b)
            default: Issue.record("columns of \(one.type) and \(other.type) cannot be compared")
            }
        }
    }
}
