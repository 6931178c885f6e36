import TSQL

/// `INSERT`, `UPDATE`, `DELETE`, `MERGE` and `TRUNCATE`.
extension Session {
    // MARK: INSERT

    func run(_ statement: InsertStatement) throws(SQLError) {
        let changes = try writing { () throws(SQLError) -> [RowChange] in
            try willChangeRows(statement.with)
            let table = try target(statement.target, for: ["INSERT"])
            try checkMayOutput(statement.output, of: table)
            let columns = try insertColumns(statement.columns, of: table)
            let writer = TableWriter(table, session: self, statement: "INSERT")
            switch statement.source {
            case .defaultValues: try writer.insert(try row([], [], [], of: table))
            case .values(let rows): try insert(rows, columns, statement, writer)
            case .query(let query):
                let binder = Binder(self)
                var bound = try binder.with(statement.with, statement.hints) { () throws(SQLError) in
                    try binder.bind(query, parent: nil)
                }
                if let top = statement.top { bound.sql = "SELECT * FROM (\(bound.sql)) LIMIT \(try topCount(top))" }
                let given = bound.columns.count
                guard given == columns.count else {
                    if statement.columns.isEmpty { throw Self.countsDiffer(given, columns.count, isListed: false) }
                    throw SQLError(
                        given < columns.count ? 120 : 121,
                        "The select list for the INSERT statement contains \(given < columns.count ? "fewer" : "more") items than the "
                            + "insert list. The number of SELECT values must match the number of INSERT columns.",
                        severity: 15
                    )
                }
                for column in columns { try checkMayGive(column) }
                let types = bound.columns.map(\.type)
                for values in try sqlite.rows(bound.sql, binder.parameters) {
                    try writer.insert(try row(values, types, columns, of: table))
                }
            case .execute: throw SQLError.unsupported("INSERT … EXECUTE")
            }
            try writer.finish()
            try OutputRows(clauses: statement.output, table: table, actions: ["INSERT"]).give(writer.changes, self)
            try fireTriggers(of: table, ["INSERT"], writer.changes)
            return writer.changes
        }
        finish(.insert, Int64(changes.count), hasResult: statement.output.contains { $0.into == nil })
    }

    /// The rows of `VALUES`: `DEFAULT` may stand among them, so each is a row by itself.
    private func insert(
        _ rows: [[Expression]],
        _ columns: [TableColumn],
        _ statement: InsertStatement,
        _ writer: TableWriter
    ) throws(SQLError) {
        for expressions in rows {
            guard expressions.count == columns.count else {
                throw Self.countsDiffer(expressions.count, columns.count, isListed: !statement.columns.isEmpty)
            }
            let binder = Binder(self)
            var items: [String] = []
            var types: [SQLType] = []
            for (expression, column) in zip(expressions, columns) {
                if case .defaultValue = expression.kind {
                    items.append(binder.parameter(try defaultValue(of: column)))
                    types.append(column.type)
                } else {
                    try checkMayGive(column)
                    let value = try binder.bind(expression, Scope())
                    items.append(value.sql)
                    types.append(value.type)
                }
            }
            for values in try sqlite.rows("SELECT \(items.joined(separator: ", "))", binder.parameters) {
                try writer.insert(try row(values, types, columns, of: writer.table))
            }
        }
    }

    private static func countsDiffer(_ given: Int, _ asked: Int, isListed: Bool) -> SQLError {
        guard isListed else {
            return SQLError(213, "Column name or number of supplied values does not match table definition.")
        }
        let more = given < asked ? "more" : "fewer"
        return SQLError(
            given < asked ? 109 : 110,
            "There are \(more) columns in the INSERT statement than values specified in the VALUES clause. The number of "
                + "values in the VALUES clause must match the number of columns specified in the INSERT statement.",
            severity: 15
        )
    }

    /// Puts rows that are there into a table: those of `OUTPUT … INTO`.
    func insert(
        _ rows: [[StoredValue]],
        _ output: [BoundQuery.Column],
        into target: NameOrVariable,
        columns names: [String]
    ) throws(SQLError) {
        let table = try self.target(DataTarget(name: target, line: currentLine), for: ["INSERT"])
        let columns = try insertColumns(names.map { Name(parts: [$0], line: currentLine) }, of: table)
        guard columns.count == output.count else {
            throw SQLError(213, "Column name or number of supplied values does not match table definition.")
        }
        for column in columns { try checkMayGive(column) }
        let writer = TableWriter(table, session: self, statement: "INSERT")
        for values in rows { try writer.insert(try row(values, output.map(\.type), columns, of: table)) }
        try writer.finish()
    }

