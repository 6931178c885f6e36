package struct ExecuteStatement: Equatable, Sendable {
    package struct Argument: Equatable, Sendable {
        /// `@name = `
        package var name: String?
        /// A literal, a variable, `DEFAULT`; a bare word is a string.
        package var value: Expression
        package var isOutput = false
    }

    package enum Module: Equatable, Sendable {
        case procedure(NameOrVariable, arguments: [Argument])
        /// `EXEC ('…' + @s, @argument) AT server`
        case text(Expression, arguments: [Argument], context: Context?, server: String?)
    }

    package enum Context: Equatable, Sendable {
        case login(Literal)
        case user(Literal)
    }

    /// `EXEC @r = p`
    package var result: String?
    package var module: Module
    /// `RECOMPILE`, `RESULT SETS NONE`, `RESULT SETS UNDEFINED`: in upper case.
    package var options: [String] = []
}
