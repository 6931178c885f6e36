import CDCCore

/// The statements that read all rows of a table, a range of its key at a time.
struct SnapshotQuery: Hashable, Sendable {
    let table: TableName
    /// The columns to be read, in their order.
    let columns: [SourceColumn]
    /// The columns by which the table is divided, in key order; empty: it is read in one piece.
    let key: [SourceColumn]

    /// - Parameter key: The table's key. Where one of its columns is of a type whose values cannot be written down, the table is
    ///   read in one piece.
    init(table: TableName, columns: [SourceColumn], key: [SourceColumn]) {
        self.table = table
        self.columns = columns
        self.key = key.allSatisfy { KeyLiteral(column: $0).isPossible } ? key : []
    }

    /// The key of the row that stands `rows` behind the beginning of a range, as texts; no row where there are fewer.
    func boundary(from: [String]?, rows: Int) -> String {
        let range = KeyRange(columns: key, from: from, to: nil).condition("t")
        let names = key.map { SQLText.identifier($0.name) }
        return """
            SELECT \(key.map { KeyLiteral(column: $0).reading(of: "t") }.joined(separator: ", "))
            FROM \(SQLText.table(table)) AS t\(range.isEmpty ? "" : " WHERE \(range)")
            ORDER BY \(names.map { "t.\($0)" }.joined(separator: ", "))
            OFFSET \(rows) ROWS FETCH NEXT 1 ROWS ONLY
            """
    }

    /// The rows of a range, in key order: so the server need not sort, and files made of them are sorted.
    func rows(_ range: KeyRange) -> String {
        let condition = range.condition("t")
        let order = key.map { "t.\(SQLText.identifier($0.name))" }.joined(separator: ", ")
        return """
            SELECT \(columns.map { $0.projection(of: "t") }.joined(separator: ", "))
            FROM \(SQLText.table(table)) AS t\(condition.isEmpty ? "" : " WHERE \(condition)")\
            \(order.isEmpty ? "" : " ORDER BY \(order)")
            """
    }
}
