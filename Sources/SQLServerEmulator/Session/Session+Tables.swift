import TSQL

/// Making tables and changing them.
extension Session {
    /// Makes a table: in the catalogue's terms, and in SQLite.
    ///
    /// The caller puts it where it belongs.
    func makeTable(_ definition: TableDefinition, place: TablePlace) throws(SQLError) -> TableObject {
        currentLine = definition.line
        var table = TableObject(
            id: 0,
            schema: "dbo",
            name: definition.name.last,
            storage: "",
            columns: [],
            created: server.now(),
            modified: server.now(),
            nextColumnID: 1
        )
        switch place {
        case .database(let name, let schema):
            table.schema = schema
            table.id = try change(name) { (catalogue) throws(SQLError) in catalogue.newID() }
            table.storage = "d\(catalogue(name)?.id ?? 0)_\(table.id)"
        case .temporary, .variable:
            table.id = -Int(truncatingIfNeeded: server.newTransactionID())
            table.storage = "temp.\"t\(-table.id)\""
        }
        for column in definition.columns { try add(column, to: &table) }
        for column in definition.columns {
            for constraint in column.constraints { try add(constraint, column: column.name, to: &table, place) }
            if let index = column.index { try add(index, columns: [.init(name: column.name)], to: &table) }
        }
        for constraint in definition.constraints { try add(constraint, column: nil, to: &table, place) }
        for index in definition.indexes { try add(index, columns: index.columns, to: &table) }
        try create(table)
        return table
    }

    /// Makes the table and its indexes in SQLite.
    func create(_ table: TableObject) throws(SQLError) {
        // No declared types: SQLite then keeps every value as it is given.
        try sqlite.run("CREATE TABLE \(table.storage) (\(table.columns.map(\.storage).joined(separator: ", ")))")
        for index in table.indexes { try create(index, of: table) }
    }

    func create(_ index: TableIndex, of table: TableObject) throws(SQLError) {
        var terms: [String] = []
        for column in index.columns {
            guard let own = table.columns.first(where: { $0.id == column.columnID }) else { continue }
            let collate = own.type.collation.map { " " + routines.collate($0) } ?? ""
            if index.isUnique, own.isNullable {
                // For SQL Server one NULL equals another in a key; for SQLite it does not.
                terms.append("(\(own.storage) IS NULL)")
                terms.append("ifnull(\(own.storage), 0)\(collate)")
            } else {
                terms.append("\(own.storage)\(collate)\(column.isDescending ? " DESC" : "")")
            }
        }
        var sql = "CREATE \(index.isUnique ? "UNIQUE " : "")INDEX "
        let parts = table.storage.split(separator: ".")
        // A table of the session has its indexes beside it.
        sql += (parts.count > 1 ? "\(parts[0])." : "") + index.storage(in: table)
        sql += " ON \(parts.last ?? "") (\(terms.joined(separator: ", ")))"
        if index.filter != nil {
            if index.isUnique { throw SQLError.unsupported("a unique filtered index") }
            return  // it would only help to find rows
        }
        do { try sqlite.run(sql) } catch {
            guard sqlite.takeViolation() != nil else { throw error }
            throw SQLError(
                1505,
                "The CREATE UNIQUE INDEX statement terminated because a duplicate key was found for the object name "
                    + "'\(table.schema).\(table.name)' and the index name '\(index.name)'."
            )
        }
    }

    // MARK: Columns

    func add(_ definition: ColumnDefinition, to table: inout TableObject) throws(SQLError) {
        currentLine = definition.line
        guard table.column(definition.name) == nil else {
            throw SQLError(
                2705,
                "Column names in each table must be unique. Column name '\(definition.name)' in table '\(table.name)' is specified more than once."
            )
        }
        let collation =
            try definition.collation.map { (name) throws(SQLError) in try Collation(name) }
            ?? database.collation.with(.implicit)
        var column = TableColumn(
            id: table.nextColumnID,
            name: definition.name,
            type: .int,
            isNullable: definition.isNullable ?? true
        )
        if let computation = definition.computation {
            let scope = Scope([Scope.Source(name: table.name, columns: Binder(self).columns(of: table, alias: "x"))])
            let value = try Binder(self).bind(computation.expression, scope)
            column.type = value.type
            column.isNullable = definition.isNullable ?? value.isNullable
            column.computation = .init(text: text(of: computation.expression), isPersisted: computation.isPersisted)
        } else if let declared = definition.type {
            column.type = try Binder(self).type(declared, collation: collation)
        } else {
            column.type = .rowversion
        }
        if column.type == .rowversion { column.isNullable = definition.isNullable ?? false }
        let isKey = definition.constraints.contains { if case .primaryKey = $0.kind { true } else { false } }
        if isKey { column.isNullable = false }
        if let identity = definition.identity {
            guard table.identity == nil else {
                throw SQLError(
                    2744,
                    "Multiple identity columns specified for table '\(table.name)'. Only one identity column per table is allowed."
                )
            }
            column.identity = .init(seed: Int64(identity.seed) ?? 1, increment: Int64(identity.increment) ?? 1)
            column.isNullable = false
        }
        column.isRowGUID = definition.isRowGUID
        table.nextColumnID += 1
        table.columns.append(column)
    }

