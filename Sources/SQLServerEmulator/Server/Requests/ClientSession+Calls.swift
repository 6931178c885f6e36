#if Emulator
import TDSWire
import TSQL

/// Calls of procedures.
///
/// `sp_executesql` and what prepares statements are carried out here: the client sends the values of their parameters with types,
/// as no `EXECUTE` could say them. All other procedures are called as `EXECUTE` calls them.
///
/// Source: MS-TDS 2.2.6.6; Microsoft, "sp_executesql", "sp_prepexec" and their kin.
extension ClientSession {
    /// The text by which faults know a call.
    func text(of call: RPCCall) -> String {
        let name = call.name ?? ""
        switch plainName(call) {
        case "sp_executesql": return "\(name) \(statementText(call.parameters.first))"
        case "sp_prepare", "sp_prepexec":
            return "\(name) \(statementText(call.parameters.count > 2 ? call.parameters[2] : nil))"
        case "sp_execute":
            let known = call.parameters.isEmpty ? nil : try? handle(call.parameters[0])
            return "\(name) \(known.flatMap { prepared[$0]?.text } ?? "")"
        default: return name
        }
    }

    /// The name of a procedure of the system, without schema and database.
    private func plainName(_ call: RPCCall) -> String {
        call.name.map { Session.name($0).last.lowercased() } ?? ""
    }

    func perform(_ call: RPCCall, _ session: Session) {
        sink.beginCall()
        var status: Int64 = 0
        var values: [ReturnValue] = []
        session.answering { () throws in
            try sink.willPerform()
            (status, values) = try answer(call, session)
        }
        if sink.hasErrorInCall, status == 0 { status = Int64(session.lastError) }
        sink.endCall(status: Int32(clamping: status), values)
    }

    private func answer(_ call: RPCCall, _ session: Session) throws(SQLError) -> (Int64, [ReturnValue]) {
        let parameters = call.parameters
        switch plainName(call) {
        case "sp_executesql":
            let statement = PreparedStatement(
                text: try requiredText(parameters, 0, "@stmt"),
                declarations: parameters.count > 1 ? try requiredText(parameters, 1, "@params") : ""
            )
            return (0, try execute(statement, parameters, from: 2, session))
        case "sp_prepare":
            let handle = try prepare(parameters, session)
            try describe(handle, session)
            return (0, [handleValue(handle, parameters)])
        case "sp_prepexec":
            let handle = try prepare(parameters, session)
            let values = try execute(try statement(handle), parameters, from: 3, session)
            return (0, [handleValue(handle, parameters)] + values)
        case "sp_execute":
            guard let first = parameters.first else { throw Self.missing("@handle") }
            return (0, try execute(try statement(try handle(first)), parameters, from: 1, session))
        case "sp_unprepare":
            guard let first = parameters.first else { throw Self.missing("@handle") }
            let handle = try handle(first)
            _ = try statement(handle)
            prepared[handle] = nil
            return (0, [])
        case "sp_reset_connection":
            reset(session)
            return (0, [])
        case let name where name.hasPrefix("sp_cursor") || name == "sp_prepexecrpc": throw SQLError.unsupported(name)
        default:
            guard let name = call.name else {
                throw SQLError.unsupported("the procedure of the number in \(call.procedure)")
            }
            return try execute(Session.name(name), parameters, session)
        }
    }

    // MARK: Statements

    private func prepare(_ parameters: [RPCParameter], _ session: Session) throws(SQLError) -> Int32 {
        let statement = PreparedStatement(
            text: try requiredText(parameters, 2, "@stmt"),
            declarations: try requiredText(parameters, 1, "@params")
        )
        // What does not make sense is said now, and leaves no handle.
        _ = try statement.parameters(session)
        _ = try session.parse(statement.text)
        lastHandle += 1
        prepared[lastHandle] = statement
        return lastHandle
    }

    private func statement(_ handle: Int32) throws(SQLError) -> PreparedStatement {
        guard let statement = prepared[handle] else {
            throw SQLError(8179, "Could not find prepared statement with handle \(handle).", state: 4)
        }
        return statement
    }

    /// Tells the columns of the first query, without rows.
    private func describe(_ handle: Int32, _ session: Session) throws(SQLError) {
        let statement = try statement(handle)
        let queries = try session.parse(statement.text).statements.compactMap { statement in
            if case .select(let query) = statement.kind { query } else { nil }
        }
        guard let query = queries.first, query.query.specification?.into == nil else { return }
        var frame = Session.Frame()
        for parameter in try statement.parameters(session) {
            frame.variables[parameter.name.lowercased()] = (try Binder(session).type(parameter.type), .null)
        }
        _ = try session.inFrame(frame) { () throws(SQLError) in
            let columns = try session.bind(query).1.columns
            if columns.isEmpty { return }
            try sink.begin(columns)
            sink.done(.select, rowCount: nil, hasResult: true)
        }
    }

