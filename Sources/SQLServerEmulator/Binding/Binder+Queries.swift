import TSQL

/// Queries: what gives rows.
extension Binder {
    func bind(_ statement: SelectStatement) throws(SQLError) -> BoundQuery {
        try with(statement.with, statement.hints) { () throws(SQLError) in try bind(statement.query, parent: nil) }
    }

    /// Binds something in front of which common table expressions may stand.
    func with<T>(_ clause: WithClause?, _ hints: [QueryHint], _ work: () throws(SQLError) -> T) throws(SQLError) -> T {
        for hint in hints where hint.name == "MAXRECURSION" {
            guard case .integer(let digits)? = hint.value, let limit = Int64(digits), limit <= 32_767 else {
                throw SQLError(
                    310,
                    "The value specified for the MAXRECURSION option exceeds the allowed maximum of 32767.",
                    severity: 15
                )
            }
            recursionLimit = limit
        }
        let outer = tableExpressions
        defer { tableExpressions = outer }
        for expression in clause?.tables ?? [] { try declare(expression) }
        return try work()
    }

    func bind(_ query: Query, parent: Scope?) throws(SQLError) -> BoundQuery {
        if query.forClause != nil { throw SQLError.unsupported("FOR XML and FOR JSON") }
        switch query.body {
        case .specification(let specification):
            return try bind(specification, query, parent: parent)
        case .nested(let inner):
            guard query.orderBy.isEmpty, query.offset == nil else {
                let bound = try bind(inner, parent: parent)
                return try ordered(bound, query, parent)
            }
            return try bind(inner, parent: parent)
        case .setOperation(let operation, let bodies):
            return try ordered(try combined(operation, bodies, parent), query, parent)
        }
    }

    // MARK: Set operations

    private func combined(_ operation: Query.SetOperator, _ bodies: [Query.Body], _ parent: Scope?) throws(SQLError)
        -> BoundQuery
    {
        var parts: [BoundQuery] = []
        for body in bodies {
            let query = Query(body: body, span: SourceSpan(range: 0..<0, line: session.currentLine))
            parts.append(try bind(query, parent: parent))
        }
        guard var columns = parts.first?.columns else { return BoundQuery(sql: "SELECT NULL AS c0", columns: []) }
        for part in parts.dropFirst() {
            guard part.columns.count == columns.count else {
                throw SQLError(
                    205,
                    "All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists."
                )
            }
            for index in columns.indices {
                columns[index].type = try SQLType.common(
                    columns[index].type,
                    part.columns[index].type,
                    operation: "UNION"
                )
                columns[index].isNullable = columns[index].isNullable || part.columns[index].isNullable
                columns[index].isIdentity = false
            }
        }
        let word: String =
            switch operation {
            case .union: "UNION"
            case .unionAll: "UNION ALL"
            case .except: "EXCEPT"
            case .intersect: "INTERSECT"
            }
        // Each part is a query of its own, with the collation at its columns, by which SQLite tells equal rows.
        let sql = try parts.map { (part) throws(SQLError) in
            let alias = newAlias()
            let items = try zip(columns, part.columns).enumerated().map { (index, pair) throws(SQLError) in
                let value = TypedSQL(sql: "\(alias).c\(index)", type: pair.1.type)
                let collate = operation == .unionAll ? "" : try self.collate(pair.0.type)
                return "\(try convert(value, to: pair.0.type).sql)\(collate) AS c\(index)"
            }
            return "SELECT \(items.joined(separator: ", ")) FROM (\(part.sql)) AS \(alias)"
        }.joined(separator: " \(word) ")
        return BoundQuery(sql: sql, columns: columns)
    }

    /// The query with an `ORDER BY` that names its columns or their numbers.
    private func ordered(_ bound: BoundQuery, _ query: Query, _ parent: Scope?) throws(SQLError) -> BoundQuery {
        if query.orderBy.isEmpty, query.offset == nil { return bound }
        let alias = newAlias()
        let scope = Scope(
            [
                Scope.Source(
                    name: nil,
                    columns: bound.columns.enumerated().map {
                        .init(name: $1.name, type: $1.type, sql: "\(alias).c\($0)", isNullable: $1.isNullable)
                    }
                )
            ],
            parent: parent
        )
        var result = bound
        result.sql = "SELECT * FROM (\(bound.sql)) AS \(alias)"
        if !query.orderBy.isEmpty {
            result.sql += " ORDER BY " + (try order(query.orderBy, scope, columns: bound.columns, alias: alias))
        }
        result.sql += try limit(query, nil, scope)
        return result
    }

