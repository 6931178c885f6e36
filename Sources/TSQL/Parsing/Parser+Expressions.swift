extension Parser {
    /// How tightly operators bind; a higher one binds its operands first.
    private enum Precedence: Int {
        case or, and, not, comparison, additive, multiplicative
    }

    // MARK: Entry points

    /// A value: `=` and its kin are no part of it.
    func expression() throws(TSQLError) -> Expression {
        let outer = try enter()
        defer { leave(outer) }
        return try operators(from: .additive, allowsConditions: false)
    }

    /// A value, or `DEFAULT` in its place.
    func expressionOrDefault() throws(TSQLError) -> Expression {
        guard at(.default) else { return try expression() }
        let start = current
        advance()
        return Expression(kind: .defaultValue, span: span(from: start))
    }

    /// A condition, as after `WHERE`.
    func condition() throws(TSQLError) -> Expression {
        let condition = try expressionOrCondition()
        try requireCondition(condition)
        return condition
    }

    func expressionOrCondition() throws(TSQLError) -> Expression {
        let outer = try enter()
        defer { leave(outer) }
        return try operators(from: .or, allowsConditions: true)
    }

    private func requireCondition(_ expression: Expression) throws(TSQLError) {
        if expression.isCondition { return }
        // The end of a text, what cannot be read, and a sign that nothing could follow are worse than a value in the
        // wrong place.
        if let lexingFailure { throw lexingFailure }
        if current.kind == .symbol, !at(.rightParenthesis), !at(.comma), !at(.semicolon) { throw unexpected() }
        let near = current.kind == .end ? previous : current
        throw .conditionExpected(near: value(near), line: near.line)
    }

    // MARK: Operators

    /// An operand and all operators after it that bind at least as tightly as `lowest`.
    private func operators(from lowest: Precedence, allowsConditions: Bool) throws(TSQLError) -> Expression {
        let start = current
        let outer = beginChain()
        defer { endChain(outer) }
        var left: Expression
        if allowsConditions, lowest.rawValue <= Precedence.not.rawValue, at(.not) {
            left = try negation()
        } else {
            left = try unary(allowsConditions: allowsConditions)
        }
        while true {
            if left.isCondition {
                if at(.and), lowest.rawValue <= Precedence.and.rawValue {
                    let operands = try conditions(left, joinedBy: .and, from: .not)
                    left = Expression(kind: .and(operands), span: span(from: start))
                } else if at(.or), lowest.rawValue <= Precedence.or.rawValue {
                    let operands = try conditions(left, joinedBy: .or, from: .and)
                    left = Expression(kind: .or(operands), span: span(from: start))
                } else {
                    return left
                }
            } else if lowest.rawValue <= Precedence.multiplicative.rawValue, let sign = multiplicativeSign() {
                advance()
                left = try binary(sign, left, unary(allowsConditions: false), from: start)
            } else if lowest.rawValue <= Precedence.additive.rawValue, let sign = additiveSign() {
                advance()
                let right = try operators(from: .multiplicative, allowsConditions: false)
                left = try binary(sign, left, right, from: start)
            } else if allowsConditions, lowest.rawValue <= Precedence.comparison.rawValue,
                let compared = try comparison(left)
            {
                left = Expression(kind: compared, span: span(from: start))
            } else {
                return left
            }
        }
    }

    private func binary(
        _ sign: BinaryOperator,
        _ left: Expression,
        _ right: Expression,
        from start: Token
    ) throws(TSQLError) -> Expression {
        try growChain()
        return Expression(kind: .binary(sign, left, right), span: span(from: start))
    }

    private func multiplicativeSign() -> BinaryOperator? {
        switch current.symbol {
        case .star: .multiply
        case .slash: .divide
        case .percentSign: .modulo
        default: nil
        }
    }

    private func additiveSign() -> BinaryOperator? {
        switch current.symbol {
        case .plus: .add
        case .minus: .subtract
        case .ampersand: .bitAnd
        case .pipe: .bitOr
        case .caret: .bitXor
        default: nil
        }
    }

    private func negation() throws(TSQLError) -> Expression {
        let outer = try enter()
        defer { leave(outer) }
        let start = current
        advance()
        let operand = try operators(from: .not, allowsConditions: true)
        try requireCondition(operand)
        return Expression(kind: .not(operand), span: span(from: start))
    }

    /// `first` and what `word` joins to it: one node, however many they are.
    private func conditions(
        _ first: Expression,
        joinedBy word: Word,
        from lowest: Precedence
    ) throws(TSQLError) -> [Expression] {
        var operands = [first]
        while take(word) {
            let operand = try operators(from: lowest, allowsConditions: true)
            try requireCondition(operand)
            operands.append(operand)
        }
        try growChain()
        return operands
    }

    /// A minus takes all that multiplication joins: `60 / -3 * 4` is `60 / -(3 * 4)`, as it is for SQL Server.
    private func unary(allowsConditions: Bool) throws(TSQLError) -> Expression {
        let sign: UnaryOperator
        switch current.symbol {
        case .minus: sign = .minus
        case .plus: sign = .plus
        case .tilde: sign = .bitNot
        default: return try postfix(allowsConditions: allowsConditions)
        }
        let outer = try enter()
        defer { leave(outer) }
        let start = current
        advance()
        let operand =
            sign == .bitNot
            ? try unary(allowsConditions: false) : try operators(from: .multiplicative, allowsConditions: false)
        return Expression(kind: .unary(sign, operand), span: span(from: start))
    }

    /// A value and what is written after it: members, a collation, a time zone.
    private func postfix(allowsConditions: Bool) throws(TSQLError) -> Expression {
        let start = current
        var value = try primary(allowsConditions: allowsConditions)
        if value.isCondition { return value }
        while let kind = try suffix(of: value) {
            try growChain()
            value = Expression(kind: kind, span: span(from: start))
        }
        return value
    }

    private func suffix(of value: Expression) throws(TSQLError) -> Expression.Kind? {
        if at(.dot) {
            advance()
            let name = try identifier()
            guard at(.leftParenthesis) else { return .property(value, name: name) }
            return .method(value, name: name, arguments: try arguments())
        }
        if take(.collate) { return .collate(value, collation: try identifier()) }
        if at(.at), next(.time), token(ahead: 2).word == .zone {
            advance()
            advance()
            advance()
            return .atTimeZone(value, zone: try primary(allowsConditions: false))
        }
        return nil
    }

    // MARK: Comparisons

    /// What compares `left` with something, if that is next.
    private func comparison(_ left: Expression) throws(TSQLError) -> Expression.Kind? {
        if let sign = comparisonSign() { return try comparison(left, sign) }
        switch current.word {
        case .is: return try isTest(left)
        case .not:
            switch token(ahead: 1).word {
            case .between, .like, .in:
                advance()
                return try rangeTest(left, isNegated: true)
            default: return nil
            }
        case .between, .like, .in: return try rangeTest(left, isNegated: false)
        default: return nil
        }
    }

    /// Takes a sign of comparison; between the two characters of one there may be space.
    private func comparisonSign() -> ComparisonOperator? {
        let sign: ComparisonOperator
        switch current.symbol {
        case .equal: sign = .equal
        case .notEqual: sign = .notEqual
        case .lessOrEqual, .notGreater: sign = .lessOrEqual
        case .greaterOrEqual, .notLess: sign = .greaterOrEqual
        case .less:
            advance()
            if take(.equal) { return .lessOrEqual }
            return take(.greater) ? .notEqual : .less
        case .greater:
            advance()
            return take(.equal) ? .greaterOrEqual : .greater
        case .exclamation:
            switch token(ahead: 1).symbol {
            case .equal: sign = .notEqual
            case .less: sign = .greaterOrEqual
            case .greater: sign = .lessOrEqual
            default: return nil
            }
            advance()
        default: return nil
        }
        advance()
        return sign
    }

    private func comparison(_ left: Expression, _ sign: ComparisonOperator) throws(TSQLError) -> Expression.Kind {
        if at(.all, .any, .some), next(.leftParenthesis) {
            let quantifier = at(.all) ? Quantifier.all : .any
            advance()
            return .quantified(sign, left, quantifier, try parenthesized(query))
        }
        return .comparison(sign, left, try operators(from: .additive, allowsConditions: false))
    }

    private func isTest(_ left: Expression) throws(TSQLError) -> Expression.Kind {
        try expect(.is)
        let isNegated = take(.not)
        if take(.null) { return .isNull(left, isNegated: isNegated) }
        try expect(.distinct, .from)
        let other = try operators(from: .additive, allowsConditions: false)
        return .isDistinct(left, from: other, isNegated: isNegated)
    }

    private func rangeTest(_ left: Expression, isNegated: Bool) throws(TSQLError) -> Expression.Kind {
        if take(.between) {
            let low = try operators(from: .additive, allowsConditions: false)
            try expect(.and)
            let high = try operators(from: .additive, allowsConditions: false)
            return .between(left, low: low, high: high, isNegated: isNegated)
        }
        if take(.like) {
            let pattern = try operators(from: .additive, allowsConditions: false)
            return .like(left, pattern: pattern, escape: try likeEscape(), isNegated: isNegated)
        }
        try expect(.in)
        try expect(.leftParenthesis)
        if at(.select) {
            let query = try query()
            try expect(.rightParenthesis)
            return .inQuery(left, query, isNegated: isNegated)
        }
        let values = try list(expression)
        try expect(.rightParenthesis)
        if values.count == 1, case .subquery(let query) = values[0].kind {
            return .inQuery(left, query, isNegated: isNegated)
        }
        return .inList(left, values, isNegated: isNegated)
    }

    /// `ESCAPE '!'`, also as ODBC writes it: `{escape '!'}`.
    private func likeEscape() throws(TSQLError) -> Expression? {
        if at(.leftBrace), next(.escape) {
            advance()
            advance()
            let escape = try operators(from: .additive, allowsConditions: false)
            try expect(.rightBrace)
            return escape
        }
        return take(.escape) ? try operators(from: .additive, allowsConditions: false) : nil
    }

    // MARK: Primaries

    private func primary(allowsConditions: Bool) throws(TSQLError) -> Expression {
        let start = current
        switch current.kind {
        case .symbol where at(.leftParenthesis): return try inParentheses(allowsConditions: allowsConditions)
        case .word where allowsConditions && current.isReserved:
            if let kind = try reservedCondition() { return Expression(kind: kind, span: span(from: start)) }
        default: break
        }
        let kind = try primaryKind()
        return Expression(kind: kind, span: span(from: start))
    }

    private func primaryKind() throws(TSQLError) -> Expression.Kind {
        switch current.kind {
        case .variable:
            let name = try takeName()
            return name.hasPrefix("@@") ? .global(name) : .variable(name)
        case .dollarWord: return try pseudoColumn()
        case .word where current.isReserved: return try reservedPrimary()
        case .word, .quotedIdentifier: return try namedPrimary()
        case .symbol where at(.leftBrace): return try odbcEscape()
        default:
            if let literal = literalIfPresent() { return .literal(literal) }
            throw unexpected()
        }
    }

    private func pseudoColumn() throws(TSQLError) -> Expression.Kind {
        let name = text(current).lowercased()
        guard ["$action", "$identity", "$rowguid", "$node_id", "$edge_id", "$from_id", "$to_id"].contains(name) else {
            if name == "$partition" { throw unsupported("$PARTITION") }
            throw unexpected()
        }
        advance()
        return .pseudoColumn(qualifier: nil, name)
    }

    /// What stands in parentheses: a value, a condition or a query.
    private func inParentheses(allowsConditions: Bool) throws(TSQLError) -> Expression {
        let start = current
        advance()
        var content: Expression
        if at(.select) {
            content = try subquery()
        } else {
            content = allowsConditions ? try expressionOrCondition() : try expression()
            // `((SELECT 1) UNION SELECT 2)`: what looked like a value was the first part of a query.
            if case .subquery(let first) = content.kind, atQueryTail() {
                content.kind = .subquery(try query(continuing: first))
            }
        }
        try expect(.rightParenthesis)
        content.span = span(from: start)
        return content
    }

    private func subquery() throws(TSQLError) -> Expression {
        let start = current
        let query = try query()
        return Expression(kind: .subquery(query), span: span(from: start))
    }

    /// A condition that begins with a reserved word.
    private func reservedCondition() throws(TSQLError) -> Expression.Kind? {
        switch current.word {
        case .exists:
            advance()
            return .exists(try parenthesized(query))
        case .update where next(.leftParenthesis):
            advance()
            return .updated(column: try parenthesized(identifier))
        case .contains: throw unsupported("CONTAINS")
        case .freetext: throw unsupported("FREETEXT")
        case .tsequal: throw unsupported("TSEQUAL")
        default: return nil
        }
    }

    private func reservedPrimary() throws(TSQLError) -> Expression.Kind {
        switch current.word {
        case .null:
            advance()
            return .literal(.null)
        case .case: return .caseWhen(try caseExpression())
        case .convert, .try_convert: return .cast(try convertExpression())
        case .coalesce, .nullif, .left, .right:
            guard next(.leftParenthesis) else { throw unexpected() }
            let start = current
            return try call(Name(parts: [try takeName()], line: start.line), from: start)
        case .user, .current_user, .session_user, .system_user, .current_timestamp, .current_date, .current_time:
            let name = Name(parts: [text(current)], line: current.line)
            advance()
            return .function(FunctionCall(name: name, isNiladic: true))
        case .identity where next(.leftParenthesis): return .function(try identityCall())
        case .identitycol:
            advance()
            return .pseudoColumn(qualifier: nil, "$identity")
        case .rowguidcol:
            advance()
            return .pseudoColumn(qualifier: nil, "$rowguid")
        default: throw unexpected()
        }
    }

    /// A column, or something that begins as one does.
    private func namedPrimary() throws(TSQLError) -> Expression.Kind {
        if next(.leftParenthesis), let kind = try specialCall() { return kind }
        if at(.next), next(.value) { return try nextValue() }
        let start = current
        var name = try name()
        if at(.leftParenthesis) { return try call(name, from: start) }
        if take(.doubleColon) { return try staticMember(of: name) }
        if let last = name.parts.last, last.hasPrefix("$"), previous.kind == .dollarWord {
            name.parts.removeLast()
            return .pseudoColumn(qualifier: name, last)
        }
        return .column(name)
    }

    private func staticMember(of type: Name) throws(TSQLError) -> Expression.Kind {
        // `geometry::[Null]` may also be written with the bare word.
        let name = at(.null) ? try takeName() : try identifier()
        guard at(.leftParenthesis) else { return .staticProperty(type: type, name: name) }
        return .staticMethod(type: type, name: name, arguments: try arguments())
    }

    private func nextValue() throws(TSQLError) -> Expression.Kind {
        try expect(.next, .value, .for)
        let sequence = try name()
        var orderBy: [OrderItem] = []
        if take(.over) {
            orderBy = try parenthesized { () throws(TSQLError) in try orderByClause() }
        }
        return .nextValue(sequence: sequence, orderBy: orderBy)
    }

    private func caseExpression() throws(TSQLError) -> CaseExpression {
        try expect(.case)
        let operand = at(.when) ? nil : try expression()
        var branches: [CaseExpression.Branch] = []
        while take(.when) {
            let when = operand == nil ? try condition() : try expression()
            try expect(.then)
            branches.append(CaseExpression.Branch(when: when, then: try expression()))
        }
        if branches.isEmpty { throw unexpected() }
        let otherwise = take(.else) ? try expression() : nil
        try expect(.end)
        return CaseExpression(operand: operand, branches: branches, otherwise: otherwise)
    }

    // MARK: ODBC

    private func odbcEscape() throws(TSQLError) -> Expression.Kind {
        try expect(.leftBrace)
        if take(.fn) {
            let name = Name(parts: [value(current)], line: current.line)
            guard current.kind == .word || current.kind == .quotedIdentifier else { throw unexpected() }
            advance()
            var call = FunctionCall(name: name)
            if at(.leftParenthesis) { call.arguments = try arguments() } else { call.isNiladic = true }
            try expect(.rightBrace)
            return .odbcFunction(call)
        }
        let kind = value(current).lowercased()
        guard current.kind == .word, ["d", "t", "ts", "guid"].contains(kind) else { throw unexpected() }
        advance()
        let text = try stringText()
        try expect(.rightBrace)
        return .odbcLiteral(kind: kind, text)
    }
}
