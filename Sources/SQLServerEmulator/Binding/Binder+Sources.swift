import TSQL

/// What stands in a `FROM`.
extension Binder {
    /// - Returns: The clause without its word, and the scope of its columns.
    func bind(_ sources: [TableSource], parent: Scope?) throws(SQLError) -> (sql: String, scope: Scope) {
        let scope = Scope(parent: parent)
        var parts: [String] = []
        for source in sources { parts.append(try bind(source, scope)) }
        try checkNames(scope)
        return (parts.joined(separator: " CROSS JOIN "), scope)
    }

    private func checkNames(_ scope: Scope) throws(SQLError) {
        var seen: Set<String> = []
        for source in scope.sources {
            guard let name = source.name else { continue }
            if !seen.insert("\(source.schema ?? "").\(name)".lowercased()).inserted {
                throw SQLError(
                    1013,
                    "The objects \"\(name)\" and \"\(name)\" in the FROM clause have the same exposed names. Use correlation names to distinguish them."
                )
            }
        }
    }

    /// Adds a source to the scope.
    ///
    /// - Returns: How SQLite names it.
    private func bind(_ source: TableSource, _ scope: Scope) throws(SQLError) -> String {
        switch source {
        case .table(let reference): return try bind(reference, scope)
        case .derived(let query, let correlation):
            try checkInner(query)
            return add(try bind(query, parent: scope.parent), correlation, scope)
        case .values(let rows, let correlation):
            return add(try values(rows, scope), correlation, scope)
        case .join(let join): return try bind(join, scope)
        case .function(let call, let columns, let correlation):
            if !columns.isEmpty { throw SQLError.unsupported("OPENJSON … WITH") }
            session.currentLine = correlation.line
            if let own = try tableFunction(call, scope) {
                return add(own, named(correlation, call.name.last), scope)
            }
            let arguments = try call.arguments.map { (e) throws(SQLError) in try bind(e, scope) }
            guard let function = try session.tableFunction(call, arguments, self) else {
                throw Self.unknownTableFunction(call.name)
            }
            return add(
                BoundQuery(sql: function.sql, columns: function.columns),
                named(correlation, call.name.last),
                scope
            )
        case .changes(let table, let since, _, let correlation):
            try checkAlias(correlation)
            let call = TSQL.FunctionCall(
                name: Name(parts: ["CHANGETABLE", "CHANGES"] + table.parts, line: table.line),
                arguments: [since]
            )
            return try bind(.function(call, columns: [], correlation), scope)
        case .version:
            // What it joins to must be there: a row of nothing.
            return "(SELECT 1) \(try bindVersion(source, scope))"
        case .method: throw SQLError.unsupported("nodes()")
        }
    }

    private func named(_ correlation: TableSource.Correlation, _ name: String) -> TableSource.Correlation {
        var result = correlation
        if result.alias == nil { result.alias = name }
        return result
    }

    private func add(_ bound: BoundQuery, _ correlation: TableSource.Correlation, _ scope: Scope) -> String {
        let alias = newAlias()
        let columns = bound.columns.enumerated().map { index, column in
            Scope.Column(
                name: correlation.columns.indices.contains(index) ? correlation.columns[index] : column.name,
                type: column.type,
                sql: "\(alias).c\(index)",
                isNullable: column.isNullable,
                isIdentity: column.isIdentity
            )
        }
        scope.sources.append(Scope.Source(name: correlation.alias, columns: columns))
        return "(\(bound.sql)) AS \(alias)"
    }

    // MARK: Tables by name

