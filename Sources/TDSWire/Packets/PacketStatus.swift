/// The second byte of a packet.
///
/// Source: MS-TDS 2.2.3.1.2.
public struct PacketStatus: OptionSet, Hashable, Sendable {
    public var rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The last packet of its message.
    public static let endOfMessage = PacketStatus(rawValue: 0x01)
    /// The client abandons the message that it was sending; only together with ``endOfMessage``.
    public static let ignore = PacketStatus(rawValue: 0x02)
    /// Before this message is carried out, the session is to be as after login.
    public static let resetConnection = PacketStatus(rawValue: 0x08)
    /// As ``resetConnection``, but a transaction goes on.
    public static let resetConnectionKeepingTransaction = PacketStatus(rawValue: 0x10)
}
