import TSQL

/// Statements, each to what carries it out.
extension Session {
    func parse(_ text: String) throws(SQLError) -> Batch {
        do { return try Batch(parsing: text, isQuotedIdentifierOn: settings.quotesIdentifiers) } catch {
            currentLine = error.line
            throw SQLError(Int32(clamping: error.number), error.message, severity: UInt8(clamping: error.severity))
        }
    }

    func perform(_ statement: Statement) throws(SQLError) {
        switch statement.kind {
        case .select(let select): try run(select)
        case .insert(let insert): try run(insert)
        case .update(let update): try run(update)
        case .delete(let delete): try run(delete)
        case .merge(let merge): try run(merge)
        case .truncateTable(let name): try truncate(name)
        case .declare(let declarations): for declaration in declarations { try declare(declaration) }
        case .setVariable(let name, let operation, let expression):
            let (value, type) = try evaluate(expression)
            try assign(name, operation, value, type)
            (rowCount, lastError) = (1, 0)
        case .set(let option):
            try set(option)
            (rowCount, lastError) = (0, 0)
        case .use(let name):
            let database = try self.database(named: name)
            let before = databaseName
            databaseName = database.name
            sink.changed(.database(database.name, before: before))
            (rowCount, lastError) = (0, 0)
        case .print(let expression):
            let (value, type) = try evaluate(expression)
            let text = try ValueRules.text(value, type)
            sink.message(
                ServerText(
                    SQLError(0, text ?? " ", severity: 0),
                    procedure: frames[frames.count - 1].procedure,
                    line: currentLine
                )
            )
            (rowCount, lastError) = (0, 0)
        case .throw(let arguments): try raise(arguments)
        case .raiseError(let raise): try self.raise(raise)
        case .execute(let execute): try run(execute)
        case .beginTransaction(let name, _, _):
            beginTransaction()
            if transaction.count == 1 { transaction.name = try name.map { (n) throws(SQLError) in try text(of: n) } }
            finish(.begin, isQuiet: true)
        case .commit:
            try commitTransaction()
            finish(.commit, isQuiet: true)
        case .rollback(let name):
            if let name = try name.map({ (n) throws(SQLError) in try text(of: n) }) {
                if try rollbackTransaction(toSavepoint: name) { return }
                // Only the outermost of nested transactions can be rolled back by its name.
                guard transaction.count == 0 || transaction.name?.matches(name) ?? false else {
                    throw SQLError(
                        6401,
                        "Cannot roll back \(name). No transaction or savepoint of that name was found."
                    )
                }
            }
            try rollbackTransaction()
        case .saveTransaction(let name): try saveTransaction(try text(of: name))
        case .waitForDelay(let expression): try wait(expression)
        case .checkpoint, .updateStatistics, .createStatistics: break
        case .dbcc(let command): try run(command)
        default: try define(statement)
        }
    }

    private func text(of name: NameOrVariable) throws(SQLError) -> String {
        switch name {
        case .name(let name): return name.last
        case .variable(let variable):
            let (type, value) = try self.variable(variable)
            return try ValueRules.text(value, type) ?? ""
        }
    }

    // MARK: Variables

    private func declare(_ declaration: Declaration) throws(SQLError) {
        switch declaration {
        case .variable(let name, let declared, let initial, let line):
            currentLine = line
            let key = name.lowercased()
            guard frames[frames.count - 1].variables[key] == nil else {
                throw SQLError(
                    134,
                    "The variable name '\(name)' has already been declared. Variable names must be unique within a query batch or stored procedure.",
                    severity: 15
                )
            }
            let type = try Binder(self).type(declared)
            frames[frames.count - 1].variables[key] = (type, .null)
            if let initial {
                let (value, from) = try evaluate(initial)
                try assign(name, .set, value, from)
            }
        case .table(let definition):
            let name = definition.name.last.lowercased()
            frames[frames.count - 1].tables[name] = try makeTable(definition, place: .variable)
        case .cursor: throw SQLError.unsupported("a cursor variable")
        }
    }

    // MARK: Errors

    /// `THROW`, which ends the batch where nothing catches it.
    private func raise(_ arguments: ThrowArguments?) throws(SQLError) {
        guard let arguments else {
            guard let message = caught.last else {
                throw SQLError(
                    10704,
                    "To rethrow an error, a THROW statement must be used inside a CATCH block.",
                    severity: 15
                )
            }
            abortsBatch = true
            rethrown = message
            throw SQLError(message.number, message.text, state: message.state, severity: message.severity)
        }
        let (number, numberType) = try evaluate(arguments.number)
        let (message, messageType) = try evaluate(arguments.message)
        let (state, stateType) = try evaluate(arguments.state)
        guard case .integer(let code) = try Conversion.convert(number, from: numberType, to: .int), code >= 50_000
        else {
            throw SQLError(
                35100,
                "Error number in the THROW statement is outside the valid range. Specify an error number in the valid range of 50000 to 2147483647.",
                state: 10
            )
        }
        var place: UInt8 = 1
        if case .integer(let value) = try Conversion.convert(state, from: stateType, to: .int) {
            place = UInt8(clamping: value)
        }
        // A percent sign is written twice.
        let text = (try ValueRules.text(message, messageType) ?? "").replacing("%%", with: "%")
        abortsBatch = true
        throw SQLError(Int32(clamping: code), text, state: place)
    }

    private func raise(_ statement: RaiseErrorStatement) throws(SQLError) {
        let (message, type) = try evaluate(statement.message)
        func number(_ expression: Expression) throws(SQLError) -> Int64 {
            let (value, type) = try evaluate(expression)
            guard case .integer(let number) = try Conversion.convert(value, from: type, to: .int) else { return 0 }
            return number
        }
        var code: Int32 = 50_000
        var text = try ValueRules.text(message, type) ?? ""
        if type.isNumeric {
            code = Int32(clamping: try number(statement.message))
            throw SQLError(
                2732,
                "Error number \(code) is invalid. The number must be from 13000 through 2147483647 and it cannot be 50000."
            )
        }
        var arguments: [MessageFormat.Argument] = []
        for argument in statement.arguments {
            let (value, type) = try evaluate(argument)
            if case .integer(let number) = value {
                arguments.append(.number(number))
            } else {
                arguments.append(.text(try ValueRules.text(value, type) ?? "(null)"))
            }
        }
        text = try MessageFormat.text(text, arguments)
        let error = SQLError(
            code,
            text,
            state: UInt8(clamping: max(1, try number(statement.state))),
            severity: UInt8(clamping: max(0, min(25, try number(statement.severity))))
        )
        guard error.severity < 19 || statement.options.contains("LOG") && isSysadmin else {
            throw SQLError(
                2754,
                "Error severity levels greater than 18 can only be specified by members of the sysadmin role, using the WITH LOG option."
            )
        }
        isRaised = error.severity > 10
        if isRaised { throw error }
        (rowCount, lastError) = (0, 0)
        sink.message(ServerText(error, procedure: frames[frames.count - 1].procedure, line: currentLine))
    }
}
