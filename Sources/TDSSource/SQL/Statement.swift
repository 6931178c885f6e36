import CDCCore

/// A statement whose text stays the same while its arguments change, so that the server keeps one plan for it.
///
/// It reaches the server as `EXEC sys.sp_executesql`, with the arguments as literals of that call: an RPC of db-lib cannot
/// carry an empty value.
struct Statement: Hashable, Sendable {
    /// The text, in which arguments are `@name`.
    var text: String
    private(set) var arguments: [Argument] = []

    struct Argument: Hashable, Sendable {
        var name: String
        var type: String
        /// T-SQL that stands for the value.
        var literal: String
    }

    init(_ text: String) { self.text = text }

    func with(_ name: String, _ value: LSN) -> Statement {
        with(name, type: "binary(10)", literal: SQLText.binary(value))
    }

    func with(_ name: String, _ value: some FixedWidthInteger) -> Statement {
        with(name, type: "bigint", literal: "\(value)")
    }

    func with(_ name: String, _ value: String) -> Statement {
        with(name, type: "nvarchar(4000)", literal: SQLText.string(value))
    }

    private func with(_ name: String, type: String, literal: String) -> Statement {
        var statement = self
        statement.arguments.append(Argument(name: name, type: type, literal: literal))
        return statement
    }

    /// What is sent.
    var batch: String {
        if arguments.isEmpty { return text }
        let declarations = arguments.map { "@\($0.name) \($0.type)" }.joined(separator: ", ")
        let values = arguments.map { "@\($0.name) = \($0.literal)" }.joined(separator: ", ")
        return "EXEC sys.sp_executesql \(SQLText.string(text)), \(SQLText.string(declarations)), \(values)"
    }
}
