import Columnar
import DeltaLog

/// All rows of a table of the lake, to be asked questions.
struct LakeRows {
    let batch: RecordBatch

    /// Reads the newest version.
    init(of table: LakeTable, columns: [String]? = nil) async throws {
        let scan = try await table.scan(.latest, columns: columns)
        var batches: [RecordBatch] = []
        for try await next in scan { batches.append(next) }
        batch = batches.isEmpty ? .empty(scan.schema) : try .concatenate(batches)
    }

    /// The first row with a whole number in a column: `SELECT columns FROM table WHERE column = number`.
    func row(where column: String, is number: Int32, columns: [String]) throws -> DemoReport.Row? {
        guard let index = try batch.column(column).values.int32?.firstIndex(of: number) else { return nil }
        return try row(index, columns: columns)
    }

    func row(_ index: Int, columns: [String]) throws -> DemoReport.Row {
        let row = try batch.selecting(columns).slice(index..<index + 1)
        let values = row.columns.map { column in
            var bytes: [UInt8] = []
            ColumnText(column, style: .json).append(0, to: &bytes)
            return String(decoding: bytes, as: UTF8.self)
        }
        return DemoReport.Row(names: columns, values: values)
    }
}

extension DemoReport.Row {
    /// The value of a column as a person reads it: texts without their quotes.
    func text(_ column: String) -> String {
        guard let index = names.firstIndex(of: column) else { return "" }
        let value = values[index]
        return value.count >= 2 && value.hasPrefix("\"") ? String(value.dropFirst().dropLast()) : value
    }
}
