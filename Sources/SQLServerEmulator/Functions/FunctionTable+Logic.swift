/// Functions that choose between their arguments.
///
/// Source: Microsoft, "Logical functions (Transact-SQL)", "ISNULL", "COALESCE", "NULLIF".
extension FunctionTable {
    static let logicFunctions: [String: Definition] = [
        // The second argument becomes of the type of the first, and is cut to its length.
        "ISNULL": Definition(arity: 2...2) { call throws(SQLError) in
            let type = call.type(0) == .null ? call.type(1) : call.type(0)
            try ConversionRule.checkImplicit(call.type(1), type)
            return FunctionPlan(choosing: [type, type], result: type == .null ? .int : type) { values in
                values[0].isNull ? 1 : 0
            }
        },
        "COALESCE": Definition(arity: 2...1024) { call throws(SQLError) in
            let type = try common(call.types, "CASE")
            if type == .null {
                throw SQLError(
                    4127,
                    "At least one of the arguments to COALESCE must be an expression that is not the NULL constant."
                )
            }
            return FunctionPlan(choosing: call.types.map { _ in type }, result: type) { values in
                values.firstIndex { !$0.isNull }
            }
        },
        "NULLIF": Definition(arity: 2...2) { call throws(SQLError) in
            let first = call.type(0)
            if first == .null {
                throw SQLError(
                    4151,
                    "The type of the first argument to NULLIF cannot be the NULL constant because the type of the first "
                        + "argument has to be known."
                )
            }
            let type = try Comparison.type(first, call.type(1))
            let left = try Conversion.implicit(from: first, to: type, settings: call.settings)
            return FunctionPlan(parameters: [first, type], result: first, isStrict: false) {
                values,
                _ throws(SQLError) in
                if values[0].isNull || values[1].isNull { return values[0] }
                return try Comparison.equal(try left.convert(values[0]), values[1], type) == true ? .null : values[0]
            }
        },
        // The condition comes as bit: 1, 0 or NULL.
        "IIF": Definition(arity: 3...3) { call throws(SQLError) in
            let type = try common(Array(call.types.dropFirst()), "CASE")
            if type == .null {
                throw SQLError(
                    8133,
                    "At least one of the result expressions in a CASE specification must be an expression other than the "
                        + "NULL constant."
                )
            }
            return FunctionPlan(choosing: [.bit, type, type], result: type) { values in
                values[0] == .integer(1) ? 1 : 2
            }
        },
        "CHOOSE": Definition(arity: 2...255) { call throws(SQLError) in
            let type = try common(Array(call.types.dropFirst()), "CASE")
            let parameters = [.int] + call.types.dropFirst().map { _ in type }
            let index = try Conversion.implicit(from: call.type(0), to: .int, settings: call.settings)
            return FunctionPlan(choosing: parameters, result: type == .null ? .int : type) { values throws(SQLError) in
                guard case .integer(let place) = try index.convert(values[0]), place >= 1 else { return nil }
                return Int(place)
            }
        },
        "GREATEST": Definition(arity: 1...254) { call throws(SQLError) in try extreme(call, sign: 1) },
        "LEAST": Definition(arity: 1...254) { call throws(SQLError) in try extreme(call, sign: -1) },
        "ISNUMERIC": Definition(arity: 1...1) { call throws(SQLError) in
            let type = call.type(0)
            if type.isNumeric {
                return FunctionPlan(parameters: [type], result: .int, isStrict: false) { values, _ in
                    .bool(!values[0].isNull)
                }
            }
            guard type == .null || type.isCharacters else {
                return FunctionPlan(parameters: [type], result: .int, isStrict: false) { _, _ in .integer(0) }
            }
            return FunctionPlan(parameters: [try call.text(0)], result: .int, isStrict: false) { values, _ in
                .bool(!values[0].isNull && isNumeric(values[0].textBytes))
            }
        },
    ]

    private static func common(_ types: [SQLType], _ operation: String) throws(SQLError) -> SQLType {
        var common = SQLType.null
        for type in types { common = try SQLType.common(common, type, operation: operation) }
        return common
    }

    private static func extreme(_ call: FunctionCall, sign: Int) throws(SQLError) -> FunctionPlan {
        let type = try common(call.types, call.name)
        if type.isOldLarge || type == .xml { throw .invalidArgument(type, 1, call.name.lowercased()) }
        return FunctionPlan(
            parameters: call.types.map { _ in type },
            result: type == .null ? .int : type,
            isStrict: false
        ) {
            values,
            _ throws(SQLError) in
            var best = SQLValue.null
            for value in values where !value.isNull {
                guard !best.isNull else {
                    best = value
                    continue
                }
                if let order = try Comparison.compare(value, best, type), order * sign > 0 { best = value }
            }
            return best
        }
    }

    /// Whether a text converts to any of the numeric types; lone signs, points, commas and currency symbols count, as money.
    private static func isNumeric(_ text: [UInt8]) -> Bool {
        let trimmed = Conversion.trimmed(text)
        if trimmed.isEmpty { return false }
        if Conversion.moneyDigits(trimmed) != nil { return true }
        return Conversion.double(trimmed)?.isFinite ?? false
    }
}
