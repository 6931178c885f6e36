import TSQL

extension BinaryOperator {
    /// The operator that the tree names.
    init(_ operation: TSQL.BinaryOperator) {
        self =
            switch operation {
            case .add: .add
            case .subtract: .subtract
            case .multiply: .multiply
            case .divide: .divide
            case .modulo: .modulo
            case .bitAnd: .bitAnd
            case .bitOr: .bitOr
            case .bitXor: .bitXor
            }
    }
}

extension AssignmentOperator {
    /// The operator that combines the old value with the new one; `nil` for a plain assignment.
    var combination: TSQL.BinaryOperator? { TSQL.BinaryOperator(rawValue: String(rawValue.dropLast())) }
}