    /// The columns that an `INSERT` gives values to.
    func insertColumns(_ names: [Name], of table: TableObject) throws(SQLError) -> [TableColumn] {
        let hasIdentityInsert = settings.identityInsert == table.storage
        let columns: [TableColumn]
        if names.isEmpty {
            columns = table.columns.filter {
                $0.computation == nil && ($0.identity == nil || hasIdentityInsert)
            }
            if hasIdentityInsert, table.identity != nil {
                throw SQLError(
                    8101,
                    "An explicit value for the identity column in table '\(table.name)' can only be specified when a column list is used and IDENTITY_INSERT is ON."
                )
            }
        } else {
            columns = try names.map { (name) throws(SQLError) in
                guard let column = table.column(name.last) else {
                    throw SQLError(207, "Invalid column name '\(name.last)'.")
                }
                return column
            }
            for (index, column) in columns.enumerated()
            where columns.prefix(index).contains(where: { $0.id == column.id }) {
                throw SQLError(
                    264,
                    "The column name '\(column.name)' is specified more than once in the SET clause or column list of an INSERT."
                )
            }
        }
        for column in columns {
            if column.computation != nil {
                throw SQLError(
                    271,
                    "The column \"\(column.name)\" cannot be modified because it is either a computed column or is the result of a UNION operator."
                )
            }
            if column.identity != nil, !hasIdentityInsert {
                throw SQLError(
                    544,
                    "Cannot insert explicit value for identity column in table '\(table.name)' when IDENTITY_INSERT is set to OFF."
                )
            }
        }
        if hasIdentityInsert, let identity = table.identity, !columns.contains(where: { $0.id == identity.id }) {
            throw SQLError(
                545,
                "Explicit value must be specified for identity column in table '\(table.name)' either when IDENTITY_INSERT is set to ON or when a replication user is inserting into a NOT FOR REPLICATION identity column."
            )
        }
        return columns
    }

    /// - Throws: 273 where a column that gets a value makes its own.
    func checkMayGive(_ column: TableColumn) throws(SQLError) {
        guard column.type == .rowversion else { return }
        throw SQLError(
            273,
            "Cannot insert an explicit value into a timestamp column. Use INSERT with a column list to exclude the timestamp column, or insert a DEFAULT into the timestamp column."
        )
    }

    /// A whole row from values for some of its columns.
    func row(
        _ values: [StoredValue],
        _ types: [SQLType],
        _ columns: [TableColumn],
        of table: TableObject
    ) throws(SQLError) -> [StoredValue] {
        var row: [StoredValue] = []
        for column in table.columns {
            if column.type == .rowversion {
                row.append(.blob(newRowVersion()))
            } else if let place = columns.firstIndex(where: { $0.id == column.id }) {
                let value = try assigned(values[place], types[place], to: column, of: table)
                row.append(value)
                if column.identity != nil, case .integer(let number) = value {
                    try noteIdentity(number, column, of: table)
                }
            } else if let identity = column.identity {
                let next = server.nextIdentity(of: table.storage, identity)
                let value = SQLValue.integer(next)
                lastIdentity = .decimal(Int128(next))
                frames[frames.count - 1].scopeIdentity = .decimal(Int128(next))
                row.append(try assigned(try SQLType.bigint.encode(value), .bigint, to: column, of: table))
            } else {
                row.append(try defaultValue(of: column))
            }
        }
        return row
    }

    private func noteIdentity(_ number: Int64, _ column: TableColumn, of table: TableObject) throws(SQLError) {
        lastIdentity = .decimal(Int128(number))
        frames[frames.count - 1].scopeIdentity = lastIdentity
        let isAscending = (column.identity?.increment ?? 1) > 0
        let last = server.lastIdentity(of: table.storage)
        if last.map({ isAscending ? number > $0 : number < $0 }) ?? true {
            server.noteIdentity(number, of: table.storage)
        }
    }

    /// A value as a column keeps it.
    func assigned(_ value: StoredValue, _ type: SQLType, to column: TableColumn, of table: TableObject) throws(SQLError)
        -> StoredValue
    {
        if value == .null || type == column.type { return value }
        return try column.type.encode(
            try Conversion.assign(
                try type.decode(value),
                from: type,
                to: column.type,
                table: "\(databaseName).\(table.schema).\(table.name)",
                column: column.name,
                settings: conversionSettings
            )
        )
    }

    /// What a column holds where nothing is given.
    func defaultValue(of column: TableColumn) throws(SQLError) -> StoredValue {
        guard let constraint = column.defaultValue else { return .null }
        let (value, type) = try evaluate(try expression(constraint.text))
        if value.isNull { return .null }
        return try column.type.encode(try Conversion.convert(value, from: type, to: column.type))
    }

    // MARK: UPDATE and DELETE

