/// The operators between two values.
package enum BinaryOperator: String, Hashable, Sendable {
    case add, subtract, multiply, divide, modulo, bitAnd, bitOr, bitXor

    /// As messages name it.
    var messageName: String {
        switch self {
        case .bitAnd: "'&'"
        case .bitOr: "'|'"
        case .bitXor: "'^'"
        default: rawValue
        }
    }

    var isBitwise: Bool {
        switch self {
        case .bitAnd, .bitOr, .bitXor: true
        default: false
        }
    }
}

/// An operator between two types: what the operands become, and what comes out.
///
/// Source: Microsoft, "Operators (Transact-SQL)", "Precision, scale, and length (Transact-SQL)".
package struct BinaryOperation: Sendable {
    package let op: BinaryOperator
    package let result: SQLType
    private let left: Conversion
    private let right: Conversion

    /// - Parameters:
    ///   - leftLiteral: The number, where the operand is a literal: beside a decimal it has only the digits that it shows.
    /// - Throws: 402, 8117, 206, 257 and 468 where the operator does not take the types.
    package init(
        _ op: BinaryOperator,
        _ left: SQLType,
        _ right: SQLType,
        leftLiteral: Int64? = nil,
        rightLiteral: Int64? = nil,
        settings: ConversionSettings = .default
    ) throws(SQLError) {
        self.op = op
        let types = try Typing(op, left, right, leftLiteral, rightLiteral)
        result = types.result
        self.left = try Conversion.implicit(from: left, to: types.left, settings: settings)
        self.right = try Conversion.implicit(from: right, to: types.right, settings: settings)
    }

    package func evaluate(_ a: SQLValue, _ b: SQLValue) throws(SQLError) -> SQLValue {
        if a.isNull || b.isNull { return .null }
        let x = try left.convert(a)
        let y = try right.convert(b)
        switch (x, y) {
        case (.null, _), (_, .null): return .null
        case (.integer(let x), .integer(let y)): return try integers(x, y)
        case (.decimal(let x), .decimal(let y)): return .decimal(try decimals(x, y))
        case (.double(let x), .double(let y)): return try Conversion.checked(try doubles(x, y), result)
        case (.text(let x), .text(let y)): return result.fitted(Self.joined(x, y))
        case (.binary(let x), .binary(let y)): return .binary(result.fit(binary: x + y).bytes)
        case (.dateTime(let x), .dateTime(let y)): return try dates(x, y)
        default: throw .incompatible(left.from, right.from, op.messageName)
        }
    }

    /// Two texts in one; the halves of a surrogate pair meet.
    static func joined(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
        let endsInHalf = a.count >= 3 && a[a.count - 3] == 0xED && 0xA0...0xAF ~= a[a.count - 2]
        guard endsInHalf, b.first == 0xED else { return a + b }
        return WideText.bytes(WideText.units(a) + WideText.units(b))
    }

    private func integers(_ a: Int64, _ b: Int64) throws(SQLError) -> SQLValue {
        let (value, overflow): (Int64, Bool)
        switch op {
        case .add: (value, overflow) = a.addingReportingOverflow(b)
        case .subtract: (value, overflow) = a.subtractingReportingOverflow(b)
        case .multiply: (value, overflow) = a.multipliedReportingOverflow(by: b)
        case .divide, .modulo:
            if b == 0 { throw .divideByZero }
            (value, overflow) =
                op == .divide
                ? a.dividedReportingOverflow(by: b) : (b == -1 ? 0 : a % b, false)
        case .bitAnd: (value, overflow) = (a & b, false)
        case .bitOr: (value, overflow) = (a | b, false)
        case .bitXor: (value, overflow) = (a ^ b, false)
        }
        guard !overflow, result.integerRange?.contains(value) == true else { throw .overflow(result) }
        return .integer(value)
    }

    private func decimals(_ a: Int128, _ b: Int128) throws(SQLError) -> Int128 {
        let value: Int128?
        let (scaleA, scaleB) = (left.to.scale, right.to.scale)
        switch op {
        case .add, .subtract:
            let exact = max(scaleA, scaleB)
            value =
                sum(a, b, scale: exact).flatMap { DecimalMath.rescale($0, from: exact, to: result.scale) }
                ?? sum(a, b, scale: result.scale)
        case .multiply: value = DecimalMath.multiply(a, b, dropping: scaleA + scaleB - result.scale)
        case .divide:
            if b == 0 { throw .divideByZero }
            value = DecimalMath.divide(a, b, digits: result.scale - scaleA + scaleB)
        case .modulo:
            if b == 0 { throw .divideByZero }
            let exact = max(scaleA, scaleB)
            let x = DecimalMath.rescale(a, from: scaleA, to: exact)
            let y = DecimalMath.rescale(b, from: scaleB, to: exact)
            value = if let x, let y { DecimalMath.rescale(x % y, from: exact, to: result.scale) } else { nil }
        default: value = nil
        }
        guard let value, result.unscaledRange?.contains(value) == true else { throw .overflow(result) }
        return value
    }

    private func sum(_ a: Int128, _ b: Int128, scale: Int) -> Int128? {
        guard let x = DecimalMath.rescale(a, from: left.to.scale, to: scale),
            let y = DecimalMath.rescale(b, from: right.to.scale, to: scale)
        else { return nil }
        let (value, overflow) = op == .add ? x.addingReportingOverflow(y) : x.subtractingReportingOverflow(y)
        return overflow ? nil : value
    }

    private func doubles(_ a: Double, _ b: Double) throws(SQLError) -> Double {
        switch op {
        case .add: return a + b
        case .subtract: return a - b
        case .multiply: return a * b
        default:
            if b == 0 { throw .divideByZero }
            return a / b
        }
    }

    private func dates(_ a: Int64, _ b: Int64) throws(SQLError) -> SQLValue {
        let (units, overflow) = op == .add ? a.addingReportingOverflow(b) : a.subtractingReportingOverflow(b)
        guard !overflow, let moment = Moment(.dateTime(units)), let value = moment.value(result) else {
            throw .overflow(result)
        }
        return value
    }
}

