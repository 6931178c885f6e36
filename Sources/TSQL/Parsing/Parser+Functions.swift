extension Parser {
    /// Methods of the types `xml`, `hierarchyid`, `geometry` and `geography`, whose names SQL Server compares exactly; those that
    /// begin with `ST` aside. A name in several parts before parentheses is a call of such a method, or of a function.
    private static let methods: Set<String> = [
        "value", "query", "exist", "nodes", "modify",
        "AsGml", "AsTextZM", "AsBinaryZM", "ToString", "Reduce", "MakeValid", "BufferWithTolerance", "InstanceOf",
        "Filter",
        "IsValidDetailed", "ReorientObject", "NumRings", "RingN", "EnvelopeAngle", "EnvelopeCenter", "ShortestLineTo",
        "CurveToLineWithTolerance", "BufferWithCurves", "HasM", "HasZ", "MinDbCompatibilityLevel",
        "GetAncestor", "GetDescendant", "GetLevel", "IsDescendantOf", "GetReparentedValue", "Write", "Read",
    ]

    static func isMethod(_ name: String) -> Bool { name.hasPrefix("ST") || methods.contains(name) }

    /// Arguments in parentheses; there may be none.
    func arguments() throws(TSQLError) -> [Expression] {
        try expect(.leftParenthesis)
        if take(.rightParenthesis) { return [] }
        let arguments = try list(expressionOrDefault)
        try expect(.rightParenthesis)
        return arguments
    }

    /// A call of what is named `name`, from `start` on; the current token is the parenthesis.
    func call(_ name: Name, from start: Token) throws(TSQLError) -> Expression.Kind {
        if name.parts.count > 1, Self.isMethod(name.last) {
            let target = Name(parts: Array(name.parts.dropLast()), line: name.line)
            // The target ends before the dot, which stands before the method.
            let lower = start.range.lowerBound
            let span = SourceSpan(range: lower..<max(lower, previous.range.lowerBound - 1), line: name.line)
            let column = Expression(kind: .column(target), span: span)
            return .method(column, name: name.last, arguments: try arguments())
        }
        return .function(try functionCall(name))
    }

    func functionCall(_ name: Name) throws(TSQLError) -> FunctionCall {
        var call = FunctionCall(name: name)
        try expect(.leftParenthesis)
        if take(.distinct) { call.isDistinct = true } else { _ = take(.all) }
        if at(.star), next(.rightParenthesis) {
            advance()
            call.isStar = true
        } else if !at(.rightParenthesis) {
            call.arguments = try list(expressionOrDefault)
        }
        if at(.respect, .ignore) { call.nullTreatment = try nullTreatment() }
        try expect(.rightParenthesis)
        if at(.within), next(.group) {
            advance()
            advance()
            call.withinGroup = try parenthesized { () throws(TSQLError) in try orderByClause() }
        }
        if at(.respect, .ignore), next(.nulls) { call.nullTreatment = try nullTreatment() }
        if take(.over) { call.over = try window() }
        return call
    }

    private func nullTreatment() throws(TSQLError) -> FunctionCall.NullTreatment {
        let isIgnoring = try either(.ignore, or: .respect)
        try expect(.nulls)
        return isIgnoring ? .ignore : .respect
    }

    // MARK: Windows

    private func window() throws(TSQLError) -> Window {
        guard at(.leftParenthesis) else { throw unsupported("WINDOW") }
        advance()
        var window = Window()
        if at(.partition), next(.by) {
            advance()
            advance()
            window.partitionBy = try list(expression)
        }
        if at(.order) { window.orderBy = try orderByClause() }
        if at(.rows, .range) { window.frame = try windowFrame() }
        try expect(.rightParenthesis)
        return window
    }

    private func windowFrame() throws(TSQLError) -> Window.Frame {
        let unit = try either(.rows, or: .range) ? Window.Frame.Unit.rows : .range
        guard take(.between) else { return Window.Frame(unit: unit, start: try frameBound()) }
        let start = try frameBound()
        try expect(.and)
        return Window.Frame(unit: unit, start: start, end: try frameBound())
    }

    private func frameBound() throws(TSQLError) -> Window.Frame.Bound {
        if take(.unbounded) {
            return try either(.preceding, or: .following) ? .unboundedPreceding : .unboundedFollowing
        }
        if take(.current) {
            try expect(.row)
            return .currentRow
        }
        let distance = try expression()
        return try either(.preceding, or: .following) ? .preceding(distance) : .following(distance)
    }

    // MARK: Functions with a grammar of their own

    /// A call whose arguments are not all expressions, if the current word names one.
    func specialCall() throws(TSQLError) -> Expression.Kind? {
        switch current.word {
        case .cast, .try_cast: return .cast(try castExpression())
        case .parse, .try_parse: return .cast(try parseExpression())
        case .iif: return try iif()
        case .trim: return try trim()
        case .dateadd, .datediff, .datediff_big, .datename, .datepart, .datetrunc, .date_bucket:
            return .function(try dateFunction())
        case .json_array, .json_object: throw unsupported(text(current).uppercased())
        default: return nil
        }
    }

    private func castExpression() throws(TSQLError) -> CastExpression {
        let isTry = at(.try_cast)
        advance()
        try expect(.leftParenthesis)
        let value = try expression()
        try expect(.as)
        let type = try dataType()
        try expect(.rightParenthesis)
        return CastExpression(form: .cast, isTry: isTry, value: value, type: type)
    }

    func convertExpression() throws(TSQLError) -> CastExpression {
        let isTry = at(.try_convert)
        advance()
        try expect(.leftParenthesis)
        let type = try dataType()
        try expect(.comma)
        let value = try expression()
        let style = take(.comma) ? try expression() : nil
        try expect(.rightParenthesis)
        return CastExpression(form: .convert, isTry: isTry, value: value, type: type, style: style)
    }

    private func parseExpression() throws(TSQLError) -> CastExpression {
        let isTry = at(.try_parse)
        advance()
        try expect(.leftParenthesis)
        let value = try expression()
        try expect(.as)
        let type = try dataType()
        let culture = take(.using) ? try expression() : nil
        try expect(.rightParenthesis)
        return CastExpression(form: .parse, isTry: isTry, value: value, type: type, style: culture)
    }

    private func iif() throws(TSQLError) -> Expression.Kind {
        advance()
        try expect(.leftParenthesis)
        let condition = try condition()
        try expect(.comma)
        let then = try expression()
        try expect(.comma)
        let otherwise = try expression()
        try expect(.rightParenthesis)
        return .iif(condition: condition, then: then, otherwise: otherwise)
    }

    private func trim() throws(TSQLError) -> Expression.Kind {
        let name = Name(parts: [try takeName()], line: previous.line)
        try expect(.leftParenthesis)
        let side: TrimExpression.Side? =
            next(.rightParenthesis) || next(.comma) || current.kind != .word
            ? nil : TrimExpression.Side(rawValue: value(current).lowercased())
        if side != nil { advance() }
        let first = try expression()
        if take(.from) {
            let value = try expression()
            try expect(.rightParenthesis)
            return .trim(TrimExpression(side: side, characters: first, value: value))
        }
        if side != nil { throw unexpected() }
        try expect(.rightParenthesis)
        return .function(FunctionCall(name: name, arguments: [first]))
    }

    /// The first argument is a word that no column can be.
    private func dateFunction() throws(TSQLError) -> FunctionCall {
        var call = FunctionCall(name: Name(parts: [try takeName()], line: previous.line))
        try expect(.leftParenthesis)
        guard current.kind == .word, next(.comma) else { throw unexpected() }
        let start = current
        advance()
        let part = Expression.Kind.datePart(text(start).lowercased())
        call.arguments = [Expression(kind: part, span: span(from: start))]
        while take(.comma) { call.arguments.append(try expression()) }
        try expect(.rightParenthesis)
        return call
    }

    /// `IDENTITY(int, 1, 1)` in `SELECT INTO`.
    func identityCall() throws(TSQLError) -> FunctionCall {
        var call = FunctionCall(name: Name(parts: [text(current)], line: current.line))
        advance()
        try expect(.leftParenthesis)
        call.type = try dataType()
        while take(.comma) { call.arguments.append(try expression()) }
        try expect(.rightParenthesis)
        return call
    }
}
