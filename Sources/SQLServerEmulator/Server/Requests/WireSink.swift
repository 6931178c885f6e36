#if Emulator
import TDSWire

/// Writes what a session answers as tokens, straight into packets.
///
/// What ended last is kept back: its DONE says whether more follows.
///
/// Source: MS-TDS 2.2.7.
final class WireSink: ReplySink {
    private let connection: Connection
    private let serverName: String
    var stream: ReplyStream
    /// The session that answers; set once the client is logged in.
    weak var session: Session?
    /// Whether the client has rows with a bitmap of their nulls: from TDS 7.3B on.
    var hasNullBitmaps = false

    private var tokens: [UInt8] = []
    private var writer: RowWriter?
    private var types: [SQLType] = []
    private var pending: Done?
    /// An error was sent since the last DONE, and since the call of a procedure began.
    private var hasError = false
    private(set) var hasErrorInCall = false
    /// An error after which the server closes the connection.
    private(set) var isFatal = false
    /// Whether a procedure is called by its name, so that statements are those within it.
    private var isCall = false
    private var faults: [Fault] = []
    private var rowsUntilFault: Int?

    /// Rows go out in pieces of about so many bytes.
    private static let pieceBytes = 1 << 14

    init(_ connection: Connection, serverName: String) {
        self.connection = connection
        self.serverName = serverName
        stream = ReplyStream(connection)
    }

    var isCancelled: Bool { connection.cancellation.isRequested }

    // MARK: Requests

    func beginRequest(_ faults: [Fault]) {
        self.faults = faults
        isFatal = false
        isCall = false
        hasErrorInCall = false
    }

    /// The end of the reply.
    ///
    /// - Parameter isAbandoned: Whether the client has to be told that its attention was noticed.
    func endRequest(isAbandoned: Bool) {
        if isAbandoned {
            flush(more: true)
            append(.done(Done(status: .attention)))
        } else if pending?.kind == .inProcedure || pending == nil {
            flush(more: true)
            append(.done(Done(status: hasError ? .error : [])))
        } else {
            flush(more: false)
        }
        hasError = false
        send()
        stream.end()
    }

    func beginCall() {
        isCall = true
        hasErrorInCall = false
    }

    /// The end of a procedure that the client called.
    func endCall(status: Int32, _ values: [ReturnValue]) {
        flush(more: true)
        append(.returnStatus(status))
        for value in values { append(.returnValue(value)) }
        pending = Done(.procedure, status: hasErrorInCall ? .error : [], command: .execute)
        hasError = false
        isCall = false
    }

    /// A token that belongs to no statement.
    func append(_ token: Token) {
        sendRows()
        let start = tokens.count
        do { try token.encode(into: &tokens) } catch {
            // Only a text that is too long gets here; the rest of the reply is sound without it.
            tokens.removeLast(tokens.count - start)
        }
    }

    // MARK: Results

    func begin(_ columns: [BoundQuery.Column]) throws(SQLError) {
        flush(more: true)
        let result = ResultColumns(columns.map { ColumnDescription($0) })
        var writer = RowWriter(result)
        do { try writer.append(.columns(result)) } catch {
            throw SQLError(50_000, "The emulator cannot describe a result: \(error)")
        }
        types = columns.map(\.type)
        self.writer = writer
        rowsUntilFault = nil
        for case .error(_, _, _, let rows?) in faults.map(\.kind) { rowsUntilFault = rows }
    }

    func row(_ values: [StoredValue]) throws(SQLError) {
        if let rows = rowsUntilFault {
            if rows == 0 { try fail { $0 != nil } }
            rowsUntilFault = rows - 1
        }
        let limit = Int(clamping: session?.settings.textSize ?? .max)
        let nulls = hasNullBitmaps ? values.count(where: { $0 == .null }) : 0
        do {
            if nulls > (values.count + 7) / 8 { try writer?.beginNullBitmapRow() } else { try writer?.beginRow() }
            for (value, type) in zip(values, types) {
                try writer?.append(value, type, limit: limit < 0 ? .max : limit)
            }
            try writer?.endRow()
        } catch {
            try? writer?.cancelRow()
            throw error as? SQLError ?? SQLError(50_000, "The emulator cannot send a row: \(error)")
        }
        if writer?.bytes.count ?? 0 >= Self.pieceBytes { sendRowBytes() }
    }

