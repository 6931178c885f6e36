import TSQL

/// A text with parameters that `sp_prepare` made ready.
struct PreparedText {
    var text: String
    var parameters: [Parameter]
}

/// `sp_executesql`, `sp_prepare` and their kin.
///
/// Source: Microsoft, "sp_executesql (Transact-SQL)" and "sp_prepare (Transact-SQL)".
extension SystemProcedures {
    static let textProcedures: [String: SystemProcedure] = [
        "sp_executesql": SystemProcedure(open: { (session, arguments) throws(SQLError) in
            guard let first = arguments.first, first.type.isWide, let text = first.value.string else {
                throw SQLError(
                    214,
                    "Procedure expects parameter '@statement' of type 'ntext/nchar/nvarchar'.",
                    state: 2
                )
            }
            var parameters: [Parameter] = []
            if arguments.count > 1, !arguments[1].value.isNull {
                guard arguments[1].type.isWide, let declared = arguments[1].value.string else {
                    throw SQLError(
                        214,
                        "Procedure expects parameter '@parameters' of type 'ntext/nchar/nvarchar'.",
                        state: 3
                    )
                }
                parameters = try session.parameters(declared: declared)
            }
            return (0, try session.run(PreparedText(text: text, parameters: parameters), Array(arguments.dropFirst(2))))
        }),
        "sp_prepare": SystemProcedure(open: { (session, arguments) throws(SQLError) in
            let (handle, _) = try prepare(session, arguments, "sp_prepare")
            return (0, output(arguments[0], handle))
        }),
        "sp_prepexec": SystemProcedure(open: { (session, arguments) throws(SQLError) in
            let (handle, prepared) = try prepare(session, arguments, "sp_prepexec")
            return (0, output(arguments[0], handle) + (try session.run(prepared, Array(arguments.dropFirst(3)))))
        }),
        "sp_execute": SystemProcedure(open: { (session, arguments) throws(SQLError) in
            (0, try session.run(try prepared(session, arguments).1, Array(arguments.dropFirst())))
        }),
        "sp_unprepare": SystemProcedure(open: { (session, arguments) throws(SQLError) in
            session.prepared[try prepared(session, arguments).handle] = nil
            return (0, [])
        }),
    ]

    private static func prepare(
        _ session: Session,
        _ arguments: [Session.ProcedureArgument],
        _ name: String
    ) throws(SQLError) -> (handle: Int, PreparedText) {
        guard arguments.count >= 3, let text = arguments[2].value.string else {
            throw SQLError(
                201,
                "Procedure or function '\(name)' expects parameter '@stmt', which was not supplied.",
                state: 4
            )
        }
        let parameters = try session.parameters(declared: arguments[1].value.string ?? "")
        // What is wrong with the text is told now.
        _ = try session.parse(text)
        let prepared = PreparedText(text: text, parameters: parameters)
        session.lastHandle += 1
        session.prepared[session.lastHandle] = prepared
        return (session.lastHandle, prepared)
    }

    private static func output(_ argument: Session.ProcedureArgument, _ handle: Int) -> [(String, (SQLValue, SQLType))]
    {
        argument.output.map { [($0, (.number(handle), .int))] } ?? []
    }

    private static func prepared(
        _ session: Session,
        _ arguments: [Session.ProcedureArgument]
    ) throws(SQLError) -> (handle: Int, PreparedText) {
        guard let first = arguments.first else {
            throw SQLError(
                201,
                "Procedure or function 'sp_execute' expects parameter '@handle', which was not supplied.",
                state: 4
            )
        }
        let value = first.value.isNull ? SQLValue.null : try Conversion.convert(first.value, from: first.type, to: .int)
        guard let handle = value.whole, let prepared = session.prepared[handle] else {
            throw SQLError(8179, "Could not find prepared statement with handle \(value.whole ?? 0).", state: 2)
        }
        return (handle, prepared)
    }
}

extension Session {
    /// The parameters of a declaration such as `@id int, @name nvarchar(50) OUTPUT`.
    func parameters(declared text: String) throws(SQLError) -> [Parameter] {
        guard text.contains(where: { !$0.isWhitespace }) else { return [] }
        guard
            case .createProcedure(let definition)? = try parse("CREATE PROCEDURE p \(text) AS RETURN").statements.first?
                .kind
        else {
            throw SQLError(102, "Incorrect syntax near '\(text)'.", severity: 15)
        }
        return definition.parameters
    }

    /// Runs a text with arguments for its parameters.
    ///
    /// - Returns: The values of output parameters, for the variables of the caller.
    func run(_ prepared: PreparedText, _ arguments: [ProcedureArgument]) throws(SQLError) -> [(
        String, (SQLValue, SQLType)
    )] {
        var variables: [String: (type: SQLType, value: SQLValue)] = [:]
        for parameter in prepared.parameters {
            let type = try Binder(self).type(parameter.type)
            var initial = SQLValue.null
            if let value = parameter.defaultValue {
                let (computed, from) = try evaluate(value)
                initial = computed.isNull ? .null : try Conversion.convert(computed, from: from, to: type)
            }
            variables[parameter.name.lowercased()] = (type, initial)
        }
        var given: Set<String> = []
        var outputs: [(parameter: String, variable: String)] = []
        for (index, argument) in arguments.enumerated() {
            let name: String
            if let own = argument.name {
                guard variables[own.lowercased()] != nil else {
                    throw SQLError(8145, "\(own) is not a parameter for procedure .", state: 2)
                }
                name = own.lowercased()
            } else {
                guard prepared.parameters.indices.contains(index) else {
                    throw SQLError(8144, "Procedure or function  has too many arguments specified.", state: 2)
                }
                name = prepared.parameters[index].name.lowercased()
            }
            given.insert(name)
            guard !argument.isDefault, let type = variables[name]?.type else { continue }
            variables[name]?.value =
                argument.value.isNull ? .null : try Conversion.convert(argument.value, from: argument.type, to: type)
            if let variable = argument.output,
                prepared.parameters.contains(where: { $0.name.matches(name) && $0.isOutput })
            {
                outputs.append((name, variable))
            }
        }
        for parameter in prepared.parameters
        where parameter.defaultValue == nil && !given.contains(parameter.name.lowercased()) {
            throw SQLError(
                8178,
                "The parameterized query '\(prepared.text.prefix(120))' expects the parameter '\(parameter.name)', which was not supplied."
            )
        }
        let after = try runText(prepared.text, variables: variables)
        return outputs.compactMap { output in after[output.parameter].map { (output.variable, ($0.value, $0.type)) } }
    }
}
