/// `CREATE` and `ALTER` of a login, a user, a role.
package struct PrincipalStatement: Equatable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case login, user, role
        case serverRole = "server-role"
    }

    /// Where the principal comes from.
    package enum Source: Hashable, Sendable {
        case windows
        case login(String)
        case withoutLogin
        case externalProvider
    }

    package var isAlter: Bool
    package var kind: Kind
    package var name: String
    package var source: Source?
    /// The owner of a role.
    package var owner: String?
    /// `PASSWORD`, `DEFAULT_SCHEMA`, …
    package var options: [NamedOption]
    /// `ALTER LOGIN l ENABLE`
    package var isEnabled: Bool?
}