    /// Runs a text with the values that the client gave.
    ///
    /// - Returns: The values of output parameters.
    private func execute(
        _ statement: PreparedStatement,
        _ given: [RPCParameter],
        from first: Int,
        _ session: Session
    ) throws(SQLError) -> [ReturnValue] {
        let declared = try statement.parameters(session)
        var variables: [String: (type: SQLType, value: SQLValue)] = [:]
        var outputs: [(place: Int, name: String)] = []
        for place in given.indices.dropFirst(first) {
            let parameter = given[place]
            let index = parameter.name.isEmpty ? place - first : declared.firstIndex { $0.name.matches(parameter.name) }
            guard let index, declared.indices.contains(index) else {
                throw parameter.name.isEmpty
                    ? SQLError(8144, "Procedure or function has too many arguments specified.", state: 2)
                    : SQLError(8145, "\(parameter.name) is not a parameter for procedure sp_executesql.", state: 2)
            }
            let type = try Binder(session).type(declared[index].type)
            let (value, from) = try parameter.value.sqlValue(parameter.type)
            let key = declared[index].name.lowercased()
            variables[key] = (type, value.isNull ? .null : try Conversion.convert(value, from: from, to: type))
            if parameter.status.contains(.output) { outputs.append((place, key)) }
        }
        for parameter in declared where variables[parameter.name.lowercased()] == nil {
            guard let initial = parameter.defaultValue else {
                throw SQLError(
                    8178,
                    "The parameterized query '(\(statement.declarations))\(statement.text.prefix(100))' expects the parameter "
                        + "'\(parameter.name)', which was not supplied."
                )
            }
            let type = try Binder(session).type(parameter.type)
            let (value, from) = try session.evaluate(initial)
            variables[parameter.name.lowercased()] = (
                type, value.isNull ? .null : try Conversion.convert(value, from: from, to: type)
            )
        }
        let ended = try session.runText(statement.text, variables: variables)
        var values: [ReturnValue] = []
        for output in outputs {
            guard let variable = ended[output.name] else { continue }
            values.append(try returnValue(given[output.place].name, output.place, variable.value, variable.type))
        }
        return values
    }

    // MARK: Procedures

    private func execute(
        _ name: Name,
        _ parameters: [RPCParameter],
        _ session: Session
    ) throws(SQLError) -> (Int64, [ReturnValue]) {
        var arguments: [Session.ProcedureArgument] = []
        for (place, parameter) in parameters.enumerated() {
            let (value, type) = try parameter.value.sqlValue(parameter.type)
            arguments.append(
                Session.ProcedureArgument(
                    name: parameter.name.isEmpty ? nil : parameter.name,
                    value: value,
                    type: type,
                    output: parameter.status.contains(.output) ? String(place) : nil,
                    isDefault: parameter.status.contains(.defaultValue)
                )
            )
        }
        let (status, outputs) = try session.call(name, arguments)
        var values: [ReturnValue] = []
        for (key, result) in outputs {
            guard let place = Int(key), parameters.indices.contains(place) else { continue }
            values.append(try returnValue(parameters[place].name, place, result.0, result.1))
        }
        return (status, values)
    }

    // MARK: Parameters

    private func returnValue(
        _ name: String,
        _ place: Int,
        _ value: SQLValue,
        _ type: SQLType
    ) throws(SQLError) -> ReturnValue {
        ReturnValue(
            name,
            ordinal: UInt16(clamping: place),
            flags: .nullable,
            type: type.wireType(),
            value: try type.wireValue(value)
        )
    }

    private func handleValue(_ handle: Int32, _ parameters: [RPCParameter]) -> ReturnValue {
        ReturnValue(parameters.first?.name ?? "", ordinal: 0, type: .int, value: .int(handle))
    }

    private func handle(_ parameter: RPCParameter) throws(SQLError) -> Int32 {
        let (value, type) = try parameter.value.sqlValue(parameter.type)
        guard !value.isNull, case .integer(let number) = try Conversion.convert(value, from: type, to: .int) else {
            return 0
        }
        return Int32(clamping: number)
    }

    private func statementText(_ parameter: RPCParameter?) -> String {
        (try? parameter?.value.text()) ?? ""
    }

    /// The text in a parameter; NULL is an empty one.
    private func requiredText(_ parameters: [RPCParameter], _ place: Int, _ name: String) throws(SQLError) -> String {
        guard parameters.indices.contains(place) else { throw Self.missing(name) }
        if case .null = parameters[place].value { return "" }
        guard case .nchar(let units) = parameters[place].value else {
            throw SQLError(
                214,
                "Procedure expects parameter '\(name)' of type 'ntext/nchar/nvarchar'.",
                state: 3
            )
        }
        return String(decoding: units, as: UTF16.self)
    }

    private static func missing(_ name: String) -> SQLError {
        SQLError(201, "Procedure or function expects parameter '\(name)', which was not supplied.", state: 4)
    }
}
#endif
