extension Parser {
    // MARK: Variables

    func declareStatement() throws(TSQLError) -> Statement.Kind {
        try expect(.declare)
        if current.kind != .variable { return try declareCursor() }
        return .declare(try list(declaration))
    }

    private func declaration() throws(TSQLError) -> Declaration {
        let line = current.line
        let name = try variable()
        _ = take(.as)
        if take(.cursor) { return .cursor(name: name) }
        if take(.table) {
            return .table(try tableBody(TableDefinition(name: Name(parts: [name], line: line), line: line)))
        }
        let type = try dataType()
        let initial = take(.equal) ? try expression() : nil
        return .variable(name: name, type: type, initial: initial, line: line)
    }

    // MARK: SET

    func setStatement() throws(TSQLError) -> Statement.Kind {
        try expect(.set)
        if current.kind == .variable { return try setVariable() }
        switch current.word {
        case .identity_insert:
            advance()
            let table = try name()
            return .set(.identityInsert(table, isOn: try either(.on, or: .off)))
        case .transaction, .tran: return .set(try isolationLevel())
        case .statistics:
            advance()
            let names = try list(upperWord)
            return .set(.statistics(names, isOn: try either(.on, or: .off)))
        case .offsets: throw unsupported("SET OFFSETS")
        default: return .set(try setOption())
        }
    }

    private func setVariable() throws(TSQLError) -> Statement.Kind {
        let start = current
        let name = try variable()
        if take(.dot) {
            let target = Expression(kind: .variable(name), span: span(from: start))
            let method = try identifier()
            let kind = Expression.Kind.method(target, name: method, arguments: try arguments())
            return .callMethod(Expression(kind: kind, span: span(from: start)))
        }
        guard let sign = assignmentOperator(current) else { throw unexpected() }
        advance()
        if sign == .set, take(.cursor) { return .setCursorVariable(name, try cursorDefinition(options: [])) }
        return .setVariable(name, sign, try expression())
    }

    private func isolationLevel() throws(TSQLError) -> SetOption {
        advance()
        try expect(.isolation, .level)
        if take(.snapshot) { return .isolationLevel(.snapshot) }
        if take(.serializable) { return .isolationLevel(.serializable) }
        if take(.repeatable) {
            try expect(.read)
            return .isolationLevel(.repeatableRead)
        }
        try expect(.read)
        return .isolationLevel(try either(.committed, or: .uncommitted) ? .readCommitted : .readUncommitted)
    }

    private func setOption() throws(TSQLError) -> SetOption {
        var names = [try upperWord()]
        while take(.comma) { names.append(try upperWord()) }
        if at(.on, .off) {
            let isOn = at(.on)
            advance()
            if names.contains("QUOTED_IDENTIFIER"), !isInModule { setQuotedIdentifier(isOn) }
            return .switches(names, isOn: isOn)
        }
        guard names.count == 1 else { throw unexpected() }
        // `SET LANGUAGE us_english`, `SET DATEFORMAT mdy`
        return .value(names[0], try constant())
    }

    // MARK: Transactions

    func beginTransaction() throws(TSQLError) -> Statement.Kind {
        advance()
        let name = try transactionName()
        var isMarked = false
        var mark: Expression?
        if name != nil, at(.with), next(.mark) {
            advance()
            advance()
            isMarked = true
            if current.kind == .string || current.kind == .nationalString || current.kind == .variable {
                mark = try constant()
            }
        }
        return .beginTransaction(name, mark: mark, isMarked: isMarked)
    }

    /// A name after `TRAN`. `THROW` on the next line is taken for one too, as SQL Server does.
    private func transactionName() throws(TSQLError) -> NameOrVariable? {
        if current.kind == .variable { return .variable(try variable()) }
        guard atAlias() else { return nil }
        let line = current.line
        return .name(Name(parts: [try takeName()], line: line))
    }

