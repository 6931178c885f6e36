/// Who the session is, and what it may do.
extension Session {
    /// The login whose rights on the server the session has; `nil` where it acts as a user of a database.
    private var actingLogin: ServerState.Login? {
        switch impersonations.last?.identity {
        case nil: login
        case .login(let other): other
        case .user: nil
        }
    }

    /// Whether everything is allowed.
    var isSysadmin: Bool { actingLogin?.isSysadmin ?? false }

    /// The name of the login that the session acts as: `SUSER_SNAME()`.
    var loginName: String {
        if let actingLogin { return actingLogin.name }
        guard case .user(let user, _)? = impersonations.last?.identity else { return login.name }
        // Who has no login has a security identifier in its place.
        return user.login ?? "S-1-9-3-\(user.id)"
    }

    /// The user that the session acts as in a database; `nil` for a guest.
    private func user(in database: DatabaseCatalogue) -> Principal? {
        if case .user(let user, let home)? = impersonations.last?.identity {
            return home.matches(database.name) ? user : nil
        }
        if isSysadmin { return Principal.fixed.first { $0.name == "dbo" } }
        return database.principals.first { $0.kind == .user && ($0.login.map { $0.matches(loginName) } ?? false) }
    }

    /// The name of the session's user in a database: `USER_NAME()`.
    func userName(in database: DatabaseCatalogue) -> String { user(in: database)?.name ?? "guest" }

    /// The principals of the database that the session acts as: its user, the user's roles, and everybody.
    func principals(in database: DatabaseCatalogue) -> Set<String> {
        guard let user = user(in: database) else { return ["public"] }
        return database.roles(of: [user.name] + user.roles)
    }

    /// Whether the session may do everything in a database.
    func isOwner(of database: DatabaseCatalogue) -> Bool {
        isSysadmin || principals(in: database).contains("db_owner")
    }

    /// Whether the session may use a database at all.
    func hasAccess(to database: DatabaseCatalogue) -> Bool {
        // The guest is let into these three.
        isSysadmin || database.id <= 2 || database.name == "msdb" || userName(in: database) != "guest"
    }

    /// Whether the session's login has a permission on the server.
    func holdsOnServer(_ permission: String) -> Bool {
        if permission == "VIEW ANY DATABASE" { return true }
        guard let login = actingLogin else { return false }
        if login.isSysadmin || permission == "CONNECT SQL" { return true }
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
        if permission == "SELECT", names.contains("db_denydatareader") { return false }
        if ["INSERT", "UPDATE", "DELETE"].contains(permission), names.contains("db_denydatawriter") { return false }
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

    /// Whether the session may do something with a table or a module. What the owner of the module that runs has made is the
    /// module's to use; tables that are none of a database's are their session's.
    func may(_ permission: String, _ object: any CatalogueEntry, in database: DatabaseCatalogue) -> Bool {
        if object.id < 0 { return true }
        let isChained = ["SELECT", "INSERT", "UPDATE", "DELETE", "EXECUTE"].contains(permission)
        if isChained, let chainOwner, chainOwner == ChainOwner(object, in: database) { return true }
        return holds(permission, on: .object(object.id), in: database)
    }

    /// - Throws: 229
    func checkMay(_ permission: String, _ object: any CatalogueEntry, in database: DatabaseCatalogue) throws(SQLError) {
        guard !may(permission, object, in: database) else { return }
        throw SQLError.denied(permission, object.name, schema: object.schema, database: database.name)
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

extension SQLError {
    static func denied(_ permission: String, _ object: String, schema: String, database: String) -> SQLError {
        SQLError(
            229,
            "The \(permission) permission was denied on the object '\(object)', database '\(database)', schema '\(schema)'.",
            state: 5,
            severity: 14
        )
    }
}
