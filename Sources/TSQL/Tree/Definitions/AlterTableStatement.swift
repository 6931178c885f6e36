package struct AlterTableStatement: Equatable, Sendable {
    package enum Action: Equatable, Sendable {
        /// `isChecked` is `nil` where neither `WITH CHECK` nor `WITH NOCHECK` was written.
        case add(columns: [ColumnDefinition], constraints: [ConstraintDefinition], isChecked: Bool?)
        case alterColumn(ColumnDefinition)
        /// `ALTER COLUMN c ADD PERSISTED`; the property in upper case.
        case alterColumnProperty(column: String, property: String, isAdded: Bool)
        case drop([DroppedPart])
        /// No names: `ALL`.
        case switchConstraints([String], isEnabled: Bool, isChecked: Bool?)
        /// No names: `ALL`.
        case switchTriggers([String], isEnabled: Bool)
        case changeTracking(isEnabled: Bool, options: [NamedOption])
        case switchPartition(Expression?, to: Name, targetPartition: Expression?)
        case set([NamedOption])
        case rebuild([NamedOption])
    }

    package struct DroppedPart: Equatable, Sendable {
        package enum Kind: String, Hashable, Sendable {
            case column, constraint
        }

        package var kind: Kind
        package var isIfExists: Bool
        package var name: String
        package var options: [NamedOption] = []
    }

    package var table: Name
    package var action: Action
}
