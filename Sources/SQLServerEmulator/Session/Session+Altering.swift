import TSQL

/// `ALTER TABLE` and `TRUNCATE TABLE`.
extension Session {
    func run(_ altering: AlterTableStatement, _ statement: Statement) throws(SQLError) {
        try writing { () throws(SQLError) in
            try checkMayDefine()
            var (table, database) = try definedTable(altering.table)
            if table.isShipped {
                throw SQLError(
                    4902,
                    "Cannot find the object \"\(table.name)\" because it does not exist or you do not have permissions."
                )
            }
            let before = table
            switch altering.action {
            case .add(let columns, let constraints, let isChecked):
                try add(columns, constraints, isChecked: isChecked ?? true, to: &table, database)
            case .alterColumn(let definition): try alter(definition, of: &table, database)
            case .drop(let parts): for part in parts { try drop(part, of: &table, database) }
            case .switchConstraints(let names, let isEnabled, let isChecked):
                for index in table.foreignKeys.indices
                where names.isEmpty || names.contains(where: { $0.matches(table.foreignKeys[index].name) }) {
                    table.foreignKeys[index].isEnabled = isEnabled
                    table.foreignKeys[index].isTrusted = isEnabled && (isChecked ?? false)
                }
                for index in table.checks.indices
                where names.isEmpty || names.contains(where: { $0.matches(table.checks[index].name) }) {
                    table.checks[index].isEnabled = isEnabled
                    table.checks[index].isTrusted = isEnabled && (isChecked ?? false)
                }
            case .changeTracking(let isEnabled, let options):
                try setTracking(isEnabled, options, of: &table, database)
            case .set, .rebuild: break
            case .switchTriggers(let names, let isEnabled):
                try change(database) { (catalogue) throws(SQLError) in
                    for trigger in catalogue.triggers(of: table.id)
                    where names.isEmpty || names.contains(where: { $0.matches(trigger.name) }) {
                        catalogue.modules[trigger.id]?.isDisabled = !isEnabled
                    }
                }
            case .switchPartition: throw SQLError.unsupported("ALTER TABLE … SWITCH")
            case .alterColumnProperty: throw SQLError.unsupported("ALTER COLUMN … ADD")
            }
            table.modified = server.now()
            let changed = table
            try change(database) { (catalogue) throws(SQLError) in catalogue.replace(changed) }
            let text = runningBatch?.text(of: statement.span) ?? ""
            try didAlter(before, changed, in: database, text: text)
            try fire(
                DefinitionEvent(type: "ALTER_TABLE", schema: changed.schema, object: changed.name, text: text),
                in: database
            )
        }
        finish(.none, isQuiet: true)
    }

    private func add(
        _ columns: [ColumnDefinition],
        _ constraints: [ConstraintDefinition],
        isChecked: Bool,
        to table: inout TableObject,
        _ database: String
    ) throws(SQLError) {
        let place = TablePlace.database(database, schema: table.schema)
        let isEmpty = try sqlite.rows("SELECT 1 FROM \(table.storage) LIMIT 1").isEmpty
        for definition in columns {
            try add(definition, to: &table)
            for constraint in definition.constraints { try add(constraint, column: definition.name, to: &table, place) }
            guard let column = table.columns.last else { continue }
            try sqlite.run("ALTER TABLE \(table.storage) ADD COLUMN \(column.storage)")
            try fill(column, definition, of: table, isEmpty: isEmpty)
        }
        let known = table
        for constraint in constraints { try add(constraint, column: nil, to: &table, place) }
        for index in table.indexes where !known.indexes.contains(where: { $0.name == index.name }) {
            try create(index, of: table)
        }
        guard isChecked else {
            for index in table.foreignKeys.indices.dropFirst(known.foreignKeys.count) {
                table.foreignKeys[index].isTrusted = false
            }
            for index in table.checks.indices.dropFirst(known.checks.count) { table.checks[index].isTrusted = false }
            return
        }
        try checkRows(of: table, foreignKeys: known.foreignKeys.count, checks: known.checks.count, database)
    }

    /// What rows that are there already hold in a new column.
    private func fill(_ column: TableColumn, _ definition: ColumnDefinition, of table: TableObject, isEmpty: Bool)
        throws(SQLError)
    {
        if isEmpty { return }
        if column.computation != nil { throw SQLError.unsupported("a computed column added to a table with rows") }
        if let identity = column.identity {
            for row in try sqlite.rows("SELECT rowid FROM \(table.storage) ORDER BY rowid") {
                let value = server.nextIdentity(of: table.storage, identity)
                let stored = try column.type.encode(
                    column.type.isNumeric && column.type.scale == 0 && column.type.family == .integer
                        ? .integer(value) : .decimal(Int128(value))
                )
                try sqlite.run("UPDATE \(table.storage) SET \(column.storage) = ?1 WHERE rowid = ?2", [stored, row[0]])
            }
            return
        }
        let isWithValues = definition.constraints.contains {
            if case .defaultValue(_, _, true) = $0.kind { true } else { false }
        }
        guard !column.isNullable || isWithValues else { return }
        guard column.defaultValue != nil else {
            throw SQLError(
                4901,
                "ALTER TABLE only allows columns to be added that can contain nulls, or have a DEFAULT definition specified, or the column "
                    + "being added is an identity or timestamp column, or alternatively if none of the previous conditions are satisfied the "
                    + "table must be empty to allow addition of this column. Column '\(column.name)' cannot be added to non-empty table "
                    + "'\(table.name)' because it does not satisfy these conditions."
            )
        }
        try sqlite.run("UPDATE \(table.storage) SET \(column.storage) = ?1", [try defaultValue(of: column)])
    }

