/// `TRIM(LEADING '0' FROM a)`; a plain `TRIM(a)` is a function call.
package struct TrimExpression: Equatable, Sendable {
    package enum Side: String, Hashable, Sendable {
        case leading, trailing, both
    }

    package var side: Side?
    package var characters: Expression
    package var value: Expression
}
