/// Which objects of a database a session sees in the catalogue: those on which its user has some permission.
///
/// Source: Microsoft, "Metadata visibility configuration".
struct Visibility {
    private let seesAll: Bool
    private let seesTables: Bool
    private let rules: [Permission]

    /// Permissions that a schema or a database hands down to its objects.
    private static let ofObjects: Set<String> = [
        "SELECT", "INSERT", "UPDATE", "DELETE", "REFERENCES", "EXECUTE", "ALTER", "CONTROL", "VIEW DEFINITION",
        "VIEW CHANGE TRACKING", "TAKE OWNERSHIP",
    ]

    init(_ session: Session, in database: DatabaseCatalogue) {
        let names = session.principals(in: database)
        seesAll =
            session.isOwner(of: database) || names.contains("db_ddladmin")
            || session.holdsOnServer("VIEW ANY DEFINITION")
        seesTables = names.contains("db_datareader") || names.contains("db_datawriter")
        rules = database.permissions.filter {
            names.contains($0.grantee.lowercased()) && Self.ofObjects.contains($0.name)
        }
    }

    func sees(_ table: TableObject) -> Bool {
        seesAll || seesTables || sees(table.id, table.schema) { $0 != "EXECUTE" }
    }

    func sees(_ module: ModuleObject) -> Bool {
        let isRead: Bool = if case .view = module.kind { true } else { false }
        return seesAll || (isRead && seesTables)
            || sees(module.id, module.schema) { isRead ? $0 != "EXECUTE" : $0 != "SELECT" }
    }

    private func sees(_ id: Int, _ schema: String, _ counts: (String) -> Bool) -> Bool {
        var isSeen = false
        for rule in rules {
            let applies: Bool =
                switch rule.scope {
                case .database: counts(rule.name)
                case .schema(let name): name.matches(schema) && counts(rule.name)
                case .object(let object, _): object == id
                }
            guard applies else { continue }
            if rule.isDenied, rule.name == "VIEW DEFINITION" || rule.name == "CONTROL" { return false }
            if !rule.isDenied { isSeen = true }
        }
        return isSeen
    }
}

extension Session {
    /// The tables that the session sees, in the order of their ids.
    func visibleTables(in database: DatabaseCatalogue) -> [TableObject] {
        let visibility = Visibility(self, in: database)
        return database.tables.values.filter(visibility.sees).sorted { $0.id < $1.id }
    }

    /// The views, procedures, functions and triggers that the session sees, in the order of their ids.
    func visibleModules(in database: DatabaseCatalogue) -> [ModuleObject] {
        let visibility = Visibility(self, in: database)
        return database.modules.values.filter(visibility.sees).sorted { $0.id < $1.id }
    }

    /// How many rows a table has.
    func rowCount(of table: TableObject) throws(SQLError) -> Int64 {
        // The rows themselves are counted: an index may need a collation that this connection does not have yet.
        let counted = try sqlite.rows("SELECT COUNT(*) FROM \(table.storage) NOT INDEXED")
        guard case .integer(let count)? = counted.first?.first else { return 0 }
        return count
    }
}
