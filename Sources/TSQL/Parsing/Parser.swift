/// Reads tokens from left to right and builds the tree, by recursive descent.
///
/// Each token is looked at a bounded number of times, so time grows with the length of the text. Two limits guard the stack of
/// those who parse, walk and release a tree: how deep constructs nest in each other, and how high a tree may grow by long
/// chains such as `1 + 1 + 1 + …`.
final class Parser {
    /// Constructs within constructs: parentheses, calls, blocks. A subquery counts twice, so that there can be 32 of them in
    /// each other, as SQL Server allows. What this takes was measured: at most 256 KB of stack
    /// in optimised code, four to five times as much without optimisation.
    static let maximumNesting = 64
    /// Nodes from the root of a chain to its farthest leaf.
    static let maximumHeight = 500

    let source: [UInt8]
    private var lexer: Lexer
    private(set) var current: Token
    private(set) var previous: Token
    private var ahead: [Token] = []
    private var nesting = 0
    private var height = 0
    /// Whether the statements belong to a procedure, a function or a trigger.
    var isInModule = false

    init(_ source: [UInt8], isQuotedIdentifierOn: Bool) {
        self.source = source
        lexer = Lexer(source, isQuotedIdentifierOn: isQuotedIdentifierOn)
        current = lexer.next()
        previous = Token(kind: .end, range: 0..<0, line: 1)
    }

    // MARK: Tokens

    func advance() {
        previous = current
        current = ahead.isEmpty ? lexer.next() : ahead.removeFirst()
    }

    /// The token `distance` after the current one.
    func token(ahead distance: Int) -> Token {
        if distance == 0 { return current }
        while ahead.count < distance { ahead.append(lexer.next()) }
        return ahead[distance - 1]
    }

    /// Cuts what follows under another setting of QUOTED_IDENTIFIER.
    func setQuotedIdentifier(_ isOn: Bool) {
        guard isOn != lexer.isQuotedIdentifierOn else { return }
        lexer.isQuotedIdentifierOn = isOn
        lexer.rewind(to: current)
        ahead.removeAll()
        current = lexer.next()
    }

    func at(_ word: Word) -> Bool { current.word == word }
    func at(_ symbol: Symbol) -> Bool { current.symbol == symbol }
    func at(_ words: Word...) -> Bool { current.word.map(words.contains) ?? false }

    func next(_ word: Word) -> Bool { token(ahead: 1).word == word }
    func next(_ symbol: Symbol) -> Bool { token(ahead: 1).symbol == symbol }

    func take(_ word: Word) -> Bool {
        guard current.word == word else { return false }
        advance()
        return true
    }

    func take(_ symbol: Symbol) -> Bool {
        guard current.symbol == symbol else { return false }
        advance()
        return true
    }

    /// Takes these words if all of them are next.
    func take(_ words: Word...) -> Bool {
        for (distance, word) in words.enumerated() where token(ahead: distance).word != word { return false }
        for _ in words { advance() }
        return true
    }

    func expect(_ word: Word) throws(TSQLError) {
        if !take(word) { throw unexpected() }
    }

    func expect(_ words: Word...) throws(TSQLError) {
        for word in words where !take(word) { throw unexpected() }
    }

    func expect(_ symbol: Symbol) throws(TSQLError) {
        if !take(symbol) { throw unexpected() }
    }

    /// Takes one of two words: whether it was the first.
    func either(_ yes: Word, or no: Word) throws(TSQLError) -> Bool {
        if take(yes) { return true }
        try expect(no)
        return false
    }

    // MARK: Text

    /// The token as it was written.
    func text(_ token: Token) -> String { String(decoding: source[token.range], as: UTF8.self) }

