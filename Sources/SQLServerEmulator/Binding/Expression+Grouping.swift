import TSQL

extension Expression {
    /// The expressions of which this one is made.
    var parts: [Expression] {
        switch kind {
        case .literal, .variable, .global, .column, .pseudoColumn, .defaultValue, .datePart, .odbcLiteral,
            .staticProperty,
            .updated, .currentOf, .subquery, .exists, .nextValue:
            []
        case .unary(_, let a), .collate(let a, _), .not(let a), .isNull(let a, _), .property(let a, _),
            .quantified(_, let a, _, _), .inQuery(let a, _, _):
            [a]
        case .binary(_, let a, let b), .comparison(_, let a, let b), .atTimeZone(let a, let b),
            .isDistinct(let a, let b, _):
            [a, b]
        case .caseWhen(let expression):
            [expression.operand, expression.otherwise].compactMap { $0 }
                + expression.branches.flatMap { [$0.when, $0.then] }
        case .iif(let a, let b, let c), .between(let a, let b, let c, _): [a, b, c]
        case .cast(let cast): [cast.value] + (cast.style.map { [$0] } ?? [])
        case .function(let call), .odbcFunction(let call):
            call.arguments + (call.over?.partitionBy ?? []) + (call.over?.orderBy.map(\.expression) ?? [])
        case .method(let a, _, let rest): [a] + rest
        case .staticMethod(_, _, let rest): rest
        case .trim(let trim): [trim.characters, trim.value]
        case .and(let terms), .or(let terms): terms
        case .like(let a, let b, let c, _): [a, b] + (c.map { [$0] } ?? [])
        case .inList(let a, let list, _): [a] + list
        }
    }

    /// Whether this is an aggregate of groups, rather than of a window.
    private var isAggregate: Bool {
        guard case .function(let call) = kind, call.over == nil, call.name.parts.count == 1 else { return false }
        return Binder.aggregates.contains(call.name.last.uppercased())
    }

    /// Whether the name of a column stands in it.
    var mentionsColumn: Bool {
        if case .column = kind { return true }
        return parts.contains(where: \.mentionsColumn)
    }

    /// Whether the name of a certain column stands in it.
    func mentions(column: String) -> Bool {
        if case .column(let name) = kind { return name.last.matches(column) }
        return parts.contains { $0.mentions(column: column) }
    }

    /// Whether the name of a column of the query's own stands in it.
    func mentionsColumn(of scope: Scope) -> Bool {
        if case .column(let name) = kind { return (try? Scope(scope.sources).column(name.parts)) != nil }
        return parts.contains { $0.mentionsColumn(of: scope) }
    }

    /// Whether an aggregate of this query stands in it; those of subqueries are theirs.
    var containsAggregate: Bool { isAggregate || parts.contains(where: \.containsAggregate) }

    /// The name of a column of the query's own that is neither grouped by nor within an aggregate; `nil` where all is well.
    func ungroupedColumn(_ grouped: [Expression], in scope: Scope) -> String? {
        if isAggregate || grouped.contains(where: { $0.means(self) }) { return nil }
        if case .column(let name) = kind {
            // A column of a query around is a constant here.
            let own = Scope(scope.sources)
            guard (try? own.column(name.parts)) != nil else { return nil }
            return name.parts.joined(separator: ".")
        }
        for part in parts {
            if let column = part.ungroupedColumn(grouped, in: scope) { return column }
        }
        return nil
    }

    /// Whether two expressions say the same: columns by the last part of their names, without regard to case.
    private func means(_ other: Expression) -> Bool {
        if case .column(let a) = kind, case .column(let b) = other.kind { return a.last.matches(b.last) }
        return self == other
    }
}
