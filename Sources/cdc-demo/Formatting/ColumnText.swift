import Columnar

/// The values of a column as text, one behind the other in one pool.
///
/// A column is formatted as a whole, with one loop for its type; rows are put together from these pools afterwards.
struct ColumnText {
    /// How values look.
    enum Style {
        /// As JSON: text in quotes, `null`.
        case json
        /// As fields of RFC 4180: text in quotes where it needs them, nothing where there is no value.
        case csv
    }

    private(set) var pool: [UInt8] = []
    /// Value `i` ends before byte `ends[i]` of the pool, and begins where the one before it ends.
    private(set) var ends: [Int] = []

    init(_ column: Column, style: Style) {
        ends.reserveCapacity(column.count)
        switch column.values {
        case .bits(let values):
            format(column, style) { row, bytes in
                TextBytes.append(values[row] ? "true" : "false", to: &bytes)
            }
        case .int32(let values): formatInt32(column, values, style)
        case .int64(let values): formatInt64(column, values, style)
        case .int128(let values): formatInt128(column, values, style)
        case .float(let values):
            format(column, style) { row, bytes in
                Self.append("\(values[row])", isFinite: values[row].isFinite, style, to: &bytes) {
                    Self.nameOfNonFinite(Double(values[row]))
                }
            }
        case .double(let values):
            format(column, style) { row, bytes in
                Self.append("\(values[row])", isFinite: values[row].isFinite, style, to: &bytes) {
                    Self.nameOfNonFinite(values[row])
                }
            }
        case .bytes(let values): formatBytes(column, values, style)
        case .structure, .list, .map: formatNested(column, style)
        }
    }

