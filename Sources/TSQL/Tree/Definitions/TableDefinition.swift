/// A table as it is to be: of `CREATE TABLE`, of a table variable, of a type, of a function.
package struct TableDefinition: Equatable, Sendable {
    /// The part in which a table keeps its rows or its large values.
    package struct Placement: Hashable, Sendable {
        /// A filegroup or a partition scheme.
        package var name: String
        package var partitionColumn: String?
    }

    /// One part; of a variable, with its `@`.
    package var name: Name
    package var columns: [ColumnDefinition] = []
    package var constraints: [ConstraintDefinition] = []
    package var indexes: [IndexDefinition] = []
    package var options: [NamedOption] = []
    package var filegroup: Placement?
    package var textFilegroup: String?
    package var line: Int

    package init(
        name: Name,
        columns: [ColumnDefinition] = [],
        constraints: [ConstraintDefinition] = [],
        indexes: [IndexDefinition] = [],
        options: [NamedOption] = [],
        filegroup: Placement? = nil,
        textFilegroup: String? = nil,
        line: Int
    ) {
        self.name = name
        self.columns = columns
        self.constraints = constraints
        self.indexes = indexes
        self.options = options
        self.filegroup = filegroup
        self.textFilegroup = textFilegroup
        self.line = line
    }
}
