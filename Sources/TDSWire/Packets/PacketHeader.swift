/// The eight bytes before the data of each packet.
///
/// Source: MS-TDS 2.2.3.1.
public struct PacketHeader: Hashable, Sendable {
    public var type: PacketType
    public var status: PacketStatus
    /// The number of bytes of the packet, this header among them.
    public var length: Int
    /// The session of the server that sends the packet; clients send 0.
    public var sessionID: UInt16
    /// Counts the packets of a message; nobody looks at it.
    public var packetID: UInt8

    public init(type: PacketType, status: PacketStatus, length: Int, sessionID: UInt16 = 0, packetID: UInt8 = 0) {
        self.type = type
        self.status = status
        self.length = length
        self.sessionID = sessionID
        self.packetID = packetID
    }

    /// The number of bytes of a header.
    public static let byteCount = 8
    /// The sizes of a packet that client and server may agree upon.
    public static let packetSizes = 512...32767
    /// The largest packet before they have agreed upon a size.
    public static let initialPacketSize = 4096

    /// The header in the first eight of `bytes`.
    /// - Throws: ``TDSWireError`` with code `truncated` where there are fewer bytes, `malformed` where the type is unknown or
    ///   the length is shorter than the header.
    public init(decoding bytes: [UInt8]) throws(TDSWireError) {
        var reader = ByteReader(bytes)
        try self.init(&reader)
    }

    init(_ reader: inout ByteReader) throws(TDSWireError) {
        let start = reader.position
        type = PacketType(rawValue: try reader.byte())
        status = PacketStatus(rawValue: try reader.byte())
        length = Int(try reader.bigEndian(UInt16.self))
        sessionID = try reader.bigEndian(UInt16.self)
        packetID = try reader.byte()
        _ = try reader.byte()
        guard type.isKnown else {
            throw TDSWireError(
                .malformed,
                "\(type) does not exist; the other side does not speak TDS, or an encrypted connection is read as a plain one",
                structure: "packet header",
                byteOffset: start
            )
        }
        guard length >= PacketHeader.byteCount else {
            throw TDSWireError(
                .malformed,
                "a packet of \(length) bytes is shorter than its header; close the connection",
                structure: "packet header",
                byteOffset: start
            )
        }
    }

    /// Appends the eight bytes. The length is written modulo 65536.
    public func encode(into bytes: inout [UInt8]) {
        bytes.append(type.rawValue)
        bytes.append(status.rawValue)
        bytes.append(bigEndian: UInt16(truncatingIfNeeded: length))
        bytes.append(bigEndian: sessionID)
        bytes.append(packetID)
        bytes.append(0)
    }
}
