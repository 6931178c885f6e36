import TSQL

/// `EXECUTE`: procedures of users and of the system, and statements in text.
extension Session {
    /// An argument of a procedure, computed.
    struct ProcedureArgument {
        var name: String?
        var value: SQLValue
        var type: SQLType
        /// The variable that takes what the procedure gives back.
        var output: String?
        var isDefault = false
    }

    func run(_ statement: ExecuteStatement) throws(SQLError) {
        switch statement.module {
        case .text(let expression, let arguments, let context, let server):
            if server != nil || !arguments.isEmpty { throw SQLError.unsupported("EXECUTE … AT") }
            let (value, type) = try evaluate(expression)
            let text = try ValueRules.text(value, type) ?? ""
            guard let context else {
                try runText(text, variables: [:])
                return
            }
            let outer = impersonations
            defer { impersonations = outer }
            try impersonate(context)
            try runText(text, variables: [:])
        case .procedure(let name, let arguments):
            var bound: [ProcedureArgument] = []
            for argument in arguments { bound.append(try self.argument(argument)) }
            let name = try procedureName(name)
            let (result, outputs) = try call(name, bound)
            for (variable, value) in outputs { try assign(variable, .set, value.0, value.1) }
            if let variable = statement.result { try assign(variable, .set, .integer(result), .int) }
            sink.returned(result)
        }
    }

    private func procedureName(_ name: NameOrVariable) throws(SQLError) -> Name {
        switch name {
        case .name(let name): return name
        case .variable(let variable):
            let (type, value) = try self.variable(variable)
            return Self.name(try ValueRules.text(value, type) ?? "")
        }
    }

    private func argument(_ argument: ExecuteStatement.Argument) throws(SQLError) -> ProcedureArgument {
        if case .defaultValue = argument.value.kind {
            return ProcedureArgument(name: argument.name, value: .null, type: .null, isDefault: true)
        }
        let (value, type) = try evaluate(argument.value)
        var output: String?
        if argument.isOutput {
            guard case .variable(let variable) = argument.value.kind else {
                throw SQLError(
                    179,
                    "Cannot use the OUTPUT option when passing a constant to a stored procedure.",
                    severity: 15
                )
            }
            output = variable
        }
        return ProcedureArgument(name: argument.name, value: value, type: type, output: output)
    }

    /// Calls a procedure.
    ///
    /// - Returns: Its status, and the values for variables of the caller.
    func call(
        _ name: Name,
        _ arguments: [ProcedureArgument]
    ) throws(SQLError) -> (status: Int64, outputs: [(String, (SQLValue, SQLType))]) {
        if let system = try SystemProcedures.find(name, in: self) { return try system(self, arguments) }
        let database = try Binder(self).database(of: name)
        let schema = name.parts.count > 1 ? name.parts[name.parts.count - 2] : ""
        guard let module = database.module(schema: schema.isEmpty ? "dbo" : schema, name: name.last) else {
            throw SQLError(2812, "Could not find stored procedure '\(name.parts.joined(separator: "."))'.", state: 62)
        }
        guard case .procedure(let definition) = module.kind else {
            throw SQLError(
                2809,
                "The request for procedure '\(name.last)' failed because '\(name.last)' is not a procedure object.",
                severity: 18
            )
        }
        try checkMay("EXECUTE", module, in: database)
        // The places of its statements are those in its own text, not in the batch that calls it.
        let batch = try parsed(module)
        let outer = runningBatch
        runningBatch = batch
        defer { runningBatch = outer }
        var own = definition
        if case .createProcedure(let parsed)? = batch.statements.first?.kind { own = parsed }
        return try inModule(module, of: database) { () throws(SQLError) in try run(own, arguments) }
    }

    private func run(
        _ definition: ProcedureDefinition,
        _ arguments: [ProcedureArgument]
    ) throws(SQLError) -> (status: Int64, outputs: [(String, (SQLValue, SQLType))]) {
        guard frames.count <= 32 else {
            throw SQLError(
                217,
                "Maximum stored procedure, function, trigger, or view nesting level exceeded (limit 32)."
            )
        }
        var frame = Frame()
        frame.procedure = definition.name.last
        var outputs: [(parameter: String, variable: String)] = []
        let given = try match(arguments, to: definition)
        for (index, parameter) in definition.parameters.enumerated() {
            let type = try Binder(self).type(parameter.type)
            var value = SQLValue.null
            if let argument = given[index], !argument.isDefault {
                value =
                    argument.value.isNull
                    ? .null : try Conversion.convert(argument.value, from: argument.type, to: type)
                if let variable = argument.output, parameter.isOutput { outputs.append((parameter.name, variable)) }
            } else if let initial = parameter.defaultValue {
                let (computed, from) = try evaluate(initial)
                value = computed.isNull ? .null : try Conversion.convert(computed, from: from, to: type)
            } else {
                throw SQLError(
                    201,
                    "Procedure or function '\(definition.name.last)' expects parameter '\(parameter.name)', which was not supplied.",
                    state: 4
                )
            }
            frame.variables[parameter.name.lowercased()] = (type, value)
        }
        let count = transaction.count
        let status = try inFrame(frame) { () throws(SQLError) in try runModule(definition.body) }
        if transaction.count != count {
            throw SQLError(
                266,
                "Transaction count after EXECUTE indicates a mismatching number of BEGIN and COMMIT statements. Previous count = \(count), current count = \(transaction.count).",
                state: 2
            )
        }
        let values = outputs.compactMap { output in
            status.variables[output.parameter.lowercased()].map { (output.variable, ($0.value, $0.type)) }
        }
        return (status.result, values)
    }

