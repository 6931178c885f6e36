/// Reads JSON by pulling: the caller asks for what it expects next and skips what it does not know.
///
/// The log of a large table holds hundreds of thousands of small objects with known members, where building a tree for each
/// costs ten times what looking at the bytes does; so this reads straight from bytes into the caller's variables.
///
/// ```swift
/// var reader = JSONReader(line)
/// try reader.readObject { key, reader in
///     switch key {
///     case "path": path = try reader.readString()
///     case "size": size = try reader.readInteger()
///     default: try reader.skipValue()
///     }
/// }
/// ```
public struct JSONReader {
    /// Deeper nesting than this is refused, so that a hostile text cannot exhaust the stack.
    public static let maximumDepth = 128

    @usableFromInline let bytes: [UInt8]
    @usableFromInline var position: Int
    private let end: Int
    private var depth = 0

    /// Reads all of `bytes`.
    public init(_ bytes: [UInt8]) {
        self.init(bytes, range: 0..<bytes.count)
    }

    /// Reads the part `range` of `bytes`, for instance one line of a file of many.
    public init(_ bytes: [UInt8], range: Range<Int>) {
        self.bytes = bytes
        self.position = range.lowerBound
        self.end = range.upperBound
    }

    /// The byte that will be looked at next.
    public var offset: Int { position }

    // MARK: Structure

