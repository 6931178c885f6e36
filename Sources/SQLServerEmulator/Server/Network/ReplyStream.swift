#if Emulator
import TDSWire

/// The reply to one request after another, cut into packets as it is made.
struct ReplyStream {
    private let connection: Connection
    /// Not sent yet: the last packet of a message says that it is, so there is always one kept back.
    private var unsent: [UInt8] = []
    private var packetID: UInt8 = 0
    var packetSize = PacketHeader.initialPacketSize
    var sessionID: UInt16 = 0

    init(_ connection: Connection) { self.connection = connection }

    private var room: Int { packetSize - PacketHeader.byteCount }

    mutating func append(_ bytes: [UInt8]) {
        unsent += bytes
        guard unsent.count > room else { return }
        var packets: [UInt8] = []
        packets.reserveCapacity(unsent.count + (unsent.count / room + 1) * PacketHeader.byteCount)
        var start = 0
        while unsent.count - start > room {
            append(unsent[start..<start + room], status: [], to: &packets)
            start += room
        }
        unsent.removeFirst(start)
        connection.send(packets)
    }

    /// Sends what is left, as the end of the message.
    mutating func end() {
        var packet: [UInt8] = []
        append(unsent[...], status: .endOfMessage, to: &packet)
        unsent.removeAll(keepingCapacity: true)
        packetID = 0
        connection.send(packet)
    }

    private mutating func append(_ data: ArraySlice<UInt8>, status: PacketStatus, to packets: inout [UInt8]) {
        packetID &+= 1
        PacketHeader(
            type: .reply,
            status: status,
            length: data.count + PacketHeader.byteCount,
            sessionID: sessionID,
            packetID: packetID
        ).encode(into: &packets)
        packets.append(contentsOf: data)
    }
}
#endif
