/// An argument of a call as far as it is known before there are values.
package enum FunctionArgument: Hashable, Sendable {
    /// An expression, with its value where it is a literal.
    case value(SQLType, literal: SQLValue?)
    /// A bare word: `day` in `DATEADD(day, 1, d)`. It has no value when the function is called.
    case keyword(String)

    package static func value(_ type: SQLType) -> FunctionArgument { .value(type, literal: nil) }
}

/// A function for known types of arguments.
package struct ScalarFunction: Sendable {
    typealias Body = @Sendable ([SQLValue], EvaluationContext) throws(SQLError) -> SQLValue

    package let name: String
    package let result: SQLType
    /// Whether the same arguments always give the same value, whatever the session and the time.
    package let isDeterministic: Bool
    private let conversions: [Conversion?]
    /// Whether a NULL among the arguments is the answer.
    private let isStrict: Bool
    private let choice: FunctionPlan.Choice?
    private let body: Body

    init(name: String, plan: FunctionPlan, call: FunctionCall) throws(SQLError) {
        self.name = name
        result = plan.result
        isDeterministic = plan.isDeterministic
        isStrict = plan.isStrict
        choice = plan.choice
        body = plan.body
        var conversions: [Conversion?] = []
        for (from, to) in zip(call.types, plan.parameters) {
            // Functions take what CAST takes: CONCAT($1, 'x').
            conversions.append(from == to ? nil : try Conversion(from: from, to: to, settings: call.settings))
        }
        self.conversions = conversions
    }

    /// The value of the function.
    ///
    /// - Parameter arguments: The values of the arguments that have one, in order, each of the type that was said.
    package func evaluate(_ arguments: [SQLValue], _ context: EvaluationContext) throws(SQLError) -> SQLValue {
        guard arguments.count == conversions.count else {
            throw FunctionTable.arity(name, conversions.count...conversions.count)
        }
        if let choice {
            guard let index = try choice(arguments), arguments.indices.contains(index) else { return .null }
            return if let conversion = conversions[index] { try conversion.convert(arguments[index]) } else {
                arguments[index]
            }
        }
        var values: [SQLValue] = []
        values.reserveCapacity(arguments.count)
        for (value, conversion) in zip(arguments, conversions) {
            let converted = if let conversion { try conversion.convert(value) } else { value }
            if isStrict, converted.isNull { return .null }
            values.append(converted)
        }
        return try body(values, context)
    }
}

/// What a function does with arguments of certain types.
struct FunctionPlan {
    /// The types that the arguments are converted to.
    var parameters: [SQLType]
    var result: SQLType
    var isStrict = true
    var isDeterministic = true
    var choice: Choice?
    var body: ScalarFunction.Body

    /// Which argument is the answer, from the arguments as they came: only that one is then converted. `nil` is NULL.
    typealias Choice = @Sendable ([SQLValue]) throws(SQLError) -> Int?
}

extension FunctionPlan {
    /// The plan of a function that answers with one of its arguments.
    init(choosing parameters: [SQLType], result: SQLType, _ choice: @escaping Choice) {
        self.init(parameters: parameters, result: result, choice: choice) { _, _ in .null }
    }
}

/// A call of a function, before there are values.
struct FunctionCall {
    let name: String
    let arguments: [FunctionArgument]
    let settings: ConversionSettings

    /// The types of the arguments that have values.
    var types: [SQLType] {
        arguments.compactMap { if case .value(let type, _) = $0 { type } else { nil } }
    }

    /// The type of the argument that has the value `index`.
    func type(_ index: Int) -> SQLType { types.indices.contains(index) ? types[index] : .null }

    private func literal(_ index: Int) -> SQLValue? {
        let literals = arguments.compactMap { argument -> SQLValue?? in
            if case .value(_, let literal) = argument { .some(literal) } else { nil }
        }
        return literals.indices.contains(index) ? literals[index] : nil
    }

    /// A literal whole number. What a plan makes of it must show in the type of its result.
    func integerLiteral(_ index: Int) -> Int? {
        if case .integer(let number) = literal(index) { Int(exactly: number) } else { nil }
    }

    /// The bare word at the start of the arguments.
    func keyword() throws(SQLError) -> String {
        guard case .keyword(let word) = arguments.first else {
            throw SQLError(1023, "Invalid parameter 1 specified for \(name.lowercased()).", severity: 15)
        }
        return word
    }

    /// The type in which a function of strings takes an argument: its own, or characters wide enough for the text of any value.
    func text(_ index: Int) throws(SQLError) -> SQLType {
        let type = type(index)
        switch type {
        case .text where Self.refusesOldLarge.contains(name), .ntext where Self.refusesOldLarge.contains(name):
            throw .invalidArgument(type, index + 1, name.lowercased())
        case .text(let collation): return .varchar(.max, collation)
        case .ntext(let collation): return .nvarchar(.max, collation)
        case .xml, .sqlVariant, .image, .hierarchyid, .geometry, .geography:
            throw .invalidArgument(type, index + 1, name.lowercased())
        default: return type.isCharacters ? type : .varchar(.units(type.displayLength))
        }
    }

    /// Functions of strings that take no `text` and `ntext`.
    private static let refusesOldLarge: Set<String> = [
        "LEN", "LEFT", "RIGHT", "UPPER", "LOWER", "LTRIM", "RTRIM", "TRIM",
    ]

    /// Several arguments as texts of one collation, all wide where one of them is.
    func texts(_ indices: Int...) throws(SQLError) -> [SQLType] {
        var types: [SQLType] = []
        for index in indices { types.append(try text(index)) }
        return try FunctionCall.aligned(types, operation: name.lowercased())
    }

    static func aligned(_ types: [SQLType], operation: String) throws(SQLError) -> [SQLType] {
        var collation = types.first?.collation ?? .default
        for type in types {
            collation = try Collation.resolve(collation, type.collation ?? .default, operation: operation)
        }
        let isWide = types.contains(where: \.isWide)
        return types.map { type in
            guard isWide, !type.isWide else { return type.with(collation) }
            return .characters(type.length ?? .max, isWide: true, isFixed: type.isFixedLength, collation)
        }
    }
}

extension SQLType {
    /// The characters that any value of the type takes as text.
    var displayLength: Int {
        switch self {
        case .null, .bit: 1
        case .tinyint: 3
        case .smallint: 6
        case .int: 12
        case .bigint: 20
        case .decimal: 41
        case .money, .smallmoney: 30
        case .real, .float: 32
        case .uniqueidentifier: 36
        case .binary(let length): length
        case .varbinary(let length): length.units ?? 8000
        default: 40
        }
    }

    /// The same kind of characters of variable length, as functions give them.
    func varying(_ length: TypeLength? = nil) -> SQLType {
        .characters(length ?? self.length ?? .max, isWide: isWide, collation ?? .default)
    }

    /// As ``varying(_:)`` with the longest length that is not `max`, or `max`.
    var longestVarying: SQLType {
        varying(length == .max ? .max : .units(isWide ? 4000 : 8000))
    }
}

extension SQLValue {
    /// The bytes of a text; none of other values.
    var textBytes: [UInt8] { if case .text(let bytes) = self { bytes } else { [] } }
    /// The number of an `int` or `bigint`; 0 of other values.
    var int: Int64 { if case .integer(let number) = self { number } else { 0 } }
    /// The number of a `float`; 0 of other values.
    var double: Double { if case .double(let number) = self { number } else { 0 } }
}