    private func bind(_ reference: TableReference, _ scope: Scope) throws(SQLError) -> String {
        session.currentLine = reference.line
        switch reference.name {
        case .variable(let name):
            let table = try session.tableVariable(name)
            return add(table, alias: reference.alias ?? name, schema: nil, scope)
        case .name(let name):
            if name.parts.count == 1, let expression = tableExpressions.last(where: { $0.name.matches(name.last) }) {
                let alias = newAlias()
                if expression.isRecursive { recursiveAliases.append(alias) }
                let columns = expression.columns.enumerated().map { index, column in
                    Scope.Column(
                        name: column.name,
                        type: column.type,
                        sql: "\(alias).c\(index)",
                        isNullable: column.isNullable
                    )
                }
                scope.sources.append(Scope.Source(name: reference.alias ?? expression.name, columns: columns))
                return "\(expression.sql) AS \(alias)"
            }
            if name.parts.count == 1, let table = session.triggerTable(name.last) {
                return add(table, alias: reference.alias ?? name.last, schema: nil, scope)
            }
            let found = try self.object(name)
            switch found {
            case .table(let table):
                note(reference.hints, of: table)
                return add(
                    table,
                    alias: reference.alias ?? table.name,
                    schema: reference.alias == nil ? table.schema : nil,
                    scope
                )
            case .query(let query):
                return add(query, .init(alias: reference.alias ?? name.last, line: reference.line), scope)
            case .stored(let storage, let columns):
                let alias = newAlias()
                scope.sources.append(
                    Scope.Source(
                        name: reference.alias ?? name.last,
                        schema: reference.alias == nil ? name.parts.dropLast().last : nil,
                        columns: columns.enumerated().map {
                            .init(name: $1.name, type: $1.type, sql: "\(alias).c\($0)", isNullable: $1.isNullable)
                        }
                    )
                )
                return "\(storage) AS \(alias)"
            }
        }
    }

    private func add(_ table: TableObject, alias name: String, schema: String?, _ scope: Scope) -> String {
        let alias = newAlias()
        scope.sources.append(Scope.Source(name: name, schema: schema, columns: columns(of: table, alias: alias)))
        return "\(table.storage) AS \(alias)"
    }

    func columns(of table: TableObject, alias: String) -> [Scope.Column] {
        table.columns.map { column in
            Scope.Column(
                name: column.name,
                type: column.type,
                sql: "\(alias).\(column.storage)",
                isNullable: column.isNullable,
                isIdentity: column.identity != nil
            )
        }
    }

    enum FoundObject {
        case table(TableObject)
        case query(BoundQuery)
        /// A table of the emulator's own, whose columns are `c0`, `c1`, …
        case stored(String, [BoundQuery.Column])
    }

    /// What a name in a `FROM` means.
    ///
    /// - Parameter permission: What the session must be allowed to do with it; `nil` where that is checked later.
    /// - Throws: 208 where it means nothing.
    func object(_ name: Name, for permission: String? = "SELECT") throws(SQLError) -> FoundObject {
        if name.last.hasPrefix("#") {
            guard let table = session.temporaryTable(name.last) else { throw Self.unknown(name) }
            return .table(table)
        }
        let database = try self.database(of: name)
        let schema = name.parts.count > 1 ? name.parts[name.parts.count - 2] : ""
        if let view = try session.systemView(name, in: database) { return .stored(view.table, view.columns) }
        guard let id = database.objectID(schema: schema.isEmpty ? "dbo" : schema, name: name.last) else {
            throw Self.unknown(name)
        }
        if let table = database.tables[id] {
            try session.checkIsolation(in: database)
            if let permission { try session.checkMay(permission, table, in: database) }
            return .table(table)
        }
        guard let module = database.modules[id] else { throw Self.unknown(name) }
        switch module.kind {
        case .view(let definition):
            // A view sees nothing of the query that names it.
            let outer = tableExpressions
            tableExpressions = []
            defer { tableExpressions = outer }
            if let permission { try session.checkMay(permission, module, in: database) }
            var bound = try session.owned(by: ChainOwner(module, in: database)) { () throws(SQLError) in
                try bind(definition.query)
            }
            for (index, column) in definition.columns.enumerated() where bound.columns.indices.contains(index) {
                bound.columns[index].name = column
            }
            return .query(bound)
        case .synonym(let target): return try object(target, for: permission)
        default: throw Self.unknown(name)
        }
    }

    func database(of name: Name) throws(SQLError) -> DatabaseCatalogue {
        switch name.parts.count {
        case ...2: return session.database
        case 3: return try name.parts[0].isEmpty ? session.database : session.database(named: name.parts[0])
        default:
            throw SQLError(
                7202,
                "Could not find server '\(name.parts[0])' in sys.servers. Verify that the correct server name was specified.",
                severity: 11
            )
        }
    }

    static func unknown(_ name: Name) -> SQLError {
        SQLError(208, "Invalid object name '\(name.parts.joined(separator: "."))'.")
    }

    static func unknownTableFunction(_ name: Name) -> SQLError {
        let refused = ["STRING_SPLIT", "OPENJSON", "GENERATE_SERIES", "OPENXML", "OPENROWSET", "OPENQUERY"]
        guard name.parts.count == 1, refused.contains(name.last.uppercased()) else { return unknown(name) }
        return SQLError.unsupported(name.last.uppercased())
    }

    // MARK: Joins

