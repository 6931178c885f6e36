/// A password, which does not appear where values are printed.
public struct Password: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable
{
    /// The password itself.
    public var plainText: String

    public init(_ plainText: String) { self.plainText = plainText }

    public init(stringLiteral plainText: String) { self.init(plainText) }

    public var description: String { "<password>" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Password {
    /// Undoes what LOGIN7 does to a password so that it cannot be read at a glance. This protects nothing.
    ///
    /// Source: MS-TDS 2.2.6.4.
    init(obfuscated: ArraySlice<UInt8>) {
        let bytes = obfuscated.map { byte -> UInt8 in
            let mixed = byte ^ 0xA5
            return mixed << 4 | mixed >> 4
        }
        self.init(UTF16Bytes.text(of: bytes[...]))
    }

    var obfuscated: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(units: Array(plainText.utf16))
        return bytes.map { ($0 << 4 | $0 >> 4) ^ 0xA5 }
    }
}
