import CDCCore

/// A table with Change Tracking, as its changes are read.
struct TrackedTable: Hashable, Sendable {
    let name: TableName
    let objectID: Int
    /// The columns to be read, in their order: those that the table has now.
    let columns: [SourceColumn]
    /// The columns of the primary key, which is all that Change Tracking keeps of a row that is gone.
    let key: [SourceColumn]
}

extension TrackedTable {
    /// The query whose rows ``TrackedChanges`` takes: for every key that changed above a version the last change of it, and the
    /// row as it is now, in the order of the changes.
    ///
    /// A row that changed above `through` is left for the next time, all its changes with it.
    ///
    /// Source: SQL Server documentation, "CHANGETABLE (Transact-SQL)".
    func changes(after: Int64, through: Int64) -> Statement {
        let keyNames = Set(key.map(\.name))
        let keys = key.map { SQLText.identifier($0.name) }
        let missing = keys.first.map { "WHEN t.\($0) IS NULL THEN \(TrackedChanges.missingRow) " } ?? ""
        let values = columns.map { column in
            ",\n    \(column.projection(of: keyNames.contains(column.name) ? "c" : "t"))"
        }
        let text = """
            SELECT c.SYS_CHANGE_VERSION AS [__$version],
                CASE WHEN c.SYS_CHANGE_OPERATION = N'D' THEN 1 \(missing)\
            WHEN c.SYS_CHANGE_OPERATION = N'I' THEN 2 ELSE 4 END AS [__$operation]\(values.joined())
            FROM CHANGETABLE(CHANGES \(SQLText.table(name)), @after) AS c
            LEFT JOIN \(SQLText.table(name)) AS t ON \(keys.map { "t.\($0) = c.\($0)" }.joined(separator: " AND "))
            WHERE c.SYS_CHANGE_VERSION <= @through
            ORDER BY c.SYS_CHANGE_VERSION, c.SYS_CHANGE_OPERATION, \(keys.map { "c.\($0)" }.joined(separator: ", "))
            """
        return Statement(text).with("after", after).with("through", through)
    }
}
