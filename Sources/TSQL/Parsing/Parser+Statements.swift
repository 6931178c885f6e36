extension Parser {
    /// All statements of a batch.
    func batch() throws(TSQLError) -> [Statement] {
        let statements = try statements(isBatch: true)
        if current.kind != .end { throw unexpected() }
        try checkLexing()
        return statements
    }

    // MARK: Lists

    /// Statements up to the end of the text, or to an `END`.
    func statements(isBatch: Bool = false) throws(TSQLError) -> [Statement] {
        var statements: [Statement] = []
        var isTerminated = true
        while take(.semicolon) {}
        while current.kind != .end, !at(.end) {
            if at(.with), !isTerminated { throw .semicolonBeforeWith(text(current), line: current.line) }
            statements.append(try statement(isFirstInBatch: isBatch && statements.isEmpty))
            isTerminated = take(.semicolon)
            while take(.semicolon) {}
        }
        return statements
    }

    func statement(isFirstInBatch: Bool = false) throws(TSQLError) -> Statement {
        let outer = try enter()
        defer { leave(outer) }
        let start = current
        let kind = try statementKind(isFirstInBatch: isFirstInBatch)
        return Statement(kind: kind, span: span(from: start))
    }

    // MARK: Dispatch

    private func statementKind(isFirstInBatch: Bool) throws(TSQLError) -> Statement.Kind {
        guard current.kind == .word, let word = current.word else { return try otherStatement(isFirstInBatch) }
        if let kind = try dataStatement(word) { return kind }
        if let kind = try flowStatement(word) { return kind }
        if let kind = try sessionStatement(word) { return kind }
        if let kind = try definitionStatement(word, isFirstInBatch: isFirstInBatch) { return kind }
        if let kind = try administrationStatement(word) { return kind }
        return try otherStatement(isFirstInBatch)
    }

    private func dataStatement(_ word: Word) throws(TSQLError) -> Statement.Kind? {
        switch word {
        case .select: return .select(try selectStatement())
        case .with: return try withStatement()
        case .insert: return try insertStatement(with: nil)
        case .update: return next(.statistics) ? try updateStatistics() : .update(try updateStatement(with: nil))
        case .delete: return .delete(try deleteStatement(with: nil))
        case .merge: return .merge(try mergeStatement(with: nil))
        case .truncate: return try truncateStatement()
        default: return nil
        }
    }

    /// A statement that begins with `WITH`.
    private func withStatement() throws(TSQLError) -> Statement.Kind {
        let with = try withClause()
        switch current.word {
        case .insert: return try insertStatement(with: with)
        case .update: return .update(try updateStatement(with: with))
        case .delete: return .delete(try deleteStatement(with: with))
        case .merge: return .merge(try mergeStatement(with: with))
        default:
            let query = try query()
            return .select(SelectStatement(with: with, query: query, hints: try queryHints()))
        }
    }

    private func flowStatement(_ word: Word) throws(TSQLError) -> Statement.Kind? {
        switch word {
        case .begin: return try beginStatement()
        case .if: return try ifStatement()
        case .while: return try whileStatement()
        case .break:
            advance()
            return .break
        case .continue:
            advance()
            return .continue
        case .return: return try returnStatement()
        case .goto:
            advance()
            return .goto(try identifier())
        case .print:
            advance()
            return .print(try expression())
        case .raiserror: return .raiseError(try raiseErrorStatement())
        case .throw where !next(.colon): return try throwStatement()
        case .waitfor: return try waitForStatement()
        case .exec, .execute: return try executeStatement()
        case .revert: return try revertStatement()
        default: return nil
        }
    }

    private func sessionStatement(_ word: Word) throws(TSQLError) -> Statement.Kind? {
        switch word {
        case .declare: return try declareStatement()
        case .set: return try setStatement()
        case .use:
            advance()
            return .use(database: try identifier())
        case .commit: return try commitStatement()
        case .rollback: return try rollbackStatement()
        case .save: return try saveStatement()
        case .open: return try cursorStatement { .openCursor($0, isGlobal: $1) }
        case .close: return try cursorStatement { .closeCursor($0, isGlobal: $1) }
        case .deallocate: return try cursorStatement { .deallocateCursor($0, isGlobal: $1) }
        case .fetch: return .fetchCursor(try fetchStatement())
        default: return nil
        }
    }

    private func administrationStatement(_ word: Word) throws(TSQLError) -> Statement.Kind? {
        switch word {
        case .grant, .deny, .revoke: return .permission(try permissionStatement())
        case .dbcc: return .dbcc(try dbccStatement())
        case .checkpoint:
            advance()
            return .checkpoint(current.kind == .integer || current.kind == .variable ? try expression() : nil)
        case .kill:
            advance()
            if current.kind == .word { throw unsupported("KILL \(text(current).uppercased())") }
            let session = try expression()
            if at(.with) { throw unsupported("KILL WITH STATUSONLY") }
            return .kill(session)
        case .reconfigure:
            advance()
            let withOverride = at(.with)
            if withOverride {
                advance()
                guard text(current).uppercased() == "OVERRIDE" else { throw unexpected() }
                advance()
            }
            return .reconfigure(withOverride: withOverride)
        case .bulk: throw unsupported("BULK INSERT")
        case .backup, .restore, .shutdown, .readtext, .writetext, .updatetext, .setuser, .lineno, .dump, .load:
            throw unsupported(text(current).uppercased())
        case .receive, .send:
            if next(.on) || next(.top) || next(.leftParenthesis) { throw unsupported(text(current).uppercased()) }
            return nil
        default: return nil
        }
    }

    /// A label, a query in parentheses, or at the beginning of a batch the call of a procedure.
    private func otherStatement(_ isFirstInBatch: Bool) throws(TSQLError) -> Statement.Kind {
        if at(.leftParenthesis) { return .select(try selectStatement()) }
        if isIdentifier(current), next(.colon) {
            let name = try takeName()
            advance()
            return .label(name)
        }
        guard isFirstInBatch, isIdentifier(current) else { throw unexpected() }
        return .execute(try procedureCall(result: nil))
    }
}
