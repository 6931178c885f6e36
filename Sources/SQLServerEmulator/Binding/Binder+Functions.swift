import TSQL

/// Calls of functions.
extension Binder {
    func bind(_ call: TSQL.FunctionCall, _ scope: Scope, _ expression: Expression) throws(SQLError) -> TypedSQL {
        let name = call.name.last.uppercased()
        if call.name.parts.count == 1 {
            if let window = try window(call, name, scope) { return window }
            if Self.aggregates.contains(name) { return try aggregate(call, name, scope) }
            if let choice = try choice(call, name, scope) { return choice }
        }
        if let random = try random(call, name) { return random }
        if let own = try userFunction(call, scope) { return own }
        var arguments: [TypedSQL] = []
        var part: String?
        for argument in call.arguments {
            if case .datePart(let word) = argument.kind {
                part = word
            } else {
                arguments.append(try bind(argument, scope))
            }
        }
        if call.name.parts.count == 1 { return try self.call(name, arguments, datePart: part) }
        let qualified = call.name.parts.joined(separator: ".").uppercased()
        guard try session.contextFunction(qualified, arguments.map(\.type)) != nil else {
            throw Self.unknownFunction(call.name)
        }
        return try self.call(qualified, arguments)
    }

    static func unknownFunction(_ name: Name) -> SQLError {
        SQLError(
            4121,
            "Cannot find either column \"\(name.parts[0])\" or the user-defined function or aggregate \"\(name.parts.joined(separator: "."))\", or the name is ambiguous."
        )
    }

    /// SQL Server's function for one of ODBC's.
    func own(_ call: TSQL.FunctionCall) throws(SQLError) -> TSQL.FunctionCall {
        let name = call.name.last.uppercased()
        let names = [
            "NOW": "GETDATE", "UCASE": "UPPER", "LCASE": "LOWER", "LENGTH": "LEN", "LOCATE": "CHARINDEX",
            "IFNULL": "ISNULL",
        ]
        // CONCAT of ODBC gives NULL where a part is NULL.
        guard let known = names[name] ?? (FunctionTable.knows(name) && name != "CONCAT" ? name : nil) else {
            throw SQLError.unsupported("{fn \(name)}")
        }
        var result = call
        result.name = Name(parts: [known], line: call.name.line)
        return result
    }

    /// The call of a function whose arguments are bound.
    func call(_ name: String, _ arguments: [TypedSQL], datePart: String? = nil) throws(SQLError) -> TypedSQL {
        let types = arguments.map(\.type)
        let function: BoundFunction
        if let known = try session.contextFunction(name, types) {
            function = known
        } else {
            function = try builtIn(name, arguments, datePart)
        }
        var values: [String] = []
        for (argument, type) in zip(arguments, function.arguments) {
            values.append(try convert(argument, to: type).sql)
        }
        let sql = routines.call(function.key, values) { (stored) throws(SQLError) in
            try function.result.encode(try function.evaluate(try Self.decode(stored, function.arguments)))
        }
        return TypedSQL(sql: sql, type: function.result, isNullable: function.isNullable)
    }

    private func builtIn(_ name: String, _ arguments: [TypedSQL], _ datePart: String?) throws(SQLError) -> BoundFunction
    {
        var described = arguments.map { FunctionArgument.value($0.type, literal: $0.literal) }
        if let datePart { described.insert(.keyword(datePart), at: 0) }
        let settings = session.conversionSettings
        let function = try FunctionTable.resolve(name, described, settings: settings)
        return BoundFunction(
            // Literals count as far as the type of the result depends on them.
            key: "function \(name) \(datePart ?? "") \(arguments.map(\.type)) \(function.result) \(settings.dateOrder)",
            arguments: arguments.map(\.type),
            result: function.result
        ) { [unowned session = self.session] (values) throws(SQLError) in
            try function.evaluate(values, session.evaluationContext)
        }
    }

