import TSQL

/// Queries as statements.
extension Session {
    func run(_ statement: SelectStatement) throws(SQLError) {
        if let specification = statement.query.specification, let into = specification.into {
            return try selectInto(into, statement)
        }
        if let assignments = statement.query.assignments { return try assign(assignments, statement) }
        let (binder, bound) = try bind(statement)
        try lockTables(binder.tableLocks)
        let count = try reading { () throws(SQLError) in try send(bound, binder.parameters) }
        finish(.select, count, hasResult: true)
    }

    func bind(_ statement: SelectStatement) throws(SQLError) -> (Binder, BoundQuery) {
        let binder = Binder(self)
        return (binder, try binder.bind(statement))
    }

    /// Sends the rows of a query to the client.
    ///
    /// - Returns: How many there were.
    private func send(_ bound: BoundQuery, _ parameters: [StoredValue]) throws(SQLError) -> Int64 {
        let statement = try sqlite.prepare(bound.sql)
        defer { statement.reset() }
        try statement.bind(parameters)
        try sink.begin(bound.columns)
        var count: Int64 = 0
        while settings.rowLimit == 0 || count < settings.rowLimit, try statement.step() {
            if sink.isCancelled { throw .interrupted }
            try sink.row(statement.row)
            count += 1
        }
        return count
    }

    /// All rows of a query.
    func rows(of bound: BoundQuery, _ parameters: [StoredValue]) throws(SQLError) -> [[StoredValue]] {
        try reading { () throws(SQLError) in try sqlite.rows(bound.sql, parameters) }
    }

    /// `SELECT @a = e, … FROM …`: each row assigns, so that the last one stays; no row leaves the variables as they are.
    private func assign(_ targets: [String], _ statement: SelectStatement) throws(SQLError) {
        let (binder, bound) = try bind(statement)
        let rows = try rows(of: bound, binder.parameters)
        // Where the rows read what they set, they have set it already.
        if let last = rows.last, !binder.readsAssigned {
            for (index, target) in targets.enumerated() {
                let column = bound.columns[index]
                try assign(target, .set, try column.type.decode(last[index]), column.type)
            }
        }
        finish(.select, Int64(rows.count), hasResult: false, isQuiet: true)
    }

    /// Gives a variable a value, or combines its own with it.
    func assign(_ name: String, _ operation: AssignmentOperator, _ value: SQLValue, _ type: SQLType) throws(SQLError) {
        let variable = try self.variable(name)
        var (value, type) = (value, type)
        if let combination = operation.combination {
            let binary = try BinaryOperation(
                BinaryOperator(combination),
                variable.type,
                type,
                settings: conversionSettings
            )
            value = try binary.evaluate(variable.value, value)
            type = binary.result
        }
        if !value.isNull {
            try ConversionRule.checkImplicit(type, variable.type)
            value = try Conversion.convert(value, from: type, to: variable.type)
        }
        setVariable(name, value)
    }

    /// The value of an expression that stands alone.
    func evaluate(_ expression: Expression) throws(SQLError) -> (value: SQLValue, type: SQLType) {
        let binder = Binder(self)
        let bound = try binder.bind(expression, Scope())
        let rows = try reading { () throws(SQLError) in try sqlite.rows("SELECT \(bound.sql)", binder.parameters) }
        guard let value = rows.first?.first else { return (.null, bound.type) }
        return (try bound.type.decode(value), bound.type)
    }

    /// Whether a condition that stands alone is true; unknown is not.
    func holds(_ condition: Expression) throws(SQLError) -> Bool {
        let binder = Binder(self)
        let sql = try binder.condition(condition, Scope())
        let rows = try reading { () throws(SQLError) in try sqlite.rows("SELECT \(sql)", binder.parameters) }
        return rows.first?.first == .integer(1)
    }

    /// A statement ended well.
    func finish(_ command: CommandCode, _ count: Int64? = nil, hasResult: Bool = false, isQuiet: Bool = false) {
        rowCount = count ?? 0
        lastError = 0
        if isQuiet && settings.sendsNoCounts { return }
        sink.done(command, rowCount: settings.sendsNoCounts ? nil : count, hasResult: hasResult)
    }
}

extension Query {
    var specification: QuerySpecification? {
        if case .specification(let specification) = body { specification } else { nil }
    }

    /// The variables that a `SELECT` gives values to; `nil` where it gives rows.
    fileprivate var assignments: [String]? {
        guard let items = specification?.items, case .assignment? = items.first else { return nil }
        return items.compactMap { if case .assignment(let name, _, _) = $0 { name } else { nil } }
    }
}