    func append(_ row: Int, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: pool[(row == 0 ? 0 : ends[row - 1])..<ends[row]])
    }

    // MARK: Loops

    /// Formats every value that is there with `body`.
    private mutating func format(_ column: Column, _ style: Style, _ body: (Int, inout [UInt8]) -> Void) {
        for row in 0..<column.count {
            if column.isNull(at: row) {
                if style == .json { TextBytes.append("null", to: &pool) }
            } else {
                body(row, &pool)
            }
            ends.append(pool.count)
        }
    }

    private mutating func formatInt32(_ column: Column, _ values: [Int32], _ style: Style) {
        if column.type == .date {
            format(column, style) { row, bytes in
                Self.appendQuoted(style, to: &bytes) { TextBytes.append(day: values[row], to: &$0) }
            }
        } else {
            format(column, style) { row, bytes in TextBytes.append(Int64(values[row]), to: &bytes) }
        }
    }

    private mutating func formatInt64(_ column: Column, _ values: [Int64], _ style: Style) {
        switch column.type {
        case .decimal(_, let scale):
            format(column, style) { row, bytes in
                Self.appendQuoted(style, to: &bytes) {
                    TextBytes.append(unscaled: values[row], scale: scale, to: &$0)
                }
            }
        case .timestamp, .timestampNTZ:
            let isInstant = column.type == .timestamp
            format(column, style) { row, bytes in
                Self.appendQuoted(style, to: &bytes) {
                    TextBytes.append(microseconds: values[row], to: &$0)
                    if isInstant { $0.append(UInt8(ascii: "Z")) }
                }
            }
        default: format(column, style) { row, bytes in TextBytes.append(values[row], to: &bytes) }
        }
    }

    private mutating func formatInt128(_ column: Column, _ values: [Int128], _ style: Style) {
        guard case .decimal(_, let scale) = column.type else { return }
        format(column, style) { row, bytes in
            Self.appendQuoted(style, to: &bytes) {
                if let short = Int64(exactly: values[row]) {
                    TextBytes.append(unscaled: short, scale: scale, to: &$0)
                } else {
                    $0.append(contentsOf: DecimalText.format(values[row], scale: scale).utf8)
                }
            }
        }
    }

    private mutating func formatBytes(_ column: Column, _ values: ByteVector, _ style: Style) {
        guard column.type == .string else {
            format(column, style) { row, bytes in
                Self.appendQuoted(style, to: &bytes) { TextBytes.append(base64: values[row], to: &$0) }
            }
            return
        }
        let isASCII = values.pool.allSatisfy { $0 < 0x80 }
        format(column, style) { row, bytes in
            // What is no UTF-8 must not get into a JSON text: such bytes become U+FFFD.
            let text = isASCII || Self.isUTF8(values[row]) ? values[row] : Array(values.string(at: row).utf8)[...]
            switch style {
            case .json: TextBytes.append(json: text, to: &bytes)
            case .csv: TextBytes.append(csv: text, to: &bytes)
            }
        }
    }

    /// Nested values are JSON in either style; as a field of CSV they stand in quotes.
    private mutating func formatNested(_ column: Column, _ style: Style) {
        if style == .csv {
            let json = ColumnText(column, style: .json)
            var text: [UInt8] = []
            format(column, style) { row, bytes in
                text.removeAll(keepingCapacity: true)
                json.append(row, to: &text)
                TextBytes.append(csv: text[...], to: &bytes)
            }
            return
        }
        switch column.values {
        case .structure(let columns, _):
            guard case .structure(let schema) = column.type else { return }
            let rows = JSONRows(columns, names: schema.fields.map(\.name))
            format(column, style) { row, bytes in rows.append(row, to: &bytes) }
        case .list(let offsets, let elements):
            let texts = ColumnText(elements, style: .json)
            format(column, style) { row, bytes in
                Self.appendArray(offsets, row, to: &bytes) { texts.append($0, to: &$1) }
            }
        case .map(let offsets, let keys, let values):
            let entries = JSONRows([keys, values], names: ["key", "value"])
            format(column, style) { row, bytes in
                Self.appendArray(offsets, row, to: &bytes) { entries.append($0, to: &$1) }
            }
        default: break
        }
    }

    // MARK: Pieces

    /// Quotes around what is text in JSON and needs none in CSV: dates, decimals, base64.
    private static func appendQuoted(_ style: Style, to bytes: inout [UInt8], _ body: (inout [UInt8]) -> Void) {
        if style == .json { bytes.append(UInt8(ascii: "\"")) }
        body(&bytes)
        if style == .json { bytes.append(UInt8(ascii: "\"")) }
    }

    private static func append(
        _ text: String,
        isFinite: Bool,
        _ style: Style,
        to bytes: inout [UInt8],
        otherwise name: () -> String
    ) {
        if isFinite {
            bytes.append(contentsOf: text.utf8)
        } else {
            appendQuoted(style, to: &bytes) { $0.append(contentsOf: name().utf8) }
        }
    }

    private static func nameOfNonFinite(_ value: Double) -> String {
        value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
    }

    private static func appendArray(
        _ offsets: [Int32],
        _ row: Int,
        to bytes: inout [UInt8],
        _ element: (Int, inout [UInt8]) -> Void
    ) {
        bytes.append(UInt8(ascii: "["))
        for index in Int(offsets[row])..<Int(offsets[row + 1]) {
            if index > Int(offsets[row]) { bytes.append(UInt8(ascii: ",")) }
            element(index, &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private static func isUTF8(_ bytes: ArraySlice<UInt8>) -> Bool {
        String(validating: bytes, as: UTF8.self) != nil
    }
}

/// Rows of columns as JSON objects.
struct JSONRows {
    private let columns: [ColumnText]
    /// What stands before each value: `{"name":` or `,"name":`.
    private let prefixes: [[UInt8]]

    init(_ columns: [Column], names: [String]) {
        self.columns = columns.map { ColumnText($0, style: .json) }
        prefixes = names.enumerated().map { index, name in
            var prefix = [index == 0 ? UInt8(ascii: "{") : UInt8(ascii: ",")]
            TextBytes.append(json: Array(name.utf8)[...], to: &prefix)
            prefix.append(UInt8(ascii: ":"))
            return prefix
        }
    }

    func append(_ row: Int, to bytes: inout [UInt8]) {
        if columns.isEmpty { bytes.append(UInt8(ascii: "{")) }
        for index in columns.indices {
            bytes.append(contentsOf: prefixes[index])
            columns[index].append(row, to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }
}
