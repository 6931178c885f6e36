package struct InsertStatement: Equatable, Sendable {
    package indirect enum Source: Equatable, Sendable {
        case values([[Expression]])
        case query(Query)
        case execute(ExecuteStatement)
        case defaultValues
    }

    package var with: WithClause?
    package var top: Top?
    package var target: DataTarget
    package var columns: [Name] = []
    /// At most two: one into a table, one to the client.
    package var output: [OutputClause] = []
    package var source: Source
    package var hints: [QueryHint] = []
}
