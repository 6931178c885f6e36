package enum UnaryOperator: String, Hashable, Sendable {
    case plus = "+"
    case minus = "-"
    case bitNot = "~"
}

package enum BinaryOperator: String, Hashable, Sendable {
    /// Also joins strings.
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case modulo = "%"
    case bitAnd = "&"
    case bitOr = "|"
    case bitXor = "^"
}

package enum ComparisonOperator: String, Hashable, Sendable {
    case equal = "="
    /// Also written `!=`.
    case notEqual = "<>"
    case less = "<"
    case greater = ">"
    /// Also written `!>`.
    case lessOrEqual = "<="
    /// Also written `!<`.
    case greaterOrEqual = ">="
}

package enum Quantifier: String, Hashable, Sendable {
    case all
    /// Also written `SOME`.
    case any
}

/// `=`, or an operator that combines the old value with a new one.
package enum AssignmentOperator: String, Hashable, Sendable {
    case set = "="
    case add = "+="
    case subtract = "-="
    case multiply = "*="
    case divide = "/="
    case modulo = "%="
    case bitAnd = "&="
    case bitOr = "|="
    case bitXor = "^="
}
