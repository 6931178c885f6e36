import TSQL

/// `MERGE`
///
/// Each clause finds its rows by a query of its own: rows that an earlier clause took are left out. All queries run before the
/// first row changes.
extension Session {
    func run(_ merge: MergeStatement) throws(SQLError) {
        let changes = try writing { () throws(SQLError) -> [RowChange] in
            try willChangeRows(merge.with)
            let binder = Binder(self)
            return try binder.with(merge.with, merge.hints) { () throws(SQLError) in
                if merge.top != nil { throw SQLError.unsupported("TOP in MERGE") }
                let plan = try MergePlan(merge, binder, self)
                try checkMayOutput(merge.output, of: plan.table)
                let work = try plan.work()
                let writer = TableWriter(plan.table, session: self, statement: "MERGE")
                // What goes makes room for what changes, and that for what comes.
                for row in work.deletes { try writer.delete(row.row, row.values, source: row.source) }
                for update in work.updates {
                    try writer.update(update.rows, touched: update.touched, sources: update.sources)
                }
                for row in work.inserts { try writer.insert(row.values, source: row.source) }
                try writer.finish()
                try OutputRows(
                    clauses: merge.output,
                    table: plan.table,
                    actions: ["INSERT", "UPDATE", "DELETE"],
                    sources: plan.outputSources
                ).give(writer.changes, self)
                let touched = work.updates.reduce(into: Set<Int>()) { $0.formUnion($1.touched) }
                try fireTriggers(of: plan.table, merge.actions, writer.changes, touched: touched)
                return writer.changes
            }
        }
        finish(.merge, Int64(changes.count), hasResult: merge.output.contains { $0.into == nil })
    }
}

/// A `MERGE`, bound.
private struct MergePlan {
    let table: TableObject
    private let merge: MergeStatement
    private let binder: Binder
    private let session: Session
    private let alias: String
    private let source: String
    private let condition: String
    private let target: Scope.Source
    private let sources: [Scope.Source]

    struct Work {
        var deletes: [ChangedRows.Row] = []
        var updates: [Updates] = []
        var inserts: [(values: [StoredValue], source: [StoredValue])] = []

        struct Updates {
            var rows: [(row: Int64, before: [StoredValue], after: [StoredValue])] = []
            var sources: [[StoredValue]] = []
            var touched: Set<Int>
        }
    }

    /// The sources whose columns `OUTPUT` may name.
    var outputSources: [Scope.Source] { merge.output.isEmpty ? [] : sources }

    init(_ merge: MergeStatement, _ binder: Binder, _ session: Session) throws(SQLError) {
        try merge.checkClauses()
        self.merge = merge
        self.binder = binder
        self.session = session
        table = try session.target(merge.target, for: merge.permissions, binder)
        alias = binder.newAlias()
        target = Scope.Source(
            name: merge.alias ?? table.name,
            schema: merge.alias == nil ? table.schema : nil,
            columns: binder.columns(of: table, alias: alias)
        )
        let (text, scope) = try binder.bind([merge.source], parent: nil)
        source = text
        sources = scope.sources
        condition = try binder.condition(merge.condition, Scope([target] + sources))
    }

    /// Which rows go, change and come.
    func work() throws(SQLError) -> Work {
        var work = Work()
        var earlier: [MergeStatement.Clause.Match: [String]] = [:]
        var seen: Set<Int64> = []
        for clause in merge.clauses {
            let scope = scope(of: clause.match)
            let own = try clause.condition.map { (e) throws(SQLError) in try binder.condition(e, scope) }
            // Unknown is not true: such a row goes on to the next clause.
            let conditions = (own.map { [$0] } ?? []) + (earlier[clause.match] ?? []).map { "\($0) IS NOT TRUE" }
            earlier[clause.match, default: []].append(own ?? "TRUE")
            switch clause.action {
            case .delete:
                for row in try rows(clause.match, conditions, []) {
                    try note(row.row, in: &seen)
                    work.deletes.append(row)
                }
            case .update(let assignments):
                let (bound, touched) = try session.assignments(
                    assignments,
                    of: table,
                    called: target.name ?? table.name,
                    binder,
                    scope
                )
                var updates = Work.Updates(touched: touched)
                for row in try rows(clause.match, conditions, bound.map(\.value.sql)) {
                    try note(row.row, in: &seen)
                    updates.rows.append((row.row, row.values, try after(row, bound)))
                    updates.sources.append(row.source)
                }
                work.updates.append(updates)
            case .insert(let names, let values):
                try insert(names, values, conditions, scope, &work)
            case .insertDefaultValues:
                for row in try rows(clause.match, conditions, []) {
                    work.inserts.append((try session.row([], [], [], of: table), row.source))
                }
            }
        }
        return work
    }

    /// What the expressions of a clause may name.
    private func scope(of match: MergeStatement.Clause.Match) -> Scope {
        switch match {
        case .matched: Scope([target] + sources)
        case .notMatchedByTarget: Scope(sources)
        case .notMatchedBySource: Scope([target])
        }
    }

