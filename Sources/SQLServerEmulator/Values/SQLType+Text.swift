/// How a type keeps texts: code page, length, padding.
extension SQLType {
    /// Whether texts are kept in code page 1252.
    var hasCodePage: Bool { !isWide && collation?.isUTF8 != true }

    /// The bytes that SQL Server stores for a text: UTF-16, least significant byte first, UTF-8, or the code page.
    package func storageBytes(_ text: [UInt8]) -> [UInt8] {
        if isWide {
            return WideText.units(text).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        }
        if !hasCodePage || text.allSatisfy({ $0 < 0x80 }) { return text }
        return WideText.units(text).map { CodePage1252.byte($0) ?? UInt8(ascii: "?") }
    }

    /// The text of stored bytes; an odd last byte of UTF-16 is completed by a zero.
    package func text(storageBytes bytes: [UInt8]) -> [UInt8] {
        if isWide {
            var units: [UInt16] = []
            units.reserveCapacity(bytes.count / 2 + 1)
            for index in stride(from: 0, to: bytes.count, by: 2) {
                units.append(UInt16(bytes[index]) | (index + 1 < bytes.count ? UInt16(bytes[index + 1]) << 8 : 0))
            }
            return WideText.bytes(units)
        }
        if bytes.allSatisfy({ $0 < 0x80 }) { return bytes }
        if !hasCodePage { return WideText.bytes(WideText.units(bytes)) }
        return WideText.bytes(bytes.map(CodePage1252.unit))
    }

    /// The text as a value of this type can hold it: in its code page, cut to its length, padded where it is fixed.
    ///
    /// `loses` says whether more than spaces was cut.
    func fit(_ text: [UInt8]) -> (text: [UInt8], loses: Bool) {
        let isASCII = text.allSatisfy { $0 < 0x80 }
        guard let limit = length?.units else {
            return (isASCII || !hasCodePage ? text : self.text(storageBytes: storageBytes(text)), false)
        }
        var (result, rest): ([UInt8], [UInt8])
        let count: Int
        if isASCII || (!isWide && !hasCodePage) {
            var end = min(text.count, limit)
            // UTF-8 is cut between characters.
            while end > 0, end < text.count, text[end] & 0xC0 == 0x80 { end -= 1 }
            (result, rest) = (Array(text[..<end]), Array(text[end...]))
            count = end
        } else {
            var units = WideText.units(text)
            if hasCodePage { units = units.map { CodePage1252.byte($0) == nil ? 0x3F : $0 } }
            var end = min(units.count, limit)
            if collation?.isSupplementaryAware == true, end > 0, end < units.count, 0xD800..<0xDC00 ~= units[end - 1],
                0xDC00..<0xE000 ~= units[end]
            {
                end -= 1
            }
            (result, rest) = (WideText.bytes(units[..<end]), WideText.bytes(units[end...]))
            count = end
        }
        switch self {
        case .char, .nchar: result += [UInt8](repeating: 0x20, count: max(limit - count, 0))
        default: break
        }
        return (result, rest.contains { $0 != 0x20 })
    }

    /// The text as a value of this type.
    func fitted(_ text: [UInt8]) -> SQLValue { .text(fit(text).text) }

    /// The bytes as a value of this binary type: cut to its length, padded with zeros where it is fixed.
    func fit(binary bytes: [UInt8]) -> (bytes: [UInt8], loses: Bool) {
        guard let limit = length?.units else { return (bytes, false) }
        var result = Array(bytes.prefix(limit))
        switch self {
        case .binary, .rowversion: result += [UInt8](repeating: 0, count: max(limit - result.count, 0))
        default: break
        }
        return (result, bytes.dropFirst(limit).contains { $0 != 0 })
    }
}
