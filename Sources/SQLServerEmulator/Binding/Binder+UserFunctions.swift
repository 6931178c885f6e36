import TSQL

/// Calls of functions that users made.
///
/// A function that gives a table is bound in place of its call, with what it is given in place of its parameters; one that gives
/// a value runs its statements for each call.
extension Binder {
    /// - Returns: `nil` where the name is none of a user's function.
    func userFunction(_ call: TSQL.FunctionCall, _ scope: Scope) throws(SQLError) -> TypedSQL? {
        // A function that gives a value is called with its schema.
        guard call.name.parts.count > 1, let (module, definition, database) = try function(call.name) else {
            return nil
        }
        guard case .scalar = definition.body else {
            throw Self.unknownFunction(call.name)
        }
        try session.checkMay("EXECUTE", module, in: database)
        let bound = try session.scalarFunction(module, definition, in: database)
        let arguments = try self.arguments(of: call, definition, scope)
        let sql = routines.call(bound.key, arguments.map(\.sql)) { (stored) throws(SQLError) in
            try bound.result.encode(try bound.evaluate(try Self.decode(stored, bound.arguments)))
        }
        return TypedSQL(sql: sql, type: bound.result)
    }

    /// - Parameter scope: What the arguments may name.
    /// - Returns: `nil` where the name is none of a user's function.
    func tableFunction(_ call: TSQL.FunctionCall, _ scope: Scope) throws(SQLError) -> BoundQuery? {
        guard let (module, definition, database) = try function(call.name) else { return nil }
        guard case .inlineTable(let query) = definition.body else { throw Self.unknown(call.name) }
        try session.checkMay("SELECT", module, in: database)
        let arguments = try self.arguments(of: call, definition, scope)
        var named: [String: TypedSQL] = [:]
        for (parameter, argument) in zip(definition.parameters, arguments) {
            named[parameter.name.lowercased()] = argument
        }
        // A function sees nothing of the query that calls it but what it is given.
        let outer = tableExpressions
        tableExpressions = []
        functionArguments.append(named)
        defer {
            tableExpressions = outer
            functionArguments.removeLast()
        }
        return try session.owned(by: ChainOwner(module, in: database)) { () throws(SQLError) in try bind(query) }
    }

    private func function(_ name: Name) throws(SQLError) -> (ModuleObject, FunctionDefinition, DatabaseCatalogue)? {
        let schema = name.parts.count > 1 ? name.parts[name.parts.count - 2] : ""
        guard !["sys", "cdc"].contains(schema.lowercased()), name.parts[0] != "CHANGETABLE", name.parts.count <= 3
        else {
            return nil
        }
        let database = try self.database(of: name)
        guard let module = database.module(schema: schema.isEmpty ? "dbo" : schema, name: name.last),
            case .function(let definition) = module.kind
        else { return nil }
        if database.id != session.database.id { throw SQLError.unsupported("a function of another database") }
        return (module, definition, database)
    }

    private func arguments(of call: TSQL.FunctionCall, _ definition: FunctionDefinition, _ scope: Scope)
        throws(SQLError)
        -> [TypedSQL]
    {
        let name = call.name.parts.joined(separator: ".")
        guard call.arguments.count >= definition.parameters.count else {
            throw SQLError(
                313,
                "An insufficient number of arguments were supplied for the procedure or function \(name).",
                state: 3
            )
        }
        guard call.arguments.count == definition.parameters.count else {
            throw SQLError(8144, "Procedure or function \(name) has too many arguments specified.", state: 3)
        }
        var arguments: [TypedSQL] = []
        for (argument, parameter) in zip(call.arguments, definition.parameters) {
            let type = try self.type(parameter.type)
            var value: TypedSQL
            if case .defaultValue = argument.kind {
                guard let (initial, from) = try session.defaultValue(of: parameter) else {
                    throw SQLError(
                        201,
                        "Procedure or function '\(name)' expects parameter '\(parameter.name)', which was not supplied.",
                        state: 4
                    )
                }
                value = TypedSQL(sql: try self.parameter(initial, from), type: from)
            } else {
                value = try bind(argument, scope)
            }
            try ConversionRule.checkImplicit(value.type, type)
            arguments.append(try convert(value, to: type))
        }
        return arguments
    }
}
