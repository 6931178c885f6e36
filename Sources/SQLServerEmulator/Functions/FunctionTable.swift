/// The scalar functions by name.
package enum FunctionTable {
    struct Definition: Sendable {
        /// How many arguments there are, words among them.
        var arity: ClosedRange<Int>
        var plan: @Sendable (FunctionCall) throws(SQLError) -> FunctionPlan
    }

    /// The function for arguments of known types.
    ///
    /// - Parameter name: In any case.
    /// - Throws: 195 for an unknown function, 174 and 189 for a wrong number of arguments, 8116 and others for wrong types;
    ///   40517 for a function that SQL Server has and this emulator has not.
    package static func resolve(
        _ name: String,
        _ arguments: [FunctionArgument],
        settings: ConversionSettings = .default
    ) throws(SQLError) -> ScalarFunction {
        let key = name.uppercased()
        if refused.contains(key) { throw .unsupported(key) }
        guard let definition = definitions[key] else {
            throw SQLError(195, "'\(name)' is not a recognized built-in function name.", state: 10, severity: 15)
        }
        guard definition.arity.contains(arguments.count) else { throw arity(key.lowercased(), definition.arity) }
        let call = FunctionCall(name: key, arguments: arguments, settings: settings)
        return try ScalarFunction(name: key, plan: try definition.plan(call), call: call)
    }

    /// Whether a name is that of a function known here, or refused here.
    package static func knows(_ name: String) -> Bool {
        definitions[name.uppercased()] != nil || refused.contains(name.uppercased())
    }

    static func arity(_ name: String, _ range: ClosedRange<Int>) -> SQLError {
        if range.lowerBound == range.upperBound {
            return SQLError(174, "The \(name) function requires \(range.lowerBound) argument(s).", severity: 15)
        }
        return SQLError(
            189,
            "The \(name) function requires \(range.lowerBound) to \(range.upperBound) arguments.",
            severity: 15
        )
    }

    private static let definitions: [String: Definition] = [
        stringFunctions, searchFunctions, codeFunctions, mathFunctions, dateFunctions, datePartsFunctions,
        clockFunctions,
        logicFunctions, binaryFunctions,
    ].reduce(into: [:]) { $0.merge($1) { first, _ in first } }

    /// Functions of SQL Server whose answers are not known exactly here.
    private static let refused: Set<String> = [
        "CHECKSUM", "BINARY_CHECKSUM", "COMPRESS", "DECOMPRESS", "FORMATMESSAGE", "NEWSEQUENTIALID", "PWDENCRYPT",
        "PWDCOMPARE", "CRYPT_GEN_RANDOM", "JSON_VALUE", "JSON_QUERY", "JSON_MODIFY", "ISJSON", "DATE_BUCKET",
        "ENCRYPTBYKEY",
        "DECRYPTBYKEY", "REGEXP_LIKE", "REGEXP_REPLACE", "REGEXP_SUBSTR", "REGEXP_INSTR", "REGEXP_COUNT",
        "EDIT_DISTANCE", "BIT_COUNT", "GET_BIT", "SET_BIT", "LEFT_SHIFT", "RIGHT_SHIFT", "BASE64_ENCODE",
        "BASE64_DECODE",
    ]
}
