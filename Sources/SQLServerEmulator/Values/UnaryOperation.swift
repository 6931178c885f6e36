/// The operators on one value: `-` and `~`.
package struct UnaryOperation: Sendable {
    package enum Operator: Hashable, Sendable { case minus, bitNot }

    package let op: Operator
    package let result: SQLType
    private let operand: SQLType

    /// - Throws: 8117 where the operator does not take the type.
    package init(_ op: Operator, _ type: SQLType) throws(SQLError) {
        self.op = op
        operand = type
        switch op {
        case .minus:
            guard type == .null || type.isNumeric, type != .bit else { throw .invalidOperand(type, "minus") }
            result = type == .tinyint ? .smallint : type == .null ? .int : type
        case .bitNot:
            guard type == .null || type.family == .integer else { throw .invalidOperand(type, "'~'") }
            result = type == .null ? .int : type
        }
    }

    package func evaluate(_ value: SQLValue) throws(SQLError) -> SQLValue {
        switch (op, value) {
        case (_, .null): return .null
        case (.minus, .integer(let number)):
            let (negative, overflow) = Int64(0).subtractingReportingOverflow(number)
            guard !overflow, result.integerRange?.contains(negative) == true else { throw .overflow(result) }
            return .integer(negative)
        case (.minus, .decimal(let number)):
            guard result.unscaledRange?.contains(-number) == true else { throw .overflow(result) }
            return .decimal(-number)
        case (.minus, .double(let number)): return .double(number == 0 ? 0 : -number)
        case (.bitNot, .integer(let number)):
            return .integer(operand == .bit ? 1 - number : operand == .tinyint ? 255 - number : ~number)
        default: throw .invalidOperand(operand, op == .minus ? "minus" : "'~'")
        }
    }
}
