extension Parser {
    // MARK: Queries

    /// A query without `WITH` before and `OPTION` after it.
    func query() throws(TSQLError) -> Query {
        let outer = try enter()
        defer { leave(outer) }
        let start = current
        return try queryTail(body: setOperations(continuing: nil), start: start)
    }

    /// The rest of a query whose first part stood in parentheses.
    func query(continuing first: Query) throws(TSQLError) -> Query {
        var start = current
        start.range = first.span.range
        start.line = first.span.line
        return try queryTail(body: setOperations(continuing: simplified(first)), start: start)
    }

    /// Whether what follows continues a query.
    func atQueryTail() -> Bool { at(.union, .except, .intersect, .order) }

    private func simplified(_ query: Query) -> Query.Body {
        let isPlain = query.orderBy.isEmpty && query.offset == nil && query.forClause == nil
        return isPlain ? query.body : .nested(query)
    }

    private func setOperations(continuing first: Query.Body?) throws(TSQLError) -> Query.Body {
        let outer = beginChain()
        defer { endChain(outer) }
        var left = try intersections(continuing: first)
        while at(.union, .except) {
            var operation = Query.SetOperator.except
            if take(.union) { operation = take(.all) ? .unionAll : .union } else { advance() }
            try join(&left, operation, intersections(continuing: nil))
        }
        return left
    }

    /// `INTERSECT` binds more tightly than the others.
    private func intersections(continuing first: Query.Body?) throws(TSQLError) -> Query.Body {
        var left: Query.Body
        if let first { left = first } else { left = try queryOperand() }
        while take(.intersect) { try join(&left, .intersect, queryOperand()) }
        return left
    }

    /// A run of the same operator is one node, however long.
    private func join(
        _ left: inout Query.Body,
        _ operation: Query.SetOperator,
        _ right: Query.Body
    ) throws(TSQLError) {
        if case .setOperation(operation, var operands) = left {
            left = .setOperation(operation, [])
            operands.append(right)
            left = .setOperation(operation, operands)
        } else {
            try growChain()
            left = .setOperation(operation, [left, right])
        }
    }

    private func queryOperand() throws(TSQLError) -> Query.Body {
        if at(.leftParenthesis) { return simplified(try parenthesized(query)) }
        return .specification(try querySpecification())
    }

    private func queryTail(body: Query.Body, start: Token) throws(TSQLError) -> Query {
        var query = Query(body: body, span: span(from: start))
        if at(.order) {
            query.orderBy = try orderByClause()
            if take(.offset) {
                query.offset = try expression()
                _ = try either(.row, or: .rows)
                if take(.fetch) { query.fetch = try fetchCount() }
            }
        }
        if at(.for) { query.forClause = try forClause() }
        query.span = span(from: start)
        return query
    }

    private func fetchCount() throws(TSQLError) -> Expression {
        _ = try either(.next, or: .first)
        let count = try expression()
        _ = try either(.row, or: .rows)
        try expect(.only)
        return count
    }

    func orderByClause() throws(TSQLError) -> [OrderItem] {
        try expect(.order, .by)
        return try list { () throws(TSQLError) in
            let expression = try expression()
            if take(.desc) { return OrderItem(expression: expression, isDescending: true) }
            _ = take(.asc)
            return OrderItem(expression: expression)
        }
    }

    /// `FOR XML` and `FOR JSON`; what a cursor has after `FOR` is left to it.
    private func forClause() throws(TSQLError) -> ForClause? {
        let format: ForClause.Format
        switch token(ahead: 1).word {
        case .xml: format = .xml
        case .json: format = .json
        case .browse: throw unsupported("FOR BROWSE")
        default: return nil
        }
        advance()
        advance()
        guard at(.raw, .auto, .path, .explicit) else { throw unexpected() }
        var clause = ForClause(format: format, mode: text(current).uppercased())
        advance()
        if at(.leftParenthesis) { clause.elementName = try parenthesized(stringLiteral) }
        while take(.comma) {
            guard current.kind == .word else { throw unexpected() }
            var words: [String] = []
            while current.kind == .word, !current.isReserved {
                words.append(text(current).uppercased())
                advance()
            }
            if words.isEmpty { throw unexpected() }
            var directive = ForClause.Directive(name: words.joined(separator: " "))
            if at(.leftParenthesis) { directive.argument = try parenthesized(stringLiteral) }
            clause.directives.append(directive)
        }
        return clause
    }

