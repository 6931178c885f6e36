package struct AlterDatabaseStatement: Equatable, Sendable {
    package enum Action: Equatable, Sendable {
        /// The termination is `ROLLBACK IMMEDIATE`, `ROLLBACK AFTER 5`, `NO_WAIT`: in upper case.
        case set([NamedOption], termination: String?)
        case collate(String)
        case rename(String)
    }

    /// `nil`: `CURRENT`.
    package var name: String?
    package var action: Action
}
