/// An index as it is to be.
package struct IndexDefinition: Equatable, Sendable {
    package struct Column: Hashable, Sendable {
        package var name: String
        package var isDescending = false

        package init(
            name: String,
            isDescending: Bool = false
        ) {
            self.name = name
            self.isDescending = isDescending
        }
    }

    package var name: String
    /// `nil` where the index stands in the definition of its table.
    package var table: Name?
    package var isUnique = false
    package var isClustered: Bool?
    /// Empty for the index of a column.
    package var columns: [Column] = []
    package var include: [String] = []
    package var `where`: Expression?
    package var options: [NamedOption] = []
    package var filegroup: TableDefinition.Placement?
    package var line: Int
}
