/// `OVER (…)`: the rows that a window function looks at.
package struct Window: Equatable, Sendable {
    package struct Frame: Equatable, Sendable {
        package enum Unit: String, Hashable, Sendable {
            case rows, range
        }

        package enum Bound: Equatable, Sendable {
            case unboundedPreceding
            case preceding(Expression)
            case currentRow
            case following(Expression)
            case unboundedFollowing
        }

        package var unit: Unit
        package var start: Bound
        /// `nil` where only the start was written: the current row.
        package var end: Bound?
    }

    package var partitionBy: [Expression] = []
    package var orderBy: [OrderItem] = []
    package var frame: Frame?
}
