/// The name of an object, a column or a type in its parts, without quotes: `[a]]b].c` is `a]b` and `c`.
///
/// A part left out, as the schema in `db..t`, is empty. Names are equal if their parts are, whatever their line.
package struct Name: Hashable, Sendable {
    package var parts: [String]
    /// The line in which the name begins, counted from 1.
    package var line: Int

    package init(
        parts: [String],
        line: Int
    ) {
        self.parts = parts
        self.line = line
    }

    /// The last part: the name of the thing itself.
    package var last: String { parts.last ?? "" }

    package static func == (a: Name, b: Name) -> Bool { a.parts == b.parts }
    package func hash(into hasher: inout Hasher) { hasher.combine(parts) }
}
