#if Emulator
import Foundation
import SQLServerEmulator
import TDSWire

/// A client of a few lines on a plain socket, which shows what a server says token by token.
final class TDSClient {
    struct Failure: Error, CustomStringConvertible { var description: String }

    private let socketHandle: Int32
    private var assembler = PacketAssembler(maximumMessageBytes: 1 << 30)
    private(set) var packetsReceived: [PacketHeader] = []
    var packetSize = 4096

    init(port: Int, timeoutSeconds: Int = 20) throws {
        socketHandle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socketHandle, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(description: "no connection: error \(errno)") }
        setTimeout(milliseconds: timeoutSeconds * 1000)
    }

    /// How long to wait for the server, in either direction.
    func setTimeout(milliseconds: Int) {
        var timeout = timeval(tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
        setsockopt(socketHandle, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socketHandle, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { if !isClosed { Foundation.close(socketHandle) } }

    private var isClosed = false

    func close() {
        isClosed = true
        Foundation.close(socketHandle)
    }

    /// A client that is logged in.
    static func loggedIn(port: Int, password: String, database: String = "") throws -> TDSClient {
        let client = try TDSClient(port: port)
        let tokens = try client.logIn { login in
            login.password = Password(password)
            login.database = database
        }
        guard tokens.contains(where: { if case .loginAcknowledgement = $0 { true } else { false } }) else {
            throw Failure(description: "no login: \(tokens)")
        }
        return client
    }

    // MARK: Messages

    func send(raw bytes: [UInt8]) throws {
        var start = 0
        while start < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Foundation.send(
                    socketHandle,
                    buffer.baseAddress.map { $0 + start },
                    bytes.count - start,
                    Int32(MSG_NOSIGNAL)
                )
            }
            guard count > 0 else { throw Failure(description: "cannot send: error \(errno)") }
            start += count
        }
    }

    func send(_ type: PacketType, _ body: [UInt8], status: PacketStatus = .endOfMessage) throws {
        var bytes: [UInt8] = []
        try Message(type: type, status: status, body: body).encode(packetSize: packetSize, into: &bytes)
        try send(raw: bytes)
    }

    /// The next message; `nil` where the server closed the connection.
    func receive() throws -> Message? {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            if let message = try assembler.next() { return message }
            let count = recv(socketHandle, &buffer, buffer.count, 0)
            if count == 0 || (count < 0 && errno == ECONNRESET) { return nil }
            guard count > 0 else { throw Failure(description: "nothing came: error \(errno)") }
            assembler.append(buffer[..<count])
        }
    }

    func tokens() throws -> [Token] {
        guard let message = try receive() else { throw Failure(description: "the server closed the connection") }
        return try TokenReader.tokens(of: message.body)
    }

    // MARK: Conversation

    func logIn(_ set: (inout Login) -> Void) throws -> [Token] {
        let prelogin = Prelogin(serverVersion: .init(major: 17), encryption: .notSupported)
        try send(.prelogin, try prelogin.encoded())
        _ = try receive()
        var login = Login()
        login.user = "sa"
        login.flags2 = .odbc
        set(&login)
        try send(.login, try login.encoded())
        return try tokens()
    }

    func sendBatch(_ text: String, status: PacketStatus = .endOfMessage) throws {
        try send(.sqlBatch, SQLBatchRequest(text).encoded(), status: status)
    }

    func batch(_ text: String, status: PacketStatus = .endOfMessage) throws -> [Token] {
        try sendBatch(text, status: status)
        return try tokens()
    }

    func call(_ call: RPCCall) throws -> [Token] {
        try send(.rpc, try RPCRequest([call]).encoded())
        return try tokens()
    }

    func transaction(_ action: TransactionManagerRequest.Action) throws -> [Token] {
        try send(.transactionManager, try TransactionManagerRequest(action).encoded())
        return try tokens()
    }

    func attention() throws { try send(.attention, []) }
}

extension [Token] {
    /// Each token in a few words.
    var told: [String] {
        map { token in
            switch token {
            case .columns(let columns): "columns \(columns?.descriptions.map(\.name).joined(separator: ",") ?? "-")"
            case .row(let row): "row \((try? row.values().map { "\($0)" }.joined(separator: ",")) ?? "?")"
            case .done(let done):
                "\(done.kind == .statement ? "done" : done.kind == .procedure ? "doneproc" : "doneinproc") "
                    + "\(String(done.status.rawValue, radix: 16)) \(String(done.command.rawValue, radix: 16)) \(done.rowCount)"
            case .message(let message): "\(message.isError ? "error" : "info") \(message.number) \(message.text)"
            case .environmentChange(let change): "env \(change.kind.rawValue)"
            case .loginAcknowledgement: "loginack"
            case .featureAcknowledgement: "featureack"
            case .returnStatus(let status): "status \(status)"
            case .returnValue(let value): "value \(value.ordinal) \(value.name) \(value.value)"
            case .order, .sspi, .other: "other"
            }
        }
    }

    var errors: [Int32] {
        compactMap { token in
            if case .message(let message) = token, message.isError { message.number } else { nil }
        }
    }

    /// The rows of all results; one that is not in order is missing.
    var rows: [[TDSValue]] {
        compactMap { token in
            if case .row(let row) = token { try? row.values() } else { nil }
        }
    }

    var columns: [ColumnDescription] {
        for case .columns(let columns?) in self { return columns.descriptions }
        return []
    }

    var lastDone: Done? {
        if case .done(let done)? = last { done } else { nil }
    }
}

/// Runs work with a server and stops it afterwards.
func withServer(
    _ configuration: SQLServerEmulator.Configuration = .init(),
    _ work: (SQLServerEmulator) async throws -> Void
) async throws {
    let server = try await SQLServerEmulator.start(configuration)
    do { try await work(server) } catch {
        await server.stop()
        throw error
    }
    await server.stop()
}
#endif
