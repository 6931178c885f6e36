extension Batch {
    /// Parses one batch, without `GO`.
    ///
    /// - Parameter isQuotedIdentifierOn: the setting with which the batch begins; `SET QUOTED_IDENTIFIER` within it changes it
    ///   for what follows, as it does for SQL Server.
    package init(parsing text: String, isQuotedIdentifierOn: Bool = true) throws(TSQLError) {
        let source = Array(text.utf8)
        let parser = Parser(source, isQuotedIdentifierOn: isQuotedIdentifierOn)
        self.init(statements: try parser.batch(), source: source)
    }
}

extension Expression {
    /// Parses one expression or condition, such as the text of a default or of a check constraint.
    package init(parsing text: String, isQuotedIdentifierOn: Bool = true) throws(TSQLError) {
        let parser = Parser(Array(text.utf8), isQuotedIdentifierOn: isQuotedIdentifierOn)
        self = try parser.expressionOrCondition()
        if parser.current.kind != .end { throw parser.unexpected() }
        try parser.checkLexing()
    }
}
