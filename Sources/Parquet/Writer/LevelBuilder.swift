internal import Columnar

/// Takes nested columns apart into leaves with levels.
///
/// The tree is walked from the top down; at every node there is an entry for each value that the leaves below will have so
/// far, with its levels and its position in the node's vector.
enum LevelBuilder {
    /// The entries at a node.
    struct Entries {
        var definitions: [UInt8]
        var repetitions: [UInt8]
        /// The position in the node's vector; −1 where a node above is null or an empty list, and the levels are final.
        var positions: [Int32]

        /// One entry for each row.
        init(_ rows: Range<Int>) {
            definitions = Array(repeating: 0, count: rows.count)
            repetitions = definitions
            positions = rows.map { Int32(truncatingIfNeeded: $0) }
        }
    }

    /// A leaf's values with their levels.
    typealias Sink = (_ leaf: Int, Column.Values, _ positions: [Int32], Entries) throws(ParquetError) -> Void

    /// Walks `column` and hands each leaf below it, in the order of the schema, to `sink`; `leaf` counts them.
    static func walk(
        _ column: Column,
        isNullable: Bool,
        _ entries: Entries,
        definition: UInt8 = 0,
        repetition: UInt8 = 0,
        leaf: inout Int,
        _ sink: Sink
    ) throws(ParquetError) {
        var entries = entries
        var definition = definition
        try markNulls(column, isNullable, &entries, &definition)
        switch (column.type, column.values) {
        case (.structure(let schema), .structure(let columns, _)):
            for (field, child) in zip(schema.fields, columns) {
                try walk(
                    child,
                    isNullable: field.isNullable,
                    entries,
                    definition: definition,
                    repetition: repetition,
                    leaf: &leaf,
                    sink
                )
            }
        case (.list(_, let containsNull), .list(let offsets, let elements)):
            entries = expand(entries, offsets, definition, repetition)
            try walk(
                elements,
                isNullable: containsNull,
                entries,
                definition: definition + 1,
                repetition: repetition + 1,
                leaf: &leaf,
                sink
            )
        case (.map(_, _, let valueContainsNull), .map(let offsets, let keys, let values)):
            entries = expand(entries, offsets, definition, repetition)
            for (child, isNullable) in [(keys, false), (values, valueContainsNull)] {
                try walk(
                    child,
                    isNullable: isNullable,
                    entries,
                    definition: definition + 1,
                    repetition: repetition + 1,
                    leaf: &leaf,
                    sink
                )
            }
        default:
            let positions = entries.positions.contains(-1) ? entries.positions.filter { $0 >= 0 } : entries.positions
            try sink(leaf, column.values, positions, entries)
            leaf += 1
        }
    }

    private static func markNulls(
        _ column: Column,
        _ isNullable: Bool,
        _ entries: inout Entries,
        _ definition: inout UInt8
    ) throws(ParquetError) {
        if isNullable { definition += 1 }
        guard let validity = column.validity else {
            if isNullable {
                for index in entries.positions.indices where entries.positions[index] >= 0 {
                    entries.definitions[index] = definition
                }
            }
            return
        }
        for index in entries.positions.indices where entries.positions[index] >= 0 {
            if validity[Int(entries.positions[index])] {
                entries.definitions[index] = definition
            } else if isNullable {
                entries.positions[index] = -1
            } else {
                throw ParquetError(
                    .invalidValue,
                    "a null in a nested column that allows none; make the part nullable or fill the value in"
                )
            }
        }
    }

    /// An entry for every element of every list; an empty list keeps one, which is final.
    private static func expand(
        _ entries: Entries,
        _ offsets: [Int32],
        _ definition: UInt8,
        _ repetition: UInt8
    ) -> Entries {
        var expanded = Entries(0..<0)
        let count = entries.positions.count
        expanded.definitions.reserveCapacity(count)
        expanded.repetitions.reserveCapacity(count)
        expanded.positions.reserveCapacity(count)
        for index in 0..<count {
            let position = Int(entries.positions[index])
            let elements = position < 0 ? 0..<0 : offsets[position]..<offsets[position + 1]
            if elements.isEmpty {
                expanded.definitions.append(entries.definitions[index])
                expanded.repetitions.append(entries.repetitions[index])
                expanded.positions.append(-1)
                continue
            }
            for element in elements {
                expanded.definitions.append(definition + 1)
                expanded.repetitions.append(
                    element == elements.lowerBound ? entries.repetitions[index] : repetition + 1
                )
                expanded.positions.append(element)
            }
        }
        return expanded
    }
}
