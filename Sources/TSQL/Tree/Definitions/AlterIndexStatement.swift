package struct AlterIndexStatement: Equatable, Sendable {
    package enum Action: String, Hashable, Sendable {
        case rebuild, reorganize, disable, set
    }

    /// `nil`: `ALL`.
    package var name: String?
    package var table: Name
    package var action: Action
    package var options: [NamedOption]
}
