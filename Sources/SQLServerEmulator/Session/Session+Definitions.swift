import TSQL

/// `CREATE`, `ALTER` and `DROP`.
extension Session {
    func define(_ statement: Statement) throws(SQLError) {
        switch statement.kind {
        case .createTable(let definition): try create(definition, statement)
        case .alterTable(let alter): try run(alter, statement)
        case .createIndex(let definition): try create(definition, statement)
        case .dropIndex(let drop): try run(drop)
        case .alterIndex: break  // rows are kept the same way whatever is done to an index
        case .createView(let view):
            try createModule(view.name, view.form, .view(view), statement, kind: "view")
        case .createProcedure(let procedure):
            try createModule(procedure.name, procedure.form, .procedure(procedure), statement, kind: "procedure")
        case .createFunction(let function):
            try check(function)
            try createModule(function.name, function.form, .function(function), statement, kind: "function")
        case .createTrigger(let trigger):
            try checkEvents(of: trigger)
            try createModule(trigger.name, trigger.form, .trigger(trigger), statement, kind: "trigger")
        case .switchTrigger(let switching): try run(switching)
        case .createSchema(let schema): try create(schema)
        case .createType(let type): try create(type)
        case .createSynonym(let name, let target):
            try createModule(name, .create, .synonym(target), statement, kind: "synonym")
        case .createDatabase(let database): try create(database)
        case .alterDatabase(let alter): try run(alter)
        case .drop(let drop): try run(drop, statement)
        case .principal(let principal): try run(principal)
        case .alterRole(let alter): try run(alter)
        case .permission(let permission): try run(permission)
        case .alterAuthorization: break
        case .insertBulk: throw SQLError.unsupported("INSERT BULK")
        case .alterSchema: throw SQLError.unsupported("ALTER SCHEMA")
        case .declareCursor(let name, let definition): try declareCursor(name, definition)
        case .openCursor(let name, let isGlobal): try openCursor(name, isGlobal: isGlobal)
        case .fetchCursor(let fetch): try self.fetch(fetch)
        case .closeCursor(let name, let isGlobal): try closeCursor(name, isGlobal: isGlobal)
        case .deallocateCursor(let name, let isGlobal): try deallocateCursor(name, isGlobal: isGlobal)
        case .setCursorVariable: throw SQLError.unsupported("a cursor variable")
        case .executeAs(let statement): try run(statement)
        case .revert(let cookie): try revert(cookie: cookie)
        case .sequence(let definition): try define(definition)
        case .kill: throw SQLError.unsupported("KILL")
        case .waitForTime: throw SQLError.unsupported("WAITFOR TIME")
        case .callMethod: throw SQLError.unsupported("modify()")
        case .reconfigure:
            guard holdsOnServer("ALTER SETTINGS") else {
                throw SQLError(5812, "You do not have permission to run the RECONFIGURE statement.", severity: 14)
            }
            server.registry.reconfigure()
            finish(.none, isQuiet: true)
        default: throw SQLError.unsupported("this statement")
        }
    }

    /// The database and the schema in which a name is to be.
    func place(of name: Name) throws(SQLError) -> (database: String, schema: String) {
        let database = try Binder(self).database(of: name)
        let given = name.parts.count > 1 ? name.parts[name.parts.count - 2] : ""
        guard let schema = database.schemas[(given.isEmpty ? "dbo" : given).lowercased()] else {
            throw SQLError(
                2760,
                "The specified schema name \"\(given)\" either does not exist or you do not have permission to use it."
            )
        }
        return (database.name, schema.name)
    }

    // MARK: Tables

    private func create(_ definition: TableDefinition, _ statement: Statement) throws(SQLError) {
        if definition.name.last.hasPrefix("#") {
            guard temporaryTables[definition.name.last.lowercased()] == nil else { throw Self.exists(definition.name) }
            let table = try makeTable(definition, place: .temporary)
            temporaryTables[definition.name.last.lowercased()] = table
            return finish(.none, isQuiet: true)
        }
        try writing { () throws(SQLError) in
            let (database, schema) = try place(of: definition.name)
            guard catalogue(database)?.objectID(schema: schema, name: definition.name.last) == nil else {
                throw Self.exists(definition.name)
            }
            try checkMayDefine()
            let table = try makeTable(definition, place: .database(database, schema: schema))
            try change(database) { (catalogue) throws(SQLError) in
                for constraint in table.constraintNames
                where catalogue.objectID(schema: schema, name: constraint.name) != nil {
                    throw SQLError(
                        2714,
                        "There is already an object named '\(constraint.name)' in the database.",
                        state: 5
                    )
                }
                catalogue.add(table)
            }
            let text = runningBatch?.text(of: statement.span) ?? ""
            try fire(
                DefinitionEvent(type: "CREATE_TABLE", schema: schema, object: table.name, text: text),
                in: database
            )
        }
        finish(.none, isQuiet: true)
    }

