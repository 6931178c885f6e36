/// Functions that find and replace.
///
/// Source: Microsoft, "String functions (Transact-SQL)".
extension FunctionTable {
    static let searchFunctions: [String: Definition] = [
        "CHARINDEX": Definition(arity: 2...3) { call throws(SQLError) in
            let types = try call.texts(0, 1)
            let isLong = types[1].length == .max
            return FunctionPlan(
                parameters: Array((types + [.bigint]).prefix(call.types.count)),
                result: isLong ? .bigint : .int
            ) { values, _ in
                let text = types[1].characters(values[1].textBytes)
                let start = values.count > 2 ? min(max(values[2].int, 1) - 1, Int64(text.count)) : 0
                let found = types[1].range(of: types[0].characters(values[0].textBytes), in: text, from: Int(start))
                return .integer(found.map { Int64($0.lowerBound) + 1 } ?? 0)
            }
        },
        "PATINDEX": Definition(arity: 2...2) { call throws(SQLError) in
            let types = try call.texts(0, 1)
            let collation = types[1].collation ?? .default
            return FunctionPlan(parameters: types, result: types[1].length == .max ? .bigint : .int) { values, _ in
                .integer(
                    Int64(
                        collation.patternIndex(values[0].textBytes, in: values[1].textBytes, isWide: types[1].isWide)
                    )
                )
            }
        },
        "REPLACE": Definition(arity: 3...3) { call throws(SQLError) in
            let types = try call.texts(0, 1, 2)
            let result = types[0].longestVarying
            return FunctionPlan(parameters: types, result: result) { values, _ throws(SQLError) in
                let text = types[0].characters(values[0].textBytes)
                let wanted = types[1].characters(values[1].textBytes)
                let replacement = types[2].characters(values[2].textBytes)
                var output: [UInt32] = []
                var place = 0
                while let found = types[0].range(of: wanted, in: text, from: place) {
                    output += text[place..<found.lowerBound] + replacement
                    place = found.upperBound
                    if output.count > 1 << 27 {
                        throw .unsupported("REPLACE with a result of more than 128 M characters")
                    }
                }
                output += text[place...]
                return result.fitted(types[0].text(output))
            }
        },
        "TRANSLATE": Definition(arity: 3...3) { call throws(SQLError) in
            let types = try call.texts(0, 1, 2)
            return FunctionPlan(parameters: types, result: types[0].varying()) { values, _ throws(SQLError) in
                let from = types[1].characters(values[1].textBytes)
                let to = types[2].characters(values[2].textBytes)
                guard from.count == to.count else {
                    throw SQLError(
                        9828,
                        "The second and third arguments of the TRANSLATE built-in function must contain an equal number "
                            + "of characters."
                    )
                }
                let text = types[0].characters(values[0].textBytes).map { character in
                    from.firstIndex { types[0].equal($0, character) }.map { to[$0] } ?? character
                }
                return types[0].varying().fitted(types[0].text(text))
            }
        },
        "SOUNDEX": Definition(arity: 1...1) { call throws(SQLError) in
            FunctionPlan(parameters: [try call.text(0)], result: .varchar(4)) { values, _ in
                .text(soundex(values[0].textBytes))
            }
        },
        "DIFFERENCE": Definition(arity: 2...2) { call throws(SQLError) in
            FunctionPlan(parameters: [try call.text(0), try call.text(1)], result: .int) { values, _ in
                let codes = zip(soundex(values[0].textBytes), soundex(values[1].textBytes))
                return .integer(Int64(codes.count { $0 == $1 }))
            }
        },
    ]

    /// The first letter and the codes of three consonants that differ from the one before; vowels part equal ones, H and W do not.
    private static func soundex(_ text: [UInt8]) -> [UInt8] {
        let codes = Array("01230120022455012623010202".utf8)
        let letters = text.prefix { 0x41...0x5A ~= $0 & 0xDF }.map { $0 & 0xDF }
        guard let first = letters.first else { return Array("0000".utf8) }
        var result = [first]
        var last = codes[Int(first - 0x41)]
        for letter in letters.dropFirst() where result.count < 4 {
            let code = codes[Int(letter - 0x41)]
            if code != 0x30, code != last { result.append(code) }
            if letter != 0x48, letter != 0x57 { last = code }
        }
        return result + [UInt8](repeating: 0x30, count: 4 - result.count)
    }
}

extension SQLType {
    func range(of needle: [UInt32], in text: [UInt32], from start: Int) -> Range<Int>? {
        (collation ?? .default).range(of: needle, in: text, from: start, isWide: isWide)
    }
}
