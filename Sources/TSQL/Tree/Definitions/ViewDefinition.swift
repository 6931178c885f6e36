package struct ViewDefinition: Equatable, Sendable {
    package var form: ModuleForm
    package var name: Name
    package var columns: [String]
    package var options: [ModuleOption]
    package var query: SelectStatement
    package var withCheckOption: Bool
}
