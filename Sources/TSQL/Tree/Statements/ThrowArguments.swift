package struct ThrowArguments: Equatable, Sendable {
    package var number: Expression
    package var message: Expression
    package var state: Expression
}
