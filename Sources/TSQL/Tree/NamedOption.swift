/// One option of a statement that takes many: `FILLFACTOR = 80`, `CHANGE_RETENTION = 2 DAYS`,
/// `CHANGE_TRACKING = ON (AUTO_CLEANUP = OFF)`.
package struct NamedOption: Hashable, Sendable {
    package enum Value: Hashable, Sendable {
        case on
        case off
        /// A name or a keyword, as written.
        case word(String)
        case literal(Literal)
        case variable(String)
    }

    /// In upper case, several words with a space between them.
    package var name: String
    package var value: Value?
    /// The word after a number, in upper case: `DAYS`, `MB`, `%`.
    package var unit: String?
    /// What stands in parentheses after it.
    package var options: [NamedOption]
    /// The line in which the option begins, counted from 1.
    package var line: Int
}
