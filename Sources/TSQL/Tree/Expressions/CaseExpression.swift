/// `CASE` in both forms.
package struct CaseExpression: Equatable, Sendable {
    package struct Branch: Equatable, Sendable {
        /// A condition, or with an operand the value it is compared with.
        package var when: Expression
        package var then: Expression
    }

    /// What every branch is compared with; `nil` where branches are conditions.
    package var operand: Expression?
    package var branches: [Branch]
    package var otherwise: Expression?
}