    /// The text of an expression of the statement that runs.
    private func text(of expression: Expression) -> String { runningBatch?.text(of: expression.span) ?? "" }

    // MARK: Constraints

    func add(
        _ definition: ConstraintDefinition,
        column: String?,
        to table: inout TableObject,
        _ place: TablePlace
    ) throws(SQLError) {
        currentLine = definition.line
        let id = try newConstraintID(place)
        switch definition.kind {
        case .primaryKey(let key):
            guard table.primaryKey == nil else {
                throw SQLError(1779, "Table '\(table.name)' already has a primary key defined on it.", state: 0)
            }
            try addKey(key, .primaryKey, definition.name ?? Self.name("PK", table.name, id: id), id, column, to: &table)
        case .unique(let key):
            try addKey(
                key,
                .uniqueConstraint,
                definition.name ?? Self.name("UQ", table.name, id: id),
                id,
                column,
                to: &table
            )
        case .check(let condition, _):
            let name = definition.name ?? Self.name("CK", table.name, column, id: id)
            let scope = Scope([Scope.Source(name: table.name, columns: Binder(self).columns(of: table, alias: "x"))])
            _ = try Binder(self).condition(condition, scope)
            table.checks.append(CheckConstraint(id: id, name: name, text: text(of: condition)))
        case .defaultValue(let expression, let named, _):
            guard let target = column ?? named, let index = table.columns.firstIndex(where: { $0.name.matches(target) })
            else {
                throw SQLError(
                    1752,
                    "Column '\(named ?? "")' in table '\(table.name)' is invalid for creating a default constraint.",
                    state: 0
                )
            }
            if table.columns[index].defaultValue != nil {
                throw SQLError(1781, "Column already has a DEFAULT bound to it.")
            }
            table.columns[index].defaultValue = .init(
                id: id,
                name: definition.name ?? Self.name("DF", table.name, target, id: id),
                text: text(of: expression)
            )
        case .foreignKey(let key):
            try addForeignKey(key, definition.name, id, column, to: &table)
        }
    }

    private func newConstraintID(_ place: TablePlace) throws(SQLError) -> Int {
        guard case .database(let name, _) = place else { return -Int(truncatingIfNeeded: server.newTransactionID()) }
        return try change(name) { (catalogue) throws(SQLError) in catalogue.newID() }
    }

    /// A name as SQL Server makes one: `PK__orders__0C3EA1B2A7F8D9E0`.
    private static func name(_ kind: String, _ table: String, _ column: String? = nil, id: Int) -> String {
        let digits = String(UInt64(truncatingIfNeeded: id) &* 0x9E37_79B9_7F4A_7C15, radix: 16).uppercased()
        let parts =
            [kind, String(table.prefix(9))] + (column.map { [String($0.prefix(9))] } ?? []) + [
                String(digits.prefix(kind == "PK" || kind == "UQ" ? 16 : 8))
            ]
        return parts.joined(separator: "__")
    }

    private func addKey(
        _ key: ConstraintDefinition.Key,
        _ kind: TableIndex.Kind,
        _ name: String,
        _ id: Int,
        _ column: String?,
        to table: inout TableObject
    ) throws(SQLError) {
        let columns = key.columns.isEmpty ? column.map { [IndexDefinition.Column(name: $0)] } ?? [] : key.columns
        let isClustered = key.isClustered ?? (kind == .primaryKey && !table.indexes.contains(where: \.isClustered))
        var index = TableIndex(
            constraintID: id,
            indexID: nextIndexID(table, isClustered: isClustered),
            name: name,
            kind: kind,
            isUnique: true,
            isClustered: isClustered,
            columns: []
        )
        for named in columns {
            guard let place = table.columns.firstIndex(where: { $0.name.matches(named.name) }) else {
                throw SQLError(1911, "Column name '\(named.name)' does not exist in the target table or view.")
            }
            try checkMayBeKey(table.columns[place], of: table)
            if kind == .primaryKey { table.columns[place].isNullable = false }
            index.columns.append(.init(columnID: table.columns[place].id, isDescending: named.isDescending))
        }
        table.indexes.append(index)
    }

