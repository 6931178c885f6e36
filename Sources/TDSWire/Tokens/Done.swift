/// The end of a statement, of a procedure, or of a statement within one.
///
/// Source: MS-TDS 2.2.7.6 to 2.2.7.8.
public struct Done: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// DONE: of a statement.
        case statement
        /// DONEPROC: of a procedure.
        case procedure
        /// DONEINPROC: of a statement within a procedure.
        case inProcedure
    }

    public struct Status: OptionSet, Hashable, Sendable {
        public var rawValue: UInt16

        public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// More results follow in this message.
        public static let more = Status(rawValue: 0x0001)
        /// The statement failed; an ERROR token came before.
        public static let error = Status(rawValue: 0x0002)
        /// A transaction is open.
        public static let inTransaction = Status(rawValue: 0x0004)
        /// ``Done/rowCount`` counts.
        public static let countIsValid = Status(rawValue: 0x0010)
        /// The attention of the client has been noticed.
        public static let attention = Status(rawValue: 0x0020)
        /// The results are to be thrown away: an error of the server itself.
        public static let serverError = Status(rawValue: 0x0100)
    }

    /// The kind of statement; a number that nobody documents in full.
    public struct Command: RawRepresentable, Hashable, Sendable {
        public var rawValue: UInt16

        public init(rawValue: UInt16) { self.rawValue = rawValue }

        public static let none = Command(rawValue: 0)
        public static let select = Command(rawValue: 0xC1)
        public static let insert = Command(rawValue: 0xC3)
        public static let delete = Command(rawValue: 0xC4)
        public static let update = Command(rawValue: 0xC5)
        public static let beginTransaction = Command(rawValue: 0xD4)
        public static let commit = Command(rawValue: 0xD5)
        public static let execute = Command(rawValue: 0xE0)
        public static let set = Command(rawValue: 0xF9)
    }

    public var kind: Kind
    public var status: Status
    public var command: Command
    public var rowCount: UInt64

    public init(
        _ kind: Kind = .statement,
        status: Status = [],
        command: Command = .none,
        rowCount: UInt64 = 0
    ) {
        self.kind = kind
        self.status = status
        self.command = command
        self.rowCount = rowCount
    }

    init(_ kind: Kind, _ reader: inout ByteReader) throws(TDSWireError) {
        self.kind = kind
        status = Status(rawValue: try reader.number())
        command = Command(rawValue: try reader.number())
        rowCount = try reader.number()
    }

    func encode(into bytes: inout [UInt8]) {
        switch kind {
        case .statement: bytes.append(TokenCode.done)
        case .procedure: bytes.append(TokenCode.doneProcedure)
        case .inProcedure: bytes.append(TokenCode.doneInProcedure)
        }
        bytes.append(number: status.rawValue)
        bytes.append(number: command.rawValue)
        bytes.append(number: rowCount)
    }
}
