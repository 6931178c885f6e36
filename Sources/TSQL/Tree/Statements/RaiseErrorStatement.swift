package struct RaiseErrorStatement: Equatable, Sendable {
    /// A number, a text or a variable.
    package var message: Expression
    package var severity: Expression
    package var state: Expression
    package var arguments: [Expression]
    /// `NOWAIT`, `LOG`, `SETERROR`: in upper case.
    package var options: [String]
}
