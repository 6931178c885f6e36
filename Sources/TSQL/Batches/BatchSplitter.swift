/// Splits a script into batches at the lines that hold nothing but `GO`, as sqlcmd and SSMS do.
///
/// `GO` is no Transact-SQL: the server never sees it. It may have a number (`GO 5` runs the batch five times) and a comment
/// after it. Inside a string, a quoted identifier or a block comment it is text. Batches of nothing but white space are left
/// out.
package struct BatchSplitter {
    private var cursor: ScriptCursor

    /// More repetitions than this are no `GO`.
    private static let maximumCount = Int(Int32.max)

    package static func batches(of script: String) -> [ScriptBatch] {
        var splitter = BatchSplitter(bytes: Array(script.utf8))
        return splitter.split()
    }

    private init(bytes: [UInt8]) { cursor = ScriptCursor(bytes) }

    private mutating func split() -> [ScriptBatch] {
        let bytes = cursor.bytes
        var batches: [ScriptBatch] = []
        var start = 0
        var firstLine = 1
        var isLineStart = true
        func append(upTo end: Int, count: Int) {
            guard count > 0, bytes[start..<end].contains(where: { $0 > 0x20 }) else { return }
            let text = String(decoding: bytes[start..<end], as: UTF8.self)
            batches.append(ScriptBatch(text: text, firstLine: firstLine, count: count))
        }
        while cursor.offset < bytes.count {
            if isLineStart, let separator = separator() {
                append(upTo: cursor.offset, count: separator.count)
                cursor.offset = separator.end
                cursor.line += 1
                start = cursor.offset
                firstLine = cursor.line
                continue
            }
            isLineStart = skipPiece()
        }
        append(upTo: bytes.count, count: 1)
        return batches
    }

    /// Passes one character, or a whole string, identifier or comment; says whether a line begins after it.
    private mutating func skipPiece() -> Bool {
        let byte = cursor.bytes[cursor.offset]
        let next = at(cursor.offset + 1)
        if byte == UInt8(ascii: "-"), next == byte {
            cursor.skipLineComment()
        } else if byte == UInt8(ascii: "/"), next == UInt8(ascii: "*") {
            // Without its end it goes to the end of the script: that is for the server to refuse.
            _ = cursor.skipBlockComment()
        } else {
            cursor.offset += 1
            switch byte {
            case 0x0A:
                cursor.line += 1
                return true
            case UInt8(ascii: "'"), UInt8(ascii: "\""): _ = cursor.skipQuoted(by: byte)
            case UInt8(ascii: "["): _ = cursor.skipQuoted(by: UInt8(ascii: "]"))
            default: break
            }
        }
        return false
    }

    private func at(_ index: Int) -> UInt8 { cursor.at(index) }

    /// The separator in the line that begins here: how often to run the batch, and where the next line begins.
    private func separator() -> (count: Int, end: Int)? {
        let bytes = cursor.bytes
        var index = skippingBlanks(cursor.offset)
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
        while [0x20, 0x09, 0x0D].contains(at(index)) { index += 1 }
        return index
    }
}