/// The types of an operation.
private struct Typing {
    var left: SQLType
    var right: SQLType
    var result: SQLType

    init(_ op: BinaryOperator, _ a: SQLType, _ b: SQLType, _ x: Int64?, _ y: Int64?) throws(SQLError) {
        // A NULL without type is of the other operand's; two of them are int.
        let a0 = a == .null ? (b == .null ? .int : b) : a
        let b0 = b == .null ? a0 : b
        self = try Typing.typed(op, a0, b0, x, y)
    }

    private init(_ left: SQLType, _ right: SQLType, _ result: SQLType) {
        self.left = left
        self.right = right
        self.result = result
    }

    private static func typed(
        _ op: BinaryOperator,
        _ a: SQLType,
        _ b: SQLType,
        _ x: Int64?,
        _ y: Int64?
    ) throws(SQLError) -> Typing {
        let name = op.messageName
        if a.isOldLarge || b.isOldLarge || a.family.isOpaque || b.family.isOpaque { throw .incompatible(a, b, name) }
        switch (a.family, b.family) {
        case (.characters, .characters):
            guard op == .add else { throw op.isBitwise ? .incompatible(a, b, name) : .invalidOperand(a, name) }
            return try concatenation(a, b)
        case (.binary, .binary):
            guard op == .add else { throw .incompatible(a, b, name) }
            let length: TypeLength =
                if let i = a.length?.units, let j = b.length?.units { .units(min(i + j, 8000)) } else { .max }
            let isFixed = a.isFixedLength && b.isFixedLength
            return Typing(a, b, isFixed ? .binary(length.units ?? 8000) : .varbinary(length))
        case (.binary, .characters), (.characters, .binary), (.guid, _), (_, .guid): throw .incompatible(a, b, name)
        case (.dateTime, _), (_, .dateTime): return try dates(op, a, b)
        default: return try numbers(op, a, b, x, y)
        }
    }

