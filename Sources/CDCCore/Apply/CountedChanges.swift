import Columnar

/// Changes of a table without a key, whose rows are told apart by nothing but all their values: what counts is how many equal
/// rows came and how many went.
///
/// Equal rows may be exchanged for each other, so the order of the changes does not matter: a row that came and an equal one
/// that went cancel each other out, whichever was first.
enum CountedChanges {
    /// The changes that are left when rows that came and equal rows that went have cancelled each other out.
    static func neededRows(of changes: RecordBatch, table: SourceTable) throws -> Bitmap {
        let comes = try additions(in: changes, table: table)
        let index = try KeyIndex(table.identity.map { try changes.column($0) }, nullsAreEqual: true)
        let representatives = try index.find(index.keys)
        var surplus = [Int](repeating: 0, count: changes.rowCount)
        for (row, representative) in representatives.enumerated() {
            surplus[Int(representative)] += comes[row] ? 1 : -1
        }
        var needed = Bitmap(repeating: false, count: changes.rowCount)
        // From the end, so that of equal rows the newest stay: they carry the newest commit.
        for row in (0..<changes.rowCount).reversed() {
            let representative = Int(representatives[row])
            let sign = comes[row] ? 1 : -1
            guard surplus[representative].signum() == sign else { continue }
            surplus[representative] -= sign
            needed[row] = true
        }
        return needed
    }

    /// Rows to be added, and rows of which one equal to each is to be removed.
    static func net(_ changes: RecordBatch, table: SourceTable, storedSchema: Schema) throws -> NetChanges {
        let rest = try changes.filter(try neededRows(of: changes, table: table))
        let comes = try additions(in: rest, table: table)
        var goes = comes
        goes.invert()
        return NetChanges(
            upserts: try StoredRows.stamp(changes: try rest.filter(comes), schema: storedSchema),
            deletes: try rest.selecting(table.identity).filter(goes)
        )
    }

    /// The changes after which there is one row more.
    private static func additions(in changes: RecordBatch, table: SourceTable) throws -> Bitmap {
        guard let operations = try changes.column(ChangeColumns.operation).values.int32 else {
            throw CDCError(.stagedFileCorrupt, "staged changes lack their operations", table: table.name)
        }
        var comes = Bitmap(repeating: false, count: changes.rowCount)
        for (row, operation) in operations.enumerated()
        where operation == ChangeOperation.insert.rawValue || operation == ChangeOperation.updateAfter.rawValue {
            comes[row] = true
        }
        return comes
    }
}

extension SourceTable {
    /// The columns by whose values a row is found: those of the key, or where there is none, all.
    var identity: [String] { key.isEmpty ? schema.fields.map(\.name) : key }
}
