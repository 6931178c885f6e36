internal import Columnar

/// How a column is put together from the leaves of the file.
///
/// Levels say, value by value, how deep in the tree something is there (definition) and in which of the lists around it it
/// begins a new element (repetition).
///
/// Source: the Dremel paper; parquet-format, README, "Nested Encoding".
indirect enum ColumnPlan: Sendable {
    case leaf(Int)
    case structure(Schema, [ColumnPlan], NodeLevels)
    case list(DataType, ColumnPlan, NodeLevels)
    case map(DataType, key: ColumnPlan, value: ColumnPlan, NodeLevels)

    /// The leaves below, in the order of the file.
    var leaves: [Int] {
        switch self {
        case .leaf(let index): [index]
        case .structure(_, let children, _): children.flatMap(\.leaves)
        case .list(_, let element, _): element.leaves
        case .map(_, let key, let value, _): key.leaves + value.leaves
        }
    }
}

/// The levels that matter to a structure, a list or a map.
struct NodeLevels: Hashable, Sendable {
    /// From this definition level on there is a place for the node, be it null.
    var slot: Int
    /// From this definition level on the node is not null; equal to what its parent has where it cannot be null itself.
    var present: Int
    /// The number of lists around the node: a repetition level up to this begins a new place for it.
    var repetition: Int
    /// Of a list or map: from this definition level on there is an element.
    var element: Int

    /// Whether the node, or a structure around it in the same list element, can be null.
    var canBeNull: Bool { present > slot }
}
