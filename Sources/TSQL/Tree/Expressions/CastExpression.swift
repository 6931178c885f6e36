/// A conversion to another type.
package struct CastExpression: Equatable, Sendable {
    package enum Form: String, Hashable, Sendable {
        case cast, convert, parse
    }

    package var form: Form
    /// Whether a failure gives NULL: `TRY_CAST`, `TRY_CONVERT`, `TRY_PARSE`.
    package var isTry: Bool
    package var value: Expression
    package var type: DataType
    /// The style of `CONVERT`, the culture of `PARSE`.
    package var style: Expression?
}
