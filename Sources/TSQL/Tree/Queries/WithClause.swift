/// What stands before a statement after `WITH`.
package struct WithClause: Equatable, Sendable {
    /// `CHANGE_TRACKING_CONTEXT (0x01)`
    package var changeTrackingContext: Expression?
    package var tables: [CommonTableExpression] = []
}
