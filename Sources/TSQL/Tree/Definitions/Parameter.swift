/// A parameter of a procedure or a function.
package struct Parameter: Equatable, Sendable {
    /// With its `@`.
    package var name: String
    package var type: DataType
    package var isNullable: Bool?
    package var defaultValue: Expression?
    package var isOutput = false
    package var isReadOnly = false
    /// `CURSOR VARYING OUTPUT`
    package var isVarying = false
    package var line: Int
}
