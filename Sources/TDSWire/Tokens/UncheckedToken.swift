/// A token whose content is carried along and not looked at.
public struct UncheckedToken: Hashable, Sendable {
    /// The first byte of the token.
    public var code: UInt8
    /// What follows the length.
    public var content: [UInt8]

    init(code: UInt8, content: [UInt8]) {
        self.code = code
        self.content = content
    }

    /// Whether the length has four bytes in place of two.
    static func hasWideLength(_ code: UInt8) -> Bool {
        code == TokenCode.sessionState || code == TokenCode.federatedAuthentication
    }

    init(code: UInt8, _ reader: inout ByteReader) throws(TDSWireError) {
        let length =
            UncheckedToken.hasWideLength(code)
            ? Int(try reader.number(UInt32.self)) : Int(try reader.number(UInt16.self))
        self.init(code: code, content: try reader.take(length))
    }

    func encode(into bytes: inout [UInt8]) throws(TDSWireError) {
        bytes.append(code)
        if UncheckedToken.hasWideLength(code) {
            bytes.append(number: UInt32(truncatingIfNeeded: content.count))
            bytes.append(contentsOf: content)
        } else {
            let start = bytes.beginMeasured()
            bytes.append(contentsOf: content)
            try bytes.endMeasured(start, "a token")
        }
    }
}
