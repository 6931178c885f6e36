/// One element of the `SET` of an `UPDATE` or a `MERGE`.
package enum Assignment: Equatable, Sendable {
    /// `column = e`, `@variable = e`, `@variable = column = e`, or with an operator such as `+=`.
    case set(variable: String?, column: Name?, AssignmentOperator, Expression)
    /// `column.WRITE(e, offset, length)` and other methods that change a value in its place.
    case method(column: Name, name: String, arguments: [Expression])
}
