/// Functions that make texts of texts.
///
/// Source: Microsoft, "String functions (Transact-SQL)".
extension FunctionTable {
    static let stringFunctions: [String: Definition] = [
        "LEN": Definition(arity: 1...1) { call throws(SQLError) in
            let type = try call.text(0)
            return FunctionPlan(parameters: [type], result: type.length == .max ? .bigint : .int) { values, _ in
                .integer(Int64(type.characters(Collation.unpadded(values[0].textBytes)).count))
            }
        },
        "LEFT": Definition(arity: 2...2) { call throws(SQLError) in
            try cut(call) { characters, count throws(SQLError) in
                if count < 0 {
                    throw SQLError(
                        537,
                        "Invalid length parameter passed to the LEFT or SUBSTRING function.",
                        state: 2
                    )
                }
                return characters.prefix(count)
            }
        },
        "RIGHT": Definition(arity: 2...2) { call throws(SQLError) in
            try cut(call) { characters, count throws(SQLError) in
                if count < 0 {
                    throw SQLError(536, "Invalid length parameter passed to the right function.", state: 2)
                }
                return characters.suffix(count)
            }
        },
        "SUBSTRING": Definition(arity: 3...3) { call throws(SQLError) in try substring(call) },
        "UPPER": Definition(arity: 1...1) { call throws(SQLError) in
            try map(call) { $0.properties.uppercaseMapping }
        },
        "LOWER": Definition(arity: 1...1) { call throws(SQLError) in
            try map(call) { $0.properties.lowercaseMapping }
        },
        "LTRIM": Definition(arity: 1...2) { call throws(SQLError) in try trim(call, start: true, end: false) },
        "RTRIM": Definition(arity: 1...2) { call throws(SQLError) in try trim(call, start: false, end: true) },
        // TRIM(characters FROM text) comes as TRIM(characters, text).
        "TRIM": Definition(arity: 1...2) { call throws(SQLError) in
            try trim(call, start: true, end: true, charactersFirst: true)
        },
        "REVERSE": Definition(arity: 1...1) { call throws(SQLError) in
            let type = try call.text(0)
            return FunctionPlan(parameters: [type], result: type.varying()) { values, _ in
                .text(type.text(type.characters(values[0].textBytes).reversed()))
            }
        },
        "SPACE": Definition(arity: 1...1) { _ throws(SQLError) in
            FunctionPlan(parameters: [.int], result: .varchar(8000)) { values, _ in
                let count = values[0].int
                return count < 0 ? .null : .text([UInt8](repeating: 0x20, count: Int(min(count, 8000))))
            }
        },
        "REPLICATE": Definition(arity: 2...2) { call throws(SQLError) in try replicate(call) },
        "STUFF": Definition(arity: 4...4) { call throws(SQLError) in try stuff(call) },
        "CONCAT": Definition(arity: 2...254) { call throws(SQLError) in try concat(call, hasSeparator: false) },
        "CONCAT_WS": Definition(arity: 3...254) { call throws(SQLError) in try concat(call, hasSeparator: true) },
        "QUOTENAME": Definition(arity: 1...2) { call throws(SQLError) in quoteName(call) },
        "PARSENAME": Definition(arity: 2...2) { _ throws(SQLError) in
            FunctionPlan(parameters: [.nvarchar(4000), .int], result: .nvarchar(128)) { values, _ in
                let parts = ObjectName.parts(SQLValue.shown(values[0].textBytes)) ?? []
                let place = values[1].int
                guard 1...4 ~= place, parts.count <= 4, place <= parts.count else { return .null }
                let part = parts[parts.count - Int(place)]
                return part.isEmpty ? .null : .string(part)
            }
        },
        "STRING_ESCAPE": Definition(arity: 2...2) { _ throws(SQLError) in
            FunctionPlan(parameters: [.nvarchar(.max), .nvarchar(20)], result: .nvarchar(.max)) {
                values,
                _ throws(SQLError) in
                guard SQLValue.shown(values[1].textBytes).lowercased() == "json" else {
                    throw SQLError(13609, "An invalid value was specified for argument 2 of STRING_ESCAPE function.")
                }
                return .text(values[0].textBytes.flatMap(jsonEscaped))
            }
        },
        "STR": Definition(arity: 1...3) { call throws(SQLError) in
            let length = call.type(1) == .null ? 10 : call.integerLiteral(1) ?? 8000
            return FunctionPlan(
                parameters: Array([.float, .int, .int].prefix(call.types.count)),
                result: .varchar(.units(min(max(length, 1), 8000)))
            ) { values, _ in
                str(
                    values[0].double,
                    length: values.count > 1 ? values[1].int : 10,
                    decimals: values.count > 2 ? values[2].int : 0
                )
            }
        },
        "FORMAT": Definition(arity: 2...3) { call throws(SQLError) in try FormatFunction.plan(call) },
    ]