    func run(_ statement: UpdateStatement) throws(SQLError) {
        let count = try changeRows(statement, "UPDATE") { (selection, binder, writer) throws(SQLError) in
            let table = selection.table
            let (assignments, touched) = try assignments(
                statement.assignments,
                of: table,
                called: selection.name,
                binder,
                selection.scope
            )
            if binder.readsAssigned, !statement.from.isEmpty || statement.top != nil {
                throw SQLError.unsupported("a variable that an UPDATE with FROM or TOP sets and reads")
            }
            var updates: [(row: Int64, before: [StoredValue], after: [StoredValue])] = []
            for row in try selection.rows(also: assignments.map(\.value.sql)) {
                var after = row.values
                for (index, assignment) in assignments.enumerated() {
                    let value = row.extra[index]
                    if let column = assignment.column,
                        let place = table.columns.firstIndex(where: { $0.id == column.id })
                    {
                        after[place] = try assigned(value, assignment.value.type, to: column, of: table)
                    }
                    if let variable = assignment.variable {
                        try assign(variable, .set, try assignment.value.type.decode(value), assignment.value.type)
                    }
                }
                for (place, column) in table.columns.enumerated() where column.type == .rowversion {
                    after[place] = .blob(newRowVersion())
                }
                updates.append((row.row, row.values, after))
            }
            try writer.update(updates, touched: touched)
            return touched
        }
        finish(.update, count, hasResult: statement.output.contains { $0.into == nil })
    }

    func run(_ statement: DeleteStatement) throws(SQLError) {
        let count = try changeRows(statement, "DELETE") { (selection, _, writer) throws(SQLError) in
            for row in try selection.rows(also: []) { try writer.delete(row.row, row.values) }
            return []
        }
        finish(.delete, count, hasResult: statement.output.contains { $0.into == nil })
    }

    /// Changes the rows that an `UPDATE` or a `DELETE` means, with all that follows: rules, `OUTPUT`, triggers.
    ///
    /// - Parameter work: Gives the ids of the columns that it sets.
    /// - Returns: How many rows there were.
    private func changeRows(
        _ statement: any RowChangingStatement,
        _ action: String,
        _ work: (ChangedRows, Binder, TableWriter) throws(SQLError) -> Set<Int>
    ) throws(SQLError) -> Int64 {
        try writing { () throws(SQLError) -> Int64 in
            try willChangeRows(statement.with)
            let binder = Binder(self)
            return try binder.with(statement.with, statement.hints) { () throws(SQLError) in
                let selection = try ChangedRows(
                    statement.target,
                    from: statement.from,
                    where: statement.where,
                    top: statement.top,
                    for: statement.permissions,
                    binder,
                    self
                )
                let table = selection.table
                try checkMayOutput(statement.output, of: table)
                let writer = TableWriter(table, session: self, statement: action)
                let touched = try work(selection, binder, writer)
                try writer.finish()
                try OutputRows(clauses: statement.output, table: table, actions: [action]).give(writer.changes, self)
                try fireTriggers(of: table, [action], writer.changes, touched: touched)
                return Int64(writer.changes.count)
            }
        }
    }

    /// One element of `SET`, bound.
    struct BoundAssignment {
        var column: TableColumn?
        var variable: String?
        var value: TypedSQL
    }

    /// - Parameter name: The name that the table has in the scope.
    func assignments(
        _ assignments: [Assignment],
        of table: TableObject,
        called name: String,
        _ binder: Binder,
        _ scope: Scope
    ) throws(SQLError) -> ([BoundAssignment], touched: Set<Int>) {
        var bound: [BoundAssignment] = []
        var touched: Set<Int> = []
        let variables = assignments.compactMap { if case .set(let variable?, _, _, _) = $0 { variable } else { nil } }
        binder.assignedVariables = Set(variables.map { $0.lowercased() })
        defer { binder.assignedVariables = [] }
        for assignment in assignments {
            guard case .set(let variable, let given, let operation, let expression) = assignment else {
                throw SQLError.unsupported("a method in SET")
            }
            var column: TableColumn?
            if let given {
                guard let found = table.column(given.last) else {
                    throw SQLError(207, "Invalid column name '\(given.last)'.")
                }
                if found.computation != nil {
                    throw SQLError(
                        271,
                        "The column \"\(found.name)\" cannot be modified because it is either a computed column or is the result of a UNION operator."
                    )
                }
                if found.identity != nil { throw SQLError(8102, "Cannot update identity column '\(found.name)'.") }
                if found.type == .rowversion { throw SQLError(272, "Cannot update a timestamp column.") }
                guard touched.insert(found.id).inserted else {
                    throw SQLError(
                        264,
                        "The column name '\(found.name)' is specified more than once in the SET clause or column list of an INSERT."
                    )
                }
                column = found
            }
            var value: TypedSQL
            let readBefore = binder.readsAssigned
            binder.readsAssigned = false
            if case .defaultValue = expression.kind, let column {
                value = TypedSQL(sql: binder.parameter(try defaultValue(of: column)), type: column.type)
            } else if let combination = operation.combination {
                let own = Expression(
                    // Other sources may have a column of the same name.
                    kind: given.map { .column(Name(parts: [name, $0.last], line: $0.line)) }
                        ?? .variable(variable ?? ""),
                    span: expression.span
                )
                value = try binder.bind(
                    Expression(kind: .binary(combination, own, expression), span: expression.span),
                    scope
                )
            } else {
                value = try binder.bind(expression, scope)
            }
            if let column { try ConversionRule.checkImplicit(value.type, column.type) }
            if column != nil, binder.readsAssigned {
                throw SQLError.unsupported("a column that is set to a variable which the same UPDATE sets")
            }
            binder.readsAssigned = binder.readsAssigned || readBefore
            value.name = nil
            bound.append(BoundAssignment(column: column, variable: variable, value: value))
        }
        if binder.readsAssigned {
            for (index, assignment) in bound.enumerated() {
                guard let variable = assignment.variable else { continue }
                bound[index].value = binder.assigning(variable, assignment.value)
            }
        }
        return (bound, touched)
    }

