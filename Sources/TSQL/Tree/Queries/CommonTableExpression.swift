/// `name (columns) AS (query)` after `WITH`.
package struct CommonTableExpression: Equatable, Sendable {
    package var name: String
    package var columns: [String]
    package var query: Query
    package var line: Int
}
