package struct TriggerDefinition: Equatable, Sendable {
    package enum Timing: String, Hashable, Sendable {
        /// Also written `FOR`.
        case after
        case insteadOf = "instead-of"
    }

    package var form: ModuleForm
    package var name: Name
    package var scope: TriggerScope
    package var options: [ModuleOption]
    package var timing: Timing
    /// `INSERT`, `ALTER_TABLE`, …: in upper case.
    package var events: [String]
    package var isNotForReplication: Bool
    package var body: [Statement]
}
