import TSQL

/// Variables that a statement sets and reads: `SELECT @s = @s + a FROM t`.
///
/// Each row reads what the row before it has set, so both are routines that SQLite calls as it goes from row to row.
extension Binder {
    /// What a variable becomes.
    func assignment(_ name: String, _ operation: AssignmentOperator, _ value: Expression, _ scope: Scope)
        throws(SQLError) -> TypedSQL
    {
        guard let combination = operation.combination else { return try bind(value, scope) }
        let own = Expression(kind: .variable(name), span: value.span)
        return try bind(Expression(kind: .binary(combination, own, value), span: value.span), scope)
    }

    /// A variable that the statement sets, as the row finds it.
    func assigned(_ name: String, _ scope: Scope) throws(SQLError) -> TypedSQL {
        if scope.parent != nil { throw SQLError.unsupported("a variable that a statement sets, in a subquery of it") }
        readsAssigned = true
        let type = try session.variable(name).type
        let sql = routines.call("variable \(name.lowercased()) \(type)", []) {
            [unowned session = self.session] (_) throws(SQLError) in
            try type.encode(try session.variable(name).value)
        }
        return TypedSQL(sql: sql, type: type)
    }

    /// A value that a variable has from the moment when SQLite computes it.
    func assigning(_ name: String, _ value: TypedSQL) -> TypedSQL {
        var result = value
        let type = value.type
        result.sql = routines.call("assign \(name.lowercased()) \(type)", [value.sql]) {
            [unowned session = self.session] (values) throws(SQLError) in
            try session.assign(name, .set, values[0] == .null ? .null : try type.decode(values[0]), type)
            return values[0]
        }
        return result
    }
}
