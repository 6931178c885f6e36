internal import Columnar

/// The values of one leaf of a row group, and the levels where others need them.
struct DecodedLeaf {
    /// One value for each place there is, null or not.
    var column: Column
    /// Of a part of a nested column: the levels of all values.
    var definitions: [UInt8] = []
    var repetitions: [UInt8] = []
}

extension DecodedLeaf {
    /// The same of some rows only.
    ///
    /// - Parameter rows: ascending, not overlapping, within the rows that there are.
    func selecting(_ rows: [Range<Int>], _ leaf: LeafColumn) throws(ParquetError) -> DecodedLeaf {
        if leaf.maxRepetition == 0 {
            // Outside lists there is one place for each row.
            let selected = definitions.isEmpty ? [] : rows.flatMap { definitions[$0] }
            return DecodedLeaf(column: try column.selecting(rows.map { RowRun(rows: $0) }), definitions: selected)
        }
        var selected = DecodedLeaf(column: column)
        var runs: [RowRun] = []
        var row = -1
        var next = 0
        var place = 0
        for index in repetitions.indices {
            if repetitions[index] == 0 {
                row += 1
                while next < rows.count, rows[next].upperBound <= row { next += 1 }
            }
            let hasPlace = Int(definitions[index]) >= leaf.slotDefinition
            if next < rows.count, rows[next].lowerBound <= row {
                selected.definitions.append(definitions[index])
                selected.repetitions.append(repetitions[index])
                if hasPlace { runs.append(row: place) }
            }
            if hasPlace { place += 1 }
        }
        selected.column = try column.selecting(runs)
        return selected
    }
}

extension Column {
    /// The rows of `runs`; the file says which, so that a fault is the file's.
    func selecting(_ runs: [RowRun]) throws(ParquetError) -> Column {
        try Column.joining(runs, of: [self])
    }

    /// The rows of `runs` of several columns of one type.
    static func joining(_ runs: [RowRun], of columns: [Column]) throws(ParquetError) -> Column {
        do {
            return try Column.assembling(runs, from: columns)
        } catch {
            throw error.code == .tooLarge ? ParquetError(.tooLarge, error.message) : .corrupt(error.message)
        }
    }
}
