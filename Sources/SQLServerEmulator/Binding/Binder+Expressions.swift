import TSQL

/// Expressions: values.
extension Binder {
    func bind(_ expression: Expression, _ scope: Scope) throws(SQLError) -> TypedSQL {
        session.currentLine = expression.line
        switch expression.kind {
        case .literal(let literal): return try bind(literal)
        case .variable(let name):
            if let arguments = functionArguments.last {
                guard let argument = arguments[name.lowercased()] else {
                    throw SQLError(137, "Must declare the scalar variable \"\(name)\".", severity: 15)
                }
                return argument
            }
            if assignedVariables.contains(name.lowercased()) { return try assigned(name, scope) }
            let (type, value) = try session.variable(name)
            return TypedSQL(sql: try parameter(value, type), type: type)
        case .global(let name):
            let (type, value) = try session.global(name)
            return TypedSQL(sql: try parameter(value, type), type: type, isNullable: value.isNull)
        case .column(let name):
            let column = try scope.column(name.parts)
            return TypedSQL(
                sql: column.sql,
                type: column.type,
                isNullable: column.isNullable,
                name: column.name,
                isIdentity: column.isIdentity
            )
        case .unary(let operation, let operand): return try unary(operation, try bind(operand, scope))
        case .binary(let operation, let left, let right):
            return try arithmetic(operation, try bind(left, scope), try bind(right, scope))
        case .collate(let operand, let name):
            let value = try bind(operand, scope)
            let collation = try Collation(name, coercibility: .explicit)
            guard value.type.isCharacters || value.type == .null else {
                throw SQLError(447, "Expression type \(value.type.name) is invalid for COLLATE clause.")
            }
            var result = value
            result.type = value.type.with(collation)
            return result
        case .caseWhen(let expression): return try bind(expression, scope)
        case .iif(let condition, let then, let otherwise):
            return try choose([(try self.condition(condition, scope), then)], otherwise: otherwise, scope)
        case .cast(let cast): return try bind(cast, scope)
        case .function(let call): return try bind(call, scope, expression)
        case .trim(let trim):
            let value = try bind(trim.value, scope)
            let characters = try bind(trim.characters, scope)
            switch trim.side {
            case .leading: return try call("LTRIM", [value, characters])
            case .trailing: return try call("RTRIM", [value, characters])
            case .both, nil: return try call("TRIM", [characters, value])
            }
        case .odbcLiteral(let kind, let text):
            let type: SQLType = kind == "guid" ? .uniqueidentifier : kind == "d" ? .datetime : .datetime
            let value = TypedSQL(
                sql: try parameter(.string(text), .varchar(.units(max(1, text.utf8.count)))),
                type: .varchar(.units(max(1, text.utf8.count)))
            )
            return try convert(value, to: type)
        case .odbcFunction(let call): return try bind(try own(call), scope, expression)
        case .subquery(let query): return try scalarSubquery(query, scope)
        case .atTimeZone(let value, let zone):
            return try call("AT TIME ZONE", [try bind(value, scope), try bind(zone, scope)])
        case .defaultValue: throw SQLError(156, "Incorrect syntax near the keyword 'DEFAULT'.", severity: 15)
        case .pseudoColumn(let qualifier, let name):
            let column = try scope.column((qualifier?.parts ?? []) + [name])
            return TypedSQL(sql: column.sql, type: column.type, isNullable: column.isNullable, name: column.name)
        case .datePart(let part): throw SQLError(207, "Invalid column name '\(part)'.")
        case .method(let target, let name, let arguments):
            return try method(name, of: try bind(target, scope), arguments)
        case .property(_, let name): throw SQLError.unsupported("method \(name)")
        case .staticMethod(let type, let name, _), .staticProperty(let type, let name):
            throw SQLError.unsupported("\(type.last)::\(name)")
        case .nextValue(let name, let order):
            guard order.isEmpty else { throw SQLError.unsupported("NEXT VALUE FOR … OVER") }
            return try nextValue(of: name)
        case .and, .or, .not, .comparison, .quantified, .isNull, .isDistinct, .between, .like, .inList, .inQuery,
            .exists,
            .updated, .currentOf:
            throw SQLError(156, "Incorrect syntax: a condition stands where a value is expected.", severity: 15)
        }
    }

    // MARK: Literals

