/// PRELOGIN: the first message of either side.
///
/// The options keep their order, and those that are not known their bytes.
///
/// Source: MS-TDS 2.2.6.5.
public struct Prelogin: Hashable, Sendable {
    public struct Option: Hashable, Sendable {
        public var token: Token
        public var data: [UInt8]

        public init(_ token: Token, _ data: [UInt8]) {
            self.token = token
            self.data = data
        }
    }

    public struct Token: RawRepresentable, Hashable, Sendable {
        public var rawValue: UInt8

        public init(rawValue: UInt8) { self.rawValue = rawValue }

        public static let version = Token(rawValue: 0)
        public static let encryption = Token(rawValue: 1)
        public static let instance = Token(rawValue: 2)
        public static let threadID = Token(rawValue: 3)
        public static let mars = Token(rawValue: 4)
        public static let traceID = Token(rawValue: 5)
        public static let federatedAuthentication = Token(rawValue: 6)
        public static let nonce = Token(rawValue: 7)
        static let terminator: UInt8 = 0xFF
    }

    /// The version of a driver or a server.
    public struct Version: Hashable, Sendable {
        public var major: UInt8
        public var minor: UInt8
        public var build: UInt16
        public var subbuild: UInt16

        public init(major: UInt8, minor: UInt8 = 0, build: UInt16 = 0, subbuild: UInt16 = 0) {
            self.major = major
            self.minor = minor
            self.build = build
            self.subbuild = subbuild
        }
    }

    public var options: [Option]

    public init(_ options: [Option]) { self.options = options }

    /// What a server answers.
    public init(serverVersion: Version, encryption: Encryption) {
        options = [
            Option(.version, serverVersion.bytes), Option(.encryption, [encryption.rawValue]), Option(.instance, [0]),
            Option(.threadID, []), Option(.mars, [0]),
        ]
    }

    /// The data of an option; `nil` where it is not there.
    public subscript(token: Token) -> [UInt8]? { options.first { $0.token == token }?.data }

    public var version: Version? { self[.version].flatMap(Version.init) }

    /// `nil` where nothing is said, which means the same as ``Encryption/notSupported``.
    public var encryption: Encryption? { byte(.encryption).map(Encryption.init) }

    /// The instance that the client wants, without the zero at its end. A server answers 0 where the name is its own.
    public var instance: [UInt8]? { self[.instance].map { Array($0.prefix { $0 != 0 }) } }

    /// The thread of the client, as the wire has it: little-endian.
    public var threadID: UInt32? {
        self[.threadID].flatMap { $0.count == 4 ? $0.reversed().reduce(0) { $0 << 8 | UInt32($1) } : nil }
    }

    /// Whether several requests may be open at a time.
    public var mars: Bool? { byte(.mars).map { $0 == 1 } }

    /// The connection's GUID, the activity's GUID and its sequence number: 36 bytes, of a client.
    public var traceID: [UInt8]? { self[.traceID] }

    public var federatedAuthenticationRequired: Bool? { byte(.federatedAuthentication).map { $0 == 1 } }

    /// 32 bytes.
    public var nonce: [UInt8]? { self[.nonce] }

    private func byte(_ token: Token) -> UInt8? { self[token].flatMap { $0.count == 1 ? $0[0] : nil } }
}

extension Prelogin.Version {
    init?(_ bytes: [UInt8]) {
        guard bytes.count == 6 else { return nil }
        self.init(
            major: bytes[0],
            minor: bytes[1],
            build: UInt16(bytes[2]) << 8 | UInt16(bytes[3]),
            subbuild: UInt16(bytes[4]) << 8 | UInt16(bytes[5])
        )
    }

    public var bytes: [UInt8] {
        var bytes = [major, minor]
        bytes.append(bigEndian: build)
        bytes.append(bigEndian: subbuild)
        return bytes
    }
}

extension Prelogin {
    /// The message with the given body.
    /// - Throws: ``TDSWireError`` with code `malformed` for an option outside of the message or one that is there twice,
    ///   `truncated` where the list of options has no end.
    public init(decoding body: [UInt8]) throws(TDSWireError) {
        do {
            options = try Prelogin.options(body)
        } catch {
            throw error.located(structure: "PRELOGIN")
        }
    }

    private static func options(_ body: [UInt8]) throws(TDSWireError) -> [Option] {
        var reader = ByteReader(body)
        var options: [Option] = []
        var total = 0
        while true {
            let start = reader.position
            let token = Token(rawValue: try reader.byte())
            if token.rawValue == Token.terminator { return options }
            let offset = Int(try reader.bigEndian(UInt16.self))
            let length = Int(try reader.bigEndian(UInt16.self))
            guard offset + length <= body.count else {
                throw .malformed("an option lies outside of its message", at: start)
            }
            guard !options.contains(where: { $0.token == token }) else {
                throw .malformed("option \(token.rawValue) is there twice", at: start)
            }
            // Options that overlap would make much out of little.
            total += length
            guard total <= body.count else { throw .malformed("options overlap", at: start) }
            options.append(Option(token, Array(body[offset..<offset + length])))
        }
    }

    /// The body of the message: the options in their order, the data in the same.
    /// - Throws: ``TDSWireError`` with code `invalidValue` where the options are longer than a message can say.
    public func encoded() throws(TDSWireError) -> [UInt8] {
        var head: [UInt8] = []
        var data: [UInt8] = []
        let dataStart = options.count * 5 + 1
        for option in options {
            guard let offset = UInt16(exactly: dataStart + data.count), let length = UInt16(exactly: option.data.count),
                option.token.rawValue != Token.terminator
            else {
                throw .invalidValue("the options of PRELOGIN are longer than 65535 bytes, or one has the number 255")
            }
            head.append(option.token.rawValue)
            head.append(bigEndian: offset)
            head.append(bigEndian: length)
            data += option.data
        }
        return head + [Token.terminator] + data
    }
}
