extension Parser {
    // MARK: Permissions

    func permissionStatement() throws(TSQLError) -> PermissionStatement {
        let action: PermissionStatement.Action = at(.grant) ? .grant : at(.deny) ? .deny : .revoke
        advance()
        var statement = PermissionStatement(
            action: action,
            permissions: [],
            principals: [],
            withGrantOption: false,
            isCascading: false
        )
        if action == .revoke, take(.grant, .option, .for) { statement.withGrantOption = true }
        statement.permissions = try list(permission)
        if take(.on) {
            statement.securable = try securable()
            if at(.leftParenthesis) {
                // Columns after the object are those of every permission.
                let columns = try columnList()
                for index in statement.permissions.indices { statement.permissions[index].columns = columns }
            }
        }
        if action == .revoke, take(.from) {
            // Both words are written.
        } else {
            try expect(.to)
        }
        statement.principals = try list(principalName)
        if action == .grant, take(.with) {
            try expect(.grant, .option)
            statement.withGrantOption = true
        }
        if action != .grant { statement.isCascading = take(.cascade) }
        if take(.as) { statement.grantor = try principalName() }
        return statement
    }

    private func permission() throws(TSQLError) -> PermissionStatement.Permission {
        var words: [String] = []
        while current.kind == .word, !at(.on, .to, .from) { words.append(try upperWord()) }
        if words.isEmpty { throw unexpected() }
        let columns = at(.leftParenthesis) ? try columnList() : []
        return PermissionStatement.Permission(name: words.joined(separator: " "), columns: columns)
    }

    /// A name, with its kind before `::` where one is written.
    func securable() throws(TSQLError) -> Securable {
        var distance = 0
        while token(ahead: distance).kind == .word, distance < 4 { distance += 1 }
        guard distance > 0, token(ahead: distance).symbol == .doubleColon else {
            return Securable(kind: nil, name: try name())
        }
        var words: [String] = []
        while !at(.doubleColon) { words.append(try upperWord()) }
        advance()
        let line = current.line
        if at(.public) { return Securable(kind: words[0], name: Name(parts: [try takeName()], line: line)) }
        return Securable(kind: words.joined(separator: " "), name: try name())
    }

    // MARK: Principals

    /// A login, a user or a role, if one is next.
    func createPrincipal() throws(TSQLError) -> Statement.Kind? {
        let kind: PrincipalStatement.Kind
        switch current.word {
        case .login: kind = .login
        case .user: kind = .user
        case .role: kind = .role
        case .server where next(.role):
            advance()
            kind = .serverRole
        default: return nil
        }
        advance()
        var statement = PrincipalStatement(isAlter: false, kind: kind, name: try identifier(), options: [])
        switch kind {
        case .login:
            if take(.from) { statement.source = try loginSource() }
        case .user: statement.source = try userSource()
        case .role, .serverRole:
            if take(.authorization) { statement.owner = try principalName() }
            return .principal(statement)
        }
        if take(.with) { statement.options = try list(principalOption) }
        return .principal(statement)
    }

    private func loginSource() throws(TSQLError) -> PrincipalStatement.Source {
        if take(.windows) { return .windows }
        if take(.external) {
            guard text(current).uppercased() == "PROVIDER" else { throw unexpected() }
            advance()
            return .externalProvider
        }
        guard current.kind == .word else { throw unexpected() }
        throw unsupported("FROM \(text(current).uppercased())")
    }

    private func userSource() throws(TSQLError) -> PrincipalStatement.Source? {
        if take(.without) {
            try expect(.login)
            return .withoutLogin
        }
        guard take(.for) || take(.from) else { return nil }
        if take(.login) { return .login(try identifier()) }
        return try loginSource()
    }

    /// An option of a principal; a password may have `MUST_CHANGE` and `HASHED` after it.
    private func principalOption() throws(TSQLError) -> NamedOption {
        var option = try option()
        while option.unit != nil, current.kind == .word, !current.isReserved, !next(.equal), !next(.dot) {
            guard ["MUST_CHANGE", "HASHED", "UNLOCK"].contains(text(current).uppercased()) else { break }
            option.unit = "\(option.unit ?? "") \(try upperWord())"
        }
        return option
    }

    func alterPrincipal() throws(TSQLError) -> PrincipalStatement {
        let kind: PrincipalStatement.Kind = at(.login) ? .login : .user
        advance()
        var statement = PrincipalStatement(isAlter: true, kind: kind, name: try identifier(), options: [])
        if kind == .login, at(.enable, .disable) {
            statement.isEnabled = try either(.enable, or: .disable)
            return statement
        }
        if !take(.with) {
            if kind == .login, at(.add, .drop) { throw unsupported("ALTER LOGIN CREDENTIAL") }
            throw unexpected()
        }
        statement.options = try list(principalOption)
        // No comma stands before this one.
        if current.kind == .word, text(current).uppercased() == "OLD_PASSWORD" {
            statement.options.append(try option())
        }
        return statement
    }

    func alterRole(isServerRole: Bool) throws(TSQLError) -> AlterRoleStatement {
        try expect(.role)
        let role = try principalName()
        if take(.with) {
            try expect(.name)
            try expect(.equal)
            return AlterRoleStatement(isServerRole: isServerRole, role: role, action: .rename(try identifier()))
        }
        let isAdded = try either(.add, or: .drop)
        try expect(.member)
        let member = try principalName()
        let action: AlterRoleStatement.Action = isAdded ? .addMember(member) : .dropMember(member)
        return AlterRoleStatement(isServerRole: isServerRole, role: role, action: action)
    }
}