    private func bind(_ literal: Literal) throws(SQLError) -> TypedSQL {
        func typed(_ value: SQLValue, _ type: SQLType) throws(SQLError) -> TypedSQL {
            TypedSQL(sql: try parameter(value, type), type: type, isNullable: false, literal: value)
        }
        switch literal {
        case .null: return .null
        case .integer(let digits):
            if let number = Int32(digits) {
                return TypedSQL(sql: "\(number)", type: .int, isNullable: false, literal: .integer(Int64(number)))
            }
            return try decimal(digits)
        case .decimal(let digits): return try decimal(digits)
        case .float(let text):
            // Digits may be missing after the e.
            let complete = text.last.map { "eE+-".contains($0) } ?? false ? text + "0" : text
            guard let number = Double(complete), number.isFinite else {
                throw SQLError(
                    168,
                    "The floating point value '\(text)' is out of the range of computer representation (8 bytes).",
                    severity: 15
                )
            }
            return try typed(.double(number), .float)
        case .money(let text):
            let value = try Conversion.convert(.string(text), from: .varchar(.max), to: .money)
            return try typed(value, .money)
        case .binary(let digits):
            let bytes = Self.bytes(hexadecimal: digits)
            return try typed(
                .binary(bytes),
                .varbinary(bytes.count > SQLType.byteMaximum ? .max : .units(max(1, bytes.count)))
            )
        case .string(let text):
            let count = text.utf8.count
            let type = SQLType.varchar(
                count > SQLType.byteMaximum ? .max : .units(max(1, count)),
                session.database.collation.with(.coercible)
            )
            // Characters that the code page lacks become question marks.
            return try typed(try Conversion.convert(.string(text), from: .nvarchar(.max), to: type), type)
        case .nationalString(let text):
            let count = text.utf16.count
            let type = SQLType.nvarchar(
                count > SQLType.byteMaximum / 2 ? .max : .units(max(1, count)),
                session.database.collation.with(.coercible)
            )
            return try typed(.string(text), type)
        }
    }

    private func decimal(_ text: String) throws(SQLError) -> TypedSQL {
        let digits = text.filter { $0 != "." }
        let significant = digits.drop { $0 == "0" }
        let scale = text.firstIndex(of: ".").map { text.distance(from: $0, to: text.endIndex) - 1 } ?? 0
        let precision = max(1, max(significant.count, scale))
        guard precision <= SQLType.decimalMaximum, let unscaled = Int128(digits.isEmpty ? "0" : digits) else {
            throw SQLError(
                1007,
                "The number '\(text)' is out of the range for numeric representation (maximum precision 38).",
                severity: 15
            )
        }
        let type = SQLType.decimal(precision, scale)
        return TypedSQL(sql: try parameter(.decimal(unscaled), type), type: type, isNullable: false)
    }

    private static func bytes(hexadecimal digits: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.utf8.count / 2 + 1)
        // An odd number of digits has a zero before it.
        var high: UInt8? = digits.utf8.count % 2 == 1 ? 0 : nil
        for digit in digits.utf8 {
            let value = digit <= 0x39 ? digit &- 0x30 : (digit | 0x20) &- 0x57
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }

    // MARK: Conversion

    /// The expression with another type: as it is where the stored values are the same, else by a routine.
    func convert(_ value: TypedSQL, to type: SQLType, style: Int? = nil, isTry: Bool = false, isExplicit: Bool = false)
        throws(SQLError) -> TypedSQL
    {
        var result = value
        result.type = type
        result.name = nil
        result.isIdentity = false
        result.literal = nil
        if value.type == type || value.type == .null { return result }
        if style == nil, !isTry, ValueRules.keepsStoredValue(from: value.type, to: type) { return result }
        let (from, to) = (value.type, type)
        let settings = session.conversionSettings
        let conversion =
            isExplicit
            ? try Conversion(from: from, to: to, style: style, settings: settings)
            : try Conversion.implicit(from: from, to: to, settings: settings)
        let key = "convert \(from) \(to) \(style ?? -1) \(isTry) \(settings.dateOrder)"
        result.sql = routines.call(key, [value.sql]) { (values) throws(SQLError) in
            if values[0] == .null { return .null }
            let decoded = try from.decode(values[0])
            return try to.encode(isTry ? try conversion.tryConvert(decoded) : try conversion.convert(decoded))
        }
        if isTry { result.isNullable = true }
        return result
    }

    private func bind(_ cast: CastExpression, _ scope: Scope) throws(SQLError) -> TypedSQL {
        if cast.form == .parse { throw SQLError.unsupported("PARSE") }
        var style: Int?
        if let expression = cast.style {
            guard case .literal(.integer(let digits)) = expression.kind, let number = Int(digits) else {
                throw SQLError.unsupported("a style of CONVERT that is not a number")
            }
            style = number
        }
        let value = try bind(cast.value, scope)
        let type = try self.type(cast.type, isCast: true, collation: value.type.collation)
        return try convert(value, to: type, style: style, isTry: cast.isTry, isExplicit: true)
    }

    /// The type of a declaration.
    func type(_ declared: TSQL.DataType, isCast: Bool = false, collation: Collation? = nil) throws(SQLError) -> SQLType
    {
        if let own = session.database.types[declared.name.last.lowercased()] { return own }
        return try SQLType(
            name: declared.name.last,
            arguments: declared.parameters.map { Int($0).map(TypeArgument.number) ?? .max },
            collation: collation ?? session.database.collation,
            isCast: isCast
        )
    }

    // MARK: Operators

    private func unary(_ operation: TSQL.UnaryOperator, _ operand: TypedSQL) throws(SQLError) -> TypedSQL {
        if operation == .plus { return operand }
        let unary = try UnaryOperation(operation == .minus ? .minus : .bitNot, operand.type)
        var result = apply("unary \(operation.rawValue)", [operand], [operand.type], unary.result) {
            (values) throws(SQLError) in
            try unary.evaluate(values[0])
        }
        if let literal = operand.literal { result.literal = try unary.evaluate(literal) }
        return result
    }

