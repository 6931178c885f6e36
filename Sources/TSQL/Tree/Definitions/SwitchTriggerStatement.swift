/// `ENABLE TRIGGER` and `DISABLE TRIGGER`.
package struct SwitchTriggerStatement: Equatable, Sendable {
    package var isEnabled: Bool
    /// No names: `ALL`.
    package var names: [Name]
    package var scope: TriggerScope
}
