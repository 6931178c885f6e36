import Columnar

/// Prints rows, batch by batch.
struct RowWriter {
    enum Style {
        /// One JSON object a line.
        case lines
        /// One JSON array of objects.
        case array
        /// RFC 4180, with the names of the columns first.
        case csv
    }

    private let style: Style
    private let schema: Schema
    private var hasBegun = false
    private var isFirst = true

    init(_ style: Style, _ schema: Schema) {
        self.style = style
        self.schema = schema
    }

    /// What comes before the first row; not printed before there is a row or an end, so that a table that cannot be read
    /// leaves no beginning behind.
    private mutating func begin(_ output: inout OutputBuffer) {
        if hasBegun { return }
        hasBegun = true
        switch style {
        case .lines: break
        case .array: output.bytes.append(UInt8(ascii: "["))
        case .csv:
            for (index, field) in schema.fields.enumerated() {
                if index > 0 { output.bytes.append(UInt8(ascii: ",")) }
                TextBytes.append(csv: Array(field.name.utf8)[...], to: &output.bytes)
            }
            TextBytes.append("\r\n", to: &output.bytes)
        }
    }

    /// What comes after the last row.
    mutating func end(_ output: inout OutputBuffer) {
        begin(&output)
        if style == .array { TextBytes.append(isFirst ? "]\n" : "\n]\n", to: &output.bytes) }
    }

    /// Prints the rows of a batch, a piece at a time: so the memory that texts take is bounded.
    mutating func write(_ batch: RecordBatch, to output: inout OutputBuffer) throws {
        begin(&output)
        for start in stride(from: 0, to: batch.rowCount, by: Self.rowsPerPiece) {
            let piece = try batch.slice(start..<min(start + Self.rowsPerPiece, batch.rowCount))
            if style == .csv { try writeCSV(piece, to: &output) } else { try writeJSON(piece, to: &output) }
        }
    }

    private static let rowsPerPiece = 4096

    private mutating func writeJSON(_ batch: RecordBatch, to output: inout OutputBuffer) throws(OutputError) {
        let rows = JSONRows(batch.columns, names: schema.fields.map(\.name))
        for row in 0..<batch.rowCount {
            if style == .array { TextBytes.append(isFirst ? "\n" : ",\n", to: &output.bytes) }
            isFirst = false
            rows.append(row, to: &output.bytes)
            if style == .lines { output.bytes.append(UInt8(ascii: "\n")) }
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
