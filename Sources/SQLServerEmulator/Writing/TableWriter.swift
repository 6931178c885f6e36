/// Changes rows of one table as one statement does: rows first, then what must hold for all of them together.
///
/// Used within ``Session/writing(_:)``, which takes everything back where a rule is broken.
final class TableWriter {
    let table: TableObject
    private let session: Session
    /// The statement's word, for messages.
    private let statement: String
    private(set) var changes: [RowChange] = []
    /// The rows that came or changed, by their numbers in SQLite.
    private var written: [Int64] = []

    init(_ table: TableObject, session: Session, statement: String) {
        self.table = table
        self.session = session
        self.statement = statement
    }

    private var sqlite: SQLiteConnection { session.sqlite }
    private var columnList: String { table.columns.map(\.storage).joined(separator: ", ") }

    // MARK: Rows

    /// - Parameter values: One for each column, converted to its type; those of computed columns are ignored.
    func insert(_ values: [StoredValue], source: [StoredValue] = []) throws(SQLError) {
        try session.lockForWriting(table)
        try checkNulls(values)
        let marks = table.columns.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
        try translatingDuplicates(values) { () throws(SQLError) in
            try sqlite.run("INSERT INTO \(table.storage) (\(columnList)) VALUES (\(marks))", values)
        }
        let row = sqlite.lastInsertedRow
        changes.append(RowChange(before: nil, after: try computed(row, values), source: source))
        written.append(row)
    }

    func delete(_ row: Int64, _ before: [StoredValue], source: [StoredValue] = []) throws(SQLError) {
        try session.lockForWriting(table)
        try sqlite.run("DELETE FROM \(table.storage) WHERE rowid = ?1", [.integer(row)])
        changes.append(RowChange(before: before, after: nil, source: source))
    }

    /// Gives rows new values.
    ///
    /// Where a unique key changes, all the old rows go before the first new one comes: rows may exchange their keys.
    ///
    /// - Parameters:
    ///   - touched: The ids of the columns that the statement sets.
    ///   - sources: The rows of a `MERGE`'s source for these rows, or none.
    func update(
        _ rows: [(row: Int64, before: [StoredValue], after: [StoredValue])],
        touched: Set<Int>,
        sources: [[StoredValue]] = []
    ) throws(SQLError) {
        try session.lockForWriting(table)
        for row in rows { try checkNulls(row.after) }
        let unique = Set(table.indexes.filter(\.isUnique).flatMap { $0.columns.map(\.columnID) })
        let marks = table.columns.indices.map { "?\($0 + 2)" }
        if !unique.isDisjoint(with: touched) {
            for row in rows { try sqlite.run("DELETE FROM \(table.storage) WHERE rowid = ?1", [.integer(row.row)]) }
            for row in rows {
                try translatingDuplicates(row.after) { () throws(SQLError) in
                    try sqlite.run(
                        "INSERT INTO \(table.storage) (rowid, \(columnList)) VALUES (?1, \(marks.joined(separator: ", ")))",
                        [.integer(row.row)] + row.after
                    )
                }
            }
        } else {
            let sets = zip(table.columns, marks).map { "\($0.storage) = \($1)" }.joined(separator: ", ")
            for row in rows {
                try sqlite.run("UPDATE \(table.storage) SET \(sets) WHERE rowid = ?1", [.integer(row.row)] + row.after)
            }
        }
        for (index, row) in rows.enumerated() {
            changes.append(
                RowChange(
                    before: row.before,
                    after: try computed(row.row, row.after),
                    touched: touched,
                    source: sources.indices.contains(index) ? sources[index] : []
                )
            )
            written.append(row.row)
        }
    }

    /// Computes the computed columns of a row that was written.
    ///
    /// - Returns: The row as it is now.
    private func computed(_ row: Int64, _ values: [StoredValue]) throws(SQLError) -> [StoredValue] {
        let computations = table.columns.filter { $0.computation != nil }
        if computations.isEmpty { return values }
        let binder = Binder(session)
        let scope = Scope([Scope.Source(name: table.name, columns: binder.columns(of: table, alias: table.storage))])
        var sets: [String] = []
        for column in computations {
            guard let computation = column.computation else { continue }
            let expression = try session.expression(computation.text)
            let value = try binder.convert(try binder.bind(expression, scope), to: column.type)
            sets.append("\(column.storage) = \(value.sql)")
        }
        let number = binder.parameter(.integer(row))
        try sqlite.run(
            "UPDATE \(table.storage) SET \(sets.joined(separator: ", ")) WHERE rowid = \(number)",
            binder.parameters
        )
        return try sqlite.rows("SELECT \(columnList) FROM \(table.storage) WHERE rowid = ?1", [.integer(row)]).first
            ?? values
    }

