import TSQL

/// The rows that an `UPDATE` or a `DELETE` means.
///
/// Where a join finds a row several times, the first time counts, as SQL Server takes any.
struct ChangedRows {
    let table: TableObject
    let scope: Scope
    /// The name that the table has in the scope.
    let name: String
    private let session: Session
    private let binder: Binder
    private let from: String
    private let alias: String
    private let condition: String?
    private let limit: Int64?

    struct Row {
        var row: Int64
        var values: [StoredValue]
        var extra: [StoredValue]
        /// The row of a `MERGE`'s source.
        var source: [StoredValue] = []
    }

    init(
        _ target: DataTarget,
        from sources: [TableSource],
        where condition: Expression?,
        top: Top?,
        for permissions: [String],
        _ binder: Binder,
        _ session: Session
    ) throws(SQLError) {
        self.session = session
        self.binder = binder
        if let (table, name) = try Self.alias(of: target, in: sources, for: permissions, binder, session) {
            // The target is one of the sources, under its alias or its name.
            self.table = table
            self.name = name
            (from, scope) = try binder.bind(sources, parent: nil)
            guard let source = scope.sources.first(where: { $0.name?.matches(name) ?? false }),
                let prefix = source.columns.first?.sql.split(separator: ".").first
            else { throw SQLError(208, "Invalid object name '\(name)'.") }
            alias = String(prefix)
        } else {
            table = try session.target(target, for: permissions, binder)
            name = table.name
            let own = binder.newAlias()
            alias = own
            let source = Scope.Source(
                name: table.name,
                schema: table.schema,
                columns: binder.columns(of: table, alias: own)
            )
            if sources.isEmpty {
                scope = Scope([source])
                from = "\(table.storage) AS \(own)"
            } else {
                let (others, found) = try binder.bind(sources, parent: nil)
                found.sources.insert(source, at: 0)
                scope = found
                from = "\(table.storage) AS \(own) CROSS JOIN \(others)"
            }
        }
        let scope = scope
        self.condition = try condition.map { (e) throws(SQLError) in try binder.condition(e, scope) }
        limit = try top.map { (top) throws(SQLError) in try session.topCount(top) }
    }

    /// The source of a `FROM` that the target names.
    private static func alias(
        of target: DataTarget,
        in sources: [TableSource],
        for permissions: [String],
        _ binder: Binder,
        _ session: Session
    ) throws(SQLError) -> (TableObject, String)? {
        guard case .name(let name) = target.name else { return nil }
        for reference in sources.flatMap(\.tables) {
            let own: String
            switch reference.name {
            case .name(let table): own = reference.alias ?? table.last
            case .variable(let variable): own = reference.alias ?? variable
            }
            let isMeant: Bool =
                if name.parts.count == 1, own.matches(name.last) { true } else if case .name(let table) = reference.name
                {
                    reference.alias == nil && table.last.matches(name.last)
                } else { false }
            guard isMeant else { continue }
            let table = try session.target(
                DataTarget(name: reference.name, line: target.line),
                for: permissions,
                binder
            )
            return (table, own)
        }
        return nil
    }

    /// The rows, each with the values of further expressions.
    func rows(also expressions: [String]) throws(SQLError) -> [Row] {
        let columns = table.columns.map { "\(alias).\($0.storage)" }
        let list = (["\(alias).rowid"] + columns + expressions).joined(separator: ", ")
        let sql = "SELECT \(list) FROM \(from)\(condition.map { " WHERE \($0)" } ?? "")"
        var seen: Set<Int64> = []
        var rows: [Row] = []
        for values in try session.sqlite.rows(sql, binder.parameters) {
            guard case .integer(let row) = values[0], seen.insert(row).inserted else { continue }
            if let limit, rows.count >= limit { break }
            rows.append(
                Row(
                    row: row,
                    values: Array(values[1...columns.count]),
                    extra: Array(values[(columns.count + 1)...])
                )
            )
        }
        return rows
    }
}

extension TableSource {
    /// The tables that are named in a source.
    fileprivate var tables: [TableReference] {
        switch self {
        case .table(let reference): [reference]
        case .join(let join): join.left.tables + join.right.tables
        default: []
        }
    }
}
