/// Texts, converted to what their column has.
extension [UInt8] {
    mutating func append(text: String, _ form: ValueForm) throws(TDSWireError) {
        var text = text
        switch form.kind {
        case .char:
            let codePage = try form.collation.requireCodePage()
            try append(content: try codePage.encode(text), form)
        case .nchar:
            // Most text is ASCII, whose bytes are widened without a look at what they mean.
            let units = text.withUTF8 { utf8 -> [UInt16]? in
                utf8.allSatisfy { $0 < 0x80 } ? utf8.map { UInt16($0) } : nil
            }
            try append(units: units ?? Swift.Array(text.utf16), form)
        case .xml:
            var content: [UInt8] = [0xFF, 0xFE]
            content.append(units: Swift.Array(text.utf16))
            try append(content: content, form)
        default: throw form.mismatch(with: .nchar)
        }
    }
}
