package struct DropIndexStatement: Equatable, Sendable {
    package struct Index: Hashable, Sendable {
        package var name: String
        package var table: Name
    }

    package var isIfExists: Bool
    package var indexes: [Index]
    package var options: [NamedOption]
}
