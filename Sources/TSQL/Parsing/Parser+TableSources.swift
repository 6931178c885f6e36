extension Parser {
    /// Hints that may stand in parentheses without `WITH`, where a function would have its arguments.
    private static let bareHints: Set<String> = [
        "NOLOCK", "READUNCOMMITTED", "UPDLOCK", "REPEATABLEREAD", "SERIALIZABLE", "READCOMMITTED", "TABLOCK",
        "TABLOCKX",
        "PAGLOCK", "ROWLOCK", "NOWAIT", "READPAST", "XLOCK", "SNAPSHOT", "NOEXPAND", "HOLDLOCK", "INDEX",
        "FASTFIRSTROW",
    ]

    /// An element of `FROM`: a table with all that is joined to it.
    func tableSource() throws(TSQLError) -> TableSource {
        let outer = try enter()
        defer { leave(outer) }
        var source = try tablePrimary()
        try requireAlias(source)
        while atJoin() {
            source = try joined(to: source)
            try growChain()
        }
        return source
    }

    // MARK: Joins

    private func atJoin() -> Bool {
        switch current.word {
        case .join, .inner, .left, .right, .full, .cross: true
        case .outer: next(.apply)
        default: false
        }
    }

    private func joined(to left: TableSource) throws(TSQLError) -> TableSource {
        let outer = try enter()
        defer { leave(outer) }
        let line = current.line
        let kind = try joinKind()
        var join = Join(kind: kind.kind, hint: kind.hint, left: left, right: try tablePrimary(), line: line)
        try requireAlias(join.right)
        switch kind.kind {
        case .cross, .crossApply, .outerApply: break
        case .inner, .left, .right, .full:
            // `a JOIN b JOIN c ON … ON …`: the inner join comes first.
            while !at(.on), atJoin() {
                join.right = try joined(to: join.right)
                try growChain()
            }
            try expect(.on)
            join.condition = try condition()
        }
        return .join(join)
    }

    private func joinKind() throws(TSQLError) -> (kind: Join.Kind, hint: String?) {
        if take(.cross) { return (try either(.join, or: .apply) ? .cross : .crossApply, nil) }
        if take(.outer) {
            try expect(.apply)
            return (.outerApply, nil)
        }
        if take(.join) { return (.inner, nil) }
        let kind: Join.Kind
        switch current.word {
        case .left: kind = .left
        case .right: kind = .right
        case .full: kind = .full
        default: kind = .inner
        }
        advance()
        if kind != .inner { _ = take(.outer) }
        var hint: String?
        if at(.loop, .hash, .merge, .remote) {
            hint = text(current).uppercased()
            advance()
        }
        try expect(.join)
        return (kind, hint)
    }

    // MARK: Primaries

    private func tablePrimary() throws(TSQLError) -> TableSource {
        let source = try tablePrimaryBeforePivot()
        if at(.pivot) { throw unsupported("PIVOT") }
        if at(.unpivot) { throw unsupported("UNPIVOT") }
        if at(.tablesample) { throw unsupported("TABLESAMPLE") }
        return source
    }

    private func tablePrimaryBeforePivot() throws(TSQLError) -> TableSource {
        if at(.leftParenthesis) { return try tableInParentheses() }
        if current.kind == .variable { return try variableTable() }
        switch current.word {
        case .changetable where next(.leftParenthesis): return try changeTable()
        case .openjson where next(.leftParenthesis): return try openJSON()
        case .openrowset, .openquery, .opendatasource, .openxml, .containstable, .freetexttable,
            .semantickeyphrasetable, .semanticsimilaritytable, .semanticsimilaritydetailstable:
            throw unsupported(text(current).uppercased())
        default: return try namedTable()
        }
    }

    /// A query, `VALUES`, or joined tables, in parentheses.
    private func tableInParentheses() throws(TSQLError) -> TableSource {
        try expect(.leftParenthesis)
        if at(.select) {
            let query = try query()
            try expect(.rightParenthesis)
            return .derived(query, try correlation())
        }
        if take(.values) {
            let rows = try list { () throws(TSQLError) in
                try parenthesized { () throws(TSQLError) in try list(expression) }
            }
            try expect(.rightParenthesis)
            return .values(rows, try correlation())
        }
        if at(.insert, .update, .delete, .merge) { throw unsupported("\(text(current).uppercased()) IN FROM") }
        return try nestedTables()
    }

    /// What stands in parentheses that begins with a table, or with parentheses.
    private func nestedTables() throws(TSQLError) -> TableSource {
        let outer = try enter()
        defer { leave(outer) }
        var source = try tablePrimary()
        // `((SELECT 1) UNION SELECT 2) AS t`: what looked like a table was the first part of a query.
        if case .derived(let first, let name) = source, name.alias == nil {
            let query = atQueryTail() ? try query(continuing: first) : first
            try expect(.rightParenthesis)
            return .derived(query, try correlation())
        }
        try requireAlias(source)
        while atJoin() {
            source = try joined(to: source)
            try growChain()
        }
        try expect(.rightParenthesis)
        return source
    }

    func rowOfValues() throws(TSQLError) -> [Expression] {
        try parenthesized { () throws(TSQLError) in try list(expressionOrDefault) }
    }

    /// Queries and constructed rows need a name.
    private func requireAlias(_ source: TableSource) throws(TSQLError) {
        switch source {
        case .derived(_, let name) where name.alias == nil, .values(_, let name) where name.alias == nil:
            throw unexpected()
        default: return
        }
    }

    private func tableAlias() throws(TSQLError) -> String? {
        if take(.as) { return try identifier() }
        return atAlias() ? try takeName() : nil
    }

    private func correlation() throws(TSQLError) -> TableSource.Correlation {
        let line = current.line
        var correlation = TableSource.Correlation(alias: try tableAlias(), line: line)
        if correlation.alias != nil, at(.leftParenthesis) { correlation.columns = try columnList() }
        return correlation
    }

    private func variableTable() throws(TSQLError) -> TableSource {
        let start = current
        let name = try variable()
        if take(.dot) {
            let method = try identifier()
            let target = Expression(kind: .variable(name), span: span(from: start))
            let kind = Expression.Kind.method(target, name: method, arguments: try arguments())
            return .method(Expression(kind: kind, span: span(from: start)), try correlation())
        }
        var table = TableReference(name: .variable(name), alias: try tableAlias(), line: start.line)
        table.hints = try tableHints()
        return .table(table)
    }

    private func namedTable() throws(TSQLError) -> TableSource {
        let start = current
        // `::fn_…(…)`: how functions of the system were called in earlier versions.
        _ = take(.doubleColon)
        let name = try name()
        if at(.leftParenthesis), !atBareHints() {
            switch try call(name, from: start) {
            case .function(let call): return .function(call, columns: [], try correlation())
            case let kind: return .method(Expression(kind: kind, span: span(from: start)), try correlation())
            }
        }
        if at(.for), next(.system_time) { throw unsupported("FOR SYSTEM_TIME") }
        var table = TableReference(name: .name(name), line: start.line)
        table.hints = try tableHints()
        table.alias = try tableAlias()
        if at(.for), next(.system_time) { throw unsupported("FOR SYSTEM_TIME") }
        if at(.tablesample) { throw unsupported("TABLESAMPLE") }
        table.hints += try tableHints()
        return .table(table)
    }

    // MARK: Hints

    private func atBareHints() -> Bool {
        let hint = token(ahead: 1)
        guard at(.leftParenthesis), hint.kind == .word else { return false }
        return Self.bareHints.contains(text(hint).uppercased())
    }

    /// `WITH (NOLOCK)` or `(NOLOCK)`, if it is next.
    func tableHints() throws(TSQLError) -> [TableHint] {
        if at(.with) {
            guard next(.leftParenthesis) else { return [] }
            advance()
        } else if !atBareHints() {
            return []
        }
        try expect(.leftParenthesis)
        var hints: [TableHint] = []
        repeat {
            // The comma between hints may be left out.
            while current.kind == .word { hints.append(try tableHint()) }
        } while take(.comma)
        try expect(.rightParenthesis)
        return hints
    }

    private func tableHint() throws(TSQLError) -> TableHint {
        var hint = TableHint(name: text(current).uppercased())
        advance()
        if hint.name == "INDEX", take(.equal), !at(.leftParenthesis) {
            hint.arguments = [try hintArgument()]
        } else if hint.name == "SPATIAL_WINDOW_MAX_CELLS" {
            try expect(.equal)
            hint.arguments = [try hintArgument()]
        } else if take(.leftParenthesis) {
            hint.arguments = try list(hintArgument)
            // `FORCESEEK (index (columns))`
            if at(.leftParenthesis) { hint.arguments += try columnList() }
            try expect(.rightParenthesis)
        }
        return hint
    }

    private func hintArgument() throws(TSQLError) -> String {
        current.kind == .integer ? try integer() : try identifier()
    }

    // MARK: Functions with a grammar of their own

    private func changeTable() throws(TSQLError) -> TableSource {
        try expect(.changetable)
        try expect(.leftParenthesis)
        if take(.version) {
            let table = try name()
            try expect(.comma)
            let key = try columnList()
            try expect(.comma)
            let values = try rowOfValues()
            let isForced = try changeTableEnd()
            if isForced { throw unsupported("FORCESEEK") }
            return .version(of: table, key: key, values: values, try correlation())
        }
        try expect(.changes)
        let table = try name()
        try expect(.comma)
        let since = try expression()
        let isForced = try changeTableEnd()
        return .changes(of: table, since: since, isForced: isForced, try correlation())
    }

    private func changeTableEnd() throws(TSQLError) -> Bool {
        let isForced = take(.comma)
        if isForced {
            guard text(current).uppercased() == "FORCESEEK" else { throw unexpected() }
            advance()
        }
        try expect(.rightParenthesis)
        return isForced
    }

    private func openJSON() throws(TSQLError) -> TableSource {
        let name = Name(parts: [try takeName()], line: previous.line)
        let call = FunctionCall(name: name, arguments: try arguments())
        var columns: [TableSource.JSONColumn] = []
        if at(.with), next(.leftParenthesis) {
            advance()
            columns = try parenthesized { () throws(TSQLError) in try list(jsonColumn) }
        }
        return .function(call, columns: columns, try correlation())
    }

    private func jsonColumn() throws(TSQLError) -> TableSource.JSONColumn {
        let name = try identifier()
        let type = try dataType()
        let path = current.kind == .string || current.kind == .nationalString ? try stringLiteral() : nil
        let isJSON = take(.as)
        if isJSON { try expect(.json) }
        return TableSource.JSONColumn(name: name, type: type, path: path, isJSON: isJSON)
    }
}