    private func match(_ arguments: [ProcedureArgument], to definition: ProcedureDefinition) throws(SQLError) -> [Int:
        ProcedureArgument]
    {
        var given: [Int: ProcedureArgument] = [:]
        for (index, argument) in arguments.enumerated() {
            let place: Int?
            if let name = argument.name {
                place = definition.parameters.firstIndex { $0.name.matches(name) }
                if place == nil {
                    throw SQLError(8145, "\(name) is not a parameter for procedure \(definition.name.last).", state: 2)
                }
            } else {
                place = definition.parameters.indices.contains(index) ? index : nil
            }
            guard let place else {
                throw SQLError(
                    8144,
                    "Procedure or function \(definition.name.last) has too many arguments specified.",
                    state: 2
                )
            }
            given[place] = argument
        }
        return given
    }

    /// Runs statements with variables of their own.
    func inFrame<T>(_ frame: Frame, _ work: () throws(SQLError) -> T) throws(SQLError) -> (
        result: T, variables: [String: (type: SQLType, value: SQLValue)]
    ) {
        let line = currentLine
        frames.append(frame)
        defer {
            let ended = frames.removeLast()
            for table in ended.tables.values { try? sqlite.run("DROP TABLE IF EXISTS \(table.storage)") }
            currentLine = line
        }
        let result = try work()
        return (result, frames[frames.count - 1].variables)
    }

    /// Runs the statements of a module or of a text.
    ///
    /// - Returns: What it returns; 0 where it says nothing.
    func runModule(_ statements: [Statement]) throws(SQLError) -> Int64 {
        // What it sets ends with it; CONTEXT_INFO is no setting.
        let outer = settings
        defer {
            let context = settings.contextInfo
            settings = outer
            settings.contextInfo = context
        }
        guard let (value, type) = try runToResult(statements),
            case .integer(let status) = try Conversion.convert(value, from: type, to: .int)
        else { return 0 }
        return status
    }

    /// Runs statements to their end or to a `RETURN`.
    ///
    /// - Returns: What it returns; `nil` where it says nothing.
    func runToResult(_ statements: [Statement]) throws(SQLError) -> (value: SQLValue, type: SQLType)? {
        do {
            guard case .returned(let value, let type) = try run(statements) else { return nil }
            return (value, type)
        } catch let failure as Failure {
            // It stays what it was told to be where it happened.
            rethrown = failure.message
            isRaised = failure.isRaised
            abortsBatch = !failure.isUnresolved
            throw SQLError(
                failure.message.number,
                failure.message.text,
                state: failure.message.state,
                severity: failure.message.severity
            )
        } catch let error as SQLError { throw error } catch { throw SQLError(50_000, "\(error)") }
    }

    /// Runs a text as a batch within the batch.
    @discardableResult
    func runText(
        _ text: String,
        variables: [String: (type: SQLType, value: SQLValue)]
    ) throws(SQLError) -> [String: (type: SQLType, value: SQLValue)] {
        guard frames.count <= 32 else {
            throw SQLError(
                217,
                "Maximum stored procedure, function, trigger, or view nesting level exceeded (limit 32)."
            )
        }
        let batch = try parse(text)
        let outer = runningBatch
        runningBatch = batch
        defer { runningBatch = outer }
        var frame = Frame()
        frame.variables = variables
        let database = databaseName
        defer { databaseName = database }  // USE within it ends with it
        // What it impersonates ends with it, and it is nobody's module.
        let (impersonated, floor) = (impersonations, impersonationFloor)
        impersonationFloor = impersonations.count
        defer { (impersonations, impersonationFloor) = (impersonated, floor) }
        return try owned(by: nil) { () throws(SQLError) in
            try inFrame(frame) { () throws(SQLError) in try runModule(batch.statements) }.variables
        }
    }
}