    /// Checks the rows that are there against constraints that are new.
    private func checkRows(of table: TableObject, foreignKeys: Int, checks: Int, _ database: String) throws(SQLError) {
        for check in table.checks.dropFirst(checks) {
            let binder = Binder(self)
            let scope = Scope([Scope.Source(name: table.name, columns: binder.columns(of: table, alias: table.storage))]
            )
            let condition = try binder.condition(try self.condition(check.text), scope)
            if try !sqlite.rows("SELECT 1 FROM \(table.storage) WHERE NOT \(condition) LIMIT 1", binder.parameters)
                .isEmpty
            {
                throw SQLError(
                    547,
                    "The ALTER TABLE statement conflicted with the CHECK constraint \"\(check.name)\". The conflict occurred in database \"\(database)\", table \"\(table.schema).\(table.name)\".",
                    state: 0
                )
            }
        }
        for key in table.foreignKeys.dropFirst(foreignKeys) {
            let parent = key.referencedTable == table.id ? table : catalogue(database)?.tables[key.referencedTable]
            guard let parent else { continue }
            let pairs = zip(key.columns, key.referencedColumns).compactMap {
                child,
                referenced -> (TableColumn, TableColumn)? in
                guard let a = table.columns.first(where: { $0.id == child }),
                    let b = parent.columns.first(where: { $0.id == referenced })
                else { return nil }
                return (a, b)
            }
            let present = pairs.map { "c.\($0.0.storage) IS NOT NULL" }.joined(separator: " AND ")
            let equal = pairs.map { pair in
                "p.\(pair.1.storage) = c.\(pair.0.storage)"
                    + (pair.1.type.collation.map { " " + routines.collate($0) } ?? "")
            }.joined(separator: " AND ")
            let sql =
                "SELECT 1 FROM \(table.storage) AS c WHERE \(present) AND NOT EXISTS (SELECT 1 FROM \(parent.storage) AS p WHERE \(equal)) LIMIT 1"
            if try !sqlite.rows(sql).isEmpty {
                throw SQLError(
                    547,
                    "The ALTER TABLE statement conflicted with the FOREIGN KEY constraint \"\(key.name)\". The conflict occurred in database \"\(database)\", table \"\(parent.schema).\(parent.name)\".",
                    state: 0
                )
            }
        }
    }

    private func alter(_ definition: ColumnDefinition, of table: inout TableObject, _ database: String) throws(SQLError)
    {
        guard let place = table.columns.firstIndex(where: { $0.name.matches(definition.name) }),
            let declared = definition.type
        else {
            throw SQLError(
                4924,
                "ALTER TABLE ALTER COLUMN failed because column '\(definition.name)' does not exist in table '\(table.name)'."
            )
        }
        let old = table.columns[place]
        guard old.computation == nil, old.type != .rowversion else {
            throw SQLError(
                4928,
                "Cannot alter column '\(old.name)' because it is '\(old.computation == nil ? "timestamp" : "COMPUTED")'."
            )
        }
        let collation =
            try definition.collation.map { (name) throws(SQLError) in try Collation(name) } ?? old.type.collation
        let type = try Binder(self).type(declared, collation: collation)
        if table.indexes.contains(where: { $0.columns.contains { $0.columnID == old.id } }), type.name != old.type.name
        {
            throw SQLError(
                5074,
                "The object '\(table.indexes.first { $0.columns.contains { $0.columnID == old.id } }?.name ?? "")' is dependent on column '\(old.name)'."
            )
        }
        // Only a text or a binary of variable length may become longer or shorter under a rule.
        let isOtherLength =
            type.name == old.type.name && !old.type.isFixedLength && [.characters, .binary].contains(old.type.family)
        if type != old.type, !isOtherLength, let rule = try dependents(on: old, of: table).first {
            throw SQLError(5074, "The \(rule) is dependent on column '\(old.name)'.")
        }
        var new = old
        new.type = type
        new.isNullable = definition.isNullable ?? true
        if !new.isNullable,
            try !sqlite.rows("SELECT 1 FROM \(table.storage) WHERE \(old.storage) IS NULL LIMIT 1").isEmpty
        {
            throw SQLError(
                515,
                "Cannot insert the value NULL into column '\(old.name)', table '\(database).\(table.schema).\(table.name)'; column does not allow nulls. UPDATE fails.",
                state: 2
            )
        }
        for row in try sqlite.rows("SELECT rowid, \(old.storage) FROM \(table.storage)") {
            let value = try assigned(row[1], old.type, to: new, of: table)
            if value != row[1] {
                try sqlite.run("UPDATE \(table.storage) SET \(old.storage) = ?1 WHERE rowid = ?2", [value, row[0]])
            }
        }
        table.columns[place] = new
    }

