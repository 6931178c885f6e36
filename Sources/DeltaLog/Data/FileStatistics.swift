import CDCJSON
import Columnar
import Parquet

/// A file's statistics as Delta keeps them, made from those of its Parquet columns, and read back for data skipping.
///
/// Source: Delta protocol, "Per-file Statistics"; the limits are those of Delta Spark.
enum FileStatistics {
    /// Statistics are kept for this many columns from the left, counting the fields of structures.
    static let indexedColumns = 32
    /// Texts are cut off after this many UTF-16 units.
    static let textUnits = 32

    // MARK: Writing

    /// The statistics of a file as JSON text.
    static func json(_ parquet: ParquetMetadata) -> String {
        var writer = JSONWriter()
        let leaves = Array(leaves(parquet.schema, path: []).prefix(indexedColumns))
        let statistics = leaves.map { parquet.statistics(ofColumnPath: $0.path) }
        writer.object { writer in
            writer.member("numRecords", parquet.rowCount)
            writer.key("minValues")
            write(leaves, to: &writer, depth: 0, of: leaves.indices) { index in
                statistics[index].flatMap { bound($0.min, isUpper: false) }
            }
            writer.key("maxValues")
            write(leaves, to: &writer, depth: 0, of: leaves.indices) { index in
                statistics[index].flatMap { bound($0.max, isUpper: true) }
            }
            writer.key("nullCount")
            write(leaves, to: &writer, depth: 0, of: leaves.indices) { index in
                statistics[index]?.nullCount.map { .integer(Int64($0)) }
            }
        }
        return writer.text
    }

    private struct Leaf {
        var path: [String]
    }

    /// The columns that hold plain values, structures taken apart; lists and maps have no statistics.
    private static func leaves(_ schema: Schema, path: [String]) -> [Leaf] {
        schema.fields.flatMap { field -> [Leaf] in
            switch field.type {
            case .structure(let inner): leaves(inner, path: path + [field.name])
            case .list, .map: []
            default: [Leaf(path: path + [field.name])]
            }
        }
    }

    /// Writes a value for each leaf that has one, as objects nested like the schema.
    private static func write(
        _ leaves: [Leaf],
        to writer: inout JSONWriter,
        depth: Int,
        of range: Range<Int>,
        _ value: (Int) -> JSONValue?
    ) {
        writer.object { writer in
            var index = range.lowerBound
            while index < range.upperBound {
                let name = leaves[index].path[depth]
                if leaves[index].path.count == depth + 1 {
                    writer.member(name, value(index))
                    index += 1
                } else {
                    var end = index
                    while end < range.upperBound, leaves[end].path.count > depth + 1, leaves[end].path[depth] == name {
                        end += 1
                    }
                    writer.key(name)
                    write(leaves, to: &writer, depth: depth + 1, of: index..<end, value)
                    index = end
                }
            }
        }
    }

    /// A smallest or largest value in the form of the log; `nil` where none is kept.
    private static func bound(_ value: Value?, isUpper: Bool) -> JSONValue? {
        switch value {
        case .integer(let value): .integer(value)
        case .float(let value): value.isFinite ? .number("\(value)") : nil
        case .double(let value): value.isFinite ? .number("\(value)") : nil
        case .decimal(let unscaled, let scale): .number(DecimalText.format(unscaled, scale: scale))
        case .date(let day): .string(CivilTime.format(day: day))
        // Milliseconds, as other engines expect: downwards for the smallest, upwards for the largest, so that both bound.
        case .timestamp(let time): .string(milliseconds(time, isUpper: isUpper) + "Z")
        case .timestampNTZ(let time): .string(milliseconds(time, isUpper: isUpper))
        case .string(let text): isUpper ? upperText(text).map { .string($0) } : .string(lowerText(text))
        default: nil
        }
    }

    private static func milliseconds(_ time: Int64, isUpper: Bool) -> String {
        let (sum, overflow) = time.addingReportingOverflow(isUpper ? 999 : 0)
        return CivilTime.format(microseconds: overflow ? time : sum, digits: 3)
    }

    /// The beginning of a text: not greater than it.
    private static func lowerText(_ text: String) -> String { prefix(text) }

    /// A short text that is not smaller than the given one; `nil` where there is none.
    private static func upperText(_ text: String) -> String? {
        let start = prefix(text)
        if start.utf8.count == text.utf8.count { return text }
        // U+10FFFF is greater than any next character; where the next one is that very character, there is no bound.
        let next = text.unicodeScalars.dropFirst(start.unicodeScalars.count).first
        return next == "\u{10FFFF}" ? nil : start + "\u{10FFFF}"
    }

    /// As many whole characters as fit the limit.
    private static func prefix(_ text: String) -> String {
        guard text.utf16.count > textUnits else { return text }
        var units = 0
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            units += scalar.value > 0xFFFF ? 2 : 1
            if units > textUnits { break }
            result.append(scalar)
        }
        return String(result)
    }

    // MARK: Reading

    /// How many rows a file has; `nil` where its statistics do not say.
    static func rowCount(_ file: AddFile) -> Int? {
        guard let text = file.stats, let stats = try? JSONValue(parsing: text) else { return nil }
        return stats["numRecords"]?.integer.flatMap { Int(exactly: $0) }
    }

    /// What statistics tell of one column: bounds that no value of the file lies outside of.
    struct Bounds {
        var min: Value?
        var max: Value?
    }

    /// The bounds of a top-level column; without them where the statistics are missing or say nothing.
    static func bounds(of column: String, _ type: DataType, in file: AddFile) -> Bounds {
        guard let text = file.stats, let stats = try? JSONValue(parsing: text) else { return Bounds() }
        return Bounds(
            min: parse(stats["minValues"]?[column], type, isUpper: false),
            max: parse(stats["maxValues"]?[column], type, isUpper: true)
        )
    }

    private static func parse(_ json: JSONValue?, _ type: DataType, isUpper: Bool) -> Value? {
        switch (type, json) {
        case (.byte, .integer(let value)), (.short, .integer(let value)), (.integer, .integer(let value)),
            (.long, .integer(let value)):
            .integer(value)
        case (.string, .string(let text)): .string(text)
        case (.date, .string(let text)): CivilTime.parse(day: text).map { .date($0) }
        // Others cut off what is finer than a millisecond.
        case (.timestamp, .string(let text)):
            CivilTime.parse(timestamp: text).map { .timestamp($0.microseconds + (isUpper ? 999 : 0)) }
        case (.timestampNTZ, .string(let text)):
            CivilTime.parse(timestamp: text).map { .timestampNTZ($0.microseconds + (isUpper ? 999 : 0)) }
        default: nil
        }
    }
}
