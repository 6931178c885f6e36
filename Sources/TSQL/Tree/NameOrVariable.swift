/// A name that may stand in a variable: of a cursor, a transaction, a procedure.
package enum NameOrVariable: Hashable, Sendable {
    case name(Name)
    /// With its `@`.
    case variable(String)
}
