/// File paths as the log writes them: percent-encoded as in a URI, relative to the table's folder or absolute.
///
/// Source: Delta protocol, "Add File and Remove File"; RFC 2396.
public enum LogPath {
    /// Where a path of the log points.
    public enum Place: Hashable, Sendable {
        /// From the table's folder, decoded.
        case inTable(String)
        /// An absolute path or a URI, decoded.
        case absolute(String)
    }

    /// The file that a path of the log means.
    ///
    /// - Throws: ``DeltaError`` with code `corruptLog` where the path is not correctly encoded or leaves the table's folder.
    public static func resolve(_ path: String) throws(DeltaError) -> Place {
        guard let decoded = decode(path), !decoded.isEmpty else {
            throw DeltaError(
                .corruptLog,
                "'\(path.prefix(200))' is no file path: it is empty or wrongly percent-encoded"
            )
        }
        if path.utf8.first == UInt8(ascii: "/") || schemeLength(path) != nil { return .absolute(decoded) }
        if decoded.utf8.split(separator: UInt8(ascii: "/")).contains(where: { $0.elementsEqual("..".utf8) }) {
            throw DeltaError(.corruptLog, "the file path '\(path.prefix(200))' leaves the table's folder")
        }
        return .inTable(decoded)
    }

    /// Replaces `%20` and its like by the bytes they stand for; `nil` where that is not possible or the result is no UTF-8.
    public static func decode(_ path: String) -> String? {
        guard path.utf8.contains(UInt8(ascii: "%")) else { return path }
        let bytes = Array(path.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "%") else {
                result.append(bytes[index])
                index += 1
                continue
            }
            guard index + 2 < bytes.count, let high = hexadecimal(bytes[index + 1]),
                let low = hexadecimal(bytes[index + 2])
            else { return nil }
            result.append(high << 4 | low)
            index += 3
        }
        return String(validating: result, as: UTF8.self)
    }

    /// Writes a path relative to the table's folder the way the log wants it.
    ///
    /// Letters, digits, `/` and `-._~=!$&'()*+,;@` stay; everything else, `:` too so that no first part looks like a
    /// scheme, becomes `%` and two digits.
    public static func encode(_ path: String) -> String {
        if path.utf8.allSatisfy(isPlain) { return path }
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        result.reserveCapacity(path.utf8.count + 16)
        for byte in path.utf8 {
            if isPlain(byte) {
                result.append(byte)
            } else {
                result.append(UInt8(ascii: "%"))
                result.append(digits[Int(byte >> 4)])
                result.append(digits[Int(byte & 15)])
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// One spelling for all spellings of a place: decoded, and without the `file:` of local absolute paths.
    static func canonical(_ path: String) -> String {
        var isSimple = true
        for byte in path.utf8 where byte == UInt8(ascii: "%") || byte == UInt8(ascii: ":") {
            isSimple = false
            break
        }
        if isSimple && path.utf8.first != UInt8(ascii: "/") { return path }
        let decoded = decode(path) ?? path
        let rest: Substring
        if path.hasPrefix("file:") {
            rest = decoded.dropFirst(5)
        } else if path.utf8.first == UInt8(ascii: "/") {
            rest = decoded[...]
        } else {
            return decoded
        }
        return "/" + rest.drop { $0 == "/" }
    }

    // MARK: Pieces

    /// The length of `scheme` in `scheme:…`; `nil` where a path has none.
    private static func schemeLength(_ path: String) -> Int? {
        var length = 0
        for byte in path.utf8 {
            if byte == UInt8(ascii: ":") { return length > 0 ? length : nil }
            let isLetter = (byte | 0x20) &- UInt8(ascii: "a") < 26
            let isInner = byte &- UInt8(ascii: "0") < 10 || "+-.".utf8.contains(byte)
            guard isLetter || (length > 0 && isInner) else { return nil }
            length += 1
        }
        return nil
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10
            || "/-._~=!$&'()*+,;@".utf8.contains(byte)
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
