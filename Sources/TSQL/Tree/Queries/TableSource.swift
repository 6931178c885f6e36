/// What rows come from: an element of a `FROM`.
package indirect enum TableSource: Equatable, Sendable {
    case table(TableReference)
    case derived(Query, Correlation)
    /// `(VALUES (1, 2), (3, 4)) AS v (a, b)`
    case values([[Expression]], Correlation)
    /// A function that gives a table; `OPENJSON` may say which columns it gives.
    case function(FunctionCall, columns: [JSONColumn], Correlation)
    /// `t.x.nodes('…') AS n (c)`: the expression is a `method`.
    case method(Expression, Correlation)
    /// `CHANGETABLE(CHANGES t, @version)`; `isForced` keeps the word `FORCESEEK`.
    case changes(of: Name, since: Expression, isForced: Bool, Correlation)
    /// `CHANGETABLE(VERSION t, (key), (value))`
    case version(of: Name, key: [String], values: [Expression], Correlation)
    case join(Join)

    /// The name that a source has in its query, and those of its columns.
    package struct Correlation: Hashable, Sendable {
        package var alias: String?
        package var columns: [String] = []
        package var line: Int

        package init(
            alias: String? = nil,
            columns: [String] = [],
            line: Int
        ) {
            self.alias = alias
            self.columns = columns
            self.line = line
        }
    }

    /// A column that `OPENJSON … WITH (…)` gives.
    package struct JSONColumn: Hashable, Sendable {
        package var name: String
        package var type: DataType
        package var path: Literal?
        package var isJSON: Bool
    }
}