    /// Reads an object, calling `member` with each key; `member` must consume exactly one value.
    public mutating func readObject(
        _ member: (_ key: String, _ reader: inout JSONReader) throws -> Void
    ) throws {
        try expect(UInt8(ascii: "{"), "an object")
        try enter()
        defer { depth -= 1 }
        if takeIf(UInt8(ascii: "}")) { return }
        repeat {
            skipSpace()
            let key = try readString()
            try expect(UInt8(ascii: ":"), "':' after a member's name")
            try member(key, &self)
        } while takeIf(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"), "',' or '}'")
    }

    /// Reads an array, calling `element` before each element; `element` must consume exactly one value.
    public mutating func readArray(_ element: (_ reader: inout JSONReader) throws -> Void) throws {
        try expect(UInt8(ascii: "["), "an array")
        try enter()
        defer { depth -= 1 }
        if takeIf(UInt8(ascii: "]")) { return }
        repeat {
            try element(&self)
        } while takeIf(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"), "',' or ']'")
    }

    /// Takes a `null` if one is next.
    public mutating func readNull() throws(JSONError) -> Bool {
        skipSpace()
        guard position < end, bytes[position] == UInt8(ascii: "n") else { return false }
        try expectWord("null")
        return true
    }

    /// Checks that nothing but white space is left.
    public mutating func finish() throws(JSONError) {
        skipSpace()
        if position < end { throw JSONError("unexpected text after the value", at: position) }
    }

    // MARK: Values

    /// Reads `true` or `false`.
    public mutating func readBoolean() throws(JSONError) -> Bool {
        skipSpace()
        guard position < end else { throw JSONError("expected true or false, found the end", at: position) }
        if bytes[position] == UInt8(ascii: "t") {
            try expectWord("true")
            return true
        }
        try expectWord("false")
        return false
    }

    /// Reads a whole number that fits 64 bits and is written as one: not `1.0`, not `1e3`.
    public mutating func readInteger() throws(JSONError) -> Int64 {
        skipSpace()
        let start = position
        guard case .integer(let value) = try readNumber() else {
            throw JSONError("expected a whole number of 64 bits", at: start)
        }
        return value
    }

    /// Reads a string and takes its escapes apart; half of a surrogate pair becomes U+FFFD.
    public mutating func readString() throws(JSONError) -> String {
        skipSpace()
        guard position < end, bytes[position] == UInt8(ascii: "\"") else {
            throw JSONError("expected a string", at: position)
        }
        let start = position + 1
        var index = start
        while index < end {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                position = index + 1
                return try decode(start..<index)
            }
            if byte == UInt8(ascii: "\\") { return try readEscapedString(from: start, firstEscape: index) }
            if byte < 0x20 { throw JSONError("a control character inside a string", at: index) }
            index += 1
        }
        throw JSONError("a string without an end", at: start - 1)
    }

    /// Reads any value, with all that is in it.
    public mutating func readValue() throws(JSONError) -> JSONValue {
        skipSpace()
        guard position < end else { throw JSONError("expected a value, found the end", at: position) }
        switch bytes[position] {
        case UInt8(ascii: "{"):
            var members: [String: JSONValue] = [:]
            try rethrow { reader throws in
                try reader.readObject { key, reader in members[key] = try reader.readValue() }
            }
            return .object(members)
        case UInt8(ascii: "["):
            var elements: [JSONValue] = []
            try rethrow { reader throws in
                try reader.readArray { reader in elements.append(try reader.readValue()) }
            }
            return .array(elements)
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean(try readBoolean())
        case UInt8(ascii: "n"):
            try expectWord("null")
            return .null
        default: return try readNumber()
        }
    }

    /// Passes over any value, which must be JSON nevertheless.
    public mutating func skipValue() throws(JSONError) {
        skipSpace()
        guard position < end else { throw JSONError("expected a value, found the end", at: position) }
        switch bytes[position] {
        case UInt8(ascii: "{"):
            try rethrow { reader throws in try reader.readObject { _, reader in try reader.skipValue() } }
        case UInt8(ascii: "["):
            try rethrow { reader throws in try reader.readArray { reader in try reader.skipValue() } }
        default: _ = try readValue()
        }
    }

    // MARK: Pieces

    /// Runs reading code whose closures can only throw `JSONError`, and gives their error its type back.
    private mutating func rethrow(_ body: (inout JSONReader) throws -> Void) throws(JSONError) {
        do { try body(&self) } catch let error as JSONError { throw error } catch {
            throw JSONError("\(error)", at: position)
        }
    }

    private mutating func enter() throws(JSONError) {
        if depth >= Self.maximumDepth {
            throw JSONError("nested deeper than \(Self.maximumDepth) levels", at: position)
        }
        depth += 1
    }

    private mutating func skipSpace() {
        while position < end {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func takeIf(_ byte: UInt8) -> Bool {
        skipSpace()
        guard position < end, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ byte: UInt8, _ what: StaticString) throws(JSONError) {
        if !takeIf(byte) { throw JSONError("expected \(what)", at: position) }
    }

    private mutating func expectWord(_ word: StaticString) throws(JSONError) {
        let matches =
            end - position >= word.utf8CodeUnitCount
            && word.withUTF8Buffer { $0.elementsEqual(bytes[position..<position + word.utf8CodeUnitCount]) }
        if !matches { throw JSONError("expected \(word)", at: position) }
        position += word.utf8CodeUnitCount
    }

    /// Validates what stands between quotes as UTF-8.
    private func decode(_ range: Range<Int>) throws(JSONError) -> String {
        guard let text = String(validating: bytes[range], as: UTF8.self) else {
            throw JSONError("a string that is not UTF-8", at: range.lowerBound)
        }
        return text
    }

    private mutating func readEscapedString(from start: Int, firstEscape: Int) throws(JSONError) -> String {
        var result = Array(bytes[start..<firstEscape])
        var index = firstEscape
        while index < end {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                position = index + 1
                guard let text = String(validating: result, as: UTF8.self) else {
                    throw JSONError("a string that is not UTF-8", at: start)
                }
                return text
            }
            if byte < 0x20 { throw JSONError("a control character inside a string", at: index) }
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                index += 1
                continue
            }
            guard index + 1 < end else { break }
            index += 2
            switch bytes[index - 1] {
            case UInt8(ascii: "\""): result.append(UInt8(ascii: "\""))
            case UInt8(ascii: "\\"): result.append(UInt8(ascii: "\\"))
            case UInt8(ascii: "/"): result.append(UInt8(ascii: "/"))
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                let scalar = try readUnicodeEscape(&index)
                result.append(contentsOf: Character(scalar).utf8)
            default: throw JSONError("an unknown escape", at: index - 2)
            }
        }
        throw JSONError("a string without an end", at: start - 1)
    }

    /// Reads the four digits after `\u`, and the second half of a surrogate pair; a lone surrogate becomes U+FFFD.
    private func readUnicodeEscape(_ index: inout Int) throws(JSONError) -> Unicode.Scalar {
        let unit = try readHex4(&index)
        guard (0xD800..<0xE000).contains(unit) else { return Unicode.Scalar(unit) ?? "\u{FFFD}" }
        guard unit < 0xDC00, index + 1 < end, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
        else { return "\u{FFFD}" }
        var next = index + 2
        let low = try readHex4(&next)
        guard (0xDC00..<0xE000).contains(low) else { return "\u{FFFD}" }
        index = next
        return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)) ?? "\u{FFFD}"
    }

    private func readHex4(_ index: inout Int) throws(JSONError) -> UInt32 {
        guard end - index >= 4 else { throw JSONError("four hexadecimal digits expected", at: index) }
        var value: UInt32 = 0
        for _ in 0..<4 {
            let byte = bytes[index]
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw JSONError("four hexadecimal digits expected", at: index)
            }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        return value
    }

    private mutating func readNumber() throws(JSONError) -> JSONValue {
        let start = position
        var isWhole = true
        if position < end, bytes[position] == UInt8(ascii: "-") { position += 1 }
        let integerStart = position
        try readDigits()
        if bytes[integerStart] == UInt8(ascii: "0"), position - integerStart > 1 {
            throw JSONError("a number with a leading zero", at: start)
        }
        if position < end, bytes[position] == UInt8(ascii: ".") {
            isWhole = false
            position += 1
            try readDigits()
        }
        if position < end, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            position += 1
            if position < end, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            try readDigits()
        }
        if isWhole, let value = wholeNumber(start..<position) { return .integer(value) }
        return .number(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func readDigits() throws(JSONError) {
        let start = position
        while position < end, bytes[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        if position == start { throw JSONError("expected a value", at: start) }
    }

    private func wholeNumber(_ range: Range<Int>) -> Int64? {
        var index = range.lowerBound
        let isNegative = bytes[index] == UInt8(ascii: "-")
        if isNegative { index += 1 }
        var value: Int64 = 0
        while index < range.upperBound {
            let digit = Int64(bytes[index] - UInt8(ascii: "0"))
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            let (next, carry) = shifted.subtractingReportingOverflow(digit)  // downwards, so that Int64.min fits
            if overflow || carry { return nil }
            value = next
            index += 1
        }
        if isNegative { return value == 0 ? nil : value }  // -0 keeps its text: it is not 0 as a floating-point number
        return value == .min ? nil : -value
    }
}
