/// A place in a script, and the ways past what no one looks into: strings, quoted identifiers and comments.
struct ScriptCursor {
    let bytes: [UInt8]
    var offset = 0
    /// Counted from 1.
    var line = 1

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The byte at `index`, 0 beyond the end.
    func at(_ index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }

    /// To the end of the line.
    mutating func skipLineComment() {
        while offset < bytes.count, bytes[offset] != 0x0A { offset += 1 }
    }

    /// Block comments nest.
    ///
    /// - Returns: Whether it has an end.
    mutating func skipBlockComment() -> Bool {
        var depth = 0
        while offset < bytes.count {
            switch (bytes[offset], at(offset + 1)) {
            case (UInt8(ascii: "/"), UInt8(ascii: "*")):
                depth += 1
                offset += 2
            case (UInt8(ascii: "*"), UInt8(ascii: "/")):
                depth -= 1
                offset += 2
                if depth == 0 { return true }
            case (0x0A, _):
                line += 1
                offset += 1
            default: offset += 1
            }
        }
        return false
    }

    /// From within a string or a quoted identifier to behind its end, which is a single `closing`; two of them stand for one.
    ///
    /// - Returns: Whether it has an end.
    mutating func skipQuoted(by closing: UInt8) -> Bool {
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            if byte == closing {
                guard offset < bytes.count, bytes[offset] == closing else { return true }
                offset += 1
            } else if byte == 0x0A {
                line += 1
            }
        }
        return false
    }
}
