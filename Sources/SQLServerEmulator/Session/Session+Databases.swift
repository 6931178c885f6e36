import TSQL

/// Databases, principals and what they may do.
extension Session {
    func create(_ definition: DatabaseDefinition) throws(SQLError) {
        guard isSysadmin else {
            throw SQLError(262, "CREATE DATABASE permission denied in database 'master'.", severity: 14)
        }
        guard transaction.count == 0 else {
            throw SQLError(226, "CREATE DATABASE statement not allowed within multi-statement transaction.", state: 6)
        }
        try writing { () throws(SQLError) in
            guard catalogue(definition.name) == nil else {
                throw SQLError(
                    1801,
                    "Database '\(definition.name)' already exists. Choose a different database name.",
                    state: 3
                )
            }
            let collation =
                try definition.collation.map { (name) throws(SQLError) in try Collation(name) }
                ?? .default.with(.implicit)
            let id = (server.databases.map(\.id).max() ?? 4) + 1
            transaction.catalogues[definition.name.lowercased()] =
                DatabaseCatalogue(id: id, name: definition.name, collation: collation, created: server.now())
        }
        finish(.none, isQuiet: true)
    }

    func run(_ alter: AlterDatabaseStatement) throws(SQLError) {
        let name = alter.name ?? databaseName
        guard catalogue(name) != nil else { throw Self.unknownDatabase(name) }
        guard case .set(let options, _) = alter.action else {
            throw SQLError.unsupported("ALTER DATABASE … COLLATE or MODIFY NAME")
        }
        try writing { () throws(SQLError) in
            try checkMayDefine()
            try change(name) { (catalogue) throws(SQLError) in
                for option in options { try Self.set(option, of: &catalogue) }
            }
        }
        finish(.none, isQuiet: true)
    }

    private static func set(_ option: NamedOption, of catalogue: inout DatabaseCatalogue) throws(SQLError) {
        let isOn = option.value == .on
        switch option.name {
        case "ALLOW_SNAPSHOT_ISOLATION": catalogue.options.allowsSnapshotIsolation = isOn
        case "READ_COMMITTED_SNAPSHOT": catalogue.options.isReadCommittedSnapshot = isOn
        case "READ_ONLY": catalogue.options.isReadOnly = true
        case "READ_WRITE": catalogue.options.isReadOnly = false
        case "RECOVERY":
            if case .word(let word)? = option.value { catalogue.options.recovery = word.uppercased() }
        case "CHANGE_TRACKING":
            guard isOn || option.value == nil else {
                guard !catalogue.tables.values.contains(where: { $0.tracking != nil }) else {
                    throw SQLError(
                        22115,
                        "Change tracking is enabled for one or more tables in database '\(catalogue.name)'. Disable change tracking on each table before disabling it for the database."
                    )
                }
                catalogue.options.changeTracking = nil
                return
            }
            var tracking = catalogue.options.changeTracking ?? .init(retention: 2, unit: "DAYS", cleansUp: true)
            for part in option.options {
                if part.name == "AUTO_CLEANUP" { tracking.cleansUp = part.value == .on }
                if part.name == "CHANGE_RETENTION", case .literal(.integer(let digits))? = part.value,
                    let count = Int(digits)
                {
                    tracking.retention = count
                    tracking.unit = part.unit ?? "DAYS"
                }
            }
            catalogue.options.changeTracking = tracking
        default: break  // how pages are kept and statistics are made changes nothing here
        }
    }

    // MARK: Principals

    func run(_ statement: PrincipalStatement) throws(SQLError) {
        switch statement.kind {
        case .login: try runLogin(statement)
        case .user, .role:
            try writing { () throws(SQLError) in
                try checkMayDefine()
                try change(databaseName) { (catalogue) throws(SQLError) in
                    let known = catalogue.principals.contains { $0.name.matches(statement.name) }
                    if statement.isAlter { return }
                    if known {
                        throw SQLError(
                            15023,
                            "User, group, or role '\(statement.name)' already exists in the current database."
                        )
                    }
                    var login: String?
                    if statement.kind == .user, statement.source != .withoutLogin {
                        if case .login(let name)? = statement.source { login = name } else { login = statement.name }
                    }
                    let id = (catalogue.principals.map(\.id).max() ?? 4) + 1
                    catalogue.principals.append(
                        Principal(
                            id: id,
                            name: statement.name,
                            kind: statement.kind == .user ? .user : .role,
                            login: login
                        )
                    )
                }
            }
        case .serverRole: throw SQLError.unsupported("SERVER ROLE")
        }
        finish(.none, isQuiet: true)
    }

    private func runLogin(_ statement: PrincipalStatement) throws(SQLError) {
        guard isSysadmin else { throw SQLError(15247, "User does not have permission to perform this action.") }
        var new = server.login(statement.name)
        if statement.isAlter {
            guard new != nil else {
                throw SQLError(
                    15151,
                    "Cannot alter the login '\(statement.name)', because it does not exist or you do not have permission."
                )
            }
        } else {
            guard new == nil else { throw SQLError(15025, "The server principal '\(statement.name)' already exists.") }
            new = ServerState.Login(name: statement.name, password: "", isSysadmin: false)
        }
        guard var login = new else { return }
        for option in statement.options {
            switch (option.name, option.value) {
            case ("PASSWORD", .literal(.string(let text))?), ("PASSWORD", .literal(.nationalString(let text))?):
                login.password = text
            case ("DEFAULT_DATABASE", .word(let name)?): login.defaultDatabase = name
            default: break
            }
        }
        if let isEnabled = statement.isEnabled { login.isDisabled = !isEnabled }
        server.add(login)
    }

