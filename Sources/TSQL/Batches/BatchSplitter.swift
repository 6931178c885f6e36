/// Splits a script into batches at the lines that hold nothing but `GO`, as sqlcmd and SSMS do.
///
/// `GO` is no Transact-SQL: the server never sees it. It may have a number (`GO 5` runs the batch five times) and a comment
/// after it. Inside a string, a quoted identifier or a block comment it is text. Batches of nothing but white space are left
/// out.
package struct BatchSplitter {
    private let bytes: [UInt8]
    private var offset = 0
    private var line = 1

    /// More repetitions than this are no `GO`.
    private static let maximumCount = Int(Int32.max)

    package static func batches(of script: String) -> [ScriptBatch] {
        var splitter = BatchSplitter(bytes: Array(script.utf8))
        return splitter.split()
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func split() -> [ScriptBatch] {
        var batches: [ScriptBatch] = []
        var start = 0
        var firstLine = 1
        var isLineStart = true
        func append(upTo end: Int, count: Int) {
            guard count > 0, bytes[start..<end].contains(where: { $0 > 0x20 }) else { return }
            let text = String(decoding: bytes[start..<end], as: UTF8.self)
            batches.append(ScriptBatch(text: text, firstLine: firstLine, count: count))
        }
        while offset < bytes.count {
            if isLineStart, let separator = separator() {
                append(upTo: offset, count: separator.count)
                offset = separator.end
                line += 1
                start = offset
                firstLine = line
                continue
            }
            isLineStart = skipPiece()
        }
        append(upTo: bytes.count, count: 1)
        return batches
    }

    /// Passes one character, or a whole string, identifier or comment; says whether a line begins after it.
    private mutating func skipPiece() -> Bool {
        let byte = bytes[offset]
        switch byte {
        case 0x0A:
            line += 1
            offset += 1
            return true
        case UInt8(ascii: "'"), UInt8(ascii: "\""): skipQuoted(by: byte)
        case UInt8(ascii: "["): skipQuoted(by: UInt8(ascii: "]"))
        case UInt8(ascii: "-") where at(offset + 1) == UInt8(ascii: "-"):
            while offset < bytes.count, bytes[offset] != 0x0A { offset += 1 }
        case UInt8(ascii: "/") where at(offset + 1) == UInt8(ascii: "*"): skipBlockComment()
        default: offset += 1
        }
        return false
    }

    private func at(_ index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }

    private mutating func skipQuoted(by closing: UInt8) {
        offset += 1
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            if byte == closing {
                guard at(offset) == closing, offset < bytes.count else { return }
                offset += 1
            } else if byte == 0x0A {
                line += 1
            }
        }
    }

    private mutating func skipBlockComment() {
        var depth = 0
        while offset < bytes.count {
            switch (bytes[offset], at(offset + 1)) {
            case (UInt8(ascii: "/"), UInt8(ascii: "*")):
                depth += 1
                offset += 2
            case (UInt8(ascii: "*"), UInt8(ascii: "/")):
                depth -= 1
                offset += 2
                if depth == 0 { return }
            case (0x0A, _):
                line += 1
                offset += 1
            default: offset += 1
            }
        }
    }

    /// The separator in the line that begins here: how often to run the batch, and where the next line begins.
    private func separator() -> (count: Int, end: Int)? {
        var index = skippingBlanks(offset)
        guard at(index) | 0x20 == UInt8(ascii: "g"), at(index + 1) | 0x20 == UInt8(ascii: "o") else { return nil }
        let afterWord = index + 2
        index = skippingBlanks(afterWord)
        var count = 1
        if index > afterWord, at(index) &- UInt8(ascii: "0") < 10 {
            count = 0
            while at(index) &- UInt8(ascii: "0") < 10 {
                count = count * 10 + Int(at(index) - UInt8(ascii: "0"))
                if count > Self.maximumCount { return nil }
                index += 1
            }
            index = skippingBlanks(index)
        }
        if at(index) == UInt8(ascii: "-"), at(index + 1) == UInt8(ascii: "-") {
            while index < bytes.count, bytes[index] != 0x0A { index += 1 }
        }
        if index >= bytes.count { return (count, bytes.count) }
        return bytes[index] == 0x0A ? (count, index + 1) : nil
    }

    private func skippingBlanks(_ start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x09 || bytes[index] == 0x0D { index += 1 }
        return index
    }
}
