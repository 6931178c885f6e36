/// The names that expressions of one query may use.
final class Scope {
    struct Column {
        var name: String
        var type: SQLType
        /// How SQLite names it.
        var sql: String
        var isNullable = true
        var isIdentity = false
    }

    struct Source {
        /// The alias, or the table's own name.
        var name: String?
        /// The schema by which columns may be qualified where there is no alias.
        var schema: String?
        var columns: [Column]
    }

    var sources: [Source]
    /// The query around this one.
    let parent: Scope?
    /// Columns that only `ORDER BY` may name.
    var aliases: [(name: String, expression: TypedSQL)] = []
    /// Whether aggregates may stand here.
    var allowsAggregates = false
    /// Whether functions with `OVER` may stand here.
    var allowsWindows = false

    init(_ sources: [Source] = [], parent: Scope? = nil) {
        self.sources = sources
        self.parent = parent
    }

    /// The column of a name of one to four parts, here or in a query around.
    ///
    /// - Throws: 207 and 4104 where there is none, 209 where there are several.
    func column(_ parts: [String]) throws(SQLError) -> Column {
        var scope: Scope? = self
        while let current = scope {
            if let found = try current.localColumn(parts) { return found }
            scope = current.parent
        }
        let qualifier = Array(parts.dropLast())
        guard !qualifier.isEmpty, !knows(qualifier) else {
            throw SQLError(207, "Invalid column name '\(parts.last ?? "")'.")
        }
        throw SQLError(4104, "The multi-part identifier \"\(parts.joined(separator: "."))\" could not be bound.")
    }

    /// Whether a source, here or in a query around, answers to what stands before a column's name.
    private func knows(_ qualifier: [String]) -> Bool {
        sources.contains { $0.answers(to: qualifier) } || parent?.knows(qualifier) ?? false
    }

    private func localColumn(_ parts: [String]) throws(SQLError) -> Column? {
        guard let name = parts.last else { return nil }
        let qualifier = Array(parts.dropLast())
        var found: Column?
        for source in sources where source.answers(to: qualifier) {
            for column in source.columns where column.name.matches(name) {
                guard found == nil else { throw SQLError(209, "Ambiguous column name '\(name)'.") }
                found = column
            }
        }
        return found
    }

    /// The columns that `*` or `t.*` stands for.
    func columns(of qualifier: [String]) throws(SQLError) -> [Column] {
        let meant = sources.filter { $0.answers(to: qualifier) }
        if meant.isEmpty, !qualifier.isEmpty {
            throw SQLError(
                107,
                "The column prefix '\(qualifier.joined(separator: "."))' does not match with a table name or alias name used in the query."
            )
        }
        return meant.flatMap(\.columns)
    }
}

extension Scope.Source {
    fileprivate func answers(to qualifier: [String]) -> Bool {
        guard let last = qualifier.last else { return true }
        guard let name, name.matches(last) else { return false }
        guard qualifier.count > 1 else { return true }
        let given = qualifier[qualifier.count - 2]
        return schema.map { $0.matches(given.isEmpty ? "dbo" : given) } ?? false
    }
}
