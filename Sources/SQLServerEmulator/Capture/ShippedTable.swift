/// A table that the server makes for itself, such as those of the schema `cdc`. Its rows are read like those of any table.
struct ShippedTable {
    var name: String
    var columns: [(name: String, type: SQLType, isNullable: Bool)]
    /// The names of the columns of the unique clustered index, if there is one.
    var key: [String] = []

    /// Makes the table in a database.
    func make(schema: String, in database: String, _ session: Session) throws(SQLError) -> TableObject {
        guard let catalogue = session.catalogue(database) else { throw Session.unknownDatabase(database) }
        let id = try session.change(database) { (catalogue) throws(SQLError) in catalogue.newID() }
        let now = session.server.now()
        var table = TableObject(
            id: id,
            schema: schema,
            name: name,
            storage: "d\(catalogue.id)_\(id)",
            columns: columns.enumerated().map { index, column in
                TableColumn(id: index + 1, name: column.name, type: column.type, isNullable: column.isNullable)
            },
            created: now,
            modified: now,
            isShipped: true,
            nextColumnID: columns.count + 1
        )
        try session.sqlite.run(
            "CREATE TABLE \(table.storage) (\(table.columns.map(\.storage).joined(separator: ", ")))"
        )
        if !key.isEmpty {
            table.addIndex("\(name)_clustered_idx", key, isClustered: true)
            try table.makeIndexes(session)
        }
        let made = table
        try session.change(database) { (catalogue) throws(SQLError) in catalogue.add(made) }
        return table
    }
}

extension TableObject {
    /// Adds a unique index to the catalogue's description of the table.
    mutating func addIndex(_ name: String, _ key: [String], isClustered: Bool) {
        indexes.append(
            TableIndex(
                constraintID: 0,
                indexID: isClustered ? 1 : max(1, indexes.map(\.indexID).max() ?? 1) + 1,
                name: name,
                kind: .index,
                isUnique: true,
                isClustered: isClustered,
                columns: key.compactMap { column($0).map { .init(columnID: $0.id, isDescending: false) } }
            )
        )
    }

    /// Makes the indexes in SQLite, of the columns themselves: so a query ordered by them needs no sorting.
    func makeIndexes(_ session: Session) throws(SQLError) {
        for index in indexes {
            let columns = index.columns.map { "c\($0.columnID)" }.joined(separator: ", ")
            try session.sqlite.run(
                "CREATE UNIQUE INDEX IF NOT EXISTS \(index.storage(in: self)) ON \(storage) (\(columns))"
            )
        }
    }

    /// The column's name in SQLite.
    func storage(of name: String) -> String { column(name)?.storage ?? "NULL" }
}

extension Session {
    /// Puts a row into a table that the server made, without the checks that rows of users need.
    func insert(_ values: [SQLValue], into table: TableObject) throws(SQLError) {
        var stored: [StoredValue] = []
        for (value, column) in zip(values, table.columns) { stored.append(try column.type.encode(value)) }
        try insert(stored: stored, into: table)
    }

    func insert(stored values: [StoredValue], into table: TableObject) throws(SQLError) {
        let columns = table.columns.map(\.storage).joined(separator: ", ")
        let marks = values.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
        try sqlite.run("INSERT INTO \(table.storage) (\(columns)) VALUES (\(marks))", values)
    }

    /// The rows of a table that the server made, with the columns' values.
    ///
    /// - Parameter clause: What comes after the table's name, in SQLite's SQL.
    func rows(of table: TableObject, _ clause: String = "", _ values: [StoredValue] = []) throws(SQLError)
        -> [[SQLValue]]
    {
        let columns = table.columns.map(\.storage).joined(separator: ", ")
        var rows: [[SQLValue]] = []
        for row in try sqlite.rows("SELECT \(columns) FROM \(table.storage) \(clause)", values) {
            rows.append(try Binder.decode(row, table.columns.map(\.type)))
        }
        return rows
    }

    /// Drops a table that the server made.
    func dropShipped(_ table: TableObject, in database: String) throws(SQLError) {
        try sqlite.run("DROP TABLE IF EXISTS \(table.storage)")
        try change(database) { (catalogue) throws(SQLError) in catalogue.removeObject(table.id) }
    }
}