    /// `RAND` is one number for all rows, unless its seed depends on them.
    private func random(_ call: TSQL.FunctionCall, _ name: String) throws(SQLError) -> TypedSQL? {
        guard call.name.parts.count == 1, name == "RAND", call.arguments.count <= 1 else { return nil }
        var seed: Int32?
        if let argument = call.arguments.first {
            let given: (type: SQLType, value: SQLValue)
            switch argument.kind {
            case .literal(.integer(let digits)):
                guard let number = Int32(digits) else { return nil }
                given = (.int, .integer(Int64(number)))
            case .variable(let variable) where functionArguments.isEmpty: given = try session.variable(variable)
            default: return nil
            }
            guard case .integer(let number) = try Conversion.convert(given.value, from: given.type, to: .int) else {
                return nil
            }
            seed = Int32(clamping: number)
        }
        return TypedSQL(
            sql: try parameter(.double(session.evaluationContext.random(seed)), .float),
            type: .float,
            isNullable: false
        )
    }

    // MARK: Choices

    /// `ISNULL`, `COALESCE` and `NULLIF`, whose arguments are not all computed.
    private func choice(_ call: TSQL.FunctionCall, _ name: String, _ scope: Scope) throws(SQLError) -> TypedSQL? {
        func expect(_ count: ClosedRange<Int>) throws(SQLError) {
            guard count.contains(call.arguments.count) else {
                throw SQLError(
                    174,
                    "The \(name.lowercased()) function requires \(count.lowerBound) argument(s).",
                    severity: 15
                )
            }
        }
        switch name {
        case "ISNULL":
            try expect(2...2)
            let value = try bind(call.arguments[0], scope)
            let replacement = try bind(call.arguments[1], scope)
            let type = value.type == .null ? (replacement.type == .null ? .int : replacement.type) : value.type
            let second = try convert(replacement, to: type)
            return TypedSQL(
                sql: "ifnull(\(try convert(value, to: type).sql), \(second.sql))",
                type: type,
                isNullable: value.isNullable && replacement.isNullable
            )
        case "COALESCE":
            try expect(2...255)
            var values: [TypedSQL] = []
            for argument in call.arguments { values.append(try bind(argument, scope)) }
            let type = try commonType(values.map(\.type), "COALESCE")
            if type == .null {
                throw SQLError(
                    4127,
                    "At least one of the arguments to COALESCE must be an expression that is not the NULL constant."
                )
            }
            let sql = try values.map { (value) throws(SQLError) in try convert(value, to: type).sql }
            return TypedSQL(
                sql: "coalesce(\(sql.joined(separator: ", ")))",
                type: type,
                isNullable: values.allSatisfy(\.isNullable)
            )
        case "NULLIF":
            try expect(2...2)
            let value = try bind(call.arguments[0], scope)
            let other = try bind(call.arguments[1], scope)
            return TypedSQL(
                sql: "CASE WHEN \(try compare(.equal, value, other)) THEN NULL ELSE \(value.sql) END",
                type: value.type
            )
        default: return nil
        }
    }

    // MARK: Aggregates

    static let aggregates: Set<String> = [
        "COUNT", "COUNT_BIG", "SUM", "AVG", "MIN", "MAX", "STRING_AGG", "STDEV", "STDEVP", "VAR", "VARP",
        "CHECKSUM_AGG",
    ]

