import TSQL

/// Whom a session acts as, where that is not the login that opened it.
struct Impersonation: Sendable {
    enum Identity: Sendable {
        /// With its rights on the server.
        case login(ServerState.Login)
        /// A user of one database, who is nobody elsewhere.
        case user(Principal, database: String)
    }

    var identity: Identity
    /// The database in which it began, which is where `REVERT` ends it.
    var database: String
}

/// As whom a module runs: its `EXECUTE AS`.
enum ModuleIdentity: Hashable, Sendable {
    case caller
    case owner
    /// `EXECUTE AS 'name'`, and `SELF`, who is whoever made it.
    case user(String)
}

/// `EXECUTE AS` and `REVERT`.
///
/// Source: Microsoft, "EXECUTE AS (Transact-SQL)", "EXECUTE AS Clause (Transact-SQL)", "REVERT (Transact-SQL)".
extension Session {
    func run(_ statement: ExecuteAsStatement) throws(SQLError) {
        if statement.cookie != nil { throw SQLError.unsupported("EXECUTE AS … WITH COOKIE") }
        let identity: Impersonation.Identity
        switch statement.context {
        case .caller:
            // Outside of a module the caller is whom the session acts as already.
            if impersonationFloor > 0 { throw SQLError.unsupported("EXECUTE AS CALLER as a statement of a module") }
            return
        case .login(let expression): identity = try login(named: try name(expression))
        case .user(let expression): identity = try user(named: try name(expression), in: database, needsRight: true)
        }
        impersonations.append(Impersonation(identity: identity, database: databaseName))
        if statement.isNoRevert { impersonationFloor = impersonations.count }
    }

    /// `EXECUTE ('…') AS USER = 'name'`
    func impersonate(_ context: ExecuteStatement.Context) throws(SQLError) {
        func text(_ literal: Literal) -> String {
            switch literal {
            case .string(let text), .nationalString(let text): text
            default: ""
            }
        }
        let identity =
            switch context {
            case .login(let name): try login(named: text(name))
            case .user(let name): try user(named: text(name), in: database, needsRight: true)
            }
        impersonations.append(Impersonation(identity: identity, database: databaseName))
    }

    private func name(_ expression: Expression) throws(SQLError) -> String {
        let (value, type) = try evaluate(expression)
        return try ValueRules.text(value, type) ?? ""
    }

    /// Ends the last impersonation of the batch or of the module that runs; where there is none, nothing happens.
    func revert(cookie: String?) throws(SQLError) {
        if cookie != nil { throw SQLError.unsupported("REVERT WITH COOKIE") }
        guard impersonations.count > impersonationFloor, let last = impersonations.last else { return }
        guard last.database.matches(databaseName) else {
            throw SQLError(
                15199,
                "The current security context cannot be reverted. Please switch to the original database where 'Execute As' was called and try it again."
            )
        }
        impersonations.removeLast()
    }

    private func login(named name: String) throws(SQLError) -> Impersonation.Identity {
        guard let login = server.login(name), isSysadmin || login.name.matches(loginName) else {
            throw SQLError(
                15406,
                "Cannot execute as the server principal because the principal \"\(name)\" does not exist, this type of principal cannot be impersonated, or you do not have permission."
            )
        }
        return .login(login)
    }

    /// - Parameter needsRight: Whether the session itself must have the right to act as the user; modules have it from whoever
    ///   made them.
    private func user(
        named name: String,
        in database: DatabaseCatalogue,
        needsRight: Bool
    ) throws(SQLError) -> Impersonation.Identity {
        let user = (Principal.fixed + database.principals).first { $0.kind == .user && $0.name.matches(name) }
        guard let user, !needsRight || isOwner(of: database) || userName(in: database).matches(name) else {
            throw SQLError(
                15517,
                "Cannot execute as the database principal because the principal \"\(name)\" does not exist, this type of principal cannot be impersonated, or you do not have permission."
            )
        }
        return .user(user, database: database.name)
    }

    // MARK: Modules

    /// The identity that a module's options ask for, when it is made.
    func identity(_ options: [ModuleOption]) throws(SQLError) -> ModuleIdentity {
        for option in options {
            switch option {
            case .executeAs("OWNER"): return .owner
            case .executeAs("SELF"): return .user(userName(in: database))
            case .executeAsUser(let name):
                guard case .user(let user, _)? = try? user(named: name, in: database, needsRight: true) else {
                    throw SQLError(
                        15151,
                        "Cannot find the user '\(name)', because it does not exist or you do not have permission."
                    )
                }
                return .user(user.name)
            default: continue
            }
        }
        return .caller
    }

    /// Runs a module's work with the rights that it has: as its `EXECUTE AS` says, and with those of its owner on what the owner
    /// has made. What it impersonates itself ends with it.
    func inModule<T>(
        _ module: ModuleObject,
        of database: DatabaseCatalogue,
        _ work: () throws(SQLError) -> T
    ) throws(SQLError) -> T {
        let (outer, floor) = (impersonations, impersonationFloor)
        defer { (impersonations, impersonationFloor) = (outer, floor) }
        let name: String? =
            switch module.identity {
            case .caller: nil
            case .owner: database.owner(ofSchema: module.schema)
            case .user(let name): name
            }
        if let name {
            let identity = try user(named: name, in: database, needsRight: false)
            impersonations.append(Impersonation(identity: identity, database: database.name))
        }
        impersonationFloor = impersonations.count
        return try owned(by: .init(module, in: database), work)
    }

    /// Does work for which an owner's own objects need no permission; `nil` for nobody's, as in a text that is executed.
    ///
    /// Source: Microsoft, "Ownership chains".
    func owned<T>(by owner: ChainOwner?, _ work: () throws(SQLError) -> T) throws(SQLError) -> T {
        let outer = chainOwner
        chainOwner = owner
        defer { chainOwner = outer }
        return try work()
    }
}

/// The owner of the module that runs: chains of ownership end where another owner's object, or another database, begins.
struct ChainOwner: Hashable, Sendable {
    var database: String
    var name: String

    init(_ object: any CatalogueEntry, in database: DatabaseCatalogue) {
        self.database = database.name
        name = database.owner(ofSchema: object.schema).lowercased()
    }
}

/// A table or a module: what permissions are for.
protocol CatalogueEntry {
    var id: Int { get }
    var schema: String { get }
    var name: String { get }
}

extension TableObject: CatalogueEntry {}
extension ModuleObject: CatalogueEntry {}

extension DatabaseCatalogue {
    /// Objects belong to the owner of their schema.
    func owner(ofSchema name: String) -> String { schemas[name.lowercased()]?.owner ?? "dbo" }
}