    // MARK: SELECT

    private func bind(_ specification: QuerySpecification, _ query: Query, parent: Scope?) throws(SQLError)
        -> BoundQuery
    {
        session.currentLine = specification.line
        let (from, scope) = try bind(specification.from, parent: parent)
        let condition = try specification.where.map { (e) throws(SQLError) in try self.condition(e, scope) }
        let grouping = try groups(specification.groupBy, scope)
        let isGrouped =
            !specification.groupBy.isEmpty || specification.having != nil
            || specification.items.contains(where: \.hasAggregate)
        scope.allowsAggregates = true
        scope.allowsWindows = true
        if isGrouped { try checkGrouping(specification, query, scope) }

        var columns: [BoundQuery.Column] = []
        var items: [TypedSQL] = []
        for item in specification.items {
            switch item {
            case .star(let qualifier):
                for column in try scope.columns(of: qualifier?.parts ?? []) {
                    items.append(
                        TypedSQL(
                            sql: column.sql,
                            type: column.type,
                            isNullable: column.isNullable,
                            name: column.name,
                            isIdentity: column.isIdentity
                        )
                    )
                    columns.append(
                        .init(
                            name: column.name,
                            type: column.type,
                            isNullable: column.isNullable,
                            isIdentity: column.isIdentity
                        )
                    )
                }
            case .expression(let expression, let alias):
                let value = try bind(expression, scope)
                items.append(value)
                columns.append(
                    .init(
                        name: alias ?? value.name ?? "",
                        type: value.type,
                        isNullable: value.isNullable,
                        isIdentity: value.isIdentity
                    )
                )
            case .assignment(let name, let operation, let expression):
                assignedVariables = specification.assignedVariables
                let value = try assignment(name, operation, expression, scope)
                assignedVariables = []
                items.append(value)
                columns.append(.init(name: "", type: value.type, isNullable: value.isNullable))
            }
        }
        if readsAssigned {
            guard query.orderBy.isEmpty, !specification.isDistinct else {
                throw SQLError.unsupported("a variable that a SELECT with ORDER BY or DISTINCT sets and reads")
            }
            for (index, item) in specification.items.enumerated() {
                if case .assignment(let name, _, _) = item { items[index] = assigning(name, items[index]) }
            }
        }
        guard !items.isEmpty else { throw SQLError(263, "Must specify table to select from.") }
        let isDistinct = specification.isDistinct
        if isDistinct, let item = items.first(where: { $0.type.isOldLarge || $0.type == .xml }) {
            throw SQLError(
                421,
                "The \(item.type.name) data type cannot be selected as DISTINCT because it is not comparable."
            )
        }
        if specification.having != nil, grouping.isEmpty, !specification.items.contains(where: \.hasAggregate) {
            // SQLite makes a group of all rows only where something that is selected is an aggregate.
            items[0].sql = "CASE WHEN COUNT(*) IS NULL THEN NULL ELSE \(items[0].sql) END"
        }
        let list = try items.enumerated().map { (index, item) throws(SQLError) in
            "\(item.sql)\(isDistinct ? try collate(item.type) : "") AS c\(index)"
        }
        var sql = "SELECT \(isDistinct ? "DISTINCT " : "")\(list.joined(separator: ", "))"
        if !from.isEmpty { sql += " FROM \(from)" }
        if let condition { sql += " WHERE \(condition)" }
        if !grouping.isEmpty { sql += " GROUP BY \(grouping.joined(separator: ", "))" }
        if let having = specification.having {
            scope.allowsWindows = false
            sql += " HAVING \(try self.condition(having, scope))"
            scope.allowsWindows = true
        }
        var order = ""
        if !query.orderBy.isEmpty {
            scope.aliases = zip(columns, items).filter { !$0.0.name.isEmpty }.map { ($0.0.name, $0.1) }
            let selected = specification.items.compactMap { if case .expression(let e, _) = $0 { e } else { nil } }
            order =
                "ORDER BY "
                + (try self.order(query.orderBy, scope, items: items, distinct: isDistinct ? selected : nil))
        }
        if let top = specification.top, top.isPercent || top.withTies {
            if isDistinct { throw SQLError.unsupported("DISTINCT with TOP … PERCENT or WITH TIES") }
            return BoundQuery(sql: try ranked(sql, list, top, order, scope), columns: columns)
        }
        if !order.isEmpty { sql += " " + order }
        sql += try limit(query, specification.top, scope)
        let isSingle = isGrouped && grouping.isEmpty || specification.from.isEmpty || specification.top?.isOne == true
        return BoundQuery(sql: sql, columns: columns, isSingleRow: isSingle)
    }

