/// A constraint of a table or of a column.
package struct ConstraintDefinition: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        case primaryKey(Key)
        case unique(Key)
        case foreignKey(ForeignKey)
        case check(Expression, isNotForReplication: Bool)
        /// The column is named only where the constraint stands apart from it.
        case defaultValue(Expression, column: String?, withValues: Bool)
    }

    package struct Key: Equatable, Sendable {
        package var isClustered: Bool?
        /// Empty for the constraint of a column.
        package var columns: [IndexDefinition.Column] = []
        package var options: [NamedOption] = []
        package var filegroup: TableDefinition.Placement?
    }

    package struct ForeignKey: Equatable, Sendable {
        package enum Action: String, Hashable, Sendable {
            case noAction = "no-action"
            case cascade
            case setNull = "set-null"
            case setDefault = "set-default"
        }

        /// Empty for the constraint of a column.
        package var columns: [String]
        package var table: Name
        /// Empty where the primary key is meant.
        package var referencedColumns: [String]
        package var onDelete: Action?
        package var onUpdate: Action?
        package var isNotForReplication = false
    }

    package var name: String?
    package var kind: Kind
    package var line: Int
}