    func run(_ alter: AlterRoleStatement) throws(SQLError) {
        guard !alter.isServerRole else {
            if case .addMember(let name) = alter.action, alter.role.matches("sysadmin"), var login = server.login(name)
            {
                login.isSysadmin = true
                server.add(login)
                return
            }
            throw SQLError.unsupported("ALTER SERVER ROLE")
        }
        try writing { () throws(SQLError) in
            try checkMayDefine()
            try change(databaseName) { (catalogue) throws(SQLError) in
                func member(_ name: String) throws(SQLError) -> Int {
                    guard let index = catalogue.principals.firstIndex(where: { $0.name.matches(name) }) else {
                        throw SQLError(
                            15151,
                            "Cannot add the principal '\(name)', because it does not exist or you do not have permission."
                        )
                    }
                    return index
                }
                switch alter.action {
                case .addMember(let name): catalogue.principals[try member(name)].roles.insert(alter.role.lowercased())
                case .dropMember(let name): catalogue.principals[try member(name)].roles.remove(alter.role.lowercased())
                case .rename: throw SQLError.unsupported("ALTER ROLE … WITH NAME")
                }
            }
        }
        finish(.none, isQuiet: true)
    }

    func run(_ statement: PermissionStatement) throws(SQLError) {
        if statement.securable == nil || statement.securable?.kind == "SERVER",
            statement.permissions.allSatisfy({ Self.serverPermissions.contains($0.name) })
        {
            return try runOnServer(statement)
        }
        if statement.permissions.contains(where: { !$0.columns.isEmpty }) {
            throw SQLError.unsupported("permissions on columns")
        }
        try writing { () throws(SQLError) in
            try checkMayDefine()
            let scope = try self.scope(statement.securable)
            try change(databaseName) { (catalogue) throws(SQLError) in
                for grantee in statement.principals {
                    let isKnown =
                        grantee.matches("public") || catalogue.principals.contains { $0.name.matches(grantee) }
                    guard isKnown else {
                        throw SQLError(
                            15151,
                            "Cannot find the user '\(grantee)', because it does not exist or you do not have permission."
                        )
                    }
                    for permission in statement.permissions {
                        catalogue.permissions.removeAll {
                            $0.grantee.matches(grantee) && $0.name == permission.name && $0.scope == scope
                        }
                        if statement.action == .revoke { continue }
                        catalogue.permissions.append(
                            Permission(
                                grantee: grantee,
                                name: permission.name,
                                scope: scope,
                                isDenied: statement.action == .deny,
                                hasGrantOption: statement.withGrantOption
                            )
                        )
                    }
                }
            }
        }
        finish(.none, isQuiet: true)
    }

    private func runOnServer(_ statement: PermissionStatement) throws(SQLError) {
        guard isSysadmin else { throw SQLError(15247, "User does not have permission to perform this action.") }
        for grantee in statement.principals {
            guard server.login(grantee) != nil || grantee.matches("public") else {
                throw SQLError(
                    15151,
                    "Cannot find the login '\(grantee)', because it does not exist or you do not have permission."
                )
            }
            for permission in statement.permissions {
                let rule = Permission(
                    grantee: grantee,
                    name: permission.name,
                    scope: .database,
                    isDenied: statement.action == .deny,
                    hasGrantOption: statement.withGrantOption
                )
                server.registry.setPermission(rule, isRevoked: statement.action == .revoke)
            }
        }
        finish(.none, isQuiet: true)
    }

    private func scope(_ securable: Securable?) throws(SQLError) -> Permission.Scope {
        guard let securable else { return .database }
        switch securable.kind {
        case "SCHEMA":
            guard database.schemas[securable.name.last.lowercased()] != nil || securable.name.last.matches("cdc") else {
                throw SQLError(
                    15151,
                    "Cannot find the schema '\(securable.name.last)', because it does not exist or you do not have permission."
                )
            }
            return .schema(securable.name.last.lowercased())
        case "DATABASE": return .database
        case nil, "OBJECT":
            let schema = securable.name.parts.count > 1 ? securable.name.parts[securable.name.parts.count - 2] : "dbo"
            guard let id = database.objectID(schema: schema, name: securable.name.last) else {
                throw SQLError(
                    15151,
                    "Cannot find the object '\(securable.name.last)', because it does not exist or you do not have permission."
                )
            }
            return .object(id)
        default: throw SQLError.unsupported("permissions on \(securable.kind ?? "")")
        }
    }

    // MARK: Checks

    func checkMayDefine() throws(SQLError) {
        let names = principals(in: database)
        guard isOwner(of: database) || names.contains("db_ddladmin") else {
            throw SQLError(
                262,
                "The permission to define objects was denied in database '\(databaseName)'.",
                severity: 14
            )
        }
    }
}
