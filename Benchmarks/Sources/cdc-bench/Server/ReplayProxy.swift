import Foundation
import Synchronization
import TDSWire

/// Stands before a server and answers the statements that would cost it most from ``PreparedReplies``; all else the server
/// answers. Connections are not encrypted.
final class ReplayProxy: Sendable {
    let port: Int
    private let listener: Socket
    private let server: Int
    private let replies: PreparedReplies
    private let requests = Atomic(0)

    /// - Parameter server: The port of the server behind it.
    init(before server: Int, replies: PreparedReplies) throws {
        (listener, port) = try Socket.listen()
        self.server = server
        self.replies = replies
        Thread.detachNewThread { self.acceptClients() }
    }

    /// How many messages clients have sent that wait for an answer, after login: round trips.
    var requestCount: Int { requests.load(ordering: .relaxed) }

    private func acceptClients() {
        while let client = try? listener.accept() {
            guard let server = try? Socket.connect(to: server) else { return client.close() }
            Thread.detachNewThread { self.serve(client, server) }
            Thread.detachNewThread {
                while let bytes = server.read(), client.write(bytes) {}
                client.end()
            }
        }
    }

    /// Passes on what the client sends, or answers it.
    private func serve(_ client: Socket, _ server: Socket) {
        defer {
            server.end()
            client.end()
        }
        var packetSize = PacketHeader.initialPacketSize
        var held: [UInt8] = []
        var body: [UInt8] = []
        var wasAnsweredHere = false
        while let bytes = client.read(exactly: PacketHeader.byteCount),
            let header = try? PacketHeader(decoding: bytes),
            let data = client.read(exactly: header.length - PacketHeader.byteCount)
        {
            if header.type == .login, let login = try? Login(decoding: data), login.packetSize > 0 {
                packetSize = Int(login.packetSize)
            }
            held += bytes + data
            body += data
            guard header.status.contains(.endOfMessage) else { continue }
            defer {
                held = []
                body = []
            }
            if [.sqlBatch, .rpc, .transactionManager, .attention].contains(header.type) {
                requests.add(1, ordering: .relaxed)
            }
            if let reply = answer(header.type, body, wasAnsweredHere, packetSize) {
                wasAnsweredHere = true
                guard client.write(reply) else { return }
            } else {
                wasAnsweredHere = false
                guard server.write(held) else { return }
            }
        }
    }

    private func answer(_ type: PacketType, _ body: [UInt8], _ wasAnsweredHere: Bool, _ packetSize: Int) -> [UInt8]? {
        switch type {
        case .attention where wasAnsweredHere: try? PreparedReplies.attention(packetSize: packetSize)
        case .sqlBatch:
            (try? SQLBatchRequest(decoding: body)).flatMap { try? replies.answer($0.sql, packetSize: packetSize) }
        default: nil
        }
    }
}
