/// A sign of the grammar.
enum Symbol: UInt8 {
    case leftParenthesis, rightParenthesis, leftBrace, rightBrace
    case comma, semicolon, dot, colon, doubleColon
    case plus, minus, star, slash, percentSign, ampersand, pipe, caret, tilde
    case equal, less, greater, exclamation
    case notEqual, lessOrEqual, greaterOrEqual, notLess, notGreater
    case plusEqual, minusEqual, starEqual, slashEqual, percentEqual, ampersandEqual, pipeEqual, caretEqual
    /// A character that Transact-SQL has no use for.
    case unknown
}