    private func aggregate(_ call: TSQL.FunctionCall, _ name: String, _ scope: Scope) throws(SQLError) -> TypedSQL {
        guard scope.allowsAggregates else {
            throw SQLError(
                147,
                "An aggregate may not appear in the WHERE clause unless it is in a subquery contained in a HAVING clause or a select list, and the column being aggregated is an outer reference.",
                severity: 15
            )
        }
        let distinct = call.isDistinct ? "DISTINCT " : ""
        if name.hasPrefix("COUNT") {
            let type: SQLType = name == "COUNT" ? .int : .bigint
            if call.isStar { return TypedSQL(sql: "COUNT(*)", type: type, isNullable: false) }
            let value = try argument(call, 0, scope)
            let collate = call.isDistinct ? try self.collate(value.type) : ""
            return TypedSQL(sql: "COUNT(\(distinct)\(value.sql)\(collate))", type: type, isNullable: false)
        }
        let value = try argument(call, 0, scope)
        switch name {
        case "MIN", "MAX":
            if value.type == .bit || value.type.isOldLarge || value.type == .xml {
                throw .invalidOperand(value.type, name.lowercased())
            }
            return TypedSQL(sql: "\(name)(\(value.sql)\(try collate(value.type)))", type: value.type)
        case "SUM", "AVG": return try sum(value, name, isDistinct: call.isDistinct)
        case "STRING_AGG":
            if !call.withinGroup.isEmpty || call.isDistinct { throw SQLError.unsupported("STRING_AGG … WITHIN GROUP") }
            let separator = try argument(call, 1, scope)
            let type: SQLType = value.type.isWide ? .nvarchar(.max) : .varchar(.max)
            let text = try convert(value, to: type)
            let sql = routines.aggregate("string_agg", [text.sql, try convert(separator, to: type).sql]) {
                JoinedTexts()
            }
            return TypedSQL(sql: sql, type: type)
        default: throw SQLError.unsupported("\(name)()")
        }
    }

    private func argument(_ call: TSQL.FunctionCall, _ index: Int, _ scope: Scope) throws(SQLError) -> TypedSQL {
        // An aggregate within an aggregate is an error.
        try argument(call, index, in: Scope(scope.sources, parent: scope.parent))
    }

    private func argument(_ call: TSQL.FunctionCall, _ index: Int, in scope: Scope) throws(SQLError) -> TypedSQL {
        guard call.arguments.indices.contains(index) else {
            throw SQLError(174, "The \(call.name.last) function requires \(index + 1) argument(s).", severity: 15)
        }
        return try bind(call.arguments[index], scope)
    }

    private func sum(_ value: TypedSQL, _ name: String, isDistinct: Bool) throws(SQLError) -> TypedSQL {
        let type: SQLType =
            switch value.type {
            case .tinyint, .smallint, .int: .int
            case .bigint: .bigint
            case .decimal(_, let scale): .decimal(38, name == "AVG" ? max(scale, 6) : scale)
            case .money, .smallmoney: .money
            case .real, .float: .float
            default: throw .invalidOperand(value.type, name.lowercased())
            }
        let from = value.type
        let isAverage = name == "AVG"
        let sql = routines.aggregate("\(name) \(from)", [value.sql], isDistinct: isDistinct) {
            NumberSum(of: from, as: type, isAverage: isAverage)
        }
        return TypedSQL(sql: sql, type: type)
    }

    // MARK: Windows

