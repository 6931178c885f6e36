/// ENVCHANGE: something about the session is different from now on.
///
/// Source: MS-TDS 2.2.7.9.
public struct EnvironmentChange: Hashable, Sendable {
    public struct Kind: RawRepresentable, Hashable, Sendable {
        public var rawValue: UInt8

        public init(rawValue: UInt8) { self.rawValue = rawValue }

        public static let database = Kind(rawValue: 1)
        public static let language = Kind(rawValue: 2)
        public static let characterSet = Kind(rawValue: 3)
        public static let packetSize = Kind(rawValue: 4)
        public static let unicodeLocale = Kind(rawValue: 5)
        public static let unicodeComparison = Kind(rawValue: 6)
        public static let collation = Kind(rawValue: 7)
        public static let beginTransaction = Kind(rawValue: 8)
        public static let commitTransaction = Kind(rawValue: 9)
        public static let rollbackTransaction = Kind(rawValue: 10)
        public static let enlistTransaction = Kind(rawValue: 11)
        public static let defectTransaction = Kind(rawValue: 12)
        public static let mirroringPartner = Kind(rawValue: 13)
        public static let promoteTransaction = Kind(rawValue: 15)
        public static let transactionManagerAddress = Kind(rawValue: 16)
        public static let transactionEnded = Kind(rawValue: 17)
        public static let resetAcknowledgement = Kind(rawValue: 18)
        public static let userInstance = Kind(rawValue: 19)
        public static let routing = Kind(rawValue: 20)
    }

    public enum Content: Hashable, Sendable {
        case text(new: String, old: String)
        case bytes(new: [UInt8], old: [UInt8])
        /// Log in again, at another server.
        case routing(Routing)
        /// Of a kind that this module does not know, or whose new value may be longer than 255 bytes.
        case unchecked([UInt8])
    }

    /// Where a client is to log in.
    public struct Routing: Hashable, Sendable {
        public var server: String
        public var port: UInt16

        public init(server: String, port: UInt16) {
            self.server = server
            self.port = port
        }
    }

    public var kind: Kind
    public var content: Content

    public init(_ kind: Kind, _ content: Content) {
        self.kind = kind
        self.content = content
    }
}

extension EnvironmentChange {
    public static func database(_ new: String, was old: String) -> EnvironmentChange {
        .init(.database, .text(new: new, old: old))
    }

    public static func language(_ new: String, was old: String = "") -> EnvironmentChange {
        .init(.language, .text(new: new, old: old))
    }

    public static func packetSize(_ new: Int, was old: Int = PacketHeader.initialPacketSize) -> EnvironmentChange {
        .init(.packetSize, .text(new: String(new), old: String(old)))
    }

    public static func collation(_ new: Collation, was old: Collation? = nil) -> EnvironmentChange {
        .init(.collation, .bytes(new: new.bytes, old: old?.bytes ?? []))
    }

    public static func beginTransaction(_ descriptor: UInt64) -> EnvironmentChange {
        .init(.beginTransaction, .bytes(new: bytes(descriptor), old: []))
    }

    public static func commitTransaction(_ descriptor: UInt64) -> EnvironmentChange {
        .init(.commitTransaction, .bytes(new: [], old: bytes(descriptor)))
    }

    public static func rollbackTransaction(_ descriptor: UInt64) -> EnvironmentChange {
        .init(.rollbackTransaction, .bytes(new: [], old: bytes(descriptor)))
    }

    /// The answer to a message that asked for a reset.
    public static let resetAcknowledgement = EnvironmentChange(.resetAcknowledgement, .bytes(new: [], old: []))

    public static func routing(to server: String, port: UInt16) -> EnvironmentChange {
        .init(.routing, .routing(Routing(server: server, port: port)))
    }

    /// The transaction that began or ended: the new value of a beginning, the old one of an end.
    public var transactionDescriptor: UInt64? {
        guard case .bytes(let new, let old) = content, (8...12).contains(kind.rawValue) || kind == .transactionEnded
        else {
            return nil
        }
        let bytes = new.isEmpty ? old : new
        return bytes.count == 8 ? bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } : nil
    }

    private static func bytes(_ descriptor: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(number: descriptor)
        return bytes
    }
}

extension EnvironmentChange {
    init(_ reader: inout ByteReader) throws(TDSWireError) {
        var content = try reader.part(Int(try reader.number(UInt16.self)))
        kind = Kind(rawValue: try content.byte())
        switch kind {
        case .database, .language, .characterSet, .packetSize, .unicodeLocale, .unicodeComparison, .mirroringPartner,
            .userInstance:
            let new = try content.shortText()
            self.content = .text(new: new, old: try content.shortText())
        case .collation, .beginTransaction, .commitTransaction, .rollbackTransaction, .enlistTransaction,
            .defectTransaction, .transactionEnded, .resetAcknowledgement:
            let new = try content.take(Int(try content.byte()))
            self.content = .bytes(new: new, old: try content.take(Int(try content.byte())))
        case .routing: self.content = .routing(try EnvironmentChange.routing(&content))
        default: self.content = .unchecked(content.rest())
        }
        try content.expectEnd(of: "ENVCHANGE")
    }

    private static func routing(_ content: inout ByteReader) throws(TDSWireError) -> Routing {
        let start = content.position
        var new = try content.part(Int(try content.number(UInt16.self)))
        guard try new.byte() == 0 else { throw .malformed("a client is routed by something else than TCP", at: start) }
        let port = try new.number(UInt16.self)
        let routing = Routing(server: try new.longText(), port: port)
        try new.expectEnd(of: "routing")
        guard try content.number(UInt16.self) == 0 else { throw .malformed("a routing has an old value", at: start) }
        return routing
    }

    func encode(into bytes: inout [UInt8]) throws(TDSWireError) {
        bytes.append(TokenCode.environmentChange)
        let start = bytes.beginMeasured()
        bytes.append(kind.rawValue)
        switch content {
        case .text(let new, let old):
            try bytes.append(shortText: new, "the new value of ENVCHANGE")
            try bytes.append(shortText: old, "the old value of ENVCHANGE")
        case .bytes(let new, let old):
            try bytes.append(shortBytes: new, "the new value of ENVCHANGE")
            try bytes.append(shortBytes: old, "the old value of ENVCHANGE")
        case .routing(let routing):
            let routingStart = bytes.beginMeasured()
            bytes.append(0)
            bytes.append(number: routing.port)
            try bytes.append(longText: routing.server, "the server of a routing")
            try bytes.endMeasured(routingStart, "a routing")
            bytes.append(number: UInt16(0))
        case .unchecked(let content): bytes.append(contentsOf: content)
        }
        try bytes.endMeasured(start, "ENVCHANGE")
    }
}
