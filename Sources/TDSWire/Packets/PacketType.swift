/// What a message is, as the first byte of each of its packets says.
///
/// Source: MS-TDS 2.2.3.1.1.
public struct PacketType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public var rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// SQL text; see ``SQLBatchRequest``.
    public static let sqlBatch = PacketType(rawValue: 0x01)
    /// Calls of procedures; see ``RPCRequest``.
    public static let rpc = PacketType(rawValue: 0x03)
    /// Everything a server sends once the connection has begun; see ``TokenReader``. Also the reply to PRELOGIN.
    public static let reply = PacketType(rawValue: 0x04)
    /// The request to abandon what is being done. It has no body.
    public static let attention = PacketType(rawValue: 0x06)
    /// Columns and rows to be inserted; see ``TokenReader/Kind``.
    public static let bulkLoad = PacketType(rawValue: 0x07)
    /// A token of federated authentication.
    public static let federatedAuthentication = PacketType(rawValue: 0x08)
    /// See ``TransactionManagerRequest``.
    public static let transactionManager = PacketType(rawValue: 0x0E)
    /// See ``Login``.
    public static let login = PacketType(rawValue: 0x10)
    /// A message of integrated authentication.
    public static let sspi = PacketType(rawValue: 0x11)
    /// See ``Prelogin``. TLS handshakes travel in packets of this type, too.
    public static let prelogin = PacketType(rawValue: 0x12)

    /// Whether MS-TDS knows the type.
    public var isKnown: Bool {
        switch rawValue {
        case 0x01...0x04, 0x06...0x08, 0x0E, 0x10...0x12: true
        default: false
        }
    }

    public var description: String {
        switch self {
        case .sqlBatch: "SQLBatch"
        case .rpc: "RPC"
        case .reply: "reply"
        case .attention: "attention"
        case .bulkLoad: "BulkLoad"
        case .federatedAuthentication: "FEDAUTH"
        case .transactionManager: "TransactionManager"
        case .login: "LOGIN7"
        case .sspi: "SSPI"
        case .prelogin: "PRELOGIN"
        default: "packet type \(rawValue)"
        }
    }
}