    private func window(_ call: TSQL.FunctionCall, _ name: String, _ scope: Scope) throws(SQLError) -> TypedSQL? {
        let isRanking = ["ROW_NUMBER", "RANK", "DENSE_RANK", "NTILE"].contains(name)
        let isOffset = ["LAG", "LEAD", "FIRST_VALUE", "LAST_VALUE"].contains(name)
        guard let over = call.over else {
            if isRanking || isOffset {
                throw SQLError(10753, "The function '\(name)' must have an OVER clause.", severity: 15)
            }
            return nil
        }
        guard scope.allowsWindows else {
            throw SQLError(
                4108,
                "Windowed functions can only appear in the SELECT or ORDER BY clauses.",
                severity: 15
            )
        }
        if call.isDistinct {
            throw SQLError(10759, "Use of DISTINCT is not allowed with the OVER clause.", severity: 15)
        }
        var clauses: [String] = []
        if !over.partitionBy.isEmpty {
            let terms = try over.partitionBy.map { (e) throws(SQLError) in
                let bound = try bind(e, scope)
                return bound.sql + (try collate(bound.type))
            }
            clauses.append("PARTITION BY " + terms.joined(separator: ", "))
        }
        if !over.orderBy.isEmpty { clauses.append("ORDER BY " + (try order(over.orderBy, scope))) }
        if over.orderBy.isEmpty, isRanking || isOffset {
            throw SQLError(4112, "The function '\(name)' must have an OVER clause with ORDER BY.", severity: 15)
        }
        if let frame = over.frame { clauses.append(try self.frame(frame)) }
        let clause = " OVER (\(clauses.joined(separator: " ")))"
        func argument(_ index: Int) throws(SQLError) -> TypedSQL { try windowArgument(call, index, scope) }
        if isRanking {
            var arguments: [String] = []
            if name == "NTILE" { arguments.append(try tiles(try argument(0))) }
            return TypedSQL(
                sql: "\(name)(\(arguments.joined(separator: ", ")))\(clause)",
                type: .bigint,
                isNullable: false
            )
        }
        if isOffset {
            let value = try argument(0)
            var arguments = [value.sql]
            if call.arguments.count > 1 { arguments.append(try offset(try argument(1))) }
            if call.arguments.count > 2 { arguments.append(try convert(try argument(2), to: value.type).sql) }
            if call.nullTreatment == .ignore { throw SQLError.unsupported("IGNORE NULLS") }
            return TypedSQL(sql: "\(name)(\(arguments.joined(separator: ", ")))\(clause)", type: value.type)
        }
        switch name {
        case "COUNT", "COUNT_BIG":
            let inner = call.isStar ? "*" : try argument(0).sql
            return TypedSQL(sql: "COUNT(\(inner))\(clause)", type: name == "COUNT" ? .int : .bigint, isNullable: false)
        case "MIN", "MAX":
            let value = try argument(0)
            return TypedSQL(sql: "\(name)(\(value.sql)\(try collate(value.type)))\(clause)", type: value.type)
        case "SUM":
            // SQLite adds 64-bit numbers and refuses where they overflow.
            let value = try argument(0)
            switch value.type {
            case .tinyint, .smallint, .int, .bigint:
                let type: SQLType = value.type == .bigint ? .bigint : .int
                let sql = routines.call("window sum \(type)", ["SUM(\(value.sql))\(clause)"]) {
                    (values) throws(SQLError) in
                    if case .integer(let number) = values[0], let range = type.integerRange, !range.contains(number) {
                        throw SQLError.overflow(type)
                    }
                    return values[0]
                }
                return TypedSQL(sql: sql, type: type)
            case .decimal(let precision, let scale) where precision <= 18:
                let from = SQLType.decimal(18, scale)
                let value = TypedSQL(sql: "SUM(\(value.sql))\(clause)", type: from)
                return try convert(value, to: .decimal(38, scale))
            case .float, .real: return TypedSQL(sql: "SUM(\(value.sql))\(clause)", type: .float)
            case .money, .smallmoney: return TypedSQL(sql: "SUM(\(value.sql))\(clause)", type: .money)
            default: throw SQLError.unsupported("SUM of \(value.type.name) OVER")
            }
        default: throw SQLError.unsupported("\(name)() OVER")
        }
    }

    /// An argument of a window function: in a query with groups it may be an aggregate of a group.
    private func windowArgument(_ call: TSQL.FunctionCall, _ index: Int, _ scope: Scope) throws(SQLError) -> TypedSQL {
        let inner = Scope(scope.sources, parent: scope.parent)
        inner.allowsAggregates = scope.allowsAggregates
        return try argument(call, index, in: inner)
    }

    private func tiles(_ count: TypedSQL) throws(SQLError) -> String {
        routines.call("tiles", [try convert(count, to: .bigint).sql]) { (values) throws(SQLError) in
            guard case .integer(1...) = values[0] else {
                throw SQLError(
                    4116,
                    "The function 'ntile' takes only a positive int or bigint expression as its input."
                )
            }
            return values[0]
        }
    }