    private static func exists(_ name: Name) -> SQLError {
        SQLError(2714, "There is already an object named '\(name.last)' in the database.", state: 6)
    }

    /// `SELECT … INTO t`
    func selectInto(_ name: Name, _ statement: SelectStatement) throws(SQLError) {
        let count = try writing { () throws(SQLError) -> Int64 in
            let (binder, bound) = try bind(statement)
            let rows = try sqlite.rows(bound.sql, binder.parameters)
            var definition = TableDefinition(name: Name(parts: [name.last], line: name.line), line: name.line)
            var hasIdentity = false
            for column in bound.columns {
                guard !column.name.isEmpty else {
                    throw SQLError(
                        1038,
                        "An object or column name is missing or empty. For SELECT INTO statements, verify each column has a name.",
                        severity: 15
                    )
                }
                definition.columns.append(
                    ColumnDefinition(
                        name: column.name,
                        type: column.type.declared,
                        collation: column.type.collation?.name,
                        isNullable: column.isNullable,
                        identity: column.isIdentity && !hasIdentity ? .init() : nil,
                        line: name.line
                    )
                )
                hasIdentity = hasIdentity || column.isIdentity
            }
            let table: TableObject
            if name.last.hasPrefix("#") {
                guard temporaryTables[name.last.lowercased()] == nil else { throw Self.exists(name) }
                table = try makeTable(definition, place: .temporary)
                temporaryTables[name.last.lowercased()] = table
            } else {
                let (database, schema) = try place(of: name)
                guard catalogue(database)?.objectID(schema: schema, name: name.last) == nil else {
                    throw Self.exists(name)
                }
                let made = try makeTable(definition, place: .database(database, schema: schema))
                try change(database) { (catalogue) throws(SQLError) in catalogue.add(made) }
                table = made
            }
            let writer = TableWriter(table, session: self, statement: "INSERT")
            for row in rows { try writer.insert(row) }
            try writer.finish()
            return Int64(rows.count)
        }
        finish(.insert, count)
    }

    /// The table of a name that is to be altered or dropped, with the database it is in.
    func definedTable(_ name: Name) throws(SQLError) -> (TableObject, database: String) {
        let database = try Binder(self).database(of: name)
        let schema = name.parts.count > 1 ? name.parts[name.parts.count - 2] : ""
        guard let table = database.table(schema: schema.isEmpty ? "dbo" : schema, name: name.last) else {
            throw SQLError(
                4902,
                "Cannot find the object \"\(name.parts.joined(separator: "."))\" because it does not exist or you do not have permissions."
            )
        }
        return (table, database.name)
    }

    // MARK: Indexes

    private func create(_ definition: IndexDefinition, _ statement: Statement) throws(SQLError) {
        guard let name = definition.table else { return }
        if name.last.hasPrefix("#"), var table = temporaryTable(name.last) {
            try add(definition, columns: definition.columns, to: &table)
            if let index = table.indexes.last { try create(index, of: table) }
            temporaryTables[name.last.lowercased()] = table
            return finish(.none, isQuiet: true)
        }
        try writing { () throws(SQLError) in
            var (table, database) = try definedTable(name)
            try add(definition, columns: definition.columns, to: &table)
            if let index = table.indexes.last { try create(index, of: table) }
            table.modified = server.now()
            try change(database) { (catalogue) throws(SQLError) in catalogue.replace(table) }
        }
        finish(.none, isQuiet: true)
    }

    private func run(_ drop: DropIndexStatement) throws(SQLError) {
        try writing { () throws(SQLError) in
            for index in drop.indexes {
                var (table, database) = try definedTable(index.table)
                guard let place = table.indexes.firstIndex(where: { $0.kind == .index && $0.name.matches(index.name) })
                else {
                    if drop.isIfExists { continue }
                    throw SQLError(
                        3701,
                        "Cannot drop the index '\(index.table.parts.joined(separator: ".")).\(index.name)', because it does not exist or you do not have permission.",
                        severity: 11
                    )
                }
                try checkMayDropKey(table.indexes[place], of: table, in: database)
                try sqlite.run("DROP INDEX IF EXISTS \(table.indexes[place].storage(in: table))")
                table.indexes.remove(at: place)
                try change(database) { (catalogue) throws(SQLError) in catalogue.replace(table) }
            }
        }
        finish(.none, isQuiet: true)
    }

    // MARK: Modules

