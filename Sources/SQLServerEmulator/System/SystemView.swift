import TSQL

/// A view of the system: its columns, and how its rows follow from the catalogue.
///
/// A query that names one finds its rows in a temporary table, which is filled when the query is bound: so views join, filter and
/// sort like any table.
struct SystemView: Sendable {
    struct Column: Sendable {
        var name: String
        var type: SQLType
        var isNullable = true
    }

    let schema: String
    let name: String
    let columns: [Column]
    /// The rows, with a value for each column.
    let rows: @Sendable (Session, DatabaseCatalogue) throws(SQLError) -> [[SQLValue]]

    init(
        _ schema: String,
        _ name: String,
        _ columns: [(String, SQLType)],
        rows: @escaping @Sendable (Session, DatabaseCatalogue) throws(SQLError) -> [[SQLValue]]
    ) {
        self.schema = schema
        self.name = name
        self.columns = columns.map { Column(name: $0.0, type: $0.1) }
        self.rows = rows
    }
}

/// The views by name.
enum SystemViews {
    static let all: [String: SystemView] = [
        objectViews, columnViews, indexViews, constraintViews, moduleViews, databaseViews, serverViews, securityViews,
        oldViews, standardViews, captureViews,
    ]
    .reduce(into: [:]) { views, group in
        for view in group { views["\(view.schema).\(view.name)".lowercased()] = view }
    }
}

extension SQLValue {
    /// A number that the catalogue counts with.
    static func number(_ number: Int) -> SQLValue { .integer(Int64(number)) }

    static func optional(_ text: String?) -> SQLValue { text.map { .string($0) } ?? .null }
}

/// `sysname`: the type of names.
let sysname = SQLType.nvarchar(.units(128), .default.with(.implicit))

extension Session {
    func systemView(_ name: Name, in database: DatabaseCatalogue) throws(SQLError) -> (
        table: String, columns: [BoundQuery.Column]
    )? {
        guard name.parts.count > 1 else {
            // The old tables of the system may be named without a schema.
            guard name.last.lowercased().hasPrefix("sys"), let view = SystemViews.all["sys.\(name.last.lowercased())"]
            else { return nil }
            return try fill(view, database)
        }
        let schema = name.parts[name.parts.count - 2]
        // The old ones are also found as those of `dbo`; others would hide tables of users.
        let isOld = (schema.isEmpty || schema.matches("dbo")) && name.last.lowercased().hasPrefix("sys")
        guard let view = SystemViews.all["\(isOld ? "sys" : schema).\(name.last)".lowercased()] else { return nil }
        return try fill(view, database)
    }

    private func fill(_ view: SystemView, _ database: DatabaseCatalogue) throws(SQLError) -> (
        table: String, columns: [BoundQuery.Column]
    ) {
        // A query may read the same view of two databases.
        let table = "temp.\"\(view.schema).\(view.name) \(database.id)\""
        let names = view.columns.indices.map { "c\($0)" }
        // The rows come first: views of users are bound for them, which may read the system's views in their turn.
        let rows = try view.rows(self, database)
        try sqlite.run("CREATE TABLE IF NOT EXISTS \(table) (\(names.joined(separator: ", ")))")
        try sqlite.run("DELETE FROM \(table)")
        let marks = view.columns.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
        for row in rows {
            var values: [StoredValue] = []
            for (value, column) in zip(row, view.columns) { values.append(try column.type.encode(value)) }
            try sqlite.run("INSERT INTO \(table) VALUES (\(marks))", values)
        }
        return (table, view.columns.map { .init(name: $0.name, type: $0.type, isNullable: $0.isNullable) })
    }
}
