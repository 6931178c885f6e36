/// Who the session is, and what it may do.
extension Session {
    /// The name of the session's user in a database: `USER_NAME()`.
    func userName(in database: DatabaseCatalogue) -> String {
        if login.isSysadmin { return "dbo" }
        return database.principals.first { $0.kind == .user && ($0.login.map { $0.matches(login.name) } ?? false) }?
            .name ?? "guest"
    }

    /// Whether the session may use a database at all.
    func hasAccess(to database: DatabaseCatalogue) -> Bool {
        // The guest is let into these three.
        login.isSysadmin || database.id <= 2 || database.name == "msdb" || userName(in: database) != "guest"
    }

    /// Whether the session's login has a permission on the server.
    func holdsOnServer(_ permission: String) -> Bool {
        if login.isSysadmin || permission == "CONNECT SQL" || permission == "VIEW ANY DATABASE" { return true }
        let rules = server.registry.permissions.filter {
            ($0.grantee.matches(login.name) || $0.grantee.matches("public")) && Self.grants($0.name, permission)
        }
        return !rules.isEmpty && !rules.contains(where: \.isDenied)
    }

    /// Whether the session has a permission on a database, a schema or an object.
    func holds(_ permission: String, on scope: Permission.Scope, in database: DatabaseCatalogue) -> Bool {
        if isOwner(of: database) { return true }
        let names = principals(in: database)
        var scopes: Set<Permission.Scope> = [.database, scope]
        if case .object(let id, _) = scope, let schema = database.tables[id]?.schema ?? database.modules[id]?.schema {
            scopes.insert(.schema(schema.lowercased()))
        }
        let rules = database.permissions.filter {
            names.contains($0.grantee.lowercased()) && scopes.contains($0.scope) && Self.grants($0.name, permission)
        }
        if rules.contains(where: \.isDenied) { return false }
        if !rules.isEmpty { return true }
        switch permission {
        case "CONNECT": return scope == .database && hasAccess(to: database)
        case "VIEW DATABASE STATE", "VIEW DATABASE PERFORMANCE STATE", "VIEW DATABASE SECURITY STATE":
            return holdsOnServer("VIEW SERVER STATE")
        case "VIEW DEFINITION": return holdsOnServer("VIEW ANY DEFINITION") || names.contains("db_ddladmin")
        case "SELECT": return names.contains("db_datareader")
        case "INSERT", "UPDATE", "DELETE": return names.contains("db_datawriter")
        default:
            return names.contains("db_ddladmin") && (permission.hasPrefix("CREATE ") || permission.hasPrefix("ALTER"))
        }
    }

    /// Whether having one permission is having the other.
    private static func grants(_ held: String, _ asked: String) -> Bool {
        switch (held, asked) {
        case (asked, _), ("CONTROL", _), ("CONTROL SERVER", _), ("ALL", _): true
        case ("VIEW SERVER STATE", "VIEW SERVER PERFORMANCE STATE"),
            ("VIEW SERVER STATE", "VIEW SERVER SECURITY STATE"),
            ("VIEW DATABASE STATE", "VIEW DATABASE PERFORMANCE STATE"),
            ("VIEW DATABASE STATE", "VIEW DATABASE SECURITY STATE"):
            true
        case ("ALTER", "VIEW DEFINITION"): false
        default: false
        }
    }

    /// The permissions that are those of logins.
    static let serverPermissions: Set<String> = [
        "CONTROL SERVER", "VIEW SERVER STATE", "VIEW SERVER PERFORMANCE STATE", "VIEW SERVER SECURITY STATE",
        "VIEW ANY DEFINITION",
        "VIEW ANY DATABASE", "CONNECT SQL", "ALTER ANY LOGIN", "ALTER ANY DATABASE", "CREATE ANY DATABASE",
        "ALTER SERVER STATE",
        "ALTER SETTINGS", "CONNECT ANY DATABASE", "SELECT ALL USER SECURABLES", "ALTER TRACE",
        "ADMINISTER BULK OPERATIONS",
    ]

    func checkMayViewServerState() throws(SQLError) {
        guard holdsOnServer("VIEW SERVER STATE") else {
            throw SQLError(
                300,
                "VIEW SERVER STATE permission was denied on object 'server', database 'master'.",
                severity: 14
            )
        }
    }

    /// - Throws: 262 without `VIEW DATABASE STATE` and `VIEW DATABASE PERFORMANCE STATE`.
    func checkMayViewState(of database: DatabaseCatalogue) throws(SQLError) {
        let isHeld = ["VIEW DATABASE STATE", "VIEW DATABASE PERFORMANCE STATE"].contains {
            holds($0, on: .database, in: database)
        }
        guard isHeld else {
            throw SQLError(262, "VIEW DATABASE STATE permission denied in database '\(database.name)'.", severity: 14)
        }
    }
}
