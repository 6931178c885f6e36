/// Who the session is, and what it may do.
///
/// Source: Microsoft, "Security functions (Transact-SQL)".
extension ContextFunctions {
    static let securityFunctions: [String: ContextFunction] = [
        "SUSER_NAME": ContextFunction([.int], optional: 1, name) { session, values in
            if values.isEmpty { return .string(session.loginName) }
            return .optional(session.server.logins.first { $0.id == values[0].whole }?.name)
        },
        "SUSER_SNAME": ContextFunction([.varbinary(85)], optional: 1, name) { session, values in
            if values.isEmpty { return .string(session.loginName) }
            guard case .binary(let bytes) = values[0] else { return .null }
            return .optional(session.server.logins.first { session.securityID(ofLogin: $0.name) == bytes }?.name)
        },
        "SUSER_SID": ContextFunction([name], optional: 1, .varbinary(85)) { session, values in
            if values.isEmpty { return .binary(session.securityID(ofLogin: session.loginName)) }
            guard let login = values[0].string.flatMap(session.server.login) else { return .null }
            return .binary(session.securityID(ofLogin: login.name))
        },
        "SUSER_ID": ContextFunction([name], optional: 1, .int) { session, values in
            let login =
                values.isEmpty
                ? session.server.login(session.loginName) : values[0].string.flatMap(session.server.login)
            return login.map { .number($0.id) } ?? .null
        },
        "ORIGINAL_LOGIN": ContextFunction([], name) { session, _ in .string(session.login.name) },
        "SYSTEM_USER": ContextFunction([], name) { session, _ in .string(session.loginName) },
        "USER_NAME": ContextFunction([.int], optional: 1, name) { session, values in
            if values.isEmpty { return userName(session) }
            return .optional(SystemViews.principals(session, session.database).first { $0.id == values[0].whole }?.name)
        },
        "USER": ContextFunction([], name) { session, _ in userName(session) },
        "CURRENT_USER": ContextFunction([], name) { session, _ in userName(session) },
        "SESSION_USER": ContextFunction([], name) { session, _ in userName(session) },
        "USER_ID": ContextFunction([name], optional: 1, .int) { session, values in principalID(session, values) },
        "DATABASE_PRINCIPAL_ID": ContextFunction([name], optional: 1, .int) { session, values in
            principalID(session, values)
        },
        "IS_MEMBER": ContextFunction([name], .int) { session, values in
            guard let role = values[0].string else { return .null }
            return isMember(session, session.principals(in: session.database), isOwner: session.isSysadmin, role)
        },
        "IS_ROLEMEMBER": ContextFunction([name, name], optional: 1, .int) { session, values in
            guard let role = values[0].string else { return .null }
            if values.count == 1 {
                return isMember(
                    session,
                    session.principals(in: session.database),
                    isOwner: session.isSysadmin,
                    role
                )
            }
            guard let name = values[1].string,
                SystemViews.principals(session, session.database).contains(where: { $0.name.matches(name) })
            else { return .null }
            return isMember(session, session.database.roles(of: [name]), isOwner: name.matches("dbo"), role)
        },
        "IS_SRVROLEMEMBER": ContextFunction([name, name], optional: 1, .int) { session, values in
            guard let role = values[0].string, SystemViews.serverRoles.contains(where: { $0.matches(role) }) else {
                return .null
            }
            if values.count == 1 { return .bool(role.matches("public") || session.isSysadmin) }
            guard let login = values[1].string.flatMap(session.server.login) else { return .null }
            return .bool(role.matches("public") || login.isSysadmin)
        },
        "HAS_PERMS_BY_NAME": ContextFunction([text, name, name, text, name], optional: 2, .int) { session, values in
            guard let permission = values[2].string?.uppercased().trimmingSpaces else { return .null }
            let kind = values[1].string?.uppercased().trimmingSpaces
            let securable = values[0].string
            switch (kind, securable) {
            case (nil, nil), ("SERVER", nil):
                if permission != "ANY", !Session.serverPermissions.contains(permission) { return .null }
                return .bool(permission == "ANY" || session.holdsOnServer(permission))
            case ("DATABASE", _):
                guard
                    let database = securable.map({ ObjectName.parts($0)?.last ?? $0 }).map(session.catalogue)
                        ?? session.database
                else { return .null }
                return .bool(
                    permission == "ANY"
                        ? session.hasAccess(to: database) : session.holds(permission, on: .database, in: database)
                )
            case ("SCHEMA", let name?):
                guard let schema = session.database.schemas[(ObjectName.parts(name)?.last ?? name).lowercased()] else {
                    return .null
                }
                return .bool(holds(session, permission, .schema(schema.name.lowercased())))
            case ("OBJECT", let name?), (nil, let name?):
                guard let object = session.visibleObject(named: name) else { return .null }
                // Everybody may read the views of the system.
                if object.id < 0 { return .bool(permission == "SELECT" || permission == "ANY" || object.table != nil) }
                return .bool(holds(session, permission, .object(object.owner?.id ?? object.id)))
            default: return .null
            }
        },
    ]

    private static func userName(_ session: Session) -> SQLValue { .string(session.userName(in: session.database)) }

    private static func principalID(_ session: Session, _ values: [SQLValue]) -> SQLValue {
        let name = values.isEmpty ? session.userName(in: session.database) : values[0].string
        let all = SystemViews.principals(session, session.database)
        return all.first { $0.name.matches(name ?? "") }.map { .number($0.id) } ?? .null
    }

    private static func holds(_ session: Session, _ permission: String, _ scope: Permission.Scope) -> Bool {
        guard permission == "ANY" else { return session.holds(permission, on: scope, in: session.database) }
        return ["SELECT", "INSERT", "UPDATE", "DELETE", "EXECUTE", "ALTER", "CONTROL", "VIEW DEFINITION"].contains {
            session.holds($0, on: scope, in: session.database)
        }
    }

    private static func isMember(_ session: Session, _ names: Set<String>, isOwner: Bool, _ role: String) -> SQLValue {
        let isKnown = SystemViews.principals(session, session.database).contains {
            $0.kind == .role && $0.name.matches(role)
        }
        guard isKnown else { return .null }
        return .bool(
            names.contains(role.lowercased()) || isOwner && (role.matches("db_owner") || role.matches("public"))
        )
    }
}

extension DatabaseCatalogue {
    /// The names of principals and of the roles that they are members of, also through other roles; in lower case.
    func roles(of principals: [String]) -> Set<String> {
        var names: Set<String> = ["public"]
        var waiting = principals
        while let name = waiting.popLast() {
            guard names.insert(name.lowercased()).inserted else { continue }
            waiting += self.principals.first { $0.name.matches(name) }.map { Array($0.roles) } ?? []
        }
        return names
    }
}
