/// Functions between characters and their codes.
///
/// Source: Microsoft, "ASCII", "CHAR", "NCHAR" and "UNICODE (Transact-SQL)".
extension FunctionTable {
    static let codeFunctions: [String: Definition] = [
        "ASCII": Definition(arity: 1...1) { call throws(SQLError) in
            let type = try call.text(0)
            // The code is that of the code page, also for Unicode.
            let narrow = SQLType.characters(type.length ?? .max, isWide: false, type.collation ?? .default)
            return FunctionPlan(parameters: [type], result: .int) { values, _ in
                narrow.storageBytes(values[0].textBytes).first.map { .integer(Int64($0)) } ?? .null
            }
        },
        "CHAR": Definition(arity: 1...1) { _ throws(SQLError) in
            FunctionPlan(parameters: [.int], result: .char(1)) { values, _ in
                guard let byte = UInt8(exactly: values[0].int) else { return .null }
                return .text(SQLType.char(1).text(storageBytes: [byte]))
            }
        },
        "NCHAR": Definition(arity: 1...1) { _ throws(SQLError) in
            FunctionPlan(parameters: [.int], result: .nchar(1)) { values, _ in
                guard let unit = UInt16(exactly: values[0].int) else { return .null }
                return .text(WideText.bytes([unit]))
            }
        },
        "UNICODE": Definition(arity: 1...1) { call throws(SQLError) in
            let type = try call.text(0)
            return FunctionPlan(parameters: [type], result: .int) { values, _ in
                type.characters(values[0].textBytes).first.map { .integer(Int64($0)) } ?? .null
            }
        },
    ]
}
