/// The data of one or more packets, put together.
public struct Message: Hashable, Sendable {
    public var type: PacketType
    /// The status of all of its packets, united.
    public var status: PacketStatus
    public var body: [UInt8]

    public init(type: PacketType, status: PacketStatus = .endOfMessage, body: [UInt8]) {
        self.type = type
        self.status = status
        self.body = body
    }
}

extension Message {
    /// Cuts a message into packets and appends them.
    ///
    /// Only the first packet carries the flags that ask for a reset; all flags but these are set by this function.
    /// - Parameters:
    ///   - packetSize: The bytes of a whole packet, one of ``PacketHeader/packetSizes``.
    ///   - sessionID: The SPID; a server's replies should not have 0.
    /// - Throws: ``TDSWireError`` with code `invalidValue` where the packet size is none.
    public func encode(packetSize: Int, sessionID: UInt16 = 0, into bytes: inout [UInt8]) throws(TDSWireError) {
        guard PacketHeader.packetSizes.contains(packetSize) else {
            throw .invalidValue("a packet of \(packetSize) bytes is not between 512 and 32767; choose another size")
        }
        let room = packetSize - PacketHeader.byteCount
        let packets = max(1, (body.count + room - 1) / room)
        bytes.reserveCapacity(bytes.count + body.count + packets * PacketHeader.byteCount)
        let first = status.intersection([.resetConnection, .resetConnectionKeepingTransaction])
        let last: PacketStatus = status.contains(.ignore) ? [.endOfMessage, .ignore] : .endOfMessage
        for packet in 0..<packets {
            let range = packet * room..<min(body.count, (packet + 1) * room)
            var flags: PacketStatus = packet == 0 ? first : []
            if packet == packets - 1 { flags.formUnion(last) }
            PacketHeader(
                type: type,
                status: flags,
                length: range.count + PacketHeader.byteCount,
                sessionID: sessionID,
                packetID: UInt8(truncatingIfNeeded: packet + 1)
            ).encode(into: &bytes)
            bytes.append(contentsOf: body[range])
        }
    }
}