    private func offset(_ rows: TypedSQL) throws(SQLError) -> String {
        routines.call("offset of rows", [try convert(rows, to: .bigint).sql]) { (values) throws(SQLError) in
            guard case .integer(0...) = values[0] else {
                throw SQLError(8730, "Offset parameter for Lag and Lead functions cannot be a negative value.")
            }
            return values[0]
        }
    }

    private func frame(_ frame: Window.Frame) throws(SQLError) -> String {
        func count(_ expression: Expression) throws(SQLError) -> String {
            if frame.unit == .range {
                throw SQLError(4194, "RANGE is only supported with UNBOUNDED and CURRENT ROW window frame delimiters.")
            }
            guard case .literal(.integer(let digits)) = expression.kind else {
                throw SQLError(102, "Incorrect syntax near 'ROWS': a number of rows is expected.", severity: 15)
            }
            return digits
        }
        func bound(_ bound: Window.Frame.Bound) throws(SQLError) -> String {
            switch bound {
            case .unboundedPreceding: "UNBOUNDED PRECEDING"
            case .preceding(let rows): "\(try count(rows)) PRECEDING"
            case .currentRow: "CURRENT ROW"
            case .following(let rows): "\(try count(rows)) FOLLOWING"
            case .unboundedFollowing: "UNBOUNDED FOLLOWING"
            }
        }
        let end = try frame.end.map { (e) throws(SQLError) in try bound(e) } ?? "CURRENT ROW"
        return "\(frame.unit.rawValue.uppercased()) BETWEEN \(try bound(frame.start)) AND \(end)"
    }
}

/// `STRING_AGG`
private final class JoinedTexts: Routines.Aggregate {
    private var text: [UInt8]?

    func add(_ arguments: [StoredValue]) throws(SQLError) {
        guard case .text(let next) = arguments[0] else { return }
        if text != nil, case .text(let separator) = arguments[1] { text?.append(contentsOf: separator) }
        text = (text ?? []) + next
    }

    func result() throws(SQLError) -> StoredValue { text.map { .text($0) } ?? .null }
}

/// `SUM` and `AVG`, exact for exact numbers.
private final class NumberSum: Routines.Aggregate {
    private let from: SQLType
    private let type: SQLType
    private let isAverage: Bool
    private var exact: Int128 = 0
    private var inexact = 0.0
    private var count: Int64 = 0

    init(of from: SQLType, as type: SQLType, isAverage: Bool) {
        self.from = from
        self.type = type
        self.isAverage = isAverage
    }

    func add(_ arguments: [StoredValue]) throws(SQLError) {
        let number: Int128
        switch try from.decode(arguments[0]) {
        case .integer(let value): number = Int128(value)
        case .decimal(let value): number = value
        case .double(let value):
            inexact += value
            count += 1
            return
        default: return
        }
        let (sum, overflow) = exact.addingReportingOverflow(number)
        if overflow { throw SQLError.overflow(type) }
        exact = sum
        count += 1
    }

    func result() throws(SQLError) -> StoredValue {
        if count == 0 { return .null }
        if type == .float {
            let value = isAverage ? inexact / Double(count) : inexact
            guard value.isFinite else { throw SQLError.overflow(type) }
            return .real(value)
        }
        var value = exact
        // The sum must fit, though the average of it would.
        try check(value)
        if isAverage {
            // The quotient has the scale of the result, which may be greater than that of the values.
            let factor = DecimalMath.powerOfTen(type.scale - from.scale)
            let (scaled, overflow) = exact.multipliedReportingOverflow(by: factor)
            if overflow { throw SQLError.overflow(type) }
            value = scaled / Int128(count)
            try check(value)
        }
        return try type.encode(type.family == .integer ? .integer(Int64(truncatingIfNeeded: value)) : .decimal(value))
    }

    private func check(_ value: Int128) throws(SQLError) {
        let isWithin =
            if let range = type.integerRange { Int64(exactly: value).map(range.contains) ?? false } else {
                type.unscaledRange?.contains(value) ?? false
            }
        if !isWithin { throw SQLError.overflow(type) }
    }
}
