/// A user or a role of a database.
struct Principal: Hashable, Sendable {
    enum Kind: String, Sendable { case user = "S", role = "R" }

    var id: Int
    var name: String
    var kind: Kind
    /// The login of a user.
    var login: String?
    /// The roles that it is a member of.
    var roles: Set<String> = []

    /// Those that every database has, besides its fixed roles.
    static let fixed = [
        Principal(id: 0, name: "public", kind: .role),
        Principal(id: 1, name: "dbo", kind: .user, login: "sa", roles: ["db_owner"]),
        Principal(id: 2, name: "guest", kind: .user), Principal(id: 3, name: "INFORMATION_SCHEMA", kind: .user),
        Principal(id: 4, name: "sys", kind: .user),
    ]
}

/// What a principal may or may not do with something.
struct Permission: Hashable, Sendable {
    enum Scope: Hashable, Sendable {
        case database
        case schema(String)
        case object(Int, column: Int? = nil)
    }

    var grantee: String
    /// In upper case: `SELECT`, `VIEW CHANGE TRACKING`.
    var name: String
    var scope: Scope
    var isDenied: Bool
    var hasGrantOption = false
}