    // MARK: Specification

    private func querySpecification() throws(TSQLError) -> QuerySpecification {
        var specification = QuerySpecification(line: current.line)
        try expect(.select)
        if take(.distinct) { specification.isDistinct = true } else { _ = take(.all) }
        specification.top = try topClause()
        specification.items = try list(selectItem)
        if take(.into) {
            specification.into = try name()
            if take(.on) { specification.intoFilegroup = try identifier() }
        }
        if take(.from) { specification.from = try list(tableSource) }
        if take(.where) { specification.where = try condition() }
        if at(.group) { specification.groupBy = try groupByClause() }
        if take(.having) { specification.having = try condition() }
        if at(.window), isIdentifier(token(ahead: 1)), token(ahead: 2).word == .as { throw unsupported("WINDOW") }
        return specification
    }

    /// `TOP`, if it is next. Without parentheses it takes a constant or a variable only.
    func topClause() throws(TSQLError) -> Top? {
        guard take(.top) else { return nil }
        let count: Expression
        if at(.leftParenthesis) {
            count = try parenthesized(expression)
        } else {
            let start = current
            switch current.kind {
            case .integer, .decimal, .float:
                guard let literal = literalIfPresent() else { throw unexpected() }
                count = Expression(kind: .literal(literal), span: span(from: start))
            case .variable:
                let name = try variable()
                count = Expression(kind: .variable(name), span: span(from: start))
            default: throw unexpected()
            }
        }
        var top = Top(count: count)
        top.isPercent = take(.percent)
        if at(.with), next(.ties) {
            advance()
            advance()
            top.withTies = true
        }
        return top
    }

    func selectItem() throws(TSQLError) -> SelectItem {
        if take(.star) { return .star(qualifier: nil) }
        if let qualifier = try starQualifier() { return .star(qualifier: qualifier) }
        if current.kind == .variable, let sign = assignmentOperator(token(ahead: 1)) {
            let name = try variable()
            advance()
            return .assignment(variable: name, sign, try expression())
        }
        if next(.equal), isIdentifier(current) || current.kind == .string || current.kind == .nationalString {
            let alias = try takeName()
            advance()
            return .expression(try expression(), alias: alias)
        }
        let expression = try expression()
        return .expression(expression, alias: try selectAlias())
    }

    /// `t.` of `t.*`, with the star.
    private func starQualifier() throws(TSQLError) -> Name? {
        var distance = 0
        while isIdentifier(token(ahead: distance)), token(ahead: distance + 1).symbol == .dot, distance < 8 {
            distance += 2
        }
        guard distance > 0, token(ahead: distance).symbol == .star else { return nil }
        let line = current.line
        var parts: [String] = []
        while !at(.star) {
            parts.append(try takeName())
            advance()
        }
        advance()
        return Name(parts: parts, line: line)
    }

    private func selectAlias() throws(TSQLError) -> String? {
        let isAnnounced = take(.as)
        if current.kind == .string || current.kind == .nationalString { return try takeName() }
        if isAnnounced { return try identifier() }
        return atAlias() ? try takeName() : nil
    }

    /// Whether the current token can be a name that no `AS` announces: an identifier, but not the label of the next
    /// statement.
    func atAlias() -> Bool { isIdentifier(current) && !next(.colon) }

    func assignmentOperator(_ token: Token) -> AssignmentOperator? {
        switch token.symbol {
        case .equal: .set
        case .plusEqual: .add
        case .minusEqual: .subtract
        case .starEqual: .multiply
        case .slashEqual: .divide
        case .percentEqual: .modulo
        case .ampersandEqual: .bitAnd
        case .pipeEqual: .bitOr
        case .caretEqual: .bitXor
        default: nil
        }
    }

