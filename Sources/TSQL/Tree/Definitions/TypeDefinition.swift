package struct TypeDefinition: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        case alias(DataType, isNullable: Bool?)
        case table(TableDefinition)
    }

    package var name: Name
    package var kind: Kind
}
