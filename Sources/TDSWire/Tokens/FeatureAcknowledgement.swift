/// FEATUREEXTACK: the features of the login that the server grants.
///
/// Source: MS-TDS 2.2.7.11.
public struct FeatureAcknowledgement: Hashable, Sendable {
    public var features: [LoginFeature]

    public init(_ features: [LoginFeature]) { self.features = features }

    /// UTF-8 collations are sent as such.
    public static let utf8Support = LoginFeature(.utf8Support, [1])

    init(_ reader: inout ByteReader) throws(TDSWireError) { features = try LoginFeature.list(&reader) }

    func encode(into bytes: inout [UInt8]) throws(TDSWireError) {
        bytes.append(TokenCode.featureAcknowledgement)
        try LoginFeature.encode(features, into: &bytes)
    }
}
