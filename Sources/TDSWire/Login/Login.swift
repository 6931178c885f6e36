/// LOGIN7: who the client is and what it wants.
///
/// Source: MS-TDS 2.2.6.4.
public struct Login: Hashable, Sendable {
    public var version = TDSVersion.v7_4
    /// The packet size that the client would like; 0 is the server's default.
    public var packetSize: UInt32 = 4096
    /// The version of the driver.
    public var clientVersion: UInt32 = 0
    public var processID: UInt32 = 0
    public var connectionID: UInt32 = 0
    public var flags1 = Flags1.standard
    public var flags2: Flags2 = []
    public var typeFlags: TypeFlags = []
    public var flags3: Flags3 = []
    /// Minutes from UTC, of no use.
    public var timeZone: Int32 = 0
    /// The locale of the client.
    public var lcid: UInt32 = 0x0409
    /// The name of the client's host.
    public var host = ""
    public var user = ""
    public var password: Password = ""
    public var application = ""
    /// The server as the client calls it.
    public var server = ""
    /// The name of the driver.
    public var library = ""
    public var language = ""
    public var database = ""
    /// Six bytes that tell clients apart: as a rule the address of the network card.
    public var clientID = [UInt8](repeating: 0, count: 6)
    /// The first message of integrated authentication.
    public var sspi: [UInt8] = []
    public var attachedDatabaseFile = ""
    /// A password to be set in place of ``password``.
    public var newPassword: Password = ""
    /// The features that the client asks for; `nil` where it sends no list of them.
    public var features: [LoginFeature]?

    public init() {}

    public struct Flags1: OptionSet, Hashable, Sendable {
        public var rawValue: UInt8

        public init(rawValue: UInt8) { self.rawValue = rawValue }

        public static let bigEndian = Flags1(rawValue: 0x01)
        public static let ebcdic = Flags1(rawValue: 0x02)
        public static let dumpLoadOff = Flags1(rawValue: 0x10)
        public static let useDatabaseNotify = Flags1(rawValue: 0x20)
        /// A database that does not exist is an error.
        public static let databaseFatal = Flags1(rawValue: 0x40)
        public static let languageNotify = Flags1(rawValue: 0x80)
        /// What all drivers send.
        public static let standard: Flags1 = [.useDatabaseNotify, .databaseFatal, .languageNotify]
    }

    public struct Flags2: OptionSet, Hashable, Sendable {
        public var rawValue: UInt8

        public init(rawValue: UInt8) { self.rawValue = rawValue }

        public static let languageFatal = Flags2(rawValue: 0x01)
        /// The session begins with the settings of ODBC: ANSI_NULLS and its like are on.
        public static let odbc = Flags2(rawValue: 0x02)
        public static let integratedSecurity = Flags2(rawValue: 0x80)
    }

    public struct TypeFlags: OptionSet, Hashable, Sendable {
        public var rawValue: UInt8

        public init(rawValue: UInt8) { self.rawValue = rawValue }

        public static let readOnlyIntent = TypeFlags(rawValue: 0x20)
    }

    public struct Flags3: OptionSet, Hashable, Sendable {
        public var rawValue: UInt8

        public init(rawValue: UInt8) { self.rawValue = rawValue }

        public static let changePassword = Flags3(rawValue: 0x01)
        public static let sendYukonBinaryXML = Flags3(rawValue: 0x02)
        public static let userInstance = Flags3(rawValue: 0x04)
        /// The client understands collations that it does not know.
        public static let unknownCollationHandling = Flags3(rawValue: 0x08)
        /// Set by the encoder where there are ``Login/features``.
        public static let features = Flags3(rawValue: 0x10)
    }
}
