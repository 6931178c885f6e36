/// One hint of `OPTION (…)`.
package struct QueryHint: Equatable, Sendable {
    /// In upper case, several words with a space between them: `MAXRECURSION`, `HASH JOIN`.
    package var name: String
    package var value: Literal?
    /// What stands in parentheses after it, as written.
    package var arguments: String?
}
