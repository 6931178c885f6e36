/// A query as a statement, or as the body of a view, a cursor or a function.
package struct SelectStatement: Equatable, Sendable {
    package var with: WithClause?
    package var query: Query
    package var hints: [QueryHint] = []
}