    // MARK: Rules of a row

    private func checkNulls(_ values: [StoredValue]) throws(SQLError) {
        for (column, value) in zip(table.columns, values)
        where !column.isNullable && value == .null && column.computation == nil {
            throw SQLError(
                515,
                "Cannot insert the value NULL into column '\(column.name)', table '\(session.databaseName).\(table.schema).\(table.name)'; "
                    + "column does not allow nulls. \(statement) fails.",
                state: 2
            )
        }
    }

    private func translatingDuplicates(_ values: [StoredValue], _ work: () throws(SQLError) -> Void) throws(SQLError) {
        do { try work() } catch {
            guard let violation = sqlite.takeViolation(),
                let index = table.indexes.first(where: { $0.isUnique && $0.isBroken(by: violation, in: table) })
            else { throw error }
            throw index.violation(by: values, in: table)
        }
    }

    // MARK: Rules of the statement

    /// Checks what must hold for all rows together, tells of the changes, and ends.
    func finish() throws(SQLError) {
        try checkConstraints()
        try checkReferences()
        try checkReferrers()
        for change in changes {
            try session.recorder.record(
                table,
                before: change.before,
                after: change.after,
                touched: change.touched,
                by: session
            )
        }
    }

    private func checkConstraints() throws(SQLError) {
        for check in table.checks where check.isEnabled {
            let binder = Binder(session)
            let scope = Scope([Scope.Source(name: table.name, columns: binder.columns(of: table, alias: table.storage))]
            )
            let condition = try binder.condition(try session.condition(check.text), scope)
            let number = binder.parameters.count + 1
            let sql = "SELECT 1 FROM \(table.storage) WHERE rowid = ?\(number) AND NOT \(condition)"
            for row in written where try !sqlite.rows(sql, binder.parameters + [.integer(row)]).isEmpty {
                throw SQLError(
                    547,
                    "The \(statement) statement conflicted with the CHECK constraint \"\(check.name)\". The conflict occurred in "
                        + "database \"\(session.databaseName)\", table \"\(table.schema).\(table.name)\"."
                )
            }
        }
    }

    /// The rows that were written must refer to rows that are there.
    private func checkReferences() throws(SQLError) {
        for key in table.foreignKeys where key.isEnabled {
            guard let parent = session.database.tables[key.referencedTable] else { continue }
            let pairs = zip(key.columns, key.referencedColumns).compactMap {
                child,
                referenced -> (TableColumn, TableColumn)? in
                guard let a = table.columns.first(where: { $0.id == child }),
                    let b = parent.columns.first(where: { $0.id == referenced })
                else { return nil }
                return (a, b)
            }
            let present = pairs.map { "c.\($0.0.storage) IS NOT NULL" }.joined(separator: " AND ")
            let equal = try pairs.map { (pair) throws(SQLError) in
                "p.\(pair.1.storage) = c.\(pair.0.storage)\(try collate(pair.1.type))"
            }.joined(separator: " AND ")
            let sql =
                "SELECT 1 FROM \(table.storage) AS c WHERE c.rowid = ?1 AND \(present) AND NOT EXISTS (SELECT 1 FROM \(parent.storage) AS p WHERE \(equal))"
            for row in written where try !sqlite.rows(sql, [.integer(row)]).isEmpty {
                throw conflict(
                    "FOREIGN KEY\(parent.id == table.id ? " SAME TABLE" : "")",
                    key,
                    parent,
                    pairs.count == 1 ? pairs.first?.1.name : nil
                )
            }
        }
    }

    /// No row may refer to one that went, or whose key changed.
    private func checkReferrers() throws(SQLError) {
        let gone = changes.filter { $0.before != nil }
        if gone.isEmpty { return }
        for child in session.database.tables.values {
            for key in child.foreignKeys where key.referencedTable == table.id && key.isEnabled {
                try check(key, of: child, gone)
            }
        }
    }