    private func groups(_ elements: [GroupingElement], _ scope: Scope) throws(SQLError) -> [String] {
        try elements.map { (element) throws(SQLError) in
            guard case .expression(let expression) = element else {
                throw SQLError.unsupported("GROUPING SETS, ROLLUP and CUBE")
            }
            guard expression.mentionsColumn(of: scope) else {
                throw SQLError(
                    164,
                    "Each GROUP BY expression must contain at least one column that is not an outer reference.",
                    severity: 15
                )
            }
            let value = try bind(expression, scope)
            try checkMaySort(value.type)
            return equalized(value.sql, value.type) + (try collate(value.type))
        }
    }

    private func checkMaySort(_ type: SQLType) throws(SQLError) {
        if type.isOldLarge {
            throw SQLError(
                306,
                "The text, ntext, and image data types cannot be compared or sorted, except when using IS NULL or LIKE operator.",
                state: 2
            )
        }
        if type == .xml {
            throw SQLError(
                305,
                "The xml data type cannot be compared or sorted, except when using the IS NULL operator."
            )
        }
    }

    /// - Throws: 1033 where the rows of a query within another are sorted, and that does not choose among them.
    func checkInner(_ query: Query) throws(SQLError) {
        guard !query.orderBy.isEmpty, query.offset == nil, query.forClause == nil, query.specification?.top == nil
        else {
            return
        }
        throw SQLError(
            1033,
            "The ORDER BY clause is invalid in views, inline functions, derived tables, subqueries, and common table expressions, "
                + "unless TOP, OFFSET or FOR XML is also specified.",
            severity: 15
        )
    }

    /// Refuses columns that are neither grouped by nor within an aggregate, for which SQLite would take any row's.
    private func checkGrouping(_ specification: QuerySpecification, _ query: Query, _ scope: Scope) throws(SQLError) {
        let grouped = specification.groupBy.compactMap { element -> Expression? in
            if case .expression(let expression) = element { expression } else { nil }
        }
        func check(_ expression: Expression, _ place: String) throws(SQLError) {
            if let column = expression.ungroupedColumn(grouped, in: scope) {
                throw SQLError(
                    8120,
                    "Column '\(column)' is invalid in the \(place) because it is not contained in either an aggregate function or the GROUP BY clause."
                )
            }
        }
        for item in specification.items {
            switch item {
            case .expression(let expression, _): try check(expression, "select list")
            case .assignment(_, _, let expression): try check(expression, "select list")
            case .star:
                throw SQLError(
                    8120,
                    "Column '*' is invalid in the select list because it is not contained in either an aggregate function or the GROUP BY clause."
                )
            }
        }
        if let having = specification.having { try check(having, "HAVING clause") }
    }

    // MARK: Order

    /// - Parameters:
    ///   - items: What the numbers of columns and their aliases mean, for the `ORDER BY` of a `SELECT`.
    ///   - distinct: What a `SELECT DISTINCT` selects, by which alone it can be ordered.
    func order(
        _ items: [OrderItem],
        _ scope: Scope,
        items selected: [TypedSQL] = [],
        columns: [BoundQuery.Column] = [],
        alias: String? = nil,
        distinct: [Expression]? = nil
    ) throws(SQLError) -> String {
        try items.enumerated().map { (index, item) throws(SQLError) in
            var value: TypedSQL?
            let isPositional = !selected.isEmpty || alias != nil
            if case .literal(.integer(let digits)) = item.expression.kind, isPositional {
                let count = alias == nil ? selected.count : columns.count
                guard let number = Int(digits), (1...max(1, count)).contains(number) else {
                    throw SQLError(
                        108,
                        "The ORDER BY position number \(digits) is out of range of the number of items in the select list.",
                        severity: 15
                    )
                }
                value =
                    alias.map { TypedSQL(sql: "\($0).c\(number - 1)", type: columns[number - 1].type) }
                    ?? selected[number - 1]
            } else if case .literal(let literal) = item.expression.kind {
                throw Self.constantInOrder(literal, isPositional: isPositional, position: index + 1)
            } else if case .column(let name) = item.expression.kind, name.parts.count == 1 {
                value = scope.aliases.first { $0.name.matches(name.last) }?.expression
            }
            let bound: TypedSQL
            if let value { bound = value } else { bound = try bind(item.expression, scope) }
            if let distinct, value == nil, !distinct.contains(item.expression),
                !selected.contains(where: { $0.sql == bound.sql })
            {
                throw SQLError(
                    145,
                    "ORDER BY items must appear in the select list if SELECT DISTINCT is specified.",
                    severity: 15
                )
            }
            try checkMaySort(bound.type)
            // A bare number would be the number of a column to SQLite.
            let term = Int64(bound.sql) == nil ? bound.sql : "ifnull(\(bound.sql), NULL)"
            return term + (try collate(bound.type)) + (item.isDescending ? " DESC" : "")
        }.joined(separator: ", ")
    }

