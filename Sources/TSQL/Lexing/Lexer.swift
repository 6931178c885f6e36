/// Cuts a text into tokens, one at a time and each byte once.
///
/// What cannot be cut (a string without its end, an identifier too long) ends the tokens early and stands in ``failure``: a
/// mistake of grammar before it is reported first, as SQL Server does.
struct Lexer {
    private var cursor: ScriptCursor
    /// Whether `"a"` is an identifier; a string otherwise.
    var isQuotedIdentifierOn: Bool
    /// Why the tokens ended before the text did.
    private(set) var failure: TSQLError?

    /// Identifiers longer than this many UTF-16 code units are refused.
    static let maximumIdentifierLength = 128

    /// White space at the beginning of many files, and nothing elsewhere.
    private static let byteOrderMark: Unicode.Scalar = "\u{FEFF}"

    init(_ bytes: [UInt8], isQuotedIdentifierOn: Bool) {
        cursor = ScriptCursor(bytes)
        self.isQuotedIdentifierOn = isQuotedIdentifierOn
    }

    /// Goes back to the beginning of `token`, to cut what follows under another setting.
    mutating func rewind(to token: Token) {
        offset = token.range.lowerBound
        line = token.line
        failure = nil
    }

    mutating func next() -> Token {
        if failure == nil { skipSpaceAndComments() }
        guard failure == nil, offset < bytes.count else { return endToken() }
        let byte = bytes[offset]
        switch byte {
        case UInt8(ascii: "'"): return quoted(.string, from: offset, by: byte)
        case UInt8(ascii: "\""):
            return quoted(isQuotedIdentifierOn ? .quotedIdentifier : .string, from: offset, by: byte)
        case UInt8(ascii: "["): return quoted(.quotedIdentifier, from: offset, by: UInt8(ascii: "]"))
        case UInt8(ascii: "N"), UInt8(ascii: "n"):
            if at(offset + 1) == UInt8(ascii: "'") {
                return quoted(.nationalString, from: offset, by: UInt8(ascii: "'"))
            }
            return word()
        case UInt8(ascii: "@"): return name(.variable)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
        case UInt8(ascii: "$"): return dollar()
        case UInt8(ascii: "."): return isDigit(at(offset + 1)) ? number() : symbol(.dot, 1)
        default:
            if identifierLength(at: offset, isStart: true) > 0 { return word() }
            if let length = currencyLength(at: offset) { return money(signLength: length) }
            return operatorSign(byte)
        }
    }

    // MARK: Bytes

