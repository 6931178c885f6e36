/// A character set of SQL Server's `char`, `varchar` and `text`: a Windows or DOS code page, or UTF-8.
///
/// The single-byte code pages and UTF-8 are converted. The double-byte ones (932, 936, 949, 950) are known by name and
/// refused.
public struct CodePage: Hashable, Sendable, CustomStringConvertible {
    /// The number that Microsoft gave the code page, such as 1252.
    public var identifier: UInt16

    public init(_ identifier: UInt16) { self.identifier = identifier }

    public static let utf8 = CodePage(65001)
    public static let windows1252 = CodePage(1252)

    public var description: String {
        switch identifier {
        case 874: "code page 874 (Thai)"
        case 932: "code page 932 (Japanese, Shift JIS)"
        case 936: "code page 936 (Simplified Chinese, GBK)"
        case 949: "code page 949 (Korean)"
        case 950: "code page 950 (Traditional Chinese, Big5)"
        case 65001: "UTF-8"
        default: "code page \(identifier)"
        }
    }

    /// Whether ``decode(_:)`` and ``encode(_:)`` know the code page.
    public var isSupported: Bool { self == .utf8 || CodePageTables.upperHalf(identifier) != nil }

    /// The text of bytes. Bytes that are not UTF-8 are repaired; in the other code pages each byte is a character.
    /// - Throws: ``TDSWireError`` with code `unsupported` for a code page that is not converted.
    public func decode(_ bytes: [UInt8]) throws(TDSWireError) -> String {
        if self == .utf8 { return String(decoding: bytes, as: UTF8.self) }
        let upperHalf = try table()
        // Most text is ASCII.
        if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
        let units = bytes.map { $0 < 0x80 ? UInt16($0) : upperHalf[Int($0) - 0x80] }
        return String(decoding: units, as: UTF16.self)
    }

    /// The bytes of a text. A character that the code page does not have becomes a question mark, as SQL Server has it.
    /// - Throws: ``TDSWireError`` with code `unsupported` for a code page that is not converted.
    public func encode(_ text: String) throws(TDSWireError) -> [UInt8] {
        if self == .utf8 { return Array(text.utf8) }
        _ = try table()
        let bytes = CodePageTables.reverse(identifier)
        return text.unicodeScalars.map { scalar in
            if scalar.isASCII { return UInt8(truncatingIfNeeded: scalar.value) }
            return UInt16(exactly: scalar.value).flatMap { bytes[$0] } ?? UInt8(ascii: "?")
        }
    }

    private func table() throws(TDSWireError) -> [UInt16] {
        guard let table = CodePageTables.upperHalf(identifier) else {
            throw .unsupported("text in \(self) is not converted; read the column as nvarchar, or its bytes")
        }
        return table
    }
}
