package struct ProcedureDefinition: Equatable, Sendable {
    package var form: ModuleForm
    package var name: Name
    /// `p;2`: one of several procedures of one name.
    package var number: String?
    package var parameters: [Parameter]
    package var options: [ModuleOption]
    package var isForReplication: Bool
    package var body: [Statement]
}