    private func createModule(
        _ name: Name,
        _ form: ModuleForm,
        _ kind: ModuleObject.Kind,
        _ statement: Statement,
        kind word: String
    ) throws(SQLError) {
        try writing { () throws(SQLError) in
            let (database, schema) = try place(of: name)
            try checkMayDefine()
            let text = runningBatch?.text(of: statement.span) ?? ""
            // A view must be one that can be read now.
            if case .view(let definition) = kind {
                let binder = Binder(self)
                try binder.checkInner(definition.query.query)
                _ = try binder.bind(definition.query)
            }
            let identity = try identity(kind.options)
            let now = server.now()
            try change(database) { (catalogue) throws(SQLError) in
                let known = catalogue.objectID(schema: schema, name: name.last)
                if form == .create, known != nil { throw Self.exists(name) }
                if form == .alter, known == nil {
                    throw SQLError(208, "Invalid object name '\(name.parts.joined(separator: "."))'.", state: 6)
                }
                var module = ModuleObject(
                    id: known ?? catalogue.newID(),
                    schema: schema,
                    name: name.last,
                    kind: kind,
                    text: text,
                    identity: identity,
                    created: now,
                    modified: now
                )
                if let known, let old = catalogue.modules[known] {
                    module.created = old.created
                    catalogue.removeObject(known)
                }
                catalogue.add(module)
            }
        }
        finish(.none, isQuiet: true)
    }

    private func run(_ switching: SwitchTriggerStatement) throws(SQLError) {
        if case .allServer = switching.scope { throw SQLError.unsupported("a trigger of all servers") }
        var parent: Int?
        if case .object(let name) = switching.scope { parent = try definedTable(name).0.id }
        try writing { () throws(SQLError) in
            try change(databaseName) { (catalogue) throws(SQLError) in
                for (id, module) in catalogue.modules {
                    guard case .trigger = module.kind, module.parent(in: catalogue) == parent,
                        switching.names.isEmpty || switching.names.contains(where: { $0.last.matches(module.name) })
                    else { continue }
                    catalogue.modules[id]?.isDisabled = !switching.isEnabled
                }
            }
        }
        finish(.none, isQuiet: true)
    }

    // MARK: Schemas and types

    private func create(_ definition: SchemaDefinition) throws(SQLError) {
        guard let name = definition.name ?? definition.owner else { return }
        try writing { () throws(SQLError) in
            try change(databaseName) { (catalogue) throws(SQLError) in
                guard catalogue.schemas[name.lowercased()] == nil else {
                    throw Self.exists(Name(parts: [name], line: currentLine))
                }
                let id = (catalogue.schemas.values.map(\.id).max() ?? 4) + 1
                catalogue.schemas[name.lowercased()] = SchemaObject(
                    id: id,
                    name: name,
                    owner: definition.owner ?? "dbo"
                )
            }
            for element in definition.elements { try define(element.placed(in: name)) }
        }
        finish(.none, isQuiet: true)
    }

    private func create(_ definition: TypeDefinition) throws(SQLError) {
        guard case .alias(let declared, _) = definition.kind else {
            throw SQLError.unsupported("CREATE TYPE … AS TABLE")
        }
        let type = try Binder(self).type(declared)
        try writing { () throws(SQLError) in
            try change(databaseName) { (catalogue) throws(SQLError) in
                guard catalogue.types[definition.name.last.lowercased()] == nil else {
                    throw SQLError(
                        219,
                        "The type '\(definition.name.parts.joined(separator: "."))' already exists, or you do not have permission to create it."
                    )
                }
                catalogue.types[definition.name.last.lowercased()] = type
            }
        }
        finish(.none, isQuiet: true)
    }

    // MARK: DROP

    private func run(_ drop: DropStatement, _ statement: Statement) throws(SQLError) {
        try writing { () throws(SQLError) in
            let text = runningBatch?.text(of: statement.span) ?? ""
            for name in drop.names {
                let isTable = drop.kind == .table && !name.last.hasPrefix("#")
                let dropped = isTable ? try? definedTable(name) : nil
                try run(drop, name)
                guard let (table, database) = dropped else { continue }
                try fire(
                    DefinitionEvent(type: "DROP_TABLE", schema: table.schema, object: table.name, text: text),
                    in: database
                )
            }
        }
        finish(.none, isQuiet: true)
    }

