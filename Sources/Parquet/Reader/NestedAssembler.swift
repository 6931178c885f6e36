internal import Columnar

/// Puts nested columns together from leaves with levels.
struct NestedAssembler {
    /// The decoded leaves by their position in the file.
    let leaves: [Int: DecodedLeaf]

    func assemble(_ plan: ColumnPlan) throws(ParquetError) -> Column {
        switch plan {
        case .leaf(let index):
            guard let leaf = leaves[index] else { throw .corrupt("a column is missing") }
            return leaf.column
        case .structure(let schema, let children, let levels):
            var columns: [Column] = []
            for child in children { columns.append(try assemble(child)) }
            let count = columns.first?.count ?? 0
            let validity = levels.canBeNull ? try validity(try firstLeaf(plan), levels) : nil
            return try column(.structure(schema), .structure(columns, count: count), validity)
        case .list(let type, let element, let levels):
            let elements = try assemble(element)
            let (offsets, validity) = try offsets(try firstLeaf(plan), levels)
            return try column(type, .list(offsets: offsets, elements: elements), validity)
        case .map(let type, let key, let value, let levels):
            let keys = try assemble(key)
            let values = try assemble(value)
            let (offsets, validity) = try offsets(try firstLeaf(plan), levels)
            return try column(type, .map(offsets: offsets, keys: keys, values: values), validity)
        }
    }

    private func firstLeaf(_ plan: ColumnPlan) throws(ParquetError) -> DecodedLeaf {
        guard let index = plan.leaves.first, let leaf = leaves[index] else { throw .corrupt("a column is missing") }
        return leaf
    }

    /// The parts come from the file, which may contradict itself: the column checks that they fit.
    private func column(
        _ type: DataType,
        _ values: Column.Values,
        _ validity: Bitmap?
    ) throws(ParquetError) -> Column {
        do {
            return try Column(type, values, validity: validity)
        } catch {
            throw .corrupt("the columns of a nested one do not fit together: \(error.message)")
        }
    }

    /// Which of a node's places are not null.
    private func validity(_ leaf: DecodedLeaf, _ levels: NodeLevels) throws(ParquetError) -> Bitmap {
        var bits = Bitmap()
        let hasRepetitions = !leaf.repetitions.isEmpty
        for index in leaf.definitions.indices where Int(leaf.definitions[index]) >= levels.slot {
            if hasRepetitions, Int(leaf.repetitions[index]) > levels.repetition { continue }
            bits.append(Int(leaf.definitions[index]) >= levels.present)
        }
        return bits
    }

    /// Where the elements of each list begin, and which lists are not null.
    private func offsets(
        _ leaf: DecodedLeaf,
        _ levels: NodeLevels
    ) throws(ParquetError) -> ([Int32], Bitmap?) {
        guard leaf.repetitions.count == leaf.definitions.count else { throw .corrupt("a list without levels") }
        var offsets: [Int32] = []
        offsets.reserveCapacity(leaf.definitions.count + 1)
        var bits = Bitmap()
        // The values of a chunk were counted: there are fewer than 2³¹.
        var count: Int32 = 0
        for index in leaf.definitions.indices {
            let definition = Int(leaf.definitions[index])
            let repetition = Int(leaf.repetitions[index])
            if repetition <= levels.repetition, definition >= levels.slot {
                offsets.append(count)
                if levels.canBeNull { bits.append(definition >= levels.present) }
            }
            if repetition <= levels.repetition + 1, definition >= levels.element { count &+= 1 }
        }
        offsets.append(count)
        return (offsets, levels.canBeNull ? bits : nil)
    }
}
