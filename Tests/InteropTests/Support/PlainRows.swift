import CDCJSON
import Columnar

/// Rows as plain JSON, in the form that `Tests/Interop/plain_rows.py` defines: equal rows are equal texts.
struct PlainRows: Equatable {
    /// Names and types.
    var columns: [[String]]
    var rows: [JSONValue]

    init(_ schema: Schema, _ rows: [[Value]]) {
        columns = schema.fields.map { [$0.name, "\($0.type)"] }
        self.rows = rows.map { .array($0.map(Self.plain)) }
    }

    /// The rows of a text that ``text`` or the Python programs made.
    init(parsing text: String) throws {
        let lines = text.split(separator: "\n").map { String($0) }
        columns =
            try lines.first.map { try JSONValue(parsing: $0)["columns"]?.array ?? [] }?
            .map { $0.array?.compactMap(\.string) ?? [] } ?? []
        rows = try lines.dropFirst().map { try JSONValue(parsing: $0) }
    }

    /// A line with the columns, and a line for each row.
    var text: String {
        let header: JSONValue = ["columns": .array(columns.map { .array($0.map { .string($0) }) })]
        return ([header] + rows).map { $0.text + "\n" }.joined()
    }

    /// The rows in an order that only depends on their values.
    var sortedLines: [String] { rows.map(\.text).sorted() }

    static func plain(_ value: Value) -> JSONValue {
        switch value {
        case .null: .null
        case .boolean(let value): .boolean(value)
        case .integer(let value), .timestamp(let value), .timestampNTZ(let value): .integer(value)
        case .date(let value): .integer(Int64(value))
        case .float(let value): .string(value.isNaN ? "NaN" : hexadecimal(value.bitPattern))
        case .double(let value): .string(value.isNaN ? "NaN" : hexadecimal(value.bitPattern))
        case .decimal(let unscaled, let scale): .string(DecimalText.format(unscaled, scale: scale))
        case .string(let value): .string(value)
        case .binary(let bytes): .string(bytes.map(hexadecimal).joined())
        case .structure(let values), .list(let values): .array(values.map(plain))
        case .map(let keys, let values): .array(zip(keys, values).map { .array([plain($0), plain($1)]) })
        }
    }

    private static func hexadecimal(_ value: some FixedWidthInteger) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: value.bitWidth / 4 - digits.utf8.count) + digits
    }
}