    private func rows(
        _ match: MergeStatement.Clause.Match,
        _ conditions: [String],
        _ expressions: [String]
    ) throws(SQLError) -> [ChangedRows.Row] {
        let columns = table.columns.map { "\(alias).\($0.storage)" }
        let hasTarget = match != .notMatchedByTarget
        let source = match == .notMatchedBySource ? [] : outputSources.flatMap(\.columns).map(\.sql)
        let list = (hasTarget ? ["\(alias).rowid"] + columns : []) + source + expressions + ["1"]
        let from: String
        var all = conditions
        switch match {
        case .matched:
            from = "\(self.source) CROSS JOIN \(table.storage) AS \(alias)"
            all.append(condition)
        case .notMatchedByTarget:
            from = self.source
            all.append("NOT EXISTS (SELECT 1 FROM \(table.storage) AS \(alias) WHERE \(condition))")
        case .notMatchedBySource:
            from = "\(table.storage) AS \(alias)"
            all.append("NOT EXISTS (SELECT 1 FROM \(self.source) WHERE \(condition))")
        }
        let sql = "SELECT \(list.joined(separator: ", ")) FROM \(from) WHERE \(all.joined(separator: " AND "))"
        return try session.sqlite.rows(sql, binder.parameters).map { values in
            var row = ChangedRows.Row(row: 0, values: [], extra: [])
            var rest = values.dropLast()
            if hasTarget, case .integer(let number)? = rest.popFirst() {
                row.row = number
                row.values = Array(rest.prefix(columns.count))
                rest = rest.dropFirst(columns.count)
            }
            row.source = Array(rest.prefix(source.count))
            row.extra = Array(rest.dropFirst(source.count))
            return row
        }
    }

    private func note(_ row: Int64, in seen: inout Set<Int64>) throws(SQLError) {
        if seen.insert(row).inserted { return }
        throw SQLError(
            8672,
            "The MERGE statement attempted to UPDATE or DELETE the same row more than once. This happens when a target row matches "
                + "more than one source row. A MERGE statement cannot UPDATE/DELETE the same row of the target table multiple times. "
                + "Refine the ON clause to ensure a target row matches at most one source row, or use the GROUP BY clause to group "
                + "the source rows."
        )
    }

    private func after(_ row: ChangedRows.Row, _ assignments: [Session.BoundAssignment]) throws(SQLError)
        -> [StoredValue]
    {
        var after = row.values
        for (index, assignment) in assignments.enumerated() {
            guard assignment.variable == nil else { throw SQLError.unsupported("a variable in the SET of MERGE") }
            guard let column = assignment.column, let place = table.columns.firstIndex(where: { $0.id == column.id })
            else { continue }
            after[place] = try session.assigned(row.extra[index], assignment.value.type, to: column, of: table)
        }
        for (place, column) in table.columns.enumerated() where column.type == .rowversion {
            after[place] = .blob(session.newRowVersion())
        }
        return after
    }

    private func insert(
        _ names: [Name],
        _ values: [Expression],
        _ conditions: [String],
        _ scope: Scope,
        _ work: inout Work
    ) throws(SQLError) {
        let columns = try session.insertColumns(names, of: table)
        guard columns.count == values.count else {
            throw SQLError(
                10709,
                "The number of columns in the INSERT clause of MERGE differs from the number of its values.",
                severity: 15
            )
        }
        var bound: [TypedSQL] = []
        for (expression, column) in zip(values, columns) {
            if case .defaultValue = expression.kind {
                bound.append(TypedSQL(sql: binder.parameter(try session.defaultValue(of: column)), type: column.type))
            } else {
                try session.checkMayGive(column)
                bound.append(try binder.bind(expression, scope))
            }
        }
        for row in try rows(.notMatchedByTarget, conditions, bound.map(\.sql)) {
            work.inserts.append((try session.row(row.extra, bound.map(\.type), columns, of: table), row.source))
        }
    }
}

extension MergeStatement {
    /// - Throws: 5324 for a clause that no row would reach, 10714 for two clauses that do the same.
    fileprivate func checkClauses() throws(SQLError) {
        for (index, clause) in clauses.enumerated() {
            let earlier = clauses.prefix(index).filter { $0.match == clause.match }
            let words =
                switch clause.match {
                case .matched: "WHEN MATCHED"
                case .notMatchedByTarget: "WHEN NOT MATCHED"
                case .notMatchedBySource: "WHEN NOT MATCHED BY SOURCE"
                }
            if earlier.contains(where: { $0.condition == nil }) {
                throw SQLError(
                    5324,
                    "In a MERGE statement, a '\(words)' clause with a search condition cannot appear after a '\(words)' clause with no search condition."
                )
            }
            if earlier.contains(where: { $0.word == clause.word }) {
                throw SQLError(
                    10714,
                    "An action of type '\(clause.word)' cannot appear more than once in a '\(words)' clause of a MERGE statement."
                )
            }
        }
    }

    /// What it needs on the table that it changes.
    fileprivate var permissions: [String] { actions + ["SELECT"] }

    /// What its clauses do, once each.
    fileprivate var actions: [String] {
        Set(clauses.map(\.word)).sorted()
    }
}

extension MergeStatement.Clause {
    /// What it does.
    fileprivate var word: String {
        switch action {
        case .update: "UPDATE"
        case .delete: "DELETE"
        case .insert, .insertDefaultValues: "INSERT"
        }
    }
}
