/// A column as it is to be.
package struct ColumnDefinition: Equatable, Sendable {
    package struct Identity: Hashable, Sendable {
        /// Digits with their sign; 1 where not written.
        package var seed = "1"
        package var increment = "1"
        package var isNotForReplication = false

        package init(
            seed: String = "1",
            increment: String = "1",
            isNotForReplication: Bool = false
        ) {
            self.seed = seed
            self.increment = increment
            self.isNotForReplication = isNotForReplication
        }
    }

    package struct Computation: Equatable, Sendable {
        package var expression: Expression
        package var isPersisted = false
    }

    package var name: String
    /// `nil` for a computed column, and for one named `timestamp` that has no other type.
    package var type: DataType?
    package var computation: Computation?
    package var collation: String?
    /// `nil` where neither `NULL` nor `NOT NULL` was written.
    package var isNullable: Bool?
    package var identity: Identity?
    package var isSparse = false
    package var isRowGUID = false
    /// The constraints written with the column, defaults among them.
    package var constraints: [ConstraintDefinition] = []
    package var index: IndexDefinition?
    package var line: Int

    package init(
        name: String,
        type: DataType? = nil,
        computation: Computation? = nil,
        collation: String? = nil,
        isNullable: Bool? = nil,
        identity: Identity? = nil,
        isSparse: Bool = false,
        isRowGUID: Bool = false,
        constraints: [ConstraintDefinition] = [],
        index: IndexDefinition? = nil,
        line: Int
    ) {
        self.name = name
        self.type = type
        self.computation = computation
        self.collation = collation
        self.isNullable = isNullable
        self.identity = identity
        self.isSparse = isSparse
        self.isRowGUID = isRowGUID
        self.constraints = constraints
        self.index = index
        self.line = line
    }
}
