/// One column of a `SELECT` or of an `OUTPUT`.
package enum SelectItem: Equatable, Sendable {
    /// `*` or `t.*`
    case star(qualifier: Name?)
    /// `e AS a`, `e a` and `a = e`.
    case expression(Expression, alias: String?)
    /// `@a = e`
    case assignment(variable: String, AssignmentOperator, Expression)
}
