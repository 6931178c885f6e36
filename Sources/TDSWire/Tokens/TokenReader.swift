/// Decodes a reply, or the columns and rows of a bulk load, token by token.
///
/// Give it a whole message, or append pieces of any size as they arrive and take the tokens that are whole. Rows are not
/// decoded here; see ``Row``. Not to be shared between threads. After an error the reader stays failed.
public struct TokenReader: Sendable {
    public enum Kind: Sendable {
        case reply
        /// The body of a bulk load: COLMETADATA, rows and DONE.
        case bulkLoad
    }

    /// The columns of the rows that follow. Those of the last COLMETADATA that had any; set them for a prepared statement
    /// whose result comes without.
    public var columns: ResultColumns?

    private let kind: Kind
    private var bytes: [UInt8] = []
    /// Where the token begins that is read next.
    private var position = 0
    private var isComplete: Bool
    private var step = Step.token
    /// How many bytes there must be before it is worth trying again.
    private var needed = 0
    private var failure: TDSWireError?

    /// What is being read: the beginning of a token, or one that may come in many pieces.
    private enum Step {
        case token
        case columns(ColumnMetadata)
        case row(RowScanner)
        case returnValue(ReturnValue, at: Int, RowScanner)
    }

    /// A reader of a whole message.
    public init(_ message: [UInt8], kind: Kind = .reply) {
        bytes = message
        isComplete = true
        self.kind = kind
    }

    /// A reader of a message that comes in pieces; see ``append(_:)`` and ``finish()``.
    public init(kind: Kind = .reply) {
        isComplete = false
        self.kind = kind
    }

    public mutating func append(_ piece: some Collection<UInt8>) {
        // What has been read is dropped once it is the larger part, so that a byte is moved once on average.
        if position > bytes.count / 2 {
            bytes.removeFirst(position)
            needed -= position
            position = 0
        }
        bytes.append(contentsOf: piece)
    }

    /// The message is whole: a token that is not is now an error.
    public mutating func finish() {
        isComplete = true
        needed = 0
    }

    /// The bytes that are held and not part of a token that was given out.
    public var unreadCount: Int { bytes.count - position }

    /// The next token; `nil` at the end of the message, or until more bytes are there.
    /// - Throws: ``TDSWireError`` with code `truncated` where the message ends within a token, `malformed` where it contradicts
    ///   itself, `tooLarge` for too many columns, `unsupported` for tokens and types that this module does not know.
    public mutating func next() throws(TDSWireError) -> Token? {
        if let failure { throw failure }
        guard position < bytes.count, bytes.count >= needed else { return nil }
        do {
            return try read()
        } catch {
            if error.code == .truncated, !isComplete {
                needed = (error.byteOffset ?? bytes.count) + 1
                return nil
            }
            let located = error.located(structure: TokenCode.name(bytes[position]))
            failure = located
            throw located
        }
    }

    private mutating func read() throws(TDSWireError) -> Token {
        while true {
            switch step {
            case .token:
                if let token = try begin() { return token }
            case .columns(var metadata):
                // Given up here, so that there is one owner and columns are appended in place.
                step = .token
                do {
                    try metadata.read(bytes, from: position + 1)
                } catch {
                    step = .columns(metadata)
                    throw error
                }
                let columns = ResultColumns(metadata.columns)
                self.columns = columns
                end(at: position + 1 + metadata.offset)
                return .columns(columns)
            case .row(var scanner):
                guard let columns else { throw .malformed("a row comes before the columns", at: position) }
                let start = position + 1
                do {
                    try scanner.scan(bytes, from: start, columns.forms)
                } catch {
                    step = .row(scanner)
                    throw error
                }
                let range = start..<start + scanner.offset
                let row = Row(
                    columns: columns,
                    hasNullBitmap: bytes[position] == TokenCode.nbcRow,
                    bytes: bytes,
                    range: range
                )
                end(at: range.upperBound)
                return .row(row)
            case .returnValue(var value, let offset, var scanner):
                let start = position + offset
                do {
                    try scanner.scan(bytes, from: start, [value.form])
                } catch {
                    step = .returnValue(value, at: offset, scanner)
                    throw error
                }
                var reader = ByteReader(bytes, at: start)
                try value.readValue(&reader)
                end(at: reader.position)
                return .returnValue(value)
            }
        }
    }

    private mutating func end(at next: Int) {
        position = next
        step = .token
        needed = 0
    }

    /// Reads a token that is whole, or prepares the reading of one that may come in many pieces.
    private mutating func begin() throws(TDSWireError) -> Token? {
        var reader = ByteReader(bytes, at: position)
        let code = try reader.byte()
        switch code {
        case TokenCode.row, TokenCode.nbcRow:
            step = .row(RowScanner(hasNullBitmap: code == TokenCode.nbcRow))
            return nil
        case TokenCode.columnMetadata:
            if let metadata = try ColumnMetadata(&reader, in: kind == .reply ? .reply : .bulkLoad) {
                step = .columns(metadata)
                return nil
            }
            end(at: reader.position)
            return .columns(nil)
        case TokenCode.returnValue:
            let value = try ReturnValue(header: &reader)
            step = .returnValue(value, at: reader.position - position, RowScanner(hasNullBitmap: false))
            return nil
        default:
            let token = try small(code, &reader)
            end(at: reader.position)
            return token
        }
    }

    /// Tokens of at most some 64 KB, of which most say how long they are.
    private func small(_ code: UInt8, _ reader: inout ByteReader) throws(TDSWireError) -> Token {
        switch code {
        case TokenCode.done: return .done(try Done(.statement, &reader))
        case TokenCode.doneProcedure: return .done(try Done(.procedure, &reader))
        case TokenCode.doneInProcedure: return .done(try Done(.inProcedure, &reader))
        case TokenCode.error: return .message(try ServerMessage(isError: true, &reader))
        case TokenCode.info: return .message(try ServerMessage(isError: false, &reader))
        case TokenCode.environmentChange: return .environmentChange(try EnvironmentChange(&reader))
        case TokenCode.loginAcknowledgement: return .loginAcknowledgement(try LoginAcknowledgement(&reader))
        case TokenCode.featureAcknowledgement: return .featureAcknowledgement(try FeatureAcknowledgement(&reader))
        case TokenCode.returnStatus: return .returnStatus(try reader.number())
        case TokenCode.order:
            let length = Int(try reader.number(UInt16.self))
            guard length.isMultiple(of: 2) else { throw .malformed("ORDER has half a column", at: position) }
            return .order(try reader.units(length / 2))
        case TokenCode.sspi: return .sspi(try reader.take(Int(try reader.number(UInt16.self))))
        case TokenCode.tableNames, TokenCode.columnInfo, TokenCode.sessionState, TokenCode.federatedAuthentication:
            return .other(try UncheckedToken(code: code, &reader))
        default:
            if let name = TokenCode.name(code) {
                throw .unsupported("the token \(name) is not supported; avoid what sends it")
            }
            throw .malformed("there is no token \(String(code, radix: 16, uppercase: true))", at: position)
        }
    }
}

extension TokenReader {
    /// All tokens of a whole message.
    public static func tokens(of message: [UInt8], kind: Kind = .reply) throws(TDSWireError) -> [Token] {
        var reader = TokenReader(message, kind: kind)
        var tokens: [Token] = []
        while let token = try reader.next() { tokens.append(token) }
        return tokens
    }
}