    private func run(_ drop: DropStatement, _ name: Name) throws(SQLError) {
        func missing(_ what: String) throws(SQLError) {
            if drop.isIfExists { return }
            throw SQLError(
                3701,
                "Cannot drop the \(what) '\(name.parts.joined(separator: "."))', because it does not exist or you do not have permission.",
                state: 5,
                severity: 11
            )
        }
        switch drop.kind {
        case .table where name.last.hasPrefix("#"):
            guard let table = temporaryTables.removeValue(forKey: name.last.lowercased()) else {
                return try missing("table")
            }
            try sqlite.run("DROP TABLE \(table.storage)")
        case .table:
            guard let (table, database) = try? definedTable(name), !table.isShipped else { return try missing("table") }
            if let referrer = catalogue(database)?.tables.values.first(where: { other in
                other.id != table.id && other.foreignKeys.contains { $0.referencedTable == table.id }
            }) {
                throw SQLError(
                    3726,
                    "Could not drop object '\(name.parts.joined(separator: "."))' because it is referenced by a FOREIGN KEY constraint of '\(referrer.name)'."
                )
            }
            try willDrop(table, in: database)
            try sqlite.run("DROP TABLE \(table.storage)")
            try change(database) { (catalogue) throws(SQLError) in
                for trigger in catalogue.triggers(of: table.id) { catalogue.dropObject(trigger.id) }
                catalogue.dropObject(table.id)
            }
        case .view, .procedure, .function, .trigger, .synonym, .sequence:
            let database = try Binder(self).database(of: name)
            let schema = name.parts.count > 1 ? name.parts[name.parts.count - 2] : ""
            guard let module = database.module(schema: schema.isEmpty ? "dbo" : schema, name: name.last) else {
                return try missing(drop.kind.rawValue)
            }
            try change(database.name) { (catalogue) throws(SQLError) in catalogue.dropObject(module.id) }
        case .schema:
            guard let schema = database.schemas[name.last.lowercased()] else { return try missing("schema") }
            if database.tables.values.contains(where: { $0.schema.matches(schema.name) })
                || database.modules.values.contains(where: { $0.schema.matches(schema.name) })
            {
                throw SQLError(3729, "Cannot drop schema '\(name.last)' because it is being referenced by an object.")
            }
            try change(databaseName) { (catalogue) throws(SQLError) in catalogue.schemas[name.last.lowercased()] = nil }
        case .type:
            guard database.types[name.last.lowercased()] != nil else { return try missing("type") }
            try change(databaseName) { (catalogue) throws(SQLError) in catalogue.types[name.last.lowercased()] = nil }
        case .database:
            guard let database = catalogue(name.last) else { return try missing("database") }
            if databaseName.matches(name.last) {
                throw SQLError(3702, "Cannot drop database \"\(name.last)\" because it is currently in use.", state: 4)
            }
            for table in database.tables.values { try sqlite.run("DROP TABLE \(table.storage)") }
            transaction.catalogues[name.last.lowercased()] = .some(nil)
        case .user, .role:
            guard database.principals.contains(where: { $0.name.matches(name.last) }) else {
                return try missing(drop.kind.rawValue)
            }
            try change(databaseName) { (catalogue) throws(SQLError) in
                catalogue.principals.removeAll { $0.name.matches(name.last) }
                catalogue.permissions.removeAll { $0.grantee.matches(name.last) }
                for index in catalogue.principals.indices {
                    catalogue.principals[index].roles.remove(name.last.lowercased())
                }
            }
        case .login:
            guard server.login(name.last) != nil else { return try missing("login") }
            server.removeLogin(name.last)
        case .statistics, .default, .rule, .serverRole: throw SQLError.unsupported("DROP \(drop.kind.rawValue)")
        }
    }
}

extension Statement {
    /// What a schema's definition contains is made in that schema, unless its name says otherwise.
    fileprivate func placed(in schema: String) -> Statement {
        var result = self
        switch kind {
        case .createTable(var table) where table.name.parts.count == 1:
            table.name.parts.insert(schema, at: 0)
            result.kind = .createTable(table)
        case .createView(var view) where view.name.parts.count == 1:
            view.name.parts.insert(schema, at: 0)
            result.kind = .createView(view)
        default: break
        }
        return result
    }
}

extension SQLType {
    /// The type as a definition writes it.
    var declared: TSQL.DataType {
        let name = Name(parts: [self.name], line: 1)
        switch self {
        case .decimal(let precision, let scale):
            return TSQL.DataType(name: name, parameters: ["\(precision)", "\(scale)"])
        case .time(let scale), .datetime2(let scale), .datetimeoffset(let scale):
            return TSQL.DataType(name: name, parameters: ["\(scale)"])
        case .char, .varchar, .nchar, .nvarchar, .binary, .varbinary:
            return TSQL.DataType(name: name, parameters: [length?.units.map(String.init) ?? "max"])
        default: return TSQL.DataType(name: name, parameters: [])
        }
    }
}
