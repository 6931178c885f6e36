import TSQL

/// Conditions, which T-SQL keeps apart from values: true, false or unknown.
extension Binder {
    func condition(_ expression: Expression, _ scope: Scope) throws(SQLError) -> String {
        session.currentLine = expression.line
        switch expression.kind {
        case .and(let terms): return try joined(terms, " AND ", scope)
        case .or(let terms): return try joined(terms, " OR ", scope)
        case .not(let term): return "(NOT \(try condition(term, scope)))"
        case .comparison(let operation, let left, let right):
            return try compare(operation, try bind(left, scope), try bind(right, scope))
        case .isNull(let operand, let isNegated):
            return "(\(try bind(operand, scope).sql) IS \(isNegated ? "NOT " : "")NULL)"
        case .isDistinct(let left, let right, let isNegated):
            let (a, b, collate) = try alike(
                try bind(left, scope),
                try bind(right, scope),
                "equal to",
                nullsAreEqual: true
            )
            return "(\(a) IS \(isNegated ? "" : "NOT ")\(b)\(collate))"
        case .between(let value, let low, let high, let isNegated):
            let bound = try bind(value, scope)
            let above = try compare(.greaterOrEqual, bound, try bind(low, scope))
            let below = try compare(.lessOrEqual, bound, try bind(high, scope))
            return isNegated ? "(NOT (\(above) AND \(below)))" : "(\(above) AND \(below))"
        case .like(let value, let pattern, let escape, let isNegated):
            return try like(
                try bind(value, scope),
                try bind(pattern, scope),
                try escape.map { (e) throws(SQLError) in try bind(e, scope) },
                isNegated
            )
        case .inList(let value, let list, let isNegated):
            let bound = try bind(value, scope)
            var terms: [String] = []
            for element in list { terms.append(try compare(.equal, bound, try bind(element, scope))) }
            let any = "(\(terms.joined(separator: " OR ")))"
            return isNegated ? "(NOT \(any))" : any
        case .inQuery(let value, let query, let isNegated):
            let any = try quantified(.equal, try bind(value, scope), .any, query, scope)
            return isNegated ? "(NOT \(any))" : any
        case .quantified(let operation, let value, let quantifier, let query):
            return try quantified(operation, try bind(value, scope), quantifier, query, scope)
        case .exists(let query):
            try checkInner(query)
            return "EXISTS (\(try bind(query, parent: scope).sql))"
        case .updated(let column): return try session.isUpdated(column) ? "1" : "0"
        case .currentOf: throw SQLError.unsupported("WHERE CURRENT OF")
        default:
            throw SQLError(
                4145,
                "An expression of non-boolean type specified in a context where a condition is expected.",
                severity: 15
            )
        }
    }

    private func joined(_ terms: [Expression], _ word: String, _ scope: Scope) throws(SQLError) -> String {
        var parts: [String] = []
        for term in terms { parts.append(try condition(term, scope)) }
        return "(\(parts.joined(separator: word)))"
    }

    /// A comparison: both sides are brought to one type, whose stored values SQLite compares as SQL Server compares the values.
    func compare(_ operation: ComparisonOperator, _ left: TypedSQL, _ right: TypedSQL) throws(SQLError) -> String {
        let (a, b, collate) = try alike(left, right, Self.names[operation] ?? "equal to")
        return "(\(a) \(operation.rawValue) \(b)\(collate))"
    }

    private static let names: [ComparisonOperator: String] = [
        .equal: "equal to", .notEqual: "not equal to", .less: "less than", .greater: "greater than",
        .lessOrEqual: "less than or equal to", .greaterOrEqual: "greater than or equal to",
    ]

