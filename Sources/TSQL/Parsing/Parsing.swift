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
        self = try parser.whole(parser.expressionOrCondition)
    }
}

extension Name {
    /// Parses the name of an object in up to four parts, as `OBJECT_ID` takes it: `[my db]..t`.
    package init(parsing text: String) throws(TSQLError) {
        let parser = Parser(Array(text.utf8), isQuotedIdentifierOn: true)
        self = try parser.whole(parser.name)
    }
}

extension DataType {
    /// Parses the name of a type with its parameters: `decimal(10, 2)`.
    package init(parsing text: String) throws(TSQLError) {
        let parser = Parser(Array(text.utf8), isQuotedIdentifierOn: true)
        self = try parser.whole(parser.dataType)
    }
}

extension Parameter {
    /// Parses declarations of parameters, as `sp_executesql` takes them: `@a int, @b nvarchar(10) OUTPUT`.
    package static func list(parsing text: String) throws(TSQLError) -> [Parameter] {
        let parser = Parser(Array(text.utf8), isQuotedIdentifierOn: true)
        return try parser.whole { () throws(TSQLError) in
            parser.current.kind == .end ? [] : try parser.list(parser.parameter)
        }
    }
}

extension Parser {
    /// Parses a text that holds one thing and nothing else.
    fileprivate func whole<Content>(_ content: () throws(TSQLError) -> Content) throws(TSQLError) -> Content {
        let result = try content()
        if current.kind != .end { throw unexpected() }
        try checkLexing()
        return result
    }
}
