package struct AlterRoleStatement: Equatable, Sendable {
    package enum Action: Hashable, Sendable {
        case addMember(String)
        case dropMember(String)
        case rename(String)
    }

    package var isServerRole: Bool
    package var role: String
    package var action: Action
}