    private func arithmetic(_ operation: TSQL.BinaryOperator, _ left: TypedSQL, _ right: TypedSQL) throws(SQLError)
        -> TypedSQL
    {
        func number(_ operand: TypedSQL) -> Int64? {
            if case .integer(let number)? = operand.literal { number } else { nil }
        }
        let binary = try BinaryOperation(
            BinaryOperator(operation),
            left.type,
            right.type,
            leftLiteral: number(left),
            rightLiteral: number(right),
            settings: session.conversionSettings
        )
        // Of a literal only its digits count, and that it is one.
        let digits = [left, right].map { operand in number(operand).map { "\($0.magnitude)".count } }
        let key = "arithmetic \(operation.rawValue) \(digits) \(session.conversionSettings.dateOrder)"
        return apply(key, [left, right], [left.type, right.type], binary.result) { (values) throws(SQLError) in
            try binary.evaluate(values[0], values[1])
        }
    }

    /// The call of a routine that gives NULL where an argument is NULL.
    private func apply(
        _ key: String,
        _ arguments: [TypedSQL],
        _ types: [SQLType],
        _ result: SQLType,
        _ evaluate: @escaping ([SQLValue]) throws(SQLError) -> SQLValue
    ) -> TypedSQL {
        let sql = routines.call("\(key) \(types)", arguments.map(\.sql)) { (values) throws(SQLError) in
            if values.contains(.null) { return .null }
            return try result.encode(try evaluate(try Self.decode(values, types)))
        }
        return TypedSQL(sql: sql, type: result, isNullable: arguments.contains(where: \.isNullable))
    }

    static func decode(_ values: [StoredValue], _ types: [SQLType]) throws(SQLError) -> [SQLValue] {
        var decoded: [SQLValue] = []
        decoded.reserveCapacity(values.count)
        for (value, type) in zip(values, types) { decoded.append(try type.decode(value)) }
        return decoded
    }

    // MARK: Choices

    private func bind(_ expression: CaseExpression, _ scope: Scope) throws(SQLError) -> TypedSQL {
        var branches: [(condition: String, value: Expression)] = []
        for branch in expression.branches {
            if let operand = expression.operand {
                let condition = try compare(.equal, try bind(operand, scope), try bind(branch.when, scope))
                branches.append((condition, branch.then))
            } else {
                branches.append((try condition(branch.when, scope), branch.then))
            }
        }
        return try choose(branches, otherwise: expression.otherwise, scope)
    }

    private func choose(
        _ branches: [(condition: String, value: Expression)],
        otherwise: Expression?,
        _ scope: Scope
    ) throws(SQLError) -> TypedSQL {
        var values: [TypedSQL] = []
        for branch in branches { values.append(try bind(branch.value, scope)) }
        if let otherwise { values.append(try bind(otherwise, scope)) }
        let type = try commonType(values.map(\.type), "CASE")
        if type == .null {
            throw SQLError(
                8133,
                "At least one of the result expressions in a CASE specification must be an expression other than the NULL constant."
            )
        }
        let sql = try values.map { (value) throws(SQLError) in try convert(value, to: type).sql }
        let whens = zip(branches, sql).map { "WHEN \($0.0.condition) THEN \($0.1)" }.joined(separator: " ")
        let rest = otherwise == nil ? "NULL" : sql[sql.count - 1]
        return TypedSQL(
            sql: "CASE \(whens) ELSE \(rest) END",
            type: type,
            isNullable: otherwise == nil || values.contains(where: \.isNullable)
        )
    }

    /// The type to which values of several types are brought.
    func commonType(_ types: [SQLType], _ operation: String) throws(SQLError) -> SQLType {
        var result = SQLType.null
        for type in types { result = try SQLType.common(result, type, operation: operation) }
        return result
    }

    // MARK: Subqueries

    private func scalarSubquery(_ query: Query, _ scope: Scope) throws(SQLError) -> TypedSQL {
        try checkInner(query)
        let bound = try bind(query, parent: scope)
        guard bound.columns.count == 1, let column = bound.columns.first else {
            throw SQLError(
                116,
                "Only one expression can be specified in the select list when the subquery is not introduced with EXISTS."
            )
        }
        if bound.isSingleRow { return TypedSQL(sql: "(\(bound.sql))", type: column.type) }
        let alias = newAlias()
        let check = routines.call("single row", ["COUNT(*)", "MIN(\(alias).c0)"]) { (values) throws(SQLError) in
            if case .integer(let count) = values[0], count > 1 {
                throw SQLError(
                    512,
                    "Subquery returned more than 1 value. This is not permitted when the subquery follows =, !=, <, <= , >, >= or "
                        + "when the subquery is used as an expression."
                )
            }
            return values[1]
        }
        return TypedSQL(
            sql: "(SELECT \(check) FROM (SELECT * FROM (\(bound.sql)) LIMIT 2) AS \(alias))",
            type: column.type
        )
    }
}
