/// What client and server say about encryption before the login.
///
/// Source: MS-TDS 2.2.6.5.
public struct Encryption: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Only the login is encrypted.
    public static let off = Encryption(rawValue: 0)
    /// Everything is encrypted.
    public static let on = Encryption(rawValue: 1)
    /// Nothing can be encrypted.
    public static let notSupported = Encryption(rawValue: 2)
    /// The server insists on ``on``.
    public static let required = Encryption(rawValue: 3)
}
