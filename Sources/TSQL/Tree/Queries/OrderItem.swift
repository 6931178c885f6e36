/// One expression of an `ORDER BY`.
package struct OrderItem: Equatable, Sendable {
    package var expression: Expression
    package var isDescending = false
}