    private static func concatenation(_ a: SQLType, _ b: SQLType) throws(SQLError) -> Typing {
        let collation = try Collation.resolve(a.collation ?? .default, b.collation ?? .default, operation: "add")
        let isWide = a.isWide || b.isWide
        let length: TypeLength =
            if let i = a.length?.units, let j = b.length?.units { .units(i + j) } else { .max }
        let result = SQLType.characters(
            length,
            isWide: isWide,
            isFixed: a.isFixedLength && b.isFixedLength,
            collation
        )
        // Each operand keeps its own length and padding.
        func operand(_ type: SQLType) -> SQLType {
            isWide && !type.isWide
                ? .characters(type.length ?? .max, isWide: true, isFixed: type.isFixedLength, collation) : type
        }
        return Typing(operand(a), operand(b), result)
    }

    /// Only `datetime` and `smalldatetime` take numbers, as days, and each other.
    private static func dates(_ op: BinaryOperator, _ a: SQLType, _ b: SQLType) throws(SQLError) -> Typing {
        let name = op.messageName
        func isOld(_ type: SQLType) -> Bool { type == .datetime || type == .smalldatetime }
        for (date, other) in [(a, b), (b, a)] where date.family == .dateTime && !isOld(date) {
            if other.isNumeric { throw .clash(a, b) }
            throw other == date ? .invalidOperand(date, name) : .incompatible(a, b, name)
        }
        guard op == .add || op == .subtract else {
            throw .invalidOperand(a.family == .dateTime ? a : b, name)
        }
        let result = try SQLType.common(a, b)
        return Typing(.datetime, .datetime, result)
    }

    private static func numbers(
        _ op: BinaryOperator,
        _ a: SQLType,
        _ b: SQLType,
        _ x: Int64?,
        _ y: Int64?
    ) throws(SQLError) -> Typing {
        let name = op.messageName
        let common = try SQLType.common(a, b)
        switch common.family {
        case .integer:
            if common == .bit, !op.isBitwise { throw .incompatible(a, b, name) }
            return Typing(common, common, common)
        case .money:
            if op.isBitwise { throw .incompatible(a, b, name) }
            return Typing(common, common, common)
        case .float:
            if op.isBitwise || op == .modulo { throw .incompatible(a, b, name) }
            return Typing(common, common, common)
        case .decimal:
            if op.isBitwise { throw .incompatible(a, b, name) }
            let left = operand(a, x, common)
            let right = operand(b, y, common)
            return Typing(.decimal(left.0, left.1), .decimal(right.0, right.1), decimal(op, left, right))
        default: throw .incompatible(a, b, name)
        }
    }

    /// The digits of an operand beside a decimal; texts take the type of the other operand.
    private static func operand(_ type: SQLType, _ literal: Int64?, _ common: SQLType) -> (Int, Int) {
        if let literal, type.family == .integer { return (String(literal.magnitude).count, 0) }
        return type.decimalEquivalent ?? common.decimalEquivalent ?? (38, 0)
    }

    private static func decimal(_ op: BinaryOperator, _ a: (Int, Int), _ b: (Int, Int)) -> SQLType {
        let ((p1, s1), (p2, s2)) = (a, b)
        switch op {
        case .multiply: return bounded(p1 + p2 + 1, s1 + s2)
        case .divide:
            let scale = max(6, s1 + p2 + 1)
            return bounded(p1 - s1 + s2 + scale, scale)
        case .modulo:
            return .decimal(wholeDigits: min(p1 - s1, p2 - s2), scale: max(s1, s2))
        default:
            let precision = max(s1, s2) + max(p1 - s1, p2 - s2) + 1
            guard precision > 38 else { return .decimal(precision, max(s1, s2)) }
            return .decimal(38, min(max(s1, s2), 38 - max(p1 - s1, p2 - s2)))
        }
    }

    /// Beyond 38 digits the scale gives way to the whole part, but never below 6.
    private static func bounded(_ precision: Int, _ scale: Int) -> SQLType {
        guard precision > 38 else { return .decimal(precision, scale) }
        let whole = precision - scale
        if whole < 32 { return .decimal(38, min(scale, 38 - whole)) }
        return .decimal(38, min(scale, 6))
    }
}

extension TypeFamily {
    /// Values that no operator of arithmetic takes.
    fileprivate var isOpaque: Bool { self == .xml || self == .variant || self == .userDefined }
}
