import TSQL

/// An object of a database as functions speak of it.
struct CatalogueObject {
    var id: Int
    var schema: String
    var name: String
    /// `U`, `V`, `PK`: as `sys.objects` has it, without spaces.
    var type: String
    var table: TableObject?
    var module: ModuleObject?
    /// The table that a constraint belongs to.
    var owner: TableObject?
}

extension Session {
    /// An object that the session sees, by its id.
    func visibleObject(_ id: Int, in database: DatabaseCatalogue) -> CatalogueObject? {
        let visibility = Visibility(self, in: database)
        if let table = database.tables[id] {
            guard visibility.sees(table) else { return nil }
            return CatalogueObject(id: id, schema: table.schema, name: table.name, type: "U", table: table)
        }
        if let module = database.modules[id] {
            guard visibility.sees(module) else { return nil }
            return CatalogueObject(id: id, schema: module.schema, name: module.name, type: module.type, module: module)
        }
        if id < 0 {
            if let table = temporaryTables.values.first(where: { $0.id == id }) {
                return CatalogueObject(id: id, schema: "dbo", name: table.name, type: "U", table: table)
            }
            guard let view = SystemViews.all.values.first(where: { $0.objectID == id }) else { return nil }
            return CatalogueObject(id: id, schema: view.schema, name: view.name, type: "V")
        }
        for table in database.tables.values where visibility.sees(table) {
            guard let constraint = table.constraintDescriptions.first(where: { $0.id == id }) else { continue }
            return CatalogueObject(
                id: id,
                schema: table.schema,
                name: constraint.name,
                type: constraint.type.trimmingSpaces,
                owner: table
            )
        }
        return nil
    }

    /// An object that the session sees, by a name as functions take it: `dbo.[Order Details]`, `tempdb..#t`.
    func visibleObject(named text: String) -> CatalogueObject? {
        guard let parts = ObjectName.parts(text.trimmingSpaces), let last = parts.last, !last.isEmpty, parts.count <= 3
        else { return nil }
        if last.hasPrefix("#") {
            guard parts.count < 3 || parts[0].matches("tempdb") || databaseName.matches("tempdb") else { return nil }
            return temporaryTable(last).flatMap { visibleObject($0.id, in: database) }
        }
        guard let database = parts.count == 3 && !parts[0].isEmpty ? catalogue(parts[0]) : self.database else {
            return nil
        }
        let given = parts.count > 1 ? parts[parts.count - 2] : ""
        let schema = given.isEmpty ? "dbo" : given
        if let id = database.objectID(schema: schema, name: last), let found = visibleObject(id, in: database) {
            // Triggers of the database have no place among the objects.
            if let module = found.module, case .trigger = module.kind, module.parent(in: database) == nil { return nil }
            return found
        }
        let isOld = given.isEmpty && last.lowercased().hasPrefix("sys")
        guard let view = SystemViews.all["\(isOld ? "sys" : schema).\(last)".lowercased()] else { return nil }
        return CatalogueObject(id: view.objectID, schema: view.schema, name: view.name, type: "V")
    }

    /// A table or view that the session sees, with its columns.
    func columns(of object: CatalogueObject) -> [TableColumn] {
        if let table = object.table { return table.columns }
        guard let module = object.module else { return [] }
        return columns(of: module, in: database).enumerated().map { index, column in
            TableColumn(id: index + 1, name: column.name, type: column.type, isNullable: column.isNullable)
        }
    }
}

extension SystemView {
    /// Views of the system have ids below zero, which stay the same.
    var objectID: Int {
        var hash: UInt32 = 2_166_136_261
        for byte in "\(schema).\(name)".lowercased().utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        return -Int(hash % 1_000_000_000) - 1_000_000_000
    }
}

extension ModuleObject {
    /// Its type as `sys.objects` has it, without spaces.
    var type: String {
        switch kind {
        case .view: "V"
        case .procedure: "P"
        case .function(let definition):
            switch definition.body {
            case .scalar: "FN"
            case .inlineTable: "IF"
            case .table: "TF"
            }
        case .trigger: "TR"
        case .synonym: "SN"
        case .sequence: "SO"
        }
    }
}
