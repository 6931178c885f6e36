/// One hint of a table: `NOLOCK`, `INDEX(i)`.
package struct TableHint: Hashable, Sendable {
    /// In upper case.
    package var name: String
    /// Names and numbers in parentheses after it.
    package var arguments: [String] = []
}
