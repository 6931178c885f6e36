import ArgumentParser
import Columnar

/// How `cat` prints rows.
enum RowFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
    /// One JSON object a line.
    case ndjson
    /// RFC 4180, with the names of the columns first.
    case csv

    /// What comes before the first row.
    func header(_ schema: Schema) -> [UInt8] {
        guard self == .csv else { return [] }
        var bytes: [UInt8] = []
        for (index, field) in schema.fields.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            TextBytes.append(csv: Array(field.name.utf8)[...], to: &bytes)
        }
        TextBytes.append("\r\n", to: &bytes)
        return bytes
    }

    /// Prints the rows of a batch, a piece at a time.
    func write(_ batch: RecordBatch, to output: inout OutputBuffer) throws(OutputError) {
        // Pieces bound the memory that texts take, however wide the rows are.
        for start in stride(from: 0, to: batch.rowCount, by: Self.rowsPerPiece) {
            let rows = start..<min(start + Self.rowsPerPiece, batch.rowCount)
            guard let piece = try? batch.slice(rows) else { continue }
            switch self {
            case .ndjson: try writeJSON(piece, to: &output)
            case .csv: try writeCSV(piece, to: &output)
            }
        }
    }

    private static let rowsPerPiece = 4096

    private func writeJSON(_ batch: RecordBatch, to output: inout OutputBuffer) throws(OutputError) {
        let rows = JSONRows(batch.columns, names: batch.schema.fields.map(\.name))
        for row in 0..<batch.rowCount {
            rows.append(row, to: &output.bytes)
            output.bytes.append(UInt8(ascii: "\n"))
            try output.flushIfFull()
        }
    }

    private func writeCSV(_ batch: RecordBatch, to output: inout OutputBuffer) throws(OutputError) {
        let columns = batch.columns.map { ColumnText($0, style: .csv) }
        for row in 0..<batch.rowCount {
            for index in columns.indices {
                if index > 0 { output.bytes.append(UInt8(ascii: ",")) }
                columns[index].append(row, to: &output.bytes)
            }
            TextBytes.append("\r\n", to: &output.bytes)
            try output.flushIfFull()
        }
    }
}
