/// One variable of a `DECLARE`.
package enum Declaration: Equatable, Sendable {
    case variable(name: String, type: DataType, initial: Expression?, line: Int)
    /// The definition's name is the variable's.
    case table(TableDefinition)
    case cursor(name: String)
}
