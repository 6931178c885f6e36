/// A function whose answer depends on the session or on the catalogue.
struct ContextFunction: Sendable {
    typealias Evaluation = @Sendable (Session, [SQLValue]) throws(SQLError) -> SQLValue

    var parameters: [SQLType]
    /// How many of the last parameters may be left out.
    var optional: Int
    var result: SQLType
    var evaluate: Evaluation

    init(_ parameters: [SQLType], optional: Int = 0, _ result: SQLType, _ evaluate: @escaping Evaluation) {
        self.parameters = parameters
        self.optional = optional
        self.result = result
        self.evaluate = evaluate
    }
}

/// The functions by name.
enum ContextFunctions {
    static let all: [String: ContextFunction] = [
        objectFunctions, columnFunctions, databaseFunctions, securityFunctions, stateFunctions, propertyFunctions,
    ].reduce(into: [:]) { $0.merge($1) { first, _ in first } }

    /// The type of names that functions take: a function may be given more than a name.
    static let text = SQLType.nvarchar(.units(4000), .default)
    /// The type of names that functions give.
    static let name = SQLType.nvarchar(.units(128), .default)
}

extension Session {
    func contextFunction(_ name: String, _ arguments: [SQLType]) throws(SQLError) -> BoundFunction? {
        if name == "PUBLISHINGSERVERNAME" || name == "CERTENCODED" { throw SQLError.unsupported(name) }
        if let function = try CaptureFunctions.find(name, arguments, in: self) { return function }
        guard let function = ContextFunctions.all[name] else { return nil }
        let arity = (function.parameters.count - function.optional)...function.parameters.count
        guard arity.contains(arguments.count) else { throw FunctionTable.arity(name.lowercased(), arity) }
        return BoundFunction(
            key: "context \(name) \(arguments.count)",
            arguments: Array(function.parameters.prefix(arguments.count)),
            result: function.result
        ) { [unowned self] (values) throws(SQLError) in try function.evaluate(self, values) }
    }
}

extension SQLValue {
    /// The text of a text.
    var string: String? { if case .text(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil } }

    /// The number of a whole number that `Int` holds.
    var whole: Int? { if case .integer(let number) = self { Int(exactly: number) } else { nil } }

    /// A `sql_variant` that holds a name.
    static func variant(_ text: String?) -> SQLValue {
        text.map { .variant(ContextFunctions.name, .string($0)) } ?? .null
    }

    /// A `sql_variant` that holds an `int`.
    static func variant(_ number: Int) -> SQLValue { .variant(.int, .number(number)) }

    static func variant(_ flag: Bool) -> SQLValue { .variant(flag ? 1 : 0) }
}
