package struct MergeStatement: Equatable, Sendable {
    package struct Clause: Equatable, Sendable {
        package enum Match: String, Hashable, Sendable {
            case matched
            case notMatchedByTarget = "not-matched"
            case notMatchedBySource = "not-matched-by-source"
        }

        package var match: Match
        package var condition: Expression?
        package var action: Action
    }

    package enum Action: Equatable, Sendable {
        case update([Assignment])
        case delete
        case insert(columns: [Name], values: [Expression])
        case insertDefaultValues
    }

    package var with: WithClause?
    package var top: Top?
    package var target: DataTarget
    package var alias: String?
    package var source: TableSource
    package var condition: Expression
    package var clauses: [Clause]
    package var output: [OutputClause] = []
    package var hints: [QueryHint] = []
}