    /// Both sides in one type, and the clause that says how texts compare.
    private func alike(
        _ left: TypedSQL,
        _ right: TypedSQL,
        _ operation: String,
        nullsAreEqual: Bool = false
    ) throws(SQLError) -> (
        String, String, String
    ) {
        let type = try Comparison.type(left.type, right.type, operation: operation)
        var a = try convert(left, to: type).sql
        var b = try convert(right, to: type).sql
        if type == .sqlVariant {
            // Equal values of two types are stored differently: their order is compared with that of equal ones.
            let order = routines.call("order of variants \(nullsAreEqual)", [a, b]) { (values) throws(SQLError) in
                if values.contains(.null) {
                    return nullsAreEqual ? .integer(values[0] == values[1] ? 0 : 1) : .null
                }
                let order = try Comparison.compare(try type.decode(values[0]), try type.decode(values[1]), type)
                return order.map { .integer(Int64($0)) } ?? .null
            }
            return (order, "0", "")
        }
        if type.family == .binary, left.type != right.type {
            // The shorter one counts as though it ended in zeros.
            (a, b) = (withoutZeros(a), withoutZeros(b))
        }
        return (equalized(a, type), equalized(b, type), try collate(type))
    }

    /// An expression whose stored values are the same where T-SQL's values are equal: equal instants may be stored with different
    /// offsets, which stand behind the eight bytes of the instant.
    func equalized(_ sql: String, _ type: SQLType) -> String {
        if case .datetimeoffset = type { return "substr(\(sql), 1, 8)" }
        return sql
    }

    private func withoutZeros(_ sql: String) -> String {
        routines.call("without zeros", [sql]) { (values) throws(SQLError) in
            guard case .blob(let bytes) = values[0] else { return values[0] }
            return .blob(Array(bytes.prefix((bytes.lastIndex { $0 != 0 } ?? -1) + 1)))
        }
    }

    /// The clause that says how texts of a type compare; empty for other types.
    func collate(_ type: SQLType) throws(SQLError) -> String {
        guard let collation = type.collation else { return "" }
        if collation.coercibility == .none {
            throw SQLError(468, "Cannot resolve the collation conflict in the operation.", state: 9)
        }
        return " " + routines.collate(collation)
    }

    private func like(_ value: TypedSQL, _ pattern: TypedSQL, _ escape: TypedSQL?, _ isNegated: Bool) throws(SQLError)
        -> String
    {
        let common = try SQLType.common(value.type, pattern.type, operation: "like")
        let type: SQLType = common.isCharacters ? common : .varchar(.max, session.database.collation)
        let collation = type.collation ?? .default
        let text = try convert(value, to: type)
        let shape = try convert(pattern, to: type)
        var arguments = [text.sql, shape.sql]
        if let escape { arguments.append(try convert(escape, to: type).sql) }
        let call = routines.call("like \(type) \(escape == nil)", arguments) { (values) throws(SQLError) in
            var texts: [[UInt8]] = []
            for value in values {
                guard case .text(let bytes) = value else { return .null }
                texts.append(bytes)
            }
            let isLike = try collation.like(
                texts[0],
                texts[1],
                escape: texts.count > 2 ? texts[2] : nil,
                isWide: type.isWide
            )
            return .integer(isLike ? 1 : 0)
        }
        return isNegated ? "(NOT \(call))" : call
    }

    private func quantified(
        _ operation: ComparisonOperator,
        _ value: TypedSQL,
        _ quantifier: Quantifier,
        _ query: Query,
        _ scope: Scope
    ) throws(SQLError) -> String {
        try checkInner(query)
        let bound = try bind(query, parent: scope)
        guard bound.columns.count == 1, let column = bound.columns.first else {
            throw SQLError(
                116,
                "Only one expression can be specified in the select list when the subquery is not introduced with EXISTS."
            )
        }
        let alias = newAlias()
        let element = TypedSQL(sql: "\(alias).c0", type: column.type, isNullable: column.isNullable)
        let comparison = try compare(operation, value, element)
        let source = "(\(bound.sql)) AS \(alias)"
        // Three-valued: true where one is true, else unknown where one is unknown. MAX and MIN pass NULL over, so it is counted.
        let any =
            "(SELECT CASE WHEN MAX(\(comparison)) = 1 THEN 1 WHEN COUNT(*) > COUNT(\(comparison)) THEN NULL ELSE 0 END FROM \(source))"
        let all =
            "(SELECT CASE WHEN MIN(\(comparison)) = 0 THEN 0 WHEN COUNT(*) > COUNT(\(comparison)) THEN NULL ELSE 1 END FROM \(source))"
        return quantifier == .any ? any : all
    }
}
