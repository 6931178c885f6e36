extension Parser {
    // MARK: INSERT

    func insertStatement(with: WithClause?) throws(TSQLError) -> Statement.Kind {
        try expect(.insert)
        if with == nil, at(.bulk) { return .insertBulk(try insertBulk()) }
        let top = try topClause()
        _ = take(.into)
        var statement = InsertStatement(with: with, top: top, target: try dataTarget(), source: .defaultValues)
        if at(.leftParenthesis), !next(.select), !next(.leftParenthesis) {
            statement.columns = try parenthesized { () throws(TSQLError) in try list(name) }
        }
        statement.output = try outputClauses()
        statement.source = try insertSource()
        statement.hints = try queryHints()
        return .insert(statement)
    }

    private func insertSource() throws(TSQLError) -> InsertStatement.Source {
        switch current.word {
        case .values:
            advance()
            return .values(try list(rowOfValues))
        case .default:
            advance()
            try expect(.values)
            return .defaultValues
        case .exec, .execute: return .execute(try execute())
        case .select: return .query(try query())
        default:
            guard at(.leftParenthesis) else { throw unexpected() }
            return .query(try query())
        }
    }

    private func insertBulk() throws(TSQLError) -> InsertBulkStatement {
        try expect(.bulk)
        let table = try name()
        var columns: [InsertBulkStatement.Column] = []
        if at(.leftParenthesis) {
            columns = try parenthesized { () throws(TSQLError) in
                try list { () throws(TSQLError) in
                    let name = try identifier()
                    // A client may leave out the type of a column named `timestamp`.
                    let type =
                        at(.comma) || at(.rightParenthesis)
                        ? DataType(name: Name(parts: ["timestamp"], line: previous.line), parameters: [])
                        : try dataType()
                    let collation = take(.collate) ? try identifier() : nil
                    return InsertBulkStatement.Column(name: name, type: type, collation: collation)
                }
            }
        }
        guard take(.with) else { return InsertBulkStatement(table: table, columns: columns, options: []) }
        let options = try parenthesized { () throws(TSQLError) in try list(bulkOption) }
        return InsertBulkStatement(table: table, columns: columns, options: options)
    }

    /// `TABLOCK`, `ROWS_PER_BATCH = 100`, `ORDER (a ASC)`.
    private func bulkOption() throws(TSQLError) -> NamedOption {
        guard at(.order) else { return try option() }
        let line = current.line
        advance()
        let columns = try parenthesized { () throws(TSQLError) in
            try list { () throws(TSQLError) in
                let line = current.line
                let name = try identifier()
                var direction: NamedOption.Value?
                if at(.asc, .desc) { direction = .word(try upperWord()) }
                return NamedOption(name: name, value: direction, unit: nil, options: [], line: line)
            }
        }
        return NamedOption(name: "ORDER", value: nil, unit: nil, options: columns, line: line)
    }

    // MARK: UPDATE

    func updateStatement(with: WithClause?) throws(TSQLError) -> UpdateStatement {
        try expect(.update)
        let top = try topClause()
        let target = try dataTarget()
        try expect(.set)
        var statement = UpdateStatement(with: with, top: top, target: target, assignments: try list(assignment))
        statement.output = try outputClauses()
        if take(.from) { statement.from = try list(tableSource) }
        statement.where = try whereOfChange()
        statement.hints = try queryHints()
        return statement
    }

    private func assignment() throws(TSQLError) -> Assignment {
        if current.kind == .variable {
            let variable = try variable()
            guard let sign = assignmentOperator(current) else { throw unexpected() }
            advance()
            if sign == .set, atAssignedName() {
                let column = try name()
                guard let sign = assignmentOperator(current) else { throw unexpected() }
                advance()
                return .set(variable: variable, column: column, sign, try expressionOrDefault())
            }
            return .set(variable: variable, column: nil, sign, try expressionOrDefault())
        }
        var column = try name()
        if at(.leftParenthesis), column.parts.count > 1 {
            let method = column.parts.removeLast()
            return .method(column: column, name: method, arguments: try arguments())
        }
        guard let sign = assignmentOperator(current) else { throw unexpected() }
        advance()
        return .set(variable: nil, column: column, sign, try expressionOrDefault())
    }

    /// Whether a name with a sign of assignment after it is next.
    private func atAssignedName() -> Bool {
        var distance = 0
        while isIdentifier(token(ahead: distance)), token(ahead: distance + 1).symbol == .dot, distance < 8 {
            distance += 2
        }
        return isIdentifier(token(ahead: distance)) && assignmentOperator(token(ahead: distance + 1)) != nil
    }

    // MARK: DELETE

    func deleteStatement(with: WithClause?) throws(TSQLError) -> DeleteStatement {
        try expect(.delete)
        let top = try topClause()
        _ = take(.from)
        var statement = DeleteStatement(with: with, top: top, target: try dataTarget())
        statement.output = try outputClauses()
        if take(.from) { statement.from = try list(tableSource) }
        statement.where = try whereOfChange()
        statement.hints = try queryHints()
        return statement
    }

    func truncateStatement() throws(TSQLError) -> Statement.Kind {
        try expect(.truncate, .table)
        let table = try name()
        if at(.with), next(.leftParenthesis) { throw unsupported("TRUNCATE TABLE WITH (PARTITIONS)") }
        return .truncateTable(table)
    }

    // MARK: MERGE

    func mergeStatement(with: WithClause?) throws(TSQLError) -> MergeStatement {
        try expect(.merge)
        let top = try topClause()
        _ = take(.into)
        var target = try dataTarget()
        var alias: String?
        if take(.as) {
            alias = try identifier()
        } else if isIdentifier(current), !at(.using) {
            alias = try takeName()
        }
        target.hints += try targetHints()
        try expect(.using)
        let source = try tableSource()
        try expect(.on)
        let condition = try condition()
        var statement = MergeStatement(
            with: with,
            top: top,
            target: target,
            alias: alias,
            source: source,
            condition: condition,
            clauses: []
        )
        while take(.when) { statement.clauses.append(try mergeClause()) }
        if statement.clauses.isEmpty { throw unexpected() }
        statement.output = try outputClauses()
        statement.hints = try queryHints()
        if !at(.semicolon) {
            if let lexingFailure { throw lexingFailure }
            let near = current.kind == .end ? previous : current
            throw .semicolonAfterMerge(near: value(near), line: near.line)
        }
        return statement
    }

    private func mergeClause() throws(TSQLError) -> MergeStatement.Clause {
        var match = MergeStatement.Clause.Match.matched
        if take(.not) {
            try expect(.matched)
            match = .notMatchedByTarget
            if take(.by), try either(.source, or: .target) { match = .notMatchedBySource }
        } else {
            try expect(.matched)
        }
        let condition = take(.and) ? try condition() : nil
        try expect(.then)
        return MergeStatement.Clause(match: match, condition: condition, action: try mergeAction())
    }

    private func mergeAction() throws(TSQLError) -> MergeStatement.Action {
        if take(.update) {
            try expect(.set)
            return .update(try list(assignment))
        }
        if take(.delete) { return .delete }
        try expect(.insert)
        let columns = at(.leftParenthesis) ? try parenthesized { () throws(TSQLError) in try list(name) } : []
        if columns.isEmpty, take(.default) {
            try expect(.values)
            return .insertDefaultValues
        }
        try expect(.values)
        return .insert(columns: columns, values: try rowOfValues())
    }

    // MARK: Parts

    private func dataTarget() throws(TSQLError) -> DataTarget {
        switch current.word {
        case .openquery, .openrowset, .opendatasource: throw unsupported(text(current).uppercased())
        default: break
        }
        let line = current.line
        let name = try nameOrVariable()
        return DataTarget(name: name, hints: try targetHints(), line: line)
    }

    /// For a target hints have `WITH`: parentheses alone hold columns.
    private func targetHints() throws(TSQLError) -> [TableHint] {
        at(.with) && next(.leftParenthesis) ? try tableHints() : []
    }

    private func outputClauses() throws(TSQLError) -> [OutputClause] {
        var clauses: [OutputClause] = []
        while clauses.count < 2, take(.output) {
            var clause = OutputClause(items: try list(selectItem))
            if take(.into) {
                clause.into = try nameOrVariable()
                // After an `INSERT` what follows may be its source in parentheses.
                if at(.leftParenthesis), !next(.select) { clause.columns = try columnList() }
            }
            clauses.append(clause)
        }
        return clauses
    }

    private func whereOfChange() throws(TSQLError) -> Expression? {
        guard take(.where) else { return nil }
        guard at(.current), next(.of) else { return try condition() }
        let start = current
        advance()
        advance()
        let cursor = try currentOfCursor()
        return Expression(kind: .currentOf(cursor), span: span(from: start))
    }
}
