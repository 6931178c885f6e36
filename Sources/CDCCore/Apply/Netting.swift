import Columnar

/// Reduces changes to what is true after the last of them.
enum Netting {
    /// The net effect of changes that are in the order of their positions.
    ///
    /// The last change of a key decides: the row after an insert or an update stays, anything else means that the key is
    /// gone. So a change of the key itself needs no rule of its own: the row before it removes the old key.
    ///
    /// - Parameter movedKeys: The updates that changed the key of their row, where the changes do not show it themselves
    ///   because others between them were taken out.
    static func net(
        _ changes: RecordBatch,
        movedKeys: Bitmap? = nil,
        table: SourceTable,
        storedSchema: Schema
    ) throws -> NetChanges {
        let keyed = try KeyedChanges(changes, movedKeys: movedKeys, table: table)
        var kept = Bitmap(repeating: false, count: changes.rowCount)
        var gone = kept
        keyed.lastRows.forEachSet { row in
            if keyed.operations[row] == ChangeOperation.insert.rawValue
                || keyed.operations[row] == ChangeOperation.updateAfter.rawValue
            {
                kept[row] = true
            } else {
                gone[row] = true
            }
        }
        let (rows, unchanged) = try foldLargeObjects(keyed, kept)
        let upserts = try StoredRows.stamp(changes: rows, schema: storedSchema)
        let deletes = try changes.selecting(table.key).filter(gone)
        return NetChanges(upserts: upserts, unchanged: unchanged, deletes: deletes)
    }

    /// The rows that are kept, with the values of large objects that they left untouched: from an earlier change of the same
    /// key where there is one, else they are in the table and marked as unchanged.
    private static func foldLargeObjects(
        _ keyed: KeyedChanges,
        _ kept: Bitmap
    ) throws -> (rows: RecordBatch, unchanged: [String: Bitmap]) {
        let changes = keyed.changes
        var rows = try changes.filter(kept)
        var unchanged: [String: Bitmap] = [:]
        for ordinal in keyed.table.largeObjectOrdinals {
            let field = keyed.table.schema.fields[ordinal]
            let origins = try keyed.origins(ofColumn: ordinal)
            var runs: [RowRun] = []
            var mark = Bitmap()
            try kept.forEachSet { row in
                switch origins[row] {
                case .table:
                    runs.append(row: row)
                    mark.append(true)
                case .row(let origin):
                    runs.append(row: origin)
                    mark.append(false)
                case .unknown: throw unknownValue(of: field, keyed.table)
                }
            }
            let place = ChangeColumns.count + ordinal
            var columns = rows.columns
            columns[place] = try .assembling(runs, from: [changes.columns[place]])
            rows = try RecordBatch(changes.schema, columns, rowCount: rows.rowCount)
            if mark.setCount > 0 { unchanged[field.name] = mark }
        }
        return (rows, unchanged)
    }

    private static func unknownValue(of field: Field, _ table: SourceTable) -> CDCError {
        CDCError(
            .unknownValue,
            "an update changed the key of a row of table \(table.name) and left its column '\(field.name)' out, so that the "
                + "value is not known; ask for a full refresh of the table",
            table: table.name
        )
    }
}
