/// The query of a cursor and how it is read.
package struct CursorDefinition: Equatable, Sendable {
    package enum Purpose: Equatable, Sendable {
        case readOnly
        /// Of these columns, or of all.
        case update(columns: [String])
    }

    /// `LOCAL`, `FAST_FORWARD`, …: in upper case.
    package var options: [String]
    package var query: SelectStatement
    package var purpose: Purpose?
}
