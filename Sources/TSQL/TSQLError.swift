/// What is wrong with a text of Transact-SQL: SQL Server's number and words, the line, and what was found there.
///
/// Where SQL Server goes on after an error and reports further ones, this module stops at the first.
package struct TSQLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The number of a message, as `sys.messages` lists it.
    package struct Code: Hashable, Sendable {
        package let number: Int

        /// Something that the grammar has no place for.
        package static let incorrectSyntax = Code(number: 102)
        /// An identifier of more than 128 characters.
        package static let identifierTooLong = Code(number: 103)
        /// A string or a quoted identifier without its end.
        package static let unclosedQuotationMark = Code(number: 105)
        /// A statement that only the beginning of a batch can hold.
        package static let notFirstInBatch = Code(number: 111)
        /// A `/*` without its `*/`.
        package static let missingEndComment = Code(number: 113)
        /// A reserved word that the grammar has no place for.
        package static let incorrectSyntaxNearKeyword = Code(number: 156)
        /// Deeper nesting than the parser follows.
        package static let nestedTooDeeply = Code(number: 191)
        /// `WITH` where the statement before it has no semicolon.
        package static let semicolonBeforeWith = Code(number: 319)
        /// An identifier without characters.
        package static let emptyName = Code(number: 1038)
        /// A value where a condition belongs.
        package static let conditionExpected = Code(number: 4145)
        /// `MERGE` without a semicolon at its end.
        package static let semicolonAfterMerge = Code(number: 10713)
        /// Transact-SQL, but a part of it that the tree does not carry. The token names it.
        package static let unsupported = Code(number: 40517)
    }

    package var code: Code
    /// SQL Server's text of the message.
    package var message: String
    /// The line of the batch in which `token` begins, counted from 1.
    package var line: Int
    /// What was found, without quotes; empty at the end of an empty text.
    package var token: String

    package var number: Int { code.number }
    /// SQL Server's class of an error: 15, a mistake in the text.
    package var severity: Int { 15 }

    package var description: String { "Msg \(number), Level \(severity), State 1, Line \(line): \(message)" }
}

extension TSQLError {
    /// Long literals are shortened, as a message has room for 2047 characters and readers for less.
    private static func shortened(_ text: String) -> String { String(text.prefix(128)) }

    static func incorrectSyntax(near token: String, isKeyword: Bool, line: Int) -> TSQLError {
        let near = shortened(token)
        return isKeyword
            ? TSQLError(
                code: .incorrectSyntaxNearKeyword,
                message: "Incorrect syntax near the keyword '\(near)'.",
                line: line,
                token: near
            )
            : TSQLError(
                code: .incorrectSyntax,
                message: "Incorrect syntax near '\(near)'.",
                line: line,
                token: near
            )
    }

    static func identifierTooLong(_ name: String, line: Int) -> TSQLError {
        let start = shortened(name)
        return TSQLError(
            code: .identifierTooLong,
            message: "The identifier that starts with '\(start)' is too long. Maximum length is 128.",
            line: line,
            token: start
        )
    }

    static func unclosedQuotationMark(after text: String, line: Int) -> TSQLError {
        let start = shortened(text)
        return TSQLError(
            code: .unclosedQuotationMark,
            message: "Unclosed quotation mark after the character string '\(start)'.",
            line: line,
            token: start
        )
    }

    static func missingEndComment(line: Int) -> TSQLError {
        TSQLError(code: .missingEndComment, message: "Missing end comment mark '*/'.", line: line, token: "/*")
    }

    static func notFirstInBatch(_ statement: String, line: Int) -> TSQLError {
        TSQLError(
            code: .notFirstInBatch,
            message: "'\(statement)' must be the first statement in a query batch.",
            line: line,
            token: statement
        )
    }

    static func nestedTooDeeply(near token: String, line: Int) -> TSQLError {
        TSQLError(
            code: .nestedTooDeeply,
            message: "Some part of your SQL statement is nested too deeply. "
                + "Rewrite the query or break it up into smaller queries.",
            line: line,
            token: shortened(token)
        )
    }

    static func semicolonBeforeWith(_ with: String, line: Int) -> TSQLError {
        TSQLError(
            code: .semicolonBeforeWith,
            message: "Incorrect syntax near the keyword '\(with)'. If this statement is a common table expression, "
                + "an xmlnamespaces clause or a change tracking context clause, the previous statement must be "
                + "terminated with a semicolon.",
            line: line,
            token: with
        )
    }

    static func emptyName(line: Int) -> TSQLError {
        TSQLError(
            code: .emptyName,
            message: "An object or column name is missing or empty. For SELECT INTO statements, verify each column has "
                + "a name. For other statements, look for empty alias names. Aliases defined as \"\" or [] are not "
                + "allowed. Change the alias to a valid name.",
            line: line,
            token: ""
        )
    }

    static func conditionExpected(near token: String, line: Int) -> TSQLError {
        let near = shortened(token)
        return TSQLError(
            code: .conditionExpected,
            message: "An expression of non-boolean type specified in a context where a condition is expected, "
                + "near '\(near)'.",
            line: line,
            token: near
        )
    }

    static func semicolonAfterMerge(near token: String, line: Int) -> TSQLError {
        TSQLError(
            code: .semicolonAfterMerge,
            message: "A MERGE statement must be terminated by a semi-colon (;).",
            line: line,
            token: shortened(token)
        )
    }

    static func unsupported(_ feature: String, line: Int) -> TSQLError {
        TSQLError(
            code: .unsupported,
            message: "Keyword or statement option '\(feature)' is not supported in this version of SQL Server.",
            line: line,
            token: feature
        )
    }
}
