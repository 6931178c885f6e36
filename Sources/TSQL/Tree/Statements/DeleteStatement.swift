package struct DeleteStatement: Equatable, Sendable {
    package var with: WithClause?
    package var top: Top?
    package var target: DataTarget
    package var output: [OutputClause] = []
    package var from: [TableSource] = []
    package var `where`: Expression?
    package var hints: [QueryHint] = []
}
