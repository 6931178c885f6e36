package struct FunctionDefinition: Equatable, Sendable {
    package enum Body: Equatable, Sendable {
        case scalar(DataType, [Statement])
        case inlineTable(SelectStatement)
        /// The definition's name is that of the variable.
        case table(TableDefinition, [Statement])
    }

    package var form: ModuleForm
    package var name: Name
    package var parameters: [Parameter]
    package var options: [ModuleOption]
    package var body: Body
}
