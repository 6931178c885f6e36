import CDCJSON
import Columnar

/// Statistics that a checkpoint keeps as columns, as the JSON text that the log keeps elsewhere.
///
/// Source: Delta protocol, "Per-file Statistics".
enum StatisticsText {
    /// The text of row `row` of `stats_parsed`; `nil` where it is null.
    static func text(_ column: Column, _ row: Int) -> String? {
        guard !column.isNull(at: row), case .structure = column.type else { return nil }
        var writer = JSONWriter()
        write(column, row, to: &writer)
        return writer.text
    }

    /// Whether a column's values have a place in statistics.
    private static func isWritable(_ column: Column, _ row: Int) -> Bool {
        switch column.type {
        case .binary, .list, .map: false
        default: !column.isNull(at: row)
        }
    }

    private static func write(_ column: Column, _ row: Int, to writer: inout JSONWriter) {
        switch (column.type, column.value(at: row)) {
        case (.structure(let schema), _):
            guard let children = column.values.structure else { return writer.null() }
            writer.object { writer in
                for (field, child) in zip(schema.fields, children) where isWritable(child, row) {
                    writer.key(field.name)
                    write(child, row, to: &writer)
                }
            }
        case (_, .boolean(let value)): writer.boolean(value)
        case (_, .integer(let value)): writer.integer(value)
        case (_, .float(let value)): writer.number(value)
        case (_, .double(let value)): writer.number(value)
        case (_, .decimal(let unscaled, let scale)): writer.raw(DecimalText.format(unscaled, scale: scale))
        case (_, .string(let value)): writer.string(value)
        case (_, .date(let day)): writer.string(CivilTime.format(day: day))
        case (_, .timestamp(let time)): writer.string(CivilTime.format(microseconds: time) + "Z")
        case (_, .timestampNTZ(let time)): writer.string(CivilTime.format(microseconds: time))
        case (_, .null), (_, .binary), (_, .structure), (_, .list), (_, .map): writer.null()
        }
    }
}