    // MARK: Grouping

    private func groupByClause() throws(TSQLError) -> [GroupingElement] {
        try expect(.group, .by)
        if at(.all) { throw unsupported("GROUP BY ALL") }
        let elements = try list(groupingElement)
        if at(.with) {
            if next(.rollup) || next(.cube) {
                advance()
                let isRollup = at(.rollup)
                advance()
                return [isRollup ? .rollup(elements) : .cube(elements)]
            }
        }
        return elements
    }

    private func groupingElement() throws(TSQLError) -> GroupingElement {
        let outer = try enter()
        defer { leave(outer) }
        if at(.leftParenthesis), next(.rightParenthesis) {
            advance()
            advance()
            return .composite([])
        }
        if next(.leftParenthesis) {
            if take(.rollup) { return .rollup(try parenthesized(groupingList)) }
            if take(.cube) { return .cube(try parenthesized(groupingList)) }
        }
        if at(.grouping), next(.sets) {
            advance()
            advance()
            return .sets(try parenthesized(groupingList))
        }
        return .expression(try expression())
    }

    private func groupingList() throws(TSQLError) -> [GroupingElement] { try list(groupingSet) }

    /// Within one of the others, parentheses hold several expressions that count as one.
    private func groupingSet() throws(TSQLError) -> GroupingElement {
        guard at(.leftParenthesis), !next(.rightParenthesis), !next(.select) else { return try groupingElement() }
        let start = current
        advance()
        let expressions = try list(expression)
        try expect(.rightParenthesis)
        if expressions.count == 1, !at(.comma), !at(.rightParenthesis) {
            // `(a) + b` began as a list does.
            throw .incorrectSyntax(near: value(current), isKeyword: current.isReserved, line: start.line)
        }
        return .composite(expressions)
    }

    // MARK: Around queries

    func selectStatement() throws(TSQLError) -> SelectStatement {
        let with = try withClause()
        let query = try query()
        return SelectStatement(with: with, query: query, hints: try queryHints())
    }

    /// `WITH` before a statement, if it is next.
    func withClause() throws(TSQLError) -> WithClause? {
        guard take(.with) else { return nil }
        var clause = WithClause()
        repeat {
            if at(.xmlnamespaces), next(.leftParenthesis) { throw unsupported("XMLNAMESPACES") }
            if at(.change_tracking_context), next(.leftParenthesis) {
                advance()
                clause.changeTrackingContext = try parenthesized(expression)
            } else {
                clause.tables.append(try commonTableExpression())
            }
        } while take(.comma)
        return clause
    }

    private func commonTableExpression() throws(TSQLError) -> CommonTableExpression {
        let line = current.line
        let name = try identifier()
        let columns = at(.leftParenthesis) ? try columnList() : []
        try expect(.as)
        let query = try parenthesized(query)
        return CommonTableExpression(name: name, columns: columns, query: query, line: line)
    }

    /// `OPTION (…)`, if it is next.
    func queryHints() throws(TSQLError) -> [QueryHint] {
        guard take(.option) else { return [] }
        return try parenthesized { () throws(TSQLError) in try list(queryHint) }
    }

    private func queryHint() throws(TSQLError) -> QueryHint {
        var words: [String] = []
        while current.kind == .word {
            words.append(text(current).uppercased())
            advance()
        }
        if words.isEmpty { throw unexpected() }
        var hint = QueryHint(name: words.joined(separator: " "))
        _ = take(.equal)
        hint.value = literalIfPresent()
        if at(.leftParenthesis) { hint.arguments = try rawParentheses() }
        return hint
    }

    /// What stands in parentheses, as it was written.
    private func rawParentheses() throws(TSQLError) -> String {
        try expect(.leftParenthesis)
        let first = current
        var open = 1
        while true {
            if current.kind == .end { throw unexpected() }
            if at(.leftParenthesis) { open += 1 }
            if at(.rightParenthesis) {
                open -= 1
                if open == 0 { break }
            }
            advance()
        }
        let content = first.range == current.range ? "" : text(from: first, to: previous)
        advance()
        return content
    }
}