    private var bytes: [UInt8] { cursor.bytes }
    private var offset: Int {
        get { cursor.offset }
        set { cursor.offset = newValue }
    }
    private var line: Int {
        get { cursor.line }
        set { cursor.line = newValue }
    }
    private func at(_ index: Int) -> UInt8 { cursor.at(index) }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    private func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") < 6
    }

    /// The character beyond ASCII at `index`, and its length in bytes.
    private func scalar(at index: Int) -> (scalar: Unicode.Scalar, length: Int) {
        var decoder = UTF8()
        var rest = bytes[index..<min(index + 4, bytes.count)].makeIterator()
        if case .scalarValue(let scalar) = decoder.decode(&rest) {
            return (scalar, UTF8.width(scalar))
        }
        return ("\u{FFFD}", 1)
    }

    /// The length of the character at `index` if it can stand in an identifier, 0 otherwise.
    private func identifierLength(at index: Int, isStart: Bool) -> Int {
        let byte = at(index)
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "_"), UInt8(ascii: "#"):
            return 1
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "@"), UInt8(ascii: "$"):
            return isStart ? 0 : 1
        case 0x80...:
            let (scalar, length) = scalar(at: index)
            let properties = scalar.properties
            if properties.isAlphabetic { return length }
            if scalar == Self.byteOrderMark { return 0 }
            switch properties.generalCategory {
            case .decimalNumber, .nonspacingMark, .spacingMark, .connectorPunctuation, .format:
                return isStart ? 0 : length
            default: return 0
            }
        default: return 0
        }
    }

    private func currencyLength(at index: Int) -> Int? {
        guard at(index) >= 0x80 else { return nil }
        let (scalar, length) = scalar(at: index)
        return scalar.properties.generalCategory == .currencySymbol ? length : nil
    }

    // MARK: Space

    private mutating func skipSpaceAndComments() {
        while offset < bytes.count {
            let byte = bytes[offset]
            switch byte {
            case 0x0A:
                line += 1
                offset += 1
            case 0...0x20: offset += 1
            case UInt8(ascii: "-") where at(offset + 1) == UInt8(ascii: "-"):
                cursor.skipLineComment()
            case UInt8(ascii: "/") where at(offset + 1) == UInt8(ascii: "*"):
                let startLine = line
                guard cursor.skipBlockComment() else {
                    failure = .missingEndComment(line: startLine)
                    return
                }
            case 0x80...:
                let (scalar, length) = scalar(at: offset)
                guard scalar.properties.isWhitespace || scalar == Self.byteOrderMark else { return }
                offset += length
            default: return
            }
        }
    }

    // MARK: Tokens

    private func endToken() -> Token {
        Token(kind: .end, range: bytes.count..<bytes.count, line: line)
    }

    private mutating func token(_ kind: Token.Kind, to end: Int) -> Token {
        defer { offset = end }
        return Token(kind: kind, range: offset..<end, line: line)
    }

    private mutating func symbol(_ symbol: Symbol, _ length: Int) -> Token {
        var token = token(.symbol, to: offset + length)
        token.symbol = symbol
        return token
    }

    private mutating func fail(_ error: TSQLError) -> Token {
        failure = error
        return endToken()
    }

    /// A token whose end is a single `closing`; two of them stand for one within.
    private mutating func quoted(_ kind: Token.Kind, from start: Int, by closing: UInt8) -> Token {
        let startLine = line
        let contentStart = start + (kind == .nationalString ? 2 : 1)
        offset = contentStart
        if cursor.skipQuoted(by: closing) {
            if kind == .quotedIdentifier, !fits(contentStart..<offset - 1) {
                let name = String(decoding: bytes[contentStart..<offset - 1], as: UTF8.self)
                return fail(.identifierTooLong(name, line: startLine))
            }
            return Token(kind: kind, range: start..<offset, line: startLine)
        }
        let rest = String(decoding: bytes[contentStart..<min(bytes.count, contentStart + 1024)], as: UTF8.self)
        return fail(.unclosedQuotationMark(after: rest, line: startLine))
    }

    /// Whether a name in these bytes is short enough.
    private func fits(_ range: Range<Int>) -> Bool {
        if range.count <= Self.maximumIdentifierLength { return true }
        return String(decoding: bytes[range], as: UTF8.self).utf16.count <= Self.maximumIdentifierLength
    }

    private mutating func name(_ kind: Token.Kind) -> Token {
        var end = offset + 1
        if bytes[offset] >= 0x80 { end = offset + identifierLength(at: offset, isStart: true) }
        while true {
            let length = identifierLength(at: end, isStart: false)
            if length == 0 { break }
            end += length
        }
        guard fits(offset..<end) else {
            return fail(.identifierTooLong(String(decoding: bytes[offset..<end], as: UTF8.self), line: line))
        }
        return token(kind, to: end)
    }

    private mutating func word() -> Token {
        var token = name(.word)
        guard token.kind == .word, token.range.count <= Word.maximumLength else { return token }
        let lowercase = String(
            decoding: bytes[token.range].lazy.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 },
            as: UTF8.self
        )
        if let known = Word.known[lowercase] {
            token.word = known.word
            token.isReserved = known.isReserved
        }
        return token
    }

    private mutating func number() -> Token {
        if bytes[offset] == UInt8(ascii: "0"), at(offset + 1) | 0x20 == UInt8(ascii: "x") { return binary() }
        var kind = Token.Kind.integer
        var end = digits(from: offset)
        if at(end) == UInt8(ascii: ".") {
            kind = .decimal
            end = digits(from: end + 1)
        }
        // Both `1e` and `1e+` are numbers: the exponent is 0.
        if at(end) | 0x20 == UInt8(ascii: "e") {
            kind = .float
            end += 1
            if at(end) == UInt8(ascii: "+") || at(end) == UInt8(ascii: "-") { end += 1 }
            end = digits(from: end)
        }
        return token(kind, to: end)
    }

    private func digits(from start: Int) -> Int {
        var end = start
        while isDigit(at(end)) { end += 1 }
        return end
    }

    /// A backslash at the end of a line continues the literal in the next one.
    private mutating func binary() -> Token {
        let startLine = line
        var end = offset + 2
        while true {
            if isHexDigit(at(end)) {
                end += 1
            } else if let length = Self.continuationLength(in: bytes, at: end) {
                end += length
                line += 1
            } else {
                break
            }
        }
        var token = token(.binary, to: end)
        token.line = startLine
        return token
    }

    /// The length of a backslash with the end of its line after it, where there is one.
    static func continuationLength(in bytes: [UInt8], at index: Int) -> Int? {
        guard index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\") else { return nil }
        if bytes[index + 1] == 0x0A { return 2 }
        return index + 2 < bytes.count && bytes[index + 1] == 0x0D && bytes[index + 2] == 0x0A ? 3 : nil
    }

    private mutating func dollar() -> Token {
        identifierLength(at: offset + 1, isStart: true) > 0 ? name(.dollarWord) : money(signLength: 1)
    }

    private mutating func money(signLength: Int) -> Token {
        var end = digits(from: offset + signLength)
        if at(end) == UInt8(ascii: ".") { end = digits(from: end + 1) }
        return token(.money, to: end)
    }

    private mutating func operatorSign(_ byte: UInt8) -> Token {
        let isAssigning = at(offset + 1) == UInt8(ascii: "=")
        switch byte {
        case UInt8(ascii: "("): return symbol(.leftParenthesis, 1)
        case UInt8(ascii: ")"): return symbol(.rightParenthesis, 1)
        case UInt8(ascii: "{"): return symbol(.leftBrace, 1)
        case UInt8(ascii: "}"): return symbol(.rightBrace, 1)
        case UInt8(ascii: ","): return symbol(.comma, 1)
        case UInt8(ascii: ";"): return symbol(.semicolon, 1)
        case UInt8(ascii: ":"):
            return at(offset + 1) == UInt8(ascii: ":") ? symbol(.doubleColon, 2) : symbol(.colon, 1)
        case UInt8(ascii: "+"): return isAssigning ? symbol(.plusEqual, 2) : symbol(.plus, 1)
        case UInt8(ascii: "-"): return isAssigning ? symbol(.minusEqual, 2) : symbol(.minus, 1)
        case UInt8(ascii: "*"): return isAssigning ? symbol(.starEqual, 2) : symbol(.star, 1)
        case UInt8(ascii: "/"): return isAssigning ? symbol(.slashEqual, 2) : symbol(.slash, 1)
        case UInt8(ascii: "%"): return isAssigning ? symbol(.percentEqual, 2) : symbol(.percentSign, 1)
        case UInt8(ascii: "&"): return isAssigning ? symbol(.ampersandEqual, 2) : symbol(.ampersand, 1)
        case UInt8(ascii: "|"): return isAssigning ? symbol(.pipeEqual, 2) : symbol(.pipe, 1)
        case UInt8(ascii: "^"): return isAssigning ? symbol(.caretEqual, 2) : symbol(.caret, 1)
        case UInt8(ascii: "~"): return symbol(.tilde, 1)
        case UInt8(ascii: "="): return symbol(.equal, 1)
        case UInt8(ascii: "<"):
            if at(offset + 1) == UInt8(ascii: ">") { return symbol(.notEqual, 2) }
            return isAssigning ? symbol(.lessOrEqual, 2) : symbol(.less, 1)
        case UInt8(ascii: ">"): return isAssigning ? symbol(.greaterOrEqual, 2) : symbol(.greater, 1)
        case UInt8(ascii: "!"):
            switch at(offset + 1) {
            case UInt8(ascii: "="): return symbol(.notEqual, 2)
            case UInt8(ascii: "<"): return symbol(.notLess, 2)
            case UInt8(ascii: ">"): return symbol(.notGreater, 2)
            default: return symbol(.exclamation, 1)
            }
        default: return symbol(.unknown, byte < 0x80 ? 1 : scalar(at: offset).length)
        }
    }
}
