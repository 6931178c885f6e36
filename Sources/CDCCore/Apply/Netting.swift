import Columnar

/// Reduces changes to what is true after the last of them.
enum Netting {
    /// The net effect of changes that are in the order of their positions.
    ///
    /// The last change of a key decides: the row after an insert or an update stays, anything else means that the key is
    /// gone. So a change of the key itself needs no rule of its own: the row before it removes the old key.
    static func net(_ changes: RecordBatch, table: SourceTable, storedSchema: Schema) throws -> NetChanges {
        guard let operations = try changes.column(ChangeColumns.operation).values.int32 else {
            throw CDCError(.stagedFileCorrupt, "staged changes lack their operations", table: table.name)
        }
        let keys = try table.key.map { try changes.column($0) }
        for (name, column) in zip(table.key, keys) where column.nullCount > 0 {
            throw CDCError(.nullKey, "the key column '\(name)' of a change is NULL", table: table.name)
        }
        let index = try KeyIndex(keys)
        let last = index.lastRows
        var kept = Bitmap(repeating: false, count: changes.rowCount)
        var gone = kept
        last.forEachSet { row in
            if operations[row] == ChangeOperation.insert.rawValue
                || operations[row] == ChangeOperation.updateAfter.rawValue
            {
                kept[row] = true
            } else {
                gone[row] = true
            }
        }
        let folded = try foldLargeObjects(changes, kept: kept, index: index, operations: operations, table: table)
        let upserts = try StoredRows.stamp(changes: try folded.changes.filter(kept), schema: storedSchema)
        let deletes = try changes.filter(gone).selecting(table.key)
        return NetChanges(upserts: upserts, unchanged: folded.unchanged, deletes: deletes)
    }

    /// Finds the values of large objects that the last change of a key left untouched: in an earlier change of the same
    /// key where there is one, else they are in the table and marked as unchanged.
    private static func foldLargeObjects(
        _ changes: RecordBatch,
        kept: Bitmap,
        index: KeyIndex,
        operations: [Int32],
        table: SourceTable
    ) throws -> (changes: RecordBatch, unchanged: [String: Bitmap]) {
        let large = table.schema.fields.enumerated().filter { table.largeObjects.contains($0.element.name) }
        guard !large.isEmpty, operations.contains(ChangeOperation.updateAfter.rawValue) else { return (changes, [:]) }
        let masks = try changes.column(ChangeColumns.updateMask)
        guard let maskVector = masks.values.bytes else {
            throw CDCError(.stagedFileCorrupt, "staged changes lack their update masks", table: table.name)
        }
        let lastOfKey = try index.find(index.keys)
        let movedKeys = keyMoves(lastOfKey, operations: operations)
        var columns = changes.columns
        var unchanged: [String: Bitmap] = [:]
        for (ordinal, field) in large {
            let place = ChangeColumns.count + ordinal
            let column = columns[place]
            /// For each last row of a key, the row from which its value is taken, or where that is not among the changes.
            var origin = [Int32](repeating: Self.inTable, count: changes.rowCount)
            for row in 0..<changes.rowCount where operations[row] == 2 || operations[row] == 4 {
                let isUntouched =
                    operations[row] == 4 && column.isNull(at: row) && !masks.isNull(at: row)
                    && !UpdateMask.isSet(ordinal + 1, in: maskVector[row])
                let key = Int(lastOfKey[row])
                if !isUntouched {
                    origin[key] = Int32(row)
                } else if movedKeys[row] {
                    origin[key] = Self.unknown
                }
            }
            var runs: [RowRun] = []
            var mark = Bitmap()
            var hasMarks = false
            for row in 0..<changes.rowCount {
                if kept[row] {
                    if origin[row] == Self.unknown { throw unknownValue(of: field, table) }
                    mark.append(origin[row] < 0)
                    hasMarks = hasMarks || origin[row] < 0
                }
                runs.append(row: kept[row] && origin[row] >= 0 ? Int(origin[row]) : row)
            }
            columns[place] = try .assembling(runs, from: [column])
            if hasMarks { unchanged[field.name] = mark }
        }
        return (try RecordBatch(changes.schema, columns, rowCount: changes.rowCount), unchanged)
    }

    /// Refuses updates that change a row's key and leave a large object out, so that nobody knows its value.
    ///
    /// - Throws: ``CDCError`` with code `unknownValue`.
    static func checkMovedKeys(_ changes: RecordBatch, table: SourceTable) throws {
        guard !table.largeObjects.isEmpty,
            let operations = try changes.column(ChangeColumns.operation).values.int32,
            operations.contains(ChangeOperation.updateAfter.rawValue)
        else { return }
        let index = try KeyIndex(table.key.map { try changes.column($0) })
        _ = try foldLargeObjects(changes, kept: index.lastRows, index: index, operations: operations, table: table)
    }

    /// In place of a row: the value is in the table.
    private static let inTable: Int32 = -1
    /// In place of a row: the value was in the row with the key before, and nobody says which that is in the table.
    private static let unknown: Int32 = -2

    private static func unknownValue(of field: Field, _ table: SourceTable) -> CDCError {
        CDCError(
            .unknownValue,
            "an update changed the key of a row of table \(table.name) and left its column '\(field.name)' out, so that the "
                + "value is not known; ask for a full refresh of the table",
            table: table.name
        )
    }

    /// The rows after an update whose key is not that of the row before it.
    private static func keyMoves(_ lastOfKey: [Int32], operations: [Int32]) -> Bitmap {
        var moves = Bitmap(repeating: false, count: operations.count)
        for row in operations.indices.dropFirst()
        where operations[row] == 4 && operations[row - 1] == 3 && lastOfKey[row] != lastOfKey[row - 1] {
            moves[row] = true
        }
        return moves
    }
}