    /// - Parameter isPositional: Whether whole numbers mean columns, which they do not within `OVER`.
    private static func constantInOrder(_ literal: Literal, isPositional: Bool, position: Int) -> SQLError {
        if isPositional {
            return SQLError(408, "A constant expression was encountered in the ORDER BY list, position \(position).")
        }
        if case .integer = literal {
            return SQLError(
                5308,
                "Windowed functions, aggregates and NEXT VALUE FOR functions do not support integer indices as ORDER BY clause expressions."
            )
        }
        return SQLError(
            5309,
            "Windowed functions, aggregates and NEXT VALUE FOR functions do not support constants as ORDER BY clause expressions."
        )
    }

    private func limit(_ query: Query, _ top: Top?, _ scope: Scope) throws(SQLError) -> String {
        if let top {
            return " LIMIT \(try rowCount(top.count, scope))"
        }
        guard let offset = query.offset else { return "" }
        let count = try query.fetch.map { (e) throws(SQLError) in try rowCount(e, scope) } ?? "-1"
        return " LIMIT \(count) OFFSET \(try rowCount(offset, scope))"
    }

    /// A `SELECT` of which `TOP … PERCENT` or `WITH TIES` takes the first: its rows get their places, and those up to the last
    /// that is wanted stay.
    private func ranked(_ sql: String, _ list: [String], _ top: Top, _ order: String, _ scope: Scope) throws(SQLError)
        -> String
    {
        if top.withTies, order.isEmpty {
            throw SQLError(
                1062,
                "The TOP N WITH TIES clause is not allowed without a corresponding ORDER BY clause.",
                severity: 15
            )
        }
        let alias = newAlias()
        let wanted: String
        if top.isPercent {
            let percent = try convert(try bind(top.count, Scope(parent: scope.parent)), to: .float)
            wanted = routines.call("percent of rows", [percent.sql, "\(alias).total"]) { (values) throws(SQLError) in
                guard case .real(let percent) = values[0], (0...100).contains(percent),
                    case .integer(let total) = values[1]
                else { throw SQLError(1031, "Percent values must be between 0 and 100.", severity: 15) }
                // A part of a row is a row.
                return .integer(Int64((percent * Double(total) / 100).rounded(.up)))
            }
        } else {
            wanted = try rowCount(top.count, scope)
        }
        let columns = list.indices.map { "\(alias).c\($0)" }.joined(separator: ", ")
        let places =
            "ROW_NUMBER() OVER (\(order)) AS place, \(top.withTies ? "RANK" : "ROW_NUMBER")() OVER (\(order)) AS rank, COUNT(*) OVER () AS total"
        let inner = sql.replacing("SELECT ", with: "SELECT \(places), ", maxReplacements: 1)
        return "SELECT \(columns) FROM (\(inner)) AS \(alias) WHERE \(alias).rank <= \(wanted) ORDER BY \(alias).place"
    }

    private func rowCount(_ expression: Expression, _ scope: Scope) throws(SQLError) -> String {
        let value = try convert(try bind(expression, Scope(parent: scope.parent)), to: .bigint)
        // A negative LIMIT would be none at all in SQLite.
        return routines.call("row count", [value.sql]) { (values) throws(SQLError) in
            guard case .integer(let count) = values[0], count >= 0 else {
                throw SQLError(
                    1060,
                    "The number of rows provided for a TOP or FETCH clauses row count parameter must be an integer.",
                    severity: 15
                )
            }
            return values[0]
        }
    }
}

extension Top {
    fileprivate var isOne: Bool { !isPercent && !withTies && count.kind == .literal(.integer("1")) }
}

extension QuerySpecification {
    /// The variables that its items set, in lower case.
    fileprivate var assignedVariables: Set<String> {
        Set(items.compactMap { if case .assignment(let name, _, _) = $0 { name.lowercased() } else { nil } })
    }
}

extension SelectItem {
    fileprivate var hasAggregate: Bool {
        switch self {
        case .star: false
        case .expression(let expression, _), .assignment(_, _, let expression): expression.containsAggregate
        }
    }
}
