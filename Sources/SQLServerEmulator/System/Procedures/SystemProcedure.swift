import TSQL

/// A procedure of the system.
struct SystemProcedure: Sendable {
    struct Parameter: Sendable {
        /// With its `@`.
        var name: String
        var type: SQLType
        /// What it is where nothing is given; a parameter without must be given.
        var initial: SQLValue?
    }

    enum Body: Sendable {
        /// Takes the values of the declared parameters.
        case declared([Parameter], @Sendable (Session, inout SystemCall) throws(SQLError) -> Int64)
        /// Takes what it is given: its parameters depend on the first of them.
        case open(SystemProcedures.OpenBody)
    }

    var body: Body

    init(
        _ parameters: [(String, SQLType, SQLValue?)] = [],
        _ run: @escaping @Sendable (Session, inout SystemCall) throws(SQLError) -> Int64
    ) {
        body = .declared(parameters.map { Parameter(name: $0.0, type: $0.1, initial: $0.2) }, run)
    }

    init(open run: @escaping SystemProcedures.OpenBody) { body = .open(run) }
}

/// A call of a procedure of the system: its arguments, and what it gives back.
struct SystemCall {
    private var values: [String: SQLValue] = [:]
    private var variables: [String: String] = [:]
    private(set) var outputs: [(String, (SQLValue, SQLType))] = []

    /// - Throws: 201 for a parameter that is missing, 8145 for an unknown one, 8144 for too many.
    init(_ arguments: [Session.ProcedureArgument], to parameters: [SystemProcedure.Parameter], of name: String)
        throws(SQLError)
    {
        for (index, argument) in arguments.enumerated() {
            let parameter: SystemProcedure.Parameter
            if let given = argument.name {
                guard let found = parameters.first(where: { $0.name.matches(given) }) else {
                    throw SQLError(8145, "\(given) is not a parameter for procedure \(name).", state: 2)
                }
                parameter = found
            } else {
                guard parameters.indices.contains(index) else {
                    throw SQLError(8144, "Procedure or function \(name) has too many arguments specified.", state: 2)
                }
                parameter = parameters[index]
            }
            if argument.isDefault { continue }
            values[parameter.name.lowercased()] =
                argument.value.isNull
                ? .null : try Conversion.convert(argument.value, from: argument.type, to: parameter.type)
            variables[parameter.name.lowercased()] = argument.output
        }
        for parameter in parameters where values[parameter.name.lowercased()] == nil {
            guard let initial = parameter.initial else {
                throw SQLError(
                    201,
                    "Procedure or function '\(name)' expects parameter '\(parameter.name)', which was not supplied.",
                    state: 4
                )
            }
            values[parameter.name.lowercased()] = initial
        }
    }

    func value(_ name: String) -> SQLValue { values[name] ?? .null }
    func text(_ name: String) -> String? { value(name).string }
    func int(_ name: String) -> Int? { value(name).whole }
    func number(_ name: String) -> Int64? { if case .integer(let number) = value(name) { number } else { nil } }
    func bytes(_ name: String) -> [UInt8]? { if case .binary(let bytes) = value(name) { bytes } else { nil } }

    /// Gives the caller's variable for a parameter a value, where there is one.
    mutating func give(_ name: String, _ value: SQLValue, _ type: SQLType) {
        if let variable = variables[name] { outputs.append((variable, (value, type))) }
    }
}

/// The procedures by name.
enum SystemProcedures {
    typealias Procedure = (Session, [Session.ProcedureArgument]) throws(SQLError) -> (
        status: Int64, outputs: [(String, (SQLValue, SQLType))]
    )
    typealias OpenBody =
        @Sendable (Session, [Session.ProcedureArgument]) throws(SQLError) -> (
            status: Int64, outputs: [(String, (SQLValue, SQLType))]
        )

    static let all: [String: SystemProcedure] = [
        captureProcedures, textProcedures, catalogueProcedures, helpProcedures, settingProcedures, definitionProcedures,
        propertyProcedures,
    ].reduce(into: [:]) { $0.merge($1) { first, _ in first } }

    /// Procedures that are known and not emulated.
    private static let refused: Set<String> = [
        "sp_help", "xp_msver", "xp_cmdshell", "sp_who2", "sp_describe_first_result_set",
        "sp_describe_undeclared_parameters", "sp_cursor",
        "sp_cursoropen", "sp_cursorfetch", "sp_cursorclose", "sp_cursorexecute", "sp_cursorprepare",
        "sp_cursorprepexec", "sp_lock",
        "sp_fkeys", "sp_server_info", "sp_stored_procedures", "sp_sproc_columns", "sp_depends", "sp_helpindex",
        "sp_helpconstraint",
    ]

    static func find(_ name: Name, in session: Session) throws(SQLError) -> Procedure? {
        let schema = name.parts.count > 1 ? name.parts[name.parts.count - 2].lowercased() : ""
        guard ["", "sys", "dbo"].contains(schema) else { return nil }
        let key = name.last.lowercased()
        if refused.contains(key) { throw SQLError.unsupported(key) }
        guard let procedure = all[key] else { return nil }
        let database = try Binder(session).database(of: name).name
        return { (session, arguments) throws(SQLError) in
            // It works in the database that its name says.
            try session.within(database) { () throws(SQLError) in
                switch procedure.body {
                case .open(let run): return try run(session, arguments)
                case .declared(let parameters, let run):
                    var call = try SystemCall(arguments, to: parameters, of: key)
                    let status = try run(session, &call)
                    return (status, call.outputs)
                }
            }
        }
    }
}

extension Session {
    /// Answers rows that a procedure made.
    func answer(_ columns: [(String, SQLType)], _ rows: [[SQLValue]]) throws(SQLError) {
        try sink.begin(columns.map { .init(name: $0.0, type: $0.1) })
        for row in rows {
            var values: [StoredValue] = []
            for (value, column) in zip(row, columns) { values.append(try column.1.encode(value)) }
            try sink.row(values)
        }
        finish(.select, Int64(rows.count), hasResult: true)
    }

    /// Does work in another database than the session's own.
    func within<T>(_ database: String, _ work: () throws(SQLError) -> T) throws(SQLError) -> T {
        let outer = databaseName
        if database != outer { databaseName = database }
        defer { if database != outer { databaseName = outer } }
        return try work()
    }

    /// Tells the client something that is no error.
    func inform(_ number: Int32, _ text: String, severity: UInt8 = 0) {
        sink.message(
            ServerText(
                SQLError(number, text, severity: severity),
                procedure: frames[frames.count - 1].procedure,
                line: currentLine
            )
        )
    }

    func inform(_ text: String) { inform(0, text) }
}