    private func check(_ key: ForeignKeyConstraint, of child: TableObject, _ gone: [RowChange]) throws(SQLError) {
        let places = key.referencedColumns.compactMap { id in table.columns.firstIndex { $0.id == id } }
        let columns = key.columns.compactMap { id in child.columns.first { $0.id == id } }
        guard places.count == columns.count else { return }
        let refers = try zip(columns, places).enumerated().map { (index, pair) throws(SQLError) in
            "c.\(pair.0.storage) = ?\(index + 1)\(try collate(table.columns[pair.1].type))"
        }.joined(separator: " AND ")
        let stays = try places.enumerated().map { (index, place) throws(SQLError) in
            "p.\(table.columns[place].storage) = ?\(index + 1)\(try collate(table.columns[place].type))"
        }.joined(separator: " AND ")
        let list = child.columns.map { "c.\($0.storage)" }.joined(separator: ", ")
        let sql =
            "SELECT c.rowid, \(list) FROM \(child.storage) AS c WHERE \(refers) AND NOT EXISTS (SELECT 1 FROM \(table.storage) AS p WHERE \(stays))"
        for change in gone {
            guard let before = change.before else { continue }
            let referrers = try sqlite.rows(sql, places.map { before[$0] })
            if referrers.isEmpty { continue }
            let rows = referrers.map { row -> (row: Int64, values: [StoredValue]) in
                if case .integer(let number) = row[0] { return (number, Array(row.dropFirst())) }
                return (0, [])
            }
            let action = change.after == nil ? key.onDelete : key.onUpdate
            if action != .noAction, let database = session.database(of: child),
                !database.triggers(of: child.id).isEmpty
            {
                throw SQLError.unsupported("a foreign key's action on a table with triggers")
            }
            switch action {
            case .noAction:
                throw conflict("REFERENCE", key, child, columns.count == 1 ? columns.first?.name : nil)
            case .cascade where change.after == nil:
                let writer = TableWriter(child, session: session, statement: statement)
                for row in rows { try writer.delete(row.row, row.values) }
                try writer.finish()
            case let action:
                let writer = TableWriter(child, session: session, statement: statement)
                let updates = try rows.map { (row) throws(SQLError) in
                    var after = row.values
                    for (column, place) in zip(columns, places) {
                        guard let index = child.columns.firstIndex(where: { $0.id == column.id }) else { continue }
                        after[index] =
                            switch action {
                            case .cascade: change.after?[place] ?? .null
                            case .setDefault: try session.defaultValue(of: column)
                            default: .null
                            }
                    }
                    return (row: row.row, before: row.values, after: after)
                }
                try writer.update(updates, touched: Set(key.columns))
                try writer.finish()
            }
        }
    }

    private func collate(_ type: SQLType) throws(SQLError) -> String {
        type.collation.map { " " + sqlite.routines.collate($0) } ?? ""
    }

    private func conflict(_ kind: String, _ key: ForeignKeyConstraint, _ other: TableObject, _ column: String?)
        -> SQLError
    {
        SQLError(
            547,
            "The \(statement) statement conflicted with the \(kind) constraint \"\(key.name)\". The conflict occurred in database "
                + "\"\(session.databaseName)\", table \"\(other.schema).\(other.name)\"\(column.map { ", column '\($0)'" } ?? "")."
        )
    }
}

extension TableIndex {
    /// The index in SQLite, without the part of SQLite's file that it is in.
    func storage(in table: TableObject) -> String {
        "\(table.storage.split(separator: ".").last?.filter { $0 != "\"" } ?? "")_i\(indexID)"
    }

    /// Whether the index is the one that a row broke.
    fileprivate func isBroken(by violation: SQLiteConnection.Violation, in table: TableObject) -> Bool {
        switch violation {
        case .index(let name): name == storage(in: table)
        case .columns(let names):
            names == columns.compactMap { column in table.columns.first { $0.id == column.columnID }?.storage }
        }
    }

    /// The error of a row whose key is there already.
    fileprivate func violation(by values: [StoredValue], in table: TableObject) -> SQLError {
        let key = columns.compactMap { column -> String? in
            guard let place = table.columns.firstIndex(where: { $0.id == column.columnID }) else { return nil }
            let type = table.columns[place].type
            guard let value = try? type.decode(values[place]), !value.isNull,
                case .text(let bytes)? = try? Conversion.convert(value, from: type, to: .nvarchar(.max))
            else { return "<NULL>" }
            return String(decoding: bytes, as: UTF8.self)
        }.joined(separator: ", ")
        let object = "\(table.schema).\(table.name)"
        switch kind {
        case .primaryKey, .uniqueConstraint:
            return SQLError(
                2627,
                "Violation of \(kind == .primaryKey ? "PRIMARY" : "UNIQUE") KEY constraint '\(name)'. Cannot insert duplicate key in "
                    + "object '\(object)'. The duplicate key value is (\(key)).",
                severity: 14
            )
        case .index:
            return SQLError(
                2601,
                "Cannot insert duplicate key row in object '\(object)' with unique index '\(name)'. The duplicate key value is (\(key)).",
                severity: 14
            )
        }
    }
}