    /// LEFT and RIGHT.
    private static func cut(
        _ call: FunctionCall,
        _ cut: @escaping @Sendable ([UInt32], Int) throws(SQLError) -> ArraySlice<UInt32>
    ) throws(SQLError) -> FunctionPlan {
        let type = try call.text(0)
        let limit = call.integerLiteral(1).flatMap { count in
            type.length?.units.map { TypeLength.units(min($0, max(count, 1))) }
        }
        return FunctionPlan(parameters: [type, .int], result: type.varying(limit)) { values, _ throws(SQLError) in
            let characters = type.characters(values[0].textBytes)
            return .text(type.text(try cut(characters, Int(values[1].int))))
        }
    }

    private static func substring(_ call: FunctionCall) throws(SQLError) -> FunctionPlan {
        @Sendable func range(_ count: Int, _ start: Int64, _ length: Int64) throws(SQLError) -> Range<Int> {
            if length < 0 {
                throw SQLError(537, "Invalid length parameter passed to the LEFT or SUBSTRING function.", state: 3)
            }
            // Both may be as large as they like: the end saturates.
            let (end, overflow) = start.addingReportingOverflow(length)
            let first = min(max(start, 1) - 1, Int64(count))
            let last = min(max(overflow ? .max : end, 1) - 1, Int64(count))
            return Int(first)..<Int(max(first, last))
        }
        if call.type(0).family == .binary {
            let type = call.type(0)
            return FunctionPlan(parameters: [type, .bigint, .bigint], result: .varbinary(type.length ?? .max)) {
                values,
                _ throws(SQLError) in
                guard case .binary(let bytes) = values[0] else { return .null }
                return .binary(Array(bytes[try range(bytes.count, values[1].int, values[2].int)]))
            }
        }
        let type = try call.text(0)
        return FunctionPlan(parameters: [type, .bigint, .bigint], result: type.varying()) {
            values,
            _ throws(SQLError) in
            let characters = type.characters(values[0].textBytes)
            return .text(type.text(characters[try range(characters.count, values[1].int, values[2].int)]))
        }
    }

    /// UPPER and LOWER: one character becomes one, as in SQL Server.
    private static func map(
        _ call: FunctionCall,
        _ mapping: @escaping @Sendable (Unicode.Scalar) -> String
    ) throws(SQLError) -> FunctionPlan {
        let type = try call.text(0)
        return FunctionPlan(parameters: [type], result: type.varying()) { values, _ in
            .text(
                type.text(
                    type.characters(values[0].textBytes).map { character in
                        guard let scalar = Unicode.Scalar(character) else { return character }
                        let mapped = mapping(scalar).unicodeScalars
                        guard mapped.count == 1, let first = mapped.first?.value else { return character }
                        let isLost = type.hasCodePage && CodePage1252.byte(UInt16(truncatingIfNeeded: first)) == nil
                        return isLost ? character : first
                    }
                )
            )
        }
    }

    private static func trim(
        _ call: FunctionCall,
        start: Bool,
        end: Bool,
        charactersFirst: Bool = false
    ) throws(SQLError) -> FunctionPlan {
        let isPlain = call.types.count == 1
        let types = isPlain ? [try call.text(0)] : try call.texts(0, 1)
        let place = isPlain || !charactersFirst ? 0 : 1
        let type = types[place]
        return FunctionPlan(parameters: types, result: type.varying()) { values, _ in
            let set = isPlain ? [0x20] : type.characters(values[1 - place].textBytes)
            var characters = type.characters(values[place].textBytes)[...]
            func isTrimmed(_ character: UInt32) -> Bool { set.contains { type.equal($0, character) } }
            while start, let first = characters.first, isTrimmed(first) { characters.removeFirst() }
            while end, let last = characters.last, isTrimmed(last) { characters.removeLast() }
            return .text(type.text(characters))
        }
    }

    private static func replicate(_ call: FunctionCall) throws(SQLError) -> FunctionPlan {
        let type = try call.text(0)
        var result = type.longestVarying
        if let count = call.integerLiteral(1), let units = type.length?.units, 0...8000 ~= count {
            result = type.varying(.units(units * count))
        }
        return FunctionPlan(parameters: [type, .int], result: result) {
            [result] values, _ throws(SQLError) in
            let (text, count) = (values[0].textBytes, Int(values[1].int))
            if count < 0 { return .null }
            // Not more is built than the result holds.
            let needed = result.length?.units.map { 4 * $0 / max(text.count, 1) + 1 } ?? count
            let times = min(count, needed)
            guard text.count.multipliedReportingOverflow(by: times).partialValue <= 1 << 28 else {
                throw .unsupported("REPLICATE of more than 256 MB")
            }
            return result.fitted(Array(repeatElement(text, count: times).joined()))
        }
    }

