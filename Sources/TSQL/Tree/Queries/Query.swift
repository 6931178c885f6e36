/// A query: what selects rows, and the clauses that stand after all of it.
package struct Query: Equatable, Sendable {
    package indirect enum Body: Equatable, Sendable {
        case specification(QuerySpecification)
        /// Two or more queries of one operator, from left to right.
        case setOperation(SetOperator, [Body])
        /// A query in parentheses that has clauses of its own.
        case nested(Query)
    }

    package enum SetOperator: String, Hashable, Sendable {
        case union
        case unionAll = "union-all"
        case except
        case intersect
    }

    package var body: Body
    package var orderBy: [OrderItem] = []
    package var offset: Expression?
    package var fetch: Expression?
    package var forClause: ForClause?
    package var span: SourceSpan

    package init(
        body: Body,
        orderBy: [OrderItem] = [],
        offset: Expression? = nil,
        fetch: Expression? = nil,
        forClause: ForClause? = nil,
        span: SourceSpan
    ) {
        self.body = body
        self.orderBy = orderBy
        self.offset = offset
        self.fetch = fetch
        self.forClause = forClause
        self.span = span
    }
}
