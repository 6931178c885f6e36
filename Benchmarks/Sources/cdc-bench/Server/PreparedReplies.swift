import Columnar
import Foundation
import Synchronization
import TDSWire

/// Replies that are encoded before anything is measured, so that no server's work stands beside a client's.
final class PreparedReplies: Sendable {
    private let orders: [UInt8]
    private let pages: ChangePages
    /// The orders in packets, by packet size.
    private let packets = Mutex<[Int: [UInt8]]>([:])

    init() throws {
        var writer = RowWriter(OrdersOnTheWire.columns)
        try writer.append(.columns(OrdersOnTheWire.columns))
        for batch in try Orders.table(Workbench.drainedRows) { try OrdersOnTheWire.write(batch, into: &writer) }
        try writer.append(.done(Self.done(Workbench.drainedRows)))
        orders = writer.takeBytes()
        pages = try ChangePages()
    }

    /// The packets that answer a statement; `nil` where the server has to.
    func answer(_ statement: String, packetSize: Int) throws -> [UInt8]? {
        if statement.contains("FROM [dbo].[orders] AS t"), !statement.contains("OFFSET") {
            return try packets.withLock { packets in
                if let ready = packets[packetSize] { return ready }
                let new = try Self.packets(orders, packetSize)
                packets[packetSize] = new
                return new
            }
        }
        return try pages.answer(statement).map { try Self.packets($0, packetSize) }
    }

    /// What confirms that a client's wish to stop was heard.
    static func attention(packetSize: Int) throws -> [UInt8] {
        var body: [UInt8] = []
        try Token.done(Done(status: .attention)).encode(into: &body)
        return try packets(body, packetSize)
    }

    static func done(_ rows: Int) -> Done { Done(status: .countIsValid, command: .select, rowCount: UInt64(rows)) }

    private static func packets(_ body: [UInt8], _ packetSize: Int) throws -> [UInt8] {
        var packets: [UInt8] = []
        try Message(type: .reply, body: body).encode(packetSize: packetSize, sessionID: 51, into: &packets)
        return packets
    }
}
