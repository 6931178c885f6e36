import TSQL

/// A parameter of a procedure of the system.
struct SystemParameter: Sendable {
    var name: String
    var type: SQLType
    /// `nil` where a value must be given.
    var initial: SQLValue?

    init(_ name: String, _ type: SQLType, _ initial: SQLValue? = nil) {
        self.name = name
        self.type = type
        self.initial = initial
    }
}

/// The values with which a procedure of the system is called.
struct ProcedureParameters {
    private var values: [String: SQLValue] = [:]
    private(set) var outputs: [String: String] = [:]

    /// - Throws: 201, 8144 and 8145 for arguments that do not fit the parameters.
    init(
        _ procedure: String,
        _ parameters: [SystemParameter],
        _ arguments: [Session.ProcedureArgument]
    ) throws(SQLError) {
        var given: [String: Session.ProcedureArgument] = [:]
        for (index, argument) in arguments.enumerated() {
            let parameter: SystemParameter?
            if let name = argument.name {
                parameter = parameters.first { "@\($0.name)".matches(name) }
                if parameter == nil {
                    throw SQLError(8145, "\(name) is not a parameter for procedure \(procedure).", state: 2)
                }
            } else {
                parameter = parameters.indices.contains(index) ? parameters[index] : nil
            }
            guard let parameter else {
                throw SQLError(8144, "Procedure or function \(procedure) has too many arguments specified.", state: 2)
            }
            given[parameter.name] = argument
        }
        for parameter in parameters {
            if let argument = given[parameter.name], !argument.isDefault {
                values[parameter.name] =
                    argument.value.isNull
                    ? .null : try Conversion.convert(argument.value, from: argument.type, to: parameter.type)
                if let variable = argument.output { outputs[parameter.name] = variable }
            } else if let initial = parameter.initial {
                values[parameter.name] = initial
            } else {
                throw SQLError(
                    201,
                    "Procedure or function '\(procedure)' expects parameter '@\(parameter.name)', which was not supplied.",
                    state: 4
                )
            }
        }
    }

    func value(_ name: String) -> SQLValue { values[name] ?? .null }

    /// `nil` for NULL.
    func text(_ name: String) -> String? {
        if case .text(let bytes) = value(name) { String(decoding: bytes, as: UTF8.self) } else { nil }
    }

    func number(_ name: String) -> Int64? { if case .integer(let number) = value(name) { number } else { nil } }

    func bytes(_ name: String) -> [UInt8]? { if case .binary(let bytes) = value(name) { bytes } else { nil } }
}

/// A procedure of the system.
struct CaptureProcedure: Sendable {
    var parameters: [SystemParameter]
    /// Gives values for output parameters, by their names.
    var body: @Sendable (Session, ProcedureParameters) throws(SQLError) -> [String: (SQLValue, SQLType)]

    init(
        _ parameters: [SystemParameter] = [],
        _ body: @escaping @Sendable (Session, ProcedureParameters) throws(SQLError) -> [String: (SQLValue, SQLType)]
    ) {
        self.parameters = parameters
        self.body = body
    }
}

extension Session {
    /// Answers with a result of its own.
    func give(_ columns: [(String, SQLType)], _ rows: [[SQLValue]]) throws(SQLError) {
        try sink.begin(columns.map { BoundQuery.Column(name: $0.0, type: $0.1) })
        for row in rows {
            var stored: [StoredValue] = []
            for (value, column) in zip(row, columns) { stored.append(try column.1.encode(value)) }
            try sink.row(stored)
        }
        finish(.select, Int64(rows.count), hasResult: true)
    }

    /// Does work in another database than the session's own.
    func within<T>(_ database: String, _ work: () throws(SQLError) -> T) throws(SQLError) -> T {
        let outer = databaseName
        databaseName = database
        defer { databaseName = outer }
        return try work()
    }

    func inform(_ text: String) { sink.message(ServerText(SQLError(0, text, severity: 0), line: currentLine)) }
}