    // MARK: Targets

    /// The table that a statement changes.
    ///
    /// - Parameters:
    ///   - permissions: What the session must be allowed to do with it.
    ///   - binder: The one that knows the statement's common table expressions.
    func target(_ target: DataTarget, for permissions: [String], _ binder: Binder? = nil) throws(SQLError)
        -> TableObject
    {
        currentLine = target.line
        switch target.name {
        case .variable(let name): return try tableVariable(name)
        case .name(let name):
            let binder = binder ?? Binder(self)
            if name.parts.count == 1, binder.tableExpressions.contains(where: { $0.name.matches(name.last) }) {
                throw SQLError.unsupported("changing rows through a common table expression")
            }
            switch try binder.object(name, for: nil) {
            case .table(let table):
                let database = try binder.database(of: name)
                if table.isShipped, let first = permissions.first {
                    throw SQLError.denied(first, table.name, schema: table.schema, database: database.name)
                }
                for permission in permissions { try checkMay(permission, table, in: database) }
                return table
            case .query: throw SQLError.unsupported("changing rows through a view")
            case .stored: throw SQLError(259, "Ad hoc updates to system catalogs are not allowed.")
            }
        }
    }

    func topCount(_ top: Top) throws(SQLError) -> Int64 {
        if top.isPercent { throw SQLError.unsupported("TOP … PERCENT") }
        let (value, type) = try evaluate(top.count)
        guard case .integer(let count) = try Conversion.convert(value, from: type, to: .bigint), count >= 0 else {
            throw SQLError(
                1060,
                "The number of rows provided for a TOP or FETCH clauses row count parameter must be an integer.",
                severity: 15
            )
        }
        return count
    }

    /// Expressions and conditions that the catalogue keeps as text.
    func expression(_ text: String) throws(SQLError) -> Expression {
        guard case .select(let statement)? = try parse("SELECT \(text)").statements.first?.kind,
            case .expression(let expression, _)? = statement.query.specification?.items.first
        else { throw SQLError(102, "Incorrect syntax near '\(text)'.", severity: 15) }
        return expression
    }

    func condition(_ text: String) throws(SQLError) -> Expression {
        guard case .select(let statement)? = try parse("SELECT 1 WHERE \(text)").statements.first?.kind,
            let condition = statement.query.specification?.where
        else { throw SQLError(102, "Incorrect syntax near '\(text)'.", severity: 15) }
        return condition
    }
}

/// A statement that changes or deletes rows that are there.
private protocol RowChangingStatement {
    var with: WithClause? { get }
    var hints: [QueryHint] { get }
    var top: Top? { get }
    var target: DataTarget { get }
    var output: [OutputClause] { get }
    var from: [TableSource] { get }
    var `where`: Expression? { get }
    /// What the session must be allowed to do with the table.
    var permissions: [String] { get }
}

extension UpdateStatement: RowChangingStatement {
    /// What it needs on the table that it changes: reading, too, where it looks at what is there.
    fileprivate var permissions: [String] {
        let reads =
            self.where != nil || !from.isEmpty
            || assignments.contains { assignment in
                guard case .set(_, _, let operation, let value) = assignment else { return true }
                return operation != .set || value.mentionsColumn
            }
        return reads ? ["UPDATE", "SELECT"] : ["UPDATE"]
    }
}

extension DeleteStatement: RowChangingStatement {
    fileprivate var permissions: [String] { self.where != nil || !from.isEmpty ? ["DELETE", "SELECT"] : ["DELETE"] }
}
