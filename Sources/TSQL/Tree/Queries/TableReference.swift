/// A table, a view, a common table expression or a table variable, by name.
package struct TableReference: Equatable, Sendable {
    package var name: NameOrVariable
    package var alias: String?
    package var hints: [TableHint] = []
    package var line: Int
}
