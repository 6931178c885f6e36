extension Parser {
    func beginStatement() throws(TSQLError) -> Statement.Kind {
        try expect(.begin)
        switch current.word {
        case .try: return try tryCatch()
        case .tran, .transaction: return try beginTransaction()
        case .distributed: throw unsupported("BEGIN DISTRIBUTED TRANSACTION")
        case .atomic where next(.with): throw unsupported("BEGIN ATOMIC")
        default: break
        }
        let body = try statements()
        if body.isEmpty { throw unexpected() }
        try expect(.end)
        return .block(body)
    }

    private func tryCatch() throws(TSQLError) -> Statement.Kind {
        try expect(.try)
        let body = try statements()
        if body.isEmpty { throw unexpected() }
        try expect(.end, .try)
        while take(.semicolon) {}
        try expect(.begin, .catch)
        let handler = try statements()
        try expect(.end, .catch)
        return .tryCatch(try: body, catch: handler)
    }

    /// `IF … ELSE IF … ELSE …` is read in a loop: there may be more of them than levels of nesting.
    func ifStatement() throws(TSQLError) -> Statement.Kind {
        var branches: [(start: Token, condition: Expression, then: Statement)] = []
        var otherwise: Statement?
        repeat {
            let start = current
            try expect(.if)
            let condition = try condition()
            branches.append((start, condition, try statement()))
            try growChain()
            if at(.semicolon), next(.else) { advance() }
            guard take(.else) else { break }
            if !at(.if) { otherwise = try statement() }
        } while otherwise == nil
        // The last branch belongs to the one before it, and so on; all end where the last one does.
        while branches.count > 1, let last = branches.popLast() {
            let kind = Statement.Kind.conditional(condition: last.condition, then: last.then, otherwise: otherwise)
            otherwise = Statement(kind: kind, span: span(from: last.start))
        }
        return .conditional(condition: branches[0].condition, then: branches[0].then, otherwise: otherwise)
    }

    func whileStatement() throws(TSQLError) -> Statement.Kind {
        try expect(.while)
        let condition = try condition()
        return .loop(condition: condition, body: try statement())
    }

    func returnStatement() throws(TSQLError) -> Statement.Kind {
        try expect(.return)
        return .return(atExpression() ? try expression() : nil)
    }

    /// Whether an expression can begin here, and no statement does.
    private func atExpression() -> Bool {
        switch current.kind {
        case .end: return false
        case .symbol:
            return at(.leftParenthesis) || at(.minus) || at(.plus) || at(.tilde) || at(.leftBrace)
        case .word where current.isReserved:
            return at(
                .null,
                .case,
                .convert,
                .try_convert,
                .coalesce,
                .nullif,
                .left,
                .right,
                .user,
                .current_user,
                .session_user,
                .system_user,
                .current_timestamp
            )
        case .word, .quotedIdentifier: return !next(.colon)
        default: return true
        }
    }

    // MARK: Errors

    func throwStatement() throws(TSQLError) -> Statement.Kind {
        try expect(.throw)
        guard current.kind == .integer || current.kind == .variable else { return .throw(nil) }
        let number = try expression()
        try expect(.comma)
        let message = try expression()
        try expect(.comma)
        return .throw(ThrowArguments(number: number, message: message, state: try expression()))
    }

    func raiseErrorStatement() throws(TSQLError) -> RaiseErrorStatement {
        try expect(.raiserror)
        try expect(.leftParenthesis)
        let message = try expression()
        try expect(.comma)
        let severity = try expression()
        try expect(.comma)
        let state = try expression()
        var arguments: [Expression] = []
        while take(.comma) { arguments.append(try expression()) }
        try expect(.rightParenthesis)
        let options = take(.with) ? try list(upperWord) : []
        return RaiseErrorStatement(
            message: message,
            severity: severity,
            state: state,
            arguments: arguments,
            options: options
        )
    }

    /// A word in upper case, reserved or not.
    func upperWord() throws(TSQLError) -> String {
        guard current.kind == .word else { throw unexpected() }
        let word = text(current).uppercased()
        advance()
        return word
    }

    func waitForStatement() throws(TSQLError) -> Statement.Kind {
        try expect(.waitfor)
        if at(.leftParenthesis) { throw unsupported("WAITFOR (RECEIVE)") }
        return try either(.delay, or: .time) ? .waitForDelay(try expression()) : .waitForTime(try expression())
    }

    // MARK: Execute

    func executeStatement() throws(TSQLError) -> Statement.Kind {
        if next(.as) { return try executeAs() }
        return .execute(try execute())
    }

    /// `EXEC …`
    func execute() throws(TSQLError) -> ExecuteStatement {
        _ = try either(.exec, or: .execute)
        if at(.leftParenthesis) { return try executeText() }
        var result: String?
        if current.kind == .variable, next(.equal) {
            result = try variable()
            advance()
        }
        return try procedureCall(result: result)
    }

    /// A procedure's name and its arguments.
    func procedureCall(result: String?) throws(TSQLError) -> ExecuteStatement {
        let procedure = try nameOrVariable()
        if at(.semicolon), token(ahead: 1).kind == .integer { throw unsupported("PROCEDURE NUMBER") }
        var arguments: [ExecuteStatement.Argument] = []
        if atArgument() { arguments = try list(argument) }
        var statement = ExecuteStatement(result: result, module: .procedure(procedure, arguments: arguments))
        statement.options = try executeOptions()
        return statement
    }

    private func atArgument() -> Bool {
        switch current.kind {
        case .end, .dollarWord: false
        case .symbol: at(.minus) || at(.plus)
        case .word where current.isReserved: at(.null, .default)
        case .word, .quotedIdentifier: !next(.colon)
        default: true
        }
    }

    private func argument() throws(TSQLError) -> ExecuteStatement.Argument {
        var name: String?
        if current.kind == .variable, next(.equal) {
            name = try variable()
            advance()
        }
        var argument = ExecuteStatement.Argument(name: name, value: try constant())
        argument.isOutput = take(.output) || take(.out)
        return argument
    }

    /// What stands where no expression may: a constant, a variable, `DEFAULT`, or a word that is a string.
    func constant() throws(TSQLError) -> Expression {
        let start = current
        switch current.kind {
        case .symbol where at(.minus) || at(.plus):
            advance()
            let number = current
            guard let literal = literalIfPresent() else { throw unexpected() }
            let value = Expression(kind: .literal(literal), span: span(from: number))
            let sign: UnaryOperator = start.symbol == .minus ? .minus : .plus
            return Expression(kind: .unary(sign, value), span: span(from: start))
        case .variable:
            let name = try takeName()
            return Expression(kind: name.hasPrefix("@@") ? .global(name) : .variable(name), span: span(from: start))
        case .word where at(.default):
            advance()
            return Expression(kind: .defaultValue, span: span(from: start))
        case .word where !current.isReserved, .quotedIdentifier:
            let word = try takeName()
            return Expression(kind: .literal(.string(word)), span: span(from: start))
        default:
            guard let literal = literalIfPresent() else { throw unexpected() }
            return Expression(kind: .literal(literal), span: span(from: start))
        }
    }

    private func executeText() throws(TSQLError) -> ExecuteStatement {
        try expect(.leftParenthesis)
        let text = try expression()
        var arguments: [ExecuteStatement.Argument] = []
        while take(.comma) { arguments.append(try argument()) }
        try expect(.rightParenthesis)
        var context: ExecuteStatement.Context?
        if take(.as) {
            let isLogin = try either(.login, or: .user)
            try expect(.equal)
            context = isLogin ? .login(try stringLiteral()) : .user(try stringLiteral())
        }
        let server = take(.at) ? try identifier() : nil
        var statement = ExecuteStatement(
            module: .text(text, arguments: arguments, context: context, server: server)
        )
        statement.options = try executeOptions()
        return statement
    }

    private func executeOptions() throws(TSQLError) -> [String] {
        // A common table expression without a semicolon before it has `WITH` here too: its error comes with it.
        guard at(.with), next(.recompile) || next(.result) else { return [] }
        advance()
        return try list { () throws(TSQLError) in
            if take(.recompile) { return "RECOMPILE" }
            try expect(.result, .sets)
            guard at(.none, .undefined) else { throw unsupported("RESULT SETS") }
            return "RESULT SETS \(try upperWord())"
        }
    }

    private func executeAs() throws(TSQLError) -> Statement.Kind {
        advance()
        try expect(.as)
        var statement = ExecuteAsStatement(context: .caller, isNoRevert: false)
        if !take(.caller) {
            let isLogin = try either(.login, or: .user)
            try expect(.equal)
            let name = try expression()
            statement.context = isLogin ? .login(name) : .user(name)
        }
        if take(.with) {
            if take(.no, .revert) {
                statement.isNoRevert = true
            } else {
                try expect(.cookie, .into)
                statement.cookie = try variable()
            }
        }
        return .executeAs(statement)
    }

    func revertStatement() throws(TSQLError) -> Statement.Kind {
        try expect(.revert)
        guard at(.with), next(.cookie) else { return .revert(cookie: nil) }
        advance()
        try expect(.cookie)
        try expect(.equal)
        return .revert(cookie: try variable())
    }
}
