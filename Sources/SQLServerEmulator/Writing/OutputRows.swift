import TSQL

/// The `OUTPUT` of a statement that changes rows: what it gives of each row before and after.
///
/// The changed rows are put into a table of their own, from which the list is selected like any other.
struct OutputRows {
    let clauses: [OutputClause]
    let table: TableObject
    /// What the statement does: only what changes or deletes has rows before, only what changes or inserts has rows after.
    var actions: Set<String>
    /// The sources of a `MERGE`, whose columns follow each other in the source of a row.
    var sources: [Scope.Source] = []

    /// Gives the rows to the client and into tables.
    func give(_ changes: [RowChange], _ session: Session) throws(SQLError) {
        for clause in clauses {
            let binder = Binder(session)
            let columns = table.columns
            // Columns of the row before come first, then those of the row after, then the action.
            let alias = "changed"
            func source(_ name: String, _ first: Int) -> Scope.Source {
                Scope.Source(
                    name: name,
                    columns: columns.enumerated().map { index, column in
                        .init(name: column.name, type: column.type, sql: "\(alias).c\(first + index)", isNullable: true)
                    }
                )
            }
            let action = Scope.Source(
                name: nil,
                columns: [
                    .init(
                        name: "$action",
                        type: .nvarchar(10),
                        sql: "\(alias).c\(2 * columns.count)",
                        isNullable: false
                    )
                ]
            )
            var next = 2 * columns.count + 1
            let others = sources.map { other in
                var other = other
                for index in other.columns.indices {
                    other.columns[index].sql = "\(alias).c\(next)"
                    other.columns[index].isNullable = true
                    next += 1
                }
                return other
            }
            let scope = Scope(
                (actions == ["INSERT"] ? [] : [source("deleted", 0)])
                    + (actions == ["DELETE"] ? [] : [source("inserted", columns.count)]) + [action] + others
            )
            var items: [TypedSQL] = []
            var output: [BoundQuery.Column] = []
            for item in clause.items {
                switch item {
                case .star(let qualifier):
                    for column in try scope.columns(of: qualifier?.parts ?? []) {
                        items.append(TypedSQL(sql: column.sql, type: column.type, name: column.name))
                        output.append(.init(name: column.name, type: column.type))
                    }
                case .expression(let expression, let name):
                    let value = try binder.bind(expression, scope)
                    items.append(value)
                    output.append(.init(name: name ?? value.name ?? "", type: value.type, isNullable: value.isNullable))
                case .assignment: throw SQLError.unsupported("a variable in OUTPUT")
                }
            }
            let rows = try rows(changes, items, binder, session)
            if let target = clause.into {
                try session.insert(rows, output, into: target, columns: clause.columns)
            } else {
                try session.sink.begin(output)
                for row in rows { try session.sink.row(row) }
            }
        }
    }

    private func rows(
        _ changes: [RowChange],
        _ items: [TypedSQL],
        _ binder: Binder,
        _ session: Session
    ) throws(SQLError) -> [[StoredValue]] {
        let width = 2 * table.columns.count + 1 + sources.reduce(0) { $0 + $1.columns.count }
        let first = binder.parameters.count
        let marks = (0..<width).map { "?\(first + $0 + 1) AS c\($0)" }.joined(separator: ", ")
        let sql = "SELECT \(items.map(\.sql).joined(separator: ", ")) FROM (SELECT \(marks)) AS changed"
        let none = [StoredValue](repeating: .null, count: table.columns.count)
        var rows: [[StoredValue]] = []
        for change in changes {
            var values = (change.before ?? none) + (change.after ?? none) + [.text(Array(change.action.utf8))]
            values += change.source + [StoredValue](repeating: .null, count: width - values.count - change.source.count)
            rows.append(contentsOf: try session.sqlite.rows(sql, binder.parameters + values))
        }
        return rows
    }
}