    private func nextIndexID(_ table: TableObject, isClustered: Bool) -> Int {
        isClustered ? 1 : max(1, table.indexes.map(\.indexID).max() ?? 1) + 1
    }

    func add(_ definition: IndexDefinition, columns: [IndexDefinition.Column], to table: inout TableObject)
        throws(SQLError)
    {
        guard !table.indexes.contains(where: { $0.name.matches(definition.name) }) else {
            throw SQLError(
                1913,
                "The operation failed because an index or statistics with name '\(definition.name)' already exists on table '\(table.schema).\(table.name)'."
            )
        }
        let isClustered = definition.isClustered ?? false
        if isClustered, let other = table.indexes.first(where: \.isClustered) {
            throw SQLError(
                1902,
                "Cannot create more than one clustered index on table '\(table.schema).\(table.name)'. Drop the existing clustered index '\(other.name)' before creating another.",
                state: 3
            )
        }
        var index = TableIndex(
            constraintID: 0,
            indexID: nextIndexID(table, isClustered: isClustered),
            name: definition.name,
            kind: .index,
            isUnique: definition.isUnique,
            isClustered: isClustered,
            columns: []
        )
        for named in columns {
            guard let column = table.column(named.name) else {
                throw SQLError(1911, "Column name '\(named.name)' does not exist in the target table or view.")
            }
            try checkMayBeKey(column, of: table)
            index.columns.append(.init(columnID: column.id, isDescending: named.isDescending))
        }
        for name in definition.include {
            guard let column = table.column(name) else {
                throw SQLError(1911, "Column name '\(name)' does not exist in the target table or view.")
            }
            index.included.append(column.id)
        }
        if let condition = definition.where { index.filter = text(of: condition) }
        table.indexes.append(index)
    }

    private func checkMayBeKey(_ column: TableColumn, of table: TableObject) throws(SQLError) {
        guard column.type.isOldLarge || column.type == .xml || column.type.length == .max else { return }
        throw SQLError(
            1919,
            "Column '\(column.name)' in table '\(table.schema).\(table.name)' is of a type that is invalid for use as a key column in an index."
        )
    }

    private func addForeignKey(
        _ key: ConstraintDefinition.ForeignKey,
        _ name: String?,
        _ id: Int,
        _ column: String?,
        to table: inout TableObject
    ) throws(SQLError) {
        let isOwn =
            key.table.last.matches(table.name)
            && (key.table.parts.count == 1 || key.table.parts[key.table.parts.count - 2].matches(table.schema))
        var parent = table
        if !isOwn {
            guard case .table(let found)? = try? Binder(self).object(key.table) else {
                throw SQLError(
                    1767,
                    "Foreign key '\(name ?? "")' references invalid table '\(key.table.parts.joined(separator: "."))'.",
                    state: 0
                )
            }
            parent = found
        }
        let own = key.columns.isEmpty ? column.map { [$0] } ?? [] : key.columns
        let columns = try own.map { (name) throws(SQLError) in
            guard let column = table.column(name) else {
                throw SQLError(
                    1769,
                    "Foreign key '\(name)' references invalid column '\(name)' in referencing table '\(table.name)'."
                )
            }
            return column.id
        }
        let referenced: [Int]
        if key.referencedColumns.isEmpty {
            referenced = parent.primaryKey?.columns.map(\.columnID) ?? []
        } else {
            referenced = try key.referencedColumns.map { (name) throws(SQLError) in
                guard let column = parent.column(name) else {
                    throw SQLError(
                        1770,
                        "Foreign key '\(name)' references invalid column '\(name)' in referenced table '\(parent.name)'.",
                        state: 0
                    )
                }
                return column.id
            }
        }
        guard parent.indexes.contains(where: { $0.isUnique && Set($0.columns.map(\.columnID)) == Set(referenced) }),
            referenced.count == columns.count
        else {
            throw SQLError(
                1776,
                "There are no primary or candidate keys in the referenced table '\(parent.schema).\(parent.name)' that match the referencing column list in the foreign key '\(name ?? "")'.",
                state: 0
            )
        }
        func action(_ action: ConstraintDefinition.ForeignKey.Action?) -> ForeignKeyConstraint.Action {
            switch action {
            case .cascade: .cascade
            case .setNull: .setNull
            case .setDefault: .setDefault
            case .noAction, nil: .noAction
            }
        }
        table.foreignKeys.append(
            ForeignKeyConstraint(
                id: id,
                name: name ?? Self.name("FK", table.name, own.first, id: id),
                columns: columns,
                referencedTable: isOwn ? table.id : parent.id,
                referencedColumns: referenced,
                onDelete: action(key.onDelete),
                onUpdate: action(key.onUpdate)
            )
        )
    }
}
