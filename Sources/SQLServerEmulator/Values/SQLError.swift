/// An error as SQL Server reports it: number, state, severity and text are those that a client sees.
///
/// Source: Microsoft, "Database engine events and errors", and `sys.messages`.
package struct SQLError: Error, Hashable, Sendable, CustomStringConvertible {
    package var number: Int32
    package var state: UInt8
    /// 11 to 16 are faults of the statement, 17 and above of the server.
    package var severity: UInt8
    package var message: String

    package init(_ number: Int32, _ message: String, state: UInt8 = 1, severity: UInt8 = 16) {
        self.number = number
        self.state = state
        self.severity = severity
        self.message = message
    }

    package var description: String { "Msg \(number), Level \(severity), State \(state): \(message)" }
}

extension SQLError {
    /// What this emulator does not do although SQL Server does; refused by its name rather than answered wrongly.
    static func unsupported(_ what: String) -> SQLError {
        SQLError(40517, "Keyword or statement option '\(what)' is not supported in this version of SQL Server.")
    }

    static func conversionFailed(_ from: SQLType, _ text: String, _ to: SQLType) -> SQLError {
        SQLError(
            245,
            "Conversion failed when converting the \(from.name) value '\(text)' to data type \(to.name)."
        )
    }

    static func errorConverting(_ from: SQLType, _ to: SQLType) -> SQLError {
        SQLError(8114, "Error converting data type \(from.messageName) to \(to.messageName).", state: 5)
    }

    static func overflow(converting from: String, to: SQLType) -> SQLError {
        SQLError(8115, "Arithmetic overflow error converting \(from) to data type \(to.messageName).", state: 2)
    }

    static func overflow(_ to: SQLType) -> SQLError { overflow(converting: "expression", to: to) }

    static func overflow(_ to: SQLType, value: Int64) -> SQLError {
        SQLError(220, "Arithmetic overflow error for data type \(to.name), value = \(value).", state: 2)
    }

    static func overflow(_ to: SQLType, value: Double) -> SQLError {
        SQLError(232, "Arithmetic overflow error for type \(to.name), value = \(FloatText.fixed(value, decimals: 6)).")
    }

    static let dateSyntax = SQLError(
        241,
        "Conversion failed when converting date and/or time from character string."
    )

    static func outOfRange(_ from: SQLType, _ to: SQLType) -> SQLError {
        SQLError(
            242,
            "The conversion of a \(from.name) data type to a \(to.name) data type resulted in an out-of-range value.",
            state: 3
        )
    }

    static let divideByZero = SQLError(8134, "Divide by zero error encountered.")

    static func added(to type: SQLType) -> SQLError {
        SQLError(517, "Adding a value to a '\(type.name)' column caused an overflow.")
    }

    static func clash(_ from: SQLType, _ to: SQLType) -> SQLError {
        SQLError(206, "Operand type clash: \(from.clashName) is incompatible with \(to.clashName)", state: 2)
    }

    static func incompatible(_ a: SQLType, _ b: SQLType, _ operation: String) -> SQLError {
        SQLError(
            402,
            "The data types \(a.clashName) and \(b.clashName) are incompatible in the \(operation) operator."
        )
    }

    static func invalidOperand(_ type: SQLType, _ operation: String) -> SQLError {
        SQLError(8117, "Operand data type \(type.messageName) is invalid for \(operation) operator.")
    }

    static func invalidArgument(_ type: SQLType, _ position: Int, _ function: String) -> SQLError {
        SQLError(
            8116,
            "Argument data type \(type.clashName) is invalid for argument \(position) of \(function) function."
        )
    }

    static func invalidDatePart(_ part: String, _ function: String) -> SQLError {
        SQLError(155, "'\(part)' is not a recognized \(function) option.", severity: 15)
    }

    static func unsupportedDatePart(_ part: String, _ function: String, _ type: SQLType) -> SQLError {
        SQLError(
            9810,
            "The datepart \(part) is not supported by date function \(function) for data type \(type.name)."
        )
    }

    static func unsupportedStyle(_ style: Int, _ from: SQLType, _ to: SQLType) -> SQLError {
        SQLError(9809, "The style \(style) is not supported for conversions from \(from.name) to \(to.name).")
    }

    static func truncated(table: String, column: String, value: String) -> SQLError {
        SQLError(
            2628,
            "String or binary data would be truncated in table '\(table)', column '\(column)'. "
                + "Truncated value: '\(value)'."
        )
    }

}