    private func bind(_ join: Join, _ scope: Scope) throws(SQLError) -> String {
        session.currentLine = join.line
        let first = scope.sources.count
        let left = try bind(join.left, scope)
        if join.kind == .crossApply || join.kind == .outerApply {
            if case .version = join.right { return "\(left) \(try bindVersion(join.right, scope))" }
            return try apply(join, left, Scope(Array(scope.sources[first...]), parent: scope.parent), scope)
        }
        let middle = scope.sources.count
        let right = try bind(join.right, scope)
        let words: String =
            switch join.kind {
            case .inner: "INNER JOIN"
            case .left: "LEFT JOIN"
            case .right: "RIGHT JOIN"
            case .full: "FULL JOIN"
            case .cross: "CROSS JOIN"
            case .crossApply, .outerApply: "CROSS JOIN"  // bound above
            }
        if join.kind == .left || join.kind == .full { makeNullable(middle..<scope.sources.count, scope) }
        if join.kind == .right || join.kind == .full { makeNullable(first..<middle, scope) }
        // A join on the right has parentheses; SQLite would read on from left to right.
        let rightSide: String
        if case .join = join.right { rightSide = "(\(right))" } else { rightSide = right }
        guard let condition = join.condition else { return "\(left) \(words) \(rightSide)" }
        return "\(left) \(words) \(rightSide) ON \(try self.condition(condition, scope))"
    }

    /// `CHANGETABLE(VERSION …)` gives one row for each row before it: a left join with the last versions.
    private func bindVersion(_ source: TableSource, _ scope: Scope) throws(SQLError) -> String {
        guard case .version(let table, let key, let values, let correlation) = source, let session = session as? Session
        else {
            throw SQLError.unsupported("CHANGETABLE(VERSION …)")
        }
        try checkAlias(correlation)
        let bound = try values.map { (e) throws(SQLError) in try bind(e, scope) }
        let found = try CaptureFunctions.version(of: table, key: key, values: bound, alias: newAlias(), self, session)
        scope.sources.append(Scope.Source(name: correlation.alias, columns: found.columns))
        return found.join
    }

    private func checkAlias(_ correlation: TableSource.Correlation) throws(SQLError) {
        guard correlation.alias == nil else { return }
        throw SQLError(22104, "A table returned by the CHANGETABLE function must be aliased.")
    }

    private func makeNullable(_ range: Range<Int>, _ scope: Scope) {
        for source in range {
            for column in scope.sources[source].columns.indices {
                scope.sources[source].columns[column].isNullable = true
            }
        }
    }

    // MARK: VALUES

    func values(_ rows: [[Expression]], _ scope: Scope) throws(SQLError) -> BoundQuery {
        var bound: [[TypedSQL]] = []
        for row in rows { bound.append(try row.map { (e) throws(SQLError) in try bind(e, scope) }) }
        guard let count = bound.first?.count, bound.allSatisfy({ $0.count == count }) else {
            throw SQLError(
                10709,
                "The number of columns for each row in a table value constructor must be the same.",
                severity: 15
            )
        }
        var columns: [BoundQuery.Column] = []
        for index in 0..<count {
            let type = try commonType(bound.map { $0[index].type }, "VALUES")
            columns.append(
                .init(name: "", type: type == .null ? .int : type, isNullable: bound.contains { $0[index].isNullable })
            )
        }
        let selects = try bound.map { (row) throws(SQLError) in
            let items = try row.enumerated().map { (index, value) throws(SQLError) in
                "\(try convert(value, to: columns[index].type).sql) AS c\(index)"
            }
            return "SELECT " + items.joined(separator: ", ")
        }
        return BoundQuery(sql: selects.joined(separator: " UNION ALL "), columns: columns, isSingleRow: rows.count == 1)
    }

    // MARK: Common table expressions

    func declare(_ expression: CommonTableExpression) throws(SQLError) {
        session.currentLine = expression.line
        try checkInner(expression.query)
        if case .setOperation(.unionAll, let bodies) = expression.query.body, bodies.count > 1,
            bodies.dropFirst().contains(where: { $0.mentions(expression.name) })
        {
            return try declareRecursive(expression, bodies)
        }
        var bound = try bind(expression.query, parent: nil)
        try name(&bound.columns, expression)
        tableExpressions.append(TableExpression(name: expression.name, sql: "(\(bound.sql))", columns: bound.columns))
    }