    /// What a token stands for: without quotes, signs and prefixes.
    func value(_ token: Token) -> String {
        let range = token.range
        switch token.kind {
        case .quotedIdentifier:
            let closing = source[range.upperBound - 1]
            return unquoted(range.lowerBound + 1..<range.upperBound - 1, closing: closing)
        case .string: return unquoted(range.lowerBound + 1..<range.upperBound - 1, closing: source[range.lowerBound])
        case .nationalString:
            return unquoted(range.lowerBound + 2..<range.upperBound - 1, closing: UInt8(ascii: "'"))
        case .binary:
            let digits = source[range].dropFirst(2)
            if !digits.contains(UInt8(ascii: "\\")) { return String(decoding: digits, as: UTF8.self) }
            return String(decoding: digits.filter { $0 != 0x5C && $0 != 0x0D && $0 != 0x0A }, as: UTF8.self)
        case .money: return String(text(token).drop { !$0.isNumber && $0 != "." })
        default: return text(token)
        }
    }

    /// The text between quotes: each doubled quote is one, and a backslash at the end of a line of a string joins the next.
    private func unquoted(_ range: Range<Int>, closing: UInt8) -> String {
        let content = source[range]
        let isString = closing != UInt8(ascii: "]")
        let needsWork = content.contains { $0 == closing || (isString && $0 == UInt8(ascii: "\\")) }
        if !needsWork { return String(decoding: content, as: UTF8.self) }
        var result: [UInt8] = []
        result.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            if isString, let length = Lexer.continuationLength(in: source, at: index) {
                index += length
                continue
            }
            result.append(source[index])
            index += source[index] == closing ? 2 : 1
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The text between two tokens, as it was written.
    func text(from start: Token, to end: Token) -> String {
        guard start.range.lowerBound < end.range.upperBound else { return "" }
        return String(decoding: source[start.range.lowerBound..<end.range.upperBound], as: UTF8.self)
    }

    /// From the beginning of `start` to the last token taken.
    func span(from start: Token) -> SourceSpan {
        let lower = start.range.lowerBound
        return SourceSpan(range: lower..<max(lower, previous.range.upperBound), line: start.line)
    }

    // MARK: Errors

    /// That the current token has no place here.
    func unexpected() -> TSQLError { unexpected(current) }

    func unexpected(_ token: Token) -> TSQLError {
        if token.kind == .end {
            if let failure = lexer.failure { return failure }
            // At the end SQL Server names the last token, and as no keyword.
            let last = previous.kind == .end ? "" : value(previous)
            return .incorrectSyntax(near: last, isKeyword: false, line: previous.line)
        }
        return .incorrectSyntax(near: value(token), isKeyword: token.isReserved, line: token.line)
    }

    /// Throws what the lexer could not cut, once all tokens before it are taken.
    func checkLexing() throws(TSQLError) {
        if let failure = lexer.failure { throw failure }
    }

    /// Why there are no more tokens, if the text goes on.
    var lexingFailure: TSQLError? { current.kind == .end ? lexer.failure : nil }

    /// That Transact-SQL has this, but the tree does not.
    func unsupported(_ feature: String) -> TSQLError { .unsupported(feature, line: current.line) }

    // MARK: Nesting

    /// Begins a construct that may hold others of its kind; pass what this gives to ``leave(_:)``.
    func enter() throws(TSQLError) -> Int {
        nesting += 1
        if nesting > Self.maximumNesting { throw nestedTooDeeply() }
        defer { height = 0 }
        return height
    }

    func leave(_ outerHeight: Int) {
        nesting -= 1
        height = max(outerHeight, height + 1)
    }

    /// Begins a chain of operators; pass what this gives to ``endChain(_:)``.
    func beginChain() -> Int {
        defer { height = 0 }
        return height
    }

    /// That a chain has grown by a link, and the tree by a level.
    func growChain() throws(TSQLError) {
        height += 1
        if height > Self.maximumHeight { throw nestedTooDeeply() }
    }

    func endChain(_ outerHeight: Int) { height = max(outerHeight, height) }

    private func nestedTooDeeply() -> TSQLError { .nestedTooDeeply(near: value(current), line: current.line) }
}
