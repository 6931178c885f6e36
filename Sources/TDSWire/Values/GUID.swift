/// A `uniqueidentifier`, in the order of bytes that it has on the wire: the first three groups of its text are turned around.
public struct GUID: Hashable, Sendable, CustomStringConvertible {
    /// The first and the last eight bytes, each as a little-endian number.
    var low: UInt64
    var high: UInt64

    /// A GUID from its 16 bytes as they are on the wire; `nil` where there are more or fewer.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        low = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        high = bytes.suffix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// A GUID from text such as `6F9619FF-8B86-D011-B42D-00C04FC964FF`; `nil` where it is none.
    public init?(_ text: String) {
        let digits = text.replacing("-", with: "")
        guard text.utf8.count == 36, digits.utf8.count == 32, digits.allSatisfy(\.isHexDigit) else { return nil }
        let nibbles = digits.compactMap { $0.hexDigitValue.map { UInt8($0) } }
        let bytes = stride(from: 0, to: 32, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] }
        self.init(GUID.order.map { bytes[$0] })
    }

    init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// The 16 bytes as they are on the wire.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(number: low)
        bytes.append(number: high)
        return bytes
    }

    public var description: String {
        let bytes = bytes
        var text = ""
        for (index, place) in GUID.order.enumerated() {
            if [4, 6, 8, 10].contains(index) { text += "-" }
            let digits = String(bytes[place], radix: 16, uppercase: true)
            text += digits.count == 1 ? "0" + digits : digits
        }
        return text
    }

    /// Which byte of the wire stands at which place of the text; the same the other way.
    private static let order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
}
