/// The table whose rows a statement changes.
package struct DataTarget: Equatable, Sendable {
    /// The name may be the alias of a source in `FROM`.
    package var name: NameOrVariable
    package var hints: [TableHint] = []
    package var line: Int

    package init(
        name: NameOrVariable,
        hints: [TableHint] = [],
        line: Int
    ) {
        self.name = name
        self.hints = hints
        self.line = line
    }
}
