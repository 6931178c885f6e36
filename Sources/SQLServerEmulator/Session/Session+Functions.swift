import TSQL

/// Functions that users make.
///
/// Source: Microsoft, "CREATE FUNCTION (Transact-SQL)".
extension Session {
    /// Refuses what a function may not do, and what is not emulated.
    func check(_ definition: FunctionDefinition) throws(SQLError) {
        switch definition.body {
        case .scalar(_, let statements):
            for statement in statements { try checkMayStand(statement) }
            guard case .return? = statements.last?.kind else {
                throw SQLError(
                    455,
                    "The last statement included within a function must be a return statement.",
                    state: 2
                )
            }
        case .inlineTable(let select): try Binder(self).checkInner(select.query)
        case .table: throw SQLError.unsupported("a function with a table variable for its result")
        }
    }

    private func checkMayStand(_ statement: Statement) throws(SQLError) {
        func refuse(_ word: String) -> SQLError {
            SQLError(443, "Invalid use of a side-effecting operator '\(word)' within a function.", state: 15)
        }
        func isVariable(_ target: DataTarget) -> Bool { if case .variable = target.name { true } else { false } }
        switch statement.kind {
        case .block(let statements): for inner in statements { try checkMayStand(inner) }
        case .conditional(_, let then, let otherwise):
            try checkMayStand(then)
            if let otherwise { try checkMayStand(otherwise) }
        case .loop(_, let body): try checkMayStand(body)
        case .declare, .setVariable, .return, .break, .continue, .label, .goto: break
        case .select(let select):
            guard case .assignment? = select.query.specification?.items.first else {
                throw SQLError(
                    444,
                    "Select statements included within a function cannot return data to a client.",
                    state: 2
                )
            }
        case .insert(let insert) where isVariable(insert.target): break
        case .update(let update) where isVariable(update.target): break
        case .delete(let delete) where isVariable(delete.target): break
        case .insert: throw refuse("INSERT")
        case .update: throw refuse("UPDATE")
        case .delete: throw refuse("DELETE")
        case .execute: throw refuse("EXECUTE STRING")
        case .print: throw refuse("PRINT")
        case .tryCatch: throw refuse("BEGIN TRY")
        default: throw refuse("this statement")
        }
    }

    func defaultValue(of parameter: Parameter) throws(SQLError) -> (value: SQLValue, type: SQLType)? {
        guard let initial = parameter.defaultValue else { return nil }
        return try evaluate(initial)
    }

    func scalarFunction(
        _ module: ModuleObject,
        _ definition: FunctionDefinition,
        in database: DatabaseCatalogue
    ) throws(SQLError) -> BoundFunction {
        guard case .scalar(let declared, let statements) = definition.body else {
            throw SQLError.unsupported("a function that gives a table, for a value")
        }
        let binder = Binder(self)
        let result = try binder.type(declared)
        let types = try definition.parameters.map { (parameter) throws(SQLError) in try binder.type(parameter.type) }
        return BoundFunction(
            // A function that was changed is another one.
            key: "user function \(database.id) \(module.id) \(module.text)",
            arguments: types,
            result: result
        ) { [unowned self] (values) throws(SQLError) in
            var frame = Frame()
            frame.procedure = module.name
            for (parameter, (type, value)) in zip(definition.parameters, zip(types, values)) {
                frame.variables[parameter.name.lowercased()] = (type, value)
            }
            return try inModule(module, of: database) { () throws(SQLError) in
                try evaluate(statements, in: frame, as: result)
            }
        }
    }

    /// Runs a function's statements. They leave nothing behind, and an error in them is one of the statement that calls.
    private func evaluate(_ statements: [Statement], in frame: Frame, as result: SQLType) throws(SQLError) -> SQLValue {
        guard frames.count <= 32 else {
            throw SQLError(
                217,
                "Maximum stored procedure, function, trigger, or view nesting level exceeded (limit 32)."
            )
        }
        let (rows, error, outerSink) = (rowCount, lastError, sink)
        sink = SilentSink(in: sink)
        tryDepth += 1
        defer {
            (rowCount, lastError, sink) = (rows, error, outerSink)
            tryDepth -= 1
        }
        do throws(SQLError) {
            let ended = try inFrame(frame) { () throws(SQLError) -> SQLValue in
                let (value, type) = try runToResult(statements) ?? (.null, result)
                return value.isNull ? .null : try Conversion.convert(value, from: type, to: result)
            }
            return ended.result
        } catch {
            // It ends the statement that calls, and the batch only where it would end that anyway.
            abortsBatch = false
            throw error
        }
    }
}