    private func name(_ columns: inout [BoundQuery.Column], _ expression: CommonTableExpression) throws(SQLError) {
        guard !expression.columns.isEmpty else { return }
        guard expression.columns.count == columns.count else {
            let isMore = columns.count > expression.columns.count
            throw SQLError(
                isMore ? 8158 : 8159,
                "'\(expression.name)' has \(isMore ? "more" : "fewer") columns than were specified in the column list."
            )
        }
        for (index, name) in expression.columns.enumerated() { columns[index].name = name }
    }

    /// The first part says what the columns are; the others may name the expression itself.
    private func declareRecursive(_ expression: CommonTableExpression, _ bodies: [Query.Body]) throws(SQLError) {
        let storage = newAlias()
        func bindPart(_ body: Query.Body) throws(SQLError) -> BoundQuery {
            try bind(Query(body: body, span: expression.query.span), parent: nil)
        }
        var anchor = try bindPart(bodies[0])
        try name(&anchor.columns, expression)
        let outer = tableExpressions
        tableExpressions.append(
            TableExpression(name: expression.name, sql: storage, columns: anchor.columns, isRecursive: true)
        )
        var parts = ["SELECT 0 AS level, * FROM (\(anchor.sql))"]
        for body in bodies.dropFirst() {
            if case .specification(let specification) = body, specification.isDistinct {
                throw SQLError(
                    460,
                    "DISTINCT operator is not allowed in the recursive part of a recursive common table expression '\(expression.name)'."
                )
            }
            recursiveAliases = []
            let part = try bindPart(body)
            let aliases = recursiveAliases
            guard aliases.count <= 1 else {
                throw SQLError(
                    253,
                    "Recursive member of a common table expression '\(expression.name)' has multiple recursive references."
                )
            }
            guard part.columns.count == anchor.columns.count else {
                throw SQLError(
                    205,
                    "All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists."
                )
            }
            for (left, right) in zip(anchor.columns, part.columns) where left.type.name != right.type.name {
                throw SQLError(
                    240,
                    "Types don't match between the anchor and the recursive part in column \"\(left.name)\" of recursive query \"\(expression.name)\"."
                )
            }
            // SQLite wants the reference in a plain SELECT, so there is no place for a conversion around it.
            for (left, right) in zip(anchor.columns, part.columns)
            where left.type != right.type && !ValueRules.keepsStoredValue(from: right.type, to: left.type) {
                throw SQLError.unsupported("a recursive part whose column \(left.name) needs a conversion")
            }
            if let alias = aliases.first {
                let level = "SELECT \(nextLevel("\(alias).level")) AS level, "
                parts.append(part.sql.replacing("SELECT ", with: level, maxReplacements: 1))
            } else {
                parts.append("SELECT 0 AS level, * FROM (\(part.sql))")
            }
        }
        let names = anchor.columns.indices.map { "c\($0)" }.joined(separator: ", ")
        let recursive =
            "(WITH RECURSIVE \(storage)(level, \(names)) AS (\(parts.joined(separator: " UNION ALL "))) SELECT \(names) FROM \(storage))"
        tableExpressions = outer + [TableExpression(name: expression.name, sql: recursive, columns: anchor.columns)]
    }
}

extension Binder {
    /// How deep the rows of a recursive part are whose source has rows of a level.
    private func nextLevel(_ level: String) -> String {
        let limit = recursionLimit
        return routines.call("recursion \(limit)", [level]) { (values) throws(SQLError) in
            guard case .integer(let level) = values[0] else { return .null }
            guard limit == 0 || level < limit else {
                throw SQLError(
                    530,
                    "The statement terminated. The maximum recursion \(limit) has been exhausted before statement completion."
                )
            }
            return .integer(level + 1)
        }
    }
}

extension Query.Body {
    /// Whether a source of the query is called by a name.
    fileprivate func mentions(_ name: String) -> Bool {
        switch self {
        case .specification(let specification): specification.from.contains { $0.mentions(name) }
        case .setOperation(_, let bodies): bodies.contains { $0.mentions(name) }
        case .nested(let query): query.body.mentions(name)
        }
    }
}

extension TableSource {
    fileprivate func mentions(_ name: String) -> Bool {
        switch self {
        case .table(let reference):
            if case .name(let other) = reference.name {
                other.parts.count == 1 && other.last.matches(name)
            } else {
                false
            }
        case .derived(let query, _): query.body.mentions(name)
        case .join(let join): join.left.mentions(name) || join.right.mentions(name)
        default: false
        }
    }
}