    func done(_ command: CommandCode, rowCount: Int64?, hasResult: Bool) {
        // With NOCOUNT a statement without rows is not mentioned at all.
        if rowCount == nil, !hasResult, !hasError, session?.settings.sendsNoCounts == true { return }
        flush(more: true)
        var status: Done.Status = hasError ? .error : []
        if rowCount != nil { status.insert(.countIsValid) }
        pending = Done(
            isCall || (session?.frames.count ?? 1) > 1 ? .inProcedure : .statement,
            status: status,
            command: .init(rawValue: command.rawValue),
            rowCount: UInt64(clamping: rowCount ?? 0)
        )
        hasError = false
    }

    func returned(_ status: Int64) {
        flush(more: true)
        append(.returnStatus(Int32(clamping: status)))
        let isWithin = isCall || (session?.frames.count ?? 1) > 1
        pending = Done(isWithin ? .inProcedure : .procedure, status: hasError ? .error : [], command: .execute)
        hasError = false
    }

    func message(_ message: ServerText) {
        flush(more: true)
        let isError = message.severity > 10
        if isError {
            hasError = true
            hasErrorInCall = true
        }
        // The client asked for the end itself.
        if message.number == SQLError.interrupted.number, isCancelled { return }
        if message.severity >= 20 { isFatal = true }
        if isError, let session {
            session.server.registry.note(
                .init(login: session.login.name, number: message.number, message: message.text)
            )
        }
        append(
            .message(
                ServerMessage(
                    isError: isError,
                    number: message.number,
                    state: message.state,
                    severity: message.severity,
                    text: String(decoding: message.text.utf16.prefix(4000), as: UTF16.self),
                    server: String(decoding: serverName.utf16.prefix(128), as: UTF16.self),
                    procedure: String(decoding: message.procedure.utf16.prefix(128), as: UTF16.self),
                    line: UInt32(clamping: message.line)
                )
            )
        )
    }

    func changed(_ change: SessionChange) {
        flush(more: true)
        switch change {
        case .database(let name, let before):
            append(.environmentChange(.database(name, was: before)))
            message(
                ServerText(
                    SQLError(5701, "Changed database context to '\(name)'.", state: 2, severity: 0),
                    line: session?.currentLine ?? 1
                )
            )
        case .began(let transaction): append(.environmentChange(.beginTransaction(transaction)))
        case .committed(let transaction): append(.environmentChange(.commitTransaction(transaction)))
        case .rolledBack(let transaction): append(.environmentChange(.rollbackTransaction(transaction)))
        }
    }

    // MARK: Faults

    func willPerform() throws(SQLError) { try fail { $0 == nil } }

    private func fail(where isDue: (Int?) -> Bool) throws(SQLError) {
        guard
            let index = faults.firstIndex(where: {
                if case .error(_, _, _, let rows) = $0.kind { isDue(rows) } else { false }
            }),
            case .error(let number, let message, let severity, _) = faults.remove(at: index).kind
        else { return }
        throw SQLError(number, message, severity: severity)
    }

    // MARK: Bytes

    private func flush(more: Bool) {
        sendRows()
        guard var done = pending else { return }
        pending = nil
        if more { done.status.insert(.more) }
        append(.done(done))
    }

    /// Ends the result.
    private func sendRows() {
        guard writer != nil else { return }
        sendRowBytes()
        writer = nil
    }

    private func sendRowBytes() {
        send()
        if let bytes = writer?.takeBytes() { stream.append(bytes) }
    }

    private func send() {
        guard !tokens.isEmpty else { return }
        stream.append(tokens)
        tokens.removeAll(keepingCapacity: true)
    }
}
#endif
