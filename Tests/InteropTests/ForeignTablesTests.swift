import CDCJSON
import Columnar
import DeltaLog
import Foundation
import Testing

@Suite("Tables that delta-rs writes")
struct ForeignTablesTests {
    /// Those that `Tests/Interop/write_tables.py` makes.
    private static let names = [
        "appended", "local_times", "partitioned", "merged", "deleted", "checkpointed", "only_checkpoint", "optimized",
        "overwritten",
    ]

    @Test(
        "are read with equal rows, merged into, and read back by delta-rs",
        .enabled(if: Outside.hasPython(with: "deltalake", "pyarrow"), "needs .venv with deltalake and pyarrow"),
        .timeLimit(.minutes(3))
    )
    func readAndMerge() async throws {
        try await withTemporaryFolder { folder in
            try await PythonProgram(name: "write_tables.py").run(folder.path)
            var merged = ExpectedTables(folder.storage)
            for name in Self.names {
                let table = DeltaTable(storage: folder.storage, path: name)
                let snapshot = try await table.snapshot()
                let rows = try await snapshot.rows()
                let written = try PlainRows(
                    parsing: String(contentsOfFile: "\(folder.path)/\(name).rows", encoding: .utf8)
                )
                #expect(!written.rows.isEmpty)
                let read = PlainRows(snapshot.schema, rows)
                #expect(Set(read.columns) == Set(written.columns), "\(name)")
                #expect(read.sortedLines == sorted(written, like: read.columns), "\(name)")

                let result = try await merge(into: table, snapshot.schema, rows)
                try await merged.add(name, snapshot.schema, result, wholeSchema: snapshot.schema)
            }
            try await merged.compare(with: .deltaRS)
        }
    }

    /// The rows as lines, their values in the order of `columns`.
    private func sorted(_ rows: PlainRows, like columns: [[String]]) -> [String] {
        let places = columns.compactMap { rows.columns.firstIndex(of: $0) }
        var ordered = rows
        ordered.rows = rows.rows.map { row in .array(places.map { row.array?[$0] ?? .null }) }
        return ordered.sortedLines
    }

    /// Renames every fourth row, deletes every fifth, and adds two.
    ///
    /// - Returns: The rows that the table must have then.
    private func merge(into table: DeltaTable, _ schema: Schema, _ rows: [[Value]]) async throws -> [[Value]] {
        let id = try #require(schema.index(of: "id"))
        let name = try #require(schema.index(of: "name"))
        var upserts: [[Value]] = []
        var deletes: [[Value]] = []
        var result: [[Value]] = []
        for (number, var row) in rows.enumerated() {
            if number % 4 == 0 {
                row[name] = .string("renamed \(number)")
                upserts.append(row)
            } else if number % 5 == 0 {
                deletes.append([row[id]])
                continue
            }
            result.append(row)
        }
        for new in [100_000, 100_001] {
            var row = rows[new % rows.count]
            row[id] = .integer(Int64(new))
            upserts.append(row)
            result.append(row)
        }
        try await table.merge(
            upserts: RecordBatch(schema, rows: upserts),
            deletes: RecordBatch(schema.selecting(["id"]), rows: deletes),
            key: ["id"]
        )
        return result
    }
}
