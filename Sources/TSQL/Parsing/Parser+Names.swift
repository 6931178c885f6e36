extension Parser {
    /// Names with more parts than this are refused: server, database, schema, table, and a column with a property.
    private static var maximumParts: Int { 8 }

    func isIdentifier(_ token: Token) -> Bool {
        token.kind == .quotedIdentifier || token.kind == .word && !token.isReserved
    }

    /// An identifier: in quotes, or a word that is not reserved.
    func identifier() throws(TSQLError) -> String {
        guard isIdentifier(current) else { throw unexpected() }
        return try takeName()
    }

    /// The value of the current token as a name.
    func takeName() throws(TSQLError) -> String {
        let name = value(current)
        if name.isEmpty { throw .emptyName(line: current.line) }
        advance()
        return name
    }

    /// A name in up to four parts, of which those between may be left out: `server.db..table`.
    func name() throws(TSQLError) -> Name {
        let line = current.line
        var parts: [String] = []
        // `..t` and `.t` begin with parts left out.
        if !at(.dot) { parts.append(try identifier()) } else { parts.append("") }
        while take(.dot) {
            if parts.count >= Self.maximumParts { throw unexpected() }
            parts.append(at(.dot) ? "" : try memberName())
        }
        return Name(parts: parts, line: line)
    }

    /// What stands after a dot.
    func memberName() throws(TSQLError) -> String {
        if current.kind == .dollarWord { return try takeName().lowercased() }
        // `$identity` aside, SQL Server reads `rowguidcol` and `identitycol` here too.
        if at(.rowguidcol) || at(.identitycol) { return try takeName() }
        return try identifier()
    }

    /// An identifier, or a word that only this place takes for one: `public`, `dbo`.
    func principalName() throws(TSQLError) -> String {
        at(.public) ? try takeName() : try identifier()
    }

    func variable() throws(TSQLError) -> String {
        guard current.kind == .variable, !text(current).hasPrefix("@@") else { throw unexpected() }
        return try takeName()
    }

    func nameOrVariable() throws(TSQLError) -> NameOrVariable {
        current.kind == .variable ? .variable(try variable()) : .name(try name())
    }

    // MARK: Lists

    /// Elements with commas between them.
    func list<Element>(_ element: () throws(TSQLError) -> Element) throws(TSQLError) -> [Element] {
        var elements = [try element()]
        while take(.comma) { elements.append(try element()) }
        return elements
    }

    func parenthesized<Content>(_ content: () throws(TSQLError) -> Content) throws(TSQLError) -> Content {
        try expect(.leftParenthesis)
        let result = try content()
        try expect(.rightParenthesis)
        return result
    }

    /// Identifiers in parentheses, with commas between them.
    func columnList() throws(TSQLError) -> [String] {
        try parenthesized { () throws(TSQLError) in try list(identifier) }
    }

    // MARK: Types

    func dataType() throws(TSQLError) -> DataType {
        let name = try typeName()
        var parameters: [String] = []
        if take(.leftParenthesis) {
            parameters = try list(typeParameter)
            try expect(.rightParenthesis)
        }
        return DataType(name: name, parameters: parameters)
    }

    private func typeParameter() throws(TSQLError) -> String {
        guard current.kind == .integer || at(.max) else {
            if current.kind == .word { throw unsupported("XML SCHEMA COLLECTION") }
            throw unexpected()
        }
        let parameter = text(current).lowercased()
        advance()
        return parameter
    }

    /// Names in several words become the one word for the same type.
    private func typeName() throws(TSQLError) -> Name {
        let line = current.line
        func standard(_ name: String) -> Name { Name(parts: [name], line: line) }
        if take(.double) {
            try expect(.precision)
            return standard("float")
        }
        // The one type whose name is reserved.
        if at(.cursor) { return standard(try takeName()) }
        let isNational = take(.national)
        if isNational || next(.varying) {
            let name: String
            switch current.word {
            case .char, .character: name = "char"
            case .binary where !isNational: name = "binary"
            default:
                guard isNational, value(current).lowercased() == "text" else { throw unexpected() }
                advance()
                return standard("ntext")
            }
            advance()
            let isVarying = take(.varying)
            return standard((isNational ? "n" : "") + (isVarying ? "var" : "") + name)
        }
        return try self.name()
    }

    // MARK: Numbers

    /// Digits, with a minus before them where there is one.
    func signedInteger() throws(TSQLError) -> String {
        let sign = take(.minus) ? "-" : ""
        if sign.isEmpty { _ = take(.plus) }
        guard current.kind == .integer || current.kind == .decimal else { throw unexpected() }
        let digits = text(current)
        advance()
        return sign + digits
    }

    func integer() throws(TSQLError) -> String {
        guard current.kind == .integer else { throw unexpected() }
        let digits = text(current)
        advance()
        return digits
    }

    /// A constant, if the current token is one.
    func literalIfPresent() -> Literal? {
        let literal: Literal
        switch current.kind {
        case .integer: literal = .integer(text(current))
        case .decimal: literal = .decimal(text(current))
        case .float: literal = .float(text(current))
        case .money: literal = .money(value(current))
        case .binary: literal = .binary(value(current))
        case .string: literal = .string(value(current))
        case .nationalString: literal = .nationalString(value(current))
        case .word where current.word == .null: literal = .null
        default: return nil
        }
        advance()
        return literal
    }

    func stringLiteral() throws(TSQLError) -> Literal {
        guard current.kind == .string || current.kind == .nationalString, let literal = literalIfPresent() else {
            throw unexpected()
        }
        return literal
    }

    /// The text of a string.
    func stringText() throws(TSQLError) -> String {
        guard current.kind == .string || current.kind == .nationalString else { throw unexpected() }
        let text = value(current)
        advance()
        return text
    }

    // MARK: Options

    /// Options in parentheses, with commas between them.
    func optionList() throws(TSQLError) -> [NamedOption] {
        try parenthesized { () throws(TSQLError) in try list(option) }
    }

    /// `WITH (…)`, if it is next.
    func withOptions() throws(TSQLError) -> [NamedOption] {
        take(.with) ? try optionList() : []
    }

    /// One option: a word, a value with or without `=`, and options of its own in parentheses.
    func option() throws(TSQLError) -> NamedOption {
        let outer = try enter()
        defer { leave(outer) }
        let line = current.line
        guard current.kind == .word else { throw unexpected() }
        var option = NamedOption(name: text(current).uppercased(), value: nil, unit: nil, options: [], line: line)
        advance()
        let needsValue = take(.equal)
        option.value = try optionValue()
        if option.value == nil, needsValue, !at(.leftParenthesis) { throw unexpected() }
        if case .literal = option.value {
            if take(.percentSign) {
                option.unit = "%"
            } else if current.kind == .word, !current.isReserved, !next(.equal) {
                option.unit = text(current).uppercased()
                advance()
            }
        }
        if at(.on), text(token(ahead: 1)).uppercased() == "PARTITIONS" { throw unsupported("ON PARTITIONS") }
        if at(.leftParenthesis) { option.options = try optionList() }
        return option
    }

    private func optionValue() throws(TSQLError) -> NamedOption.Value? {
        if take(.on) { return .on }
        if take(.off) { return .off }
        if let literal = literalIfPresent() { return .literal(literal) }
        switch current.kind {
        case .variable: return .variable(try variable())
        case .quotedIdentifier: return .word(try takeName())
        case .word where previous.symbol == .equal || !current.isReserved || at(.full):
            var word = text(current)
            advance()
            // The name of an object, such as `HISTORY_TABLE = dbo.h`.
            while take(.dot) { word += "." + (try identifier()) }
            return .word(word)
        case .symbol where at(.minus): return .literal(.integer(try signedInteger()))
        default: return nil
        }
    }
}
