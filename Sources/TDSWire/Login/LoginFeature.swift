/// A feature that a client asks for, or that a server grants, with data whose meaning is the feature's own.
///
/// Source: MS-TDS 2.2.6.4, FeatureExt, and 2.2.7.11.
public struct LoginFeature: Hashable, Sendable {
    public struct Identifier: RawRepresentable, Hashable, Sendable {
        public var rawValue: UInt8

        public init(rawValue: UInt8) { self.rawValue = rawValue }

        public static let sessionRecovery = Identifier(rawValue: 0x01)
        public static let federatedAuthentication = Identifier(rawValue: 0x02)
        public static let columnEncryption = Identifier(rawValue: 0x04)
        public static let globalTransactions = Identifier(rawValue: 0x05)
        public static let azureSQLSupport = Identifier(rawValue: 0x08)
        public static let dataClassification = Identifier(rawValue: 0x09)
        public static let utf8Support = Identifier(rawValue: 0x0A)
        public static let azureSQLDNSCaching = Identifier(rawValue: 0x0B)
        public static let json = Identifier(rawValue: 0x0D)
        public static let vector = Identifier(rawValue: 0x0E)
        public static let userAgent = Identifier(rawValue: 0x10)
        static let end: UInt8 = 0xFF
    }

    public var identifier: Identifier
    public var data: [UInt8]

    public init(_ identifier: Identifier, _ data: [UInt8]) {
        self.identifier = identifier
        self.data = data
    }

    /// The most bytes of the data of all features of a login, far more than any has.
    private static let maximumBytes = 1 << 20

    /// Reads features up to the byte that ends them.
    static func list(_ reader: inout ByteReader) throws(TDSWireError) -> [LoginFeature] {
        var features: [LoginFeature] = []
        var total = 0
        while true {
            let start = reader.position
            let identifier = try reader.byte()
            if identifier == Identifier.end { return features }
            // Each is there once, and there are fewer than 255.
            guard features.count < 255 else {
                throw .malformed("there are more features than numbers for them", at: start)
            }
            let length = Int(try reader.number(UInt32.self))
            total += length
            guard total <= maximumBytes else {
                throw TDSWireError(
                    .tooLarge,
                    "the features of a login have more than a megabyte of data",
                    byteOffset: start
                )
            }
            features.append(LoginFeature(Identifier(rawValue: identifier), try reader.take(length)))
        }
    }

    static func encode(_ features: [LoginFeature], into bytes: inout [UInt8]) throws(TDSWireError) {
        for feature in features {
            guard feature.identifier.rawValue != Identifier.end else {
                throw .invalidValue("a feature has the number that ends the list of features")
            }
            bytes.append(feature.identifier.rawValue)
            bytes.append(number: UInt32(truncatingIfNeeded: feature.data.count))
            bytes.append(contentsOf: feature.data)
        }
        bytes.append(Identifier.end)
    }
}