    func commitStatement() throws(TSQLError) -> Statement.Kind {
        try expect(.commit)
        guard take(.tran) || take(.transaction) else {
            _ = take(.work)
            return .commit(nil, delayedDurability: nil)
        }
        let name = try transactionName()
        var delayedDurability: Bool?
        if at(.with), next(.leftParenthesis) {
            advance()
            advance()
            try expect(.delayed_durability)
            try expect(.equal)
            delayedDurability = try either(.on, or: .off)
            try expect(.rightParenthesis)
        }
        return .commit(name, delayedDurability: delayedDurability)
    }

    func rollbackStatement() throws(TSQLError) -> Statement.Kind {
        try expect(.rollback)
        guard take(.tran) || take(.transaction) else {
            _ = take(.work)
            return .rollback(nil)
        }
        return .rollback(try transactionName())
    }

    func saveStatement() throws(TSQLError) -> Statement.Kind {
        try expect(.save)
        _ = try either(.tran, or: .transaction)
        guard let name = try transactionName() else { throw unexpected() }
        return .saveTransaction(name)
    }

    // MARK: Cursors

    private func declareCursor() throws(TSQLError) -> Statement.Kind {
        let name = try identifier()
        // The form of the standard has its options before the word.
        var options: [String] = []
        while !at(.cursor) {
            guard current.kind == .word, ["INSENSITIVE", "SCROLL"].contains(text(current).uppercased()) else {
                throw unexpected()
            }
            options.append(try upperWord())
        }
        advance()
        return .declareCursor(name: name, try cursorDefinition(options: options))
    }

    private func cursorDefinition(options: [String]) throws(TSQLError) -> CursorDefinition {
        var options = options
        while !at(.for) { options.append(try upperWord()) }
        advance()
        var definition = CursorDefinition(options: options, query: try selectStatement())
        if take(.for) {
            if take(.read) {
                try expect(.only)
                definition.purpose = .readOnly
            } else {
                try expect(.update)
                definition.purpose = .update(columns: take(.of) ? try list(identifier) : [])
            }
        }
        if definition.query.hints.isEmpty { definition.query.hints = try queryHints() }
        return definition
    }

    /// `GLOBAL`, and a cursor's name.
    private func cursorName() throws(TSQLError) -> (name: NameOrVariable, isGlobal: Bool) {
        let isGlobal = at(.global) && isIdentifier(token(ahead: 1))
        if isGlobal { advance() }
        let line = current.line
        if current.kind == .variable { return (.variable(try variable()), isGlobal) }
        return (.name(Name(parts: [try identifier()], line: line)), isGlobal)
    }

    /// `OPEN`, `CLOSE` or `DEALLOCATE`.
    func cursorStatement(
        _ kind: (NameOrVariable, Bool) -> Statement.Kind
    ) throws(TSQLError) -> Statement.Kind {
        let statement = text(current).uppercased()
        advance()
        // `OPEN SYMMETRIC KEY`, `CLOSE MASTER KEY`
        if isIdentifier(current), next(.key) {
            throw unsupported("\(statement) \(text(current).uppercased()) KEY")
        }
        let cursor = try cursorName()
        return kind(cursor.name, cursor.isGlobal)
    }

    func currentOfCursor() throws(TSQLError) -> NameOrVariable { try cursorName().name }

    func fetchStatement() throws(TSQLError) -> FetchStatement {
        try expect(.fetch)
        var orientation = FetchStatement.Orientation.next
        var needsFrom = true
        switch current.word {
        case .next: advance()
        case .prior:
            advance()
            orientation = .prior
        case .first:
            advance()
            orientation = .first
        case .last:
            advance()
            orientation = .last
        case .absolute:
            advance()
            orientation = .absolute(try constant())
        case .relative:
            advance()
            orientation = .relative(try constant())
        default: needsFrom = false
        }
        if !take(.from), needsFrom { throw unexpected() }
        let cursor = try cursorName()
        let into = take(.into) ? try list(variable) : []
        return FetchStatement(orientation: orientation, cursor: cursor.name, isGlobal: cursor.isGlobal, into: into)
    }
}