    private func drop(_ part: AlterTableStatement.DroppedPart, of table: inout TableObject, _ database: String)
        throws(SQLError)
    {
        switch part.kind {
        case .constraint:
            if let place = table.indexes.firstIndex(where: { $0.kind != .index && $0.name.matches(part.name) }) {
                let index = table.indexes[place]
                if let referrer = catalogue(database)?.tables.values.first(where: { other in
                    other.foreignKeys.contains {
                        $0.referencedTable == table.id
                            && Set($0.referencedColumns) == Set(index.columns.map(\.columnID))
                    }
                }) {
                    throw SQLError(
                        3725,
                        "The constraint '\(part.name)' is being referenced by table '\(referrer.name)'.",
                        state: 0
                    )
                }
                try checkMayDropKey(index, of: table, in: database)
                try sqlite.run("DROP INDEX IF EXISTS \(index.storage(in: table))")
                table.indexes.remove(at: place)
            } else if let place = table.foreignKeys.firstIndex(where: { $0.name.matches(part.name) }) {
                table.foreignKeys.remove(at: place)
            } else if let place = table.checks.firstIndex(where: { $0.name.matches(part.name) }) {
                table.checks.remove(at: place)
            } else if let place = table.columns.firstIndex(where: { $0.defaultValue?.name.matches(part.name) ?? false })
            {
                table.columns[place].defaultValue = nil
            } else if !part.isIfExists {
                throw SQLError(3728, "'\(part.name)' is not a constraint.")
            }
        case .column:
            guard let place = table.columns.firstIndex(where: { $0.name.matches(part.name) }) else {
                if part.isIfExists { return }
                throw SQLError(
                    4924,
                    "ALTER TABLE DROP COLUMN failed because column '\(part.name)' does not exist in table '\(table.name)'."
                )
            }
            let column = table.columns[place]
            let holders =
                table.indexes.filter {
                    $0.columns.contains { $0.columnID == column.id } || $0.included.contains(column.id)
                }.map { "object '\($0.name)'" }
                + table.foreignKeys.filter { $0.columns.contains(column.id) }.map { "object '\($0.name)'" }
                + (column.defaultValue.map { ["object '\($0.name)'"] } ?? [])
                + (try dependents(on: column, of: table))
            if let holder = holders.first {
                throw SQLError(5074, "The \(holder) is dependent on column '\(column.name)'.")
            }
            guard table.columns.count > 1 else {
                throw SQLError(
                    4923,
                    "ALTER TABLE DROP COLUMN failed because '\(column.name)' is the only data column in table '\(table.name)'. A table must have at least one data column."
                )
            }
            try sqlite.run("ALTER TABLE \(table.storage) DROP COLUMN \(column.storage)")
            table.columns.remove(at: place)
        }
    }

    /// The rules, computed columns and filters of a table that name one of its columns.
    private func dependents(on column: TableColumn, of table: TableObject) throws(SQLError) -> [String] {
        var dependents: [String] = []
        for check in table.checks where try self.condition(check.text).mentions(column: column.name) {
            dependents.append("object '\(check.name)'")
        }
        for other in table.columns {
            guard let text = other.computation?.text, try expression(text).mentions(column: column.name) else {
                continue
            }
            dependents.append("column '\(other.name)'")
        }
        for index in table.indexes {
            guard let filter = index.filter, try self.condition(filter).mentions(column: column.name) else { continue }
            dependents.append("index '\(index.name)'")
        }
        return dependents
    }

    // MARK: TRUNCATE

    func truncate(_ name: Name) throws(SQLError) {
        try writing { () throws(SQLError) in
            if name.last.hasPrefix("#"), let table = temporaryTable(name.last) {
                return try sqlite.run("DELETE FROM \(table.storage)")
            }
            let (table, database) = try definedTable(name)
            if catalogue(database)?.tables.values.contains(where: {
                $0.id != table.id && $0.foreignKeys.contains { $0.referencedTable == table.id }
            }) ?? false {
                throw SQLError(
                    4712,
                    "Cannot truncate table '\(name.parts.joined(separator: "."))' because it is being referenced by a FOREIGN KEY constraint."
                )
            }
            try willTruncate(table, in: database)
            try sqlite.run("DELETE FROM \(table.storage)")
            server.noteIdentity(nil, of: table.storage)
        }
        finish(.none, isQuiet: true)
    }
}
