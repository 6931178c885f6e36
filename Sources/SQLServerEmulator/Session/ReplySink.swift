/// Takes what a batch answers, in the order in which it happens, and brings it to the client.
///
/// It is called on the session's thread and may make it wait: so a client that reads slowly slows the query down.
protocol ReplySink: AnyObject {
    /// A result begins.
    func begin(_ columns: [BoundQuery.Column]) throws(SQLError)
    /// A row of the result that began last; its values have the types of the columns.
    func row(_ values: [StoredValue]) throws(SQLError)
    /// A statement ended.
    ///
    /// - Parameters:
    ///   - rowCount: `nil` where it counts none, or where `SET NOCOUNT` is on.
    ///   - hasResult: Whether rows went before it.
    func done(_ command: CommandCode, rowCount: Int64?, hasResult: Bool)
    /// An error (severity above 10), or a message such as that of `PRINT`.
    func message(_ message: ServerText)
    /// The session's database, language or packet size is another now.
    func changed(_ change: SessionChange)
    /// A procedure that the batch called ended.
    func returned(_ status: Int64)
    /// A statement is about to be carried out. What this throws, the statement failed with.
    func willPerform() throws(SQLError)
    /// Whether the client asked to stop.
    var isCancelled: Bool { get }
}

extension ReplySink {
    func returned(_ status: Int64) {}
    func willPerform() throws(SQLError) {}
}

/// A message to the client.
struct ServerText: Hashable, Sendable {
    var number: Int32
    var state: UInt8
    /// Up to 10 it informs, above it is an error.
    var severity: UInt8
    var text: String
    var procedure = ""
    var line: Int

    init(_ error: SQLError, procedure: String = "", line: Int) {
        number = error.number
        state = error.state
        severity = error.severity
        text = error.message
        self.procedure = procedure
        self.line = line
    }
}

/// What the session tells its client of a change of its environment.
///
/// Source: MS-TDS 2.2.7.9, ENVCHANGE.
enum SessionChange: Hashable, Sendable {
    case database(String, before: String)
    case began(transaction: UInt64)
    case committed(transaction: UInt64)
    case rolledBack(transaction: UInt64)
}

/// Which kind of statement ended.
///
/// Source: MS-TDS 2.2.7.6, DONE, field CurCmd, as genuine servers fill it.
struct CommandCode: Hashable, Sendable {
    let rawValue: UInt16

    static let none = CommandCode(rawValue: 0)
    static let select = CommandCode(rawValue: 0xC1)
    static let insert = CommandCode(rawValue: 0xC3)
    static let delete = CommandCode(rawValue: 0xC4)
    static let update = CommandCode(rawValue: 0xC5)
    static let merge = CommandCode(rawValue: 0x117)
    static let begin = CommandCode(rawValue: 0xD4)
    static let commit = CommandCode(rawValue: 0xD5)
    static let execute = CommandCode(rawValue: 0xE0)
    static let set = CommandCode(rawValue: 0xF9)
}