    private static func stuff(_ call: FunctionCall) throws(SQLError) -> FunctionPlan {
        let types = try call.texts(0, 3)
        let (type, inserted) = (types[0], types[1])
        let length: TypeLength =
            if let a = type.length?.units, let b = inserted.length?.units { .units(a + b) } else { .max }
        let result = type.varying(length)
        return FunctionPlan(parameters: [type, .bigint, .bigint, inserted], result: result, isStrict: false) {
            values,
            _ in
            guard !values[0].isNull, !values[1].isNull, !values[2].isNull else { return .null }
            let characters = type.characters(values[0].textBytes)
            let (start, count) = (values[1].int, values[2].int)
            guard start >= 1, start <= characters.count, count >= 0 else { return .null }
            let first = Int(start) - 1
            let last = first + Int(min(count, Int64(characters.count - first)))
            return result.fitted(
                type.text(characters[..<first] + inserted.characters(values[3].textBytes) + characters[last...])
            )
        }
    }

    private static func concat(_ call: FunctionCall, hasSeparator: Bool) throws(SQLError) -> FunctionPlan {
        var types: [SQLType] = []
        for index in call.types.indices { types.append(try call.text(index)) }
        types = try FunctionCall.aligned(types, operation: "concat")
        var total: Int? = 0
        for (index, type) in types.enumerated() {
            let times = hasSeparator && index == 0 ? types.count - 1 : 1
            total = if let sum = total, let units = type.length?.units { sum + units * times } else { nil }
        }
        let result = (types.first ?? .varchar(1)).varying(total.map { .units($0) } ?? .max)
        return FunctionPlan(parameters: types, result: result, isStrict: false) { values, _ in
            var text: [UInt8] = []
            var isFirst = true
            for value in hasSeparator ? values.dropFirst() : values[...] where !(hasSeparator && value.isNull) {
                if hasSeparator, !isFirst { text = BinaryOperation.joined(text, values[0].textBytes) }
                isFirst = false
                text = BinaryOperation.joined(text, value.textBytes)
            }
            return result.fitted(text)
        }
    }

    private static func quoteName(_ call: FunctionCall) -> FunctionPlan {
        let parameters: [SQLType] = Array([.nvarchar(4000), .nvarchar(10)].prefix(call.types.count))
        return FunctionPlan(parameters: parameters, result: .nvarchar(258)) { values, _ in
            let name = values[0].textBytes
            let marks: (UInt8, UInt8)
            switch values.count > 1 ? values[1].textBytes.first ?? 0x5B : 0x5B {
            case 0x5B, 0x5D: marks = (0x5B, 0x5D)
            case 0x28, 0x29: marks = (0x28, 0x29)
            case 0x3C, 0x3E: marks = (0x3C, 0x3E)
            case 0x7B, 0x7D: marks = (0x7B, 0x7D)
            case let mark where [0x27, 0x22, 0x60].contains(mark): marks = (mark, mark)
            default: return .null
            }
            if WideText.units(name).count > 128 { return .null }
            return .text([marks.0] + name.flatMap { $0 == marks.1 ? [$0, $0] : [$0] } + [marks.1])
        }
    }

    private static func jsonEscaped(_ byte: UInt8) -> [UInt8] {
        switch byte {
        case 0x22, 0x5C, 0x2F: return [0x5C, byte]
        case 0x08: return Array("\\b".utf8)
        case 0x09: return Array("\\t".utf8)
        case 0x0A: return Array("\\n".utf8)
        case 0x0C: return Array("\\f".utf8)
        case 0x0D: return Array("\\r".utf8)
        case ..<0x20:
            return Array("\\u00".utf8) + Conversion.hexadecimalText([byte]).map { 0x41...0x46 ~= $0 ? $0 + 32 : $0 }
        default: return [byte]
        }
    }

    /// A number right-aligned in so many characters; stars where it does not fit.
    private static func str(_ number: Double, length: Int64, decimals: Int64) -> SQLValue {
        guard 1...8000 ~= length, decimals >= 0 else { return .null }
        let width = Int(length)
        let whole = FloatText.fixed(number, decimals: 0)
        if whole.utf8.count > width { return .text([UInt8](repeating: 0x2A, count: width)) }
        // Decimals that there is no room for are rounded away.
        let room = max(width - FloatText.fixed(number.rounded(.towardZero), decimals: 0).utf8.count - 1, 0)
        var text = FloatText.fixed(number, decimals: min(Int(min(decimals, 16)), room))
        if text.utf8.count > width { text = whole }
        return .text([UInt8](repeating: 0x20, count: width - text.utf8.count) + Array(text.utf8))
    }
}

extension SQLType {
    /// The characters of a text as functions count them.
    func characters(_ text: [UInt8]) -> [UInt32] { (collation ?? .default).characters(text) }

    func text(_ characters: some Collection<UInt32>) -> [UInt8] { (collation ?? .default).text(characters) }

    /// Whether two characters are equal under the collation.
    func equal(_ a: UInt32, _ b: UInt32) -> Bool {
        if a == b { return true }
        let collation = collation ?? .default
        var weights: ([CollationWeight], [CollationWeight]) = ([], [])
        collation.append(a, to: &weights.0, isWide: isWide)
        collation.append(b, to: &weights.1, isWide: isWide)
        return weights.0 == weights.1
    }
}
