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
