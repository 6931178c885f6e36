/// A version of the protocol.
///
/// Source: MS-TDS 2.2.6.4, TDSVersion, and 2.2.7.14.
public struct TDSVersion: RawRepresentable, Hashable, Sendable, Comparable {
    /// As LOGIN7 has it, little-endian, and LOGINACK, big-endian: 0x74000004 is 7.4.
    public var rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let v7_1 = TDSVersion(rawValue: 0x7100_0001)
    public static let v7_2 = TDSVersion(rawValue: 0x7209_0002)
    public static let v7_3A = TDSVersion(rawValue: 0x730A_0003)
    public static let v7_3B = TDSVersion(rawValue: 0x730B_0003)
    public static let v7_4 = TDSVersion(rawValue: 0x7400_0004)

    public static func < (a: TDSVersion, b: TDSVersion) -> Bool { a.rawValue < b.rawValue }
}
