/// The name of a table of the source, with its schema: `dbo.customers`.
///
/// Names are the same where their bytes are: what else is one name under its collation, the source knows.
public struct TableName: Sendable {
    public var schema: String
    public var name: String

    public init(schema: String, name: String) {
        self.schema = schema
        self.name = name
    }

}

extension TableName: Hashable, Comparable {
    public static func == (a: TableName, b: TableName) -> Bool {
        a.schema.utf8.elementsEqual(b.schema.utf8) && a.name.utf8.elementsEqual(b.name.utf8)
    }

    public static func < (a: TableName, b: TableName) -> Bool {
        if !a.schema.utf8.elementsEqual(b.schema.utf8) {
            return a.schema.utf8.lexicographicallyPrecedes(b.schema.utf8)
        }
        return a.name.utf8.lexicographicallyPrecedes(b.name.utf8)
    }
}

extension TableName: LosslessStringConvertible, ExpressibleByStringLiteral {
    /// A name from its text: `dbo.customers`, `[dbo].[Order Details]`, or `customers`, whose schema is `dbo`.
    ///
    /// Inside brackets a dot is part of the name and `]]` stands for `]`. `nil` where the text is no such name.
    public init?(_ text: String) {
        var parts: [String] = []
        var rest = text[...]
        while !rest.isEmpty {
            var part = ""
            if rest.first == "[" {
                rest = rest.dropFirst()
                var isClosed = false
                while let character = rest.popFirst() {
                    if character != "]" {
                        part.append(character)
                    } else if rest.first == "]" {
                        part.append("]")
                        rest = rest.dropFirst()
                    } else {
                        isClosed = true
                        break
                    }
                }
                guard isClosed else { return nil }
            } else {
                part = String(rest.prefix { $0 != "." })
                rest = rest.dropFirst(part.count)
            }
            if part.isEmpty { return nil }
            parts.append(part)
            if rest.isEmpty { break }
            guard rest.popFirst() == ".", !rest.isEmpty else { return nil }
        }
        switch parts.count {
        case 1: self.init(schema: "dbo", name: parts[0])
        case 2: self.init(schema: parts[0], name: parts[1])
        default: return nil
        }
    }

    /// A name from a literal; a literal that is no name is taken whole as a table's name in schema `dbo`.
    public init(stringLiteral text: String) {
        self = TableName(text) ?? TableName(schema: "dbo", name: text)
    }

    /// The name as it reads back: in brackets where it needs them.
    public var description: String { "\(Self.quoteIfNeeded(schema)).\(Self.quoteIfNeeded(name))" }

    private static func quoteIfNeeded(_ part: String) -> String {
        let isPlain = !part.isEmpty && !part.contains(where: { ".[]".contains($0) })
        return isPlain ? part : "[" + part.replacing("]", with: "]]") + "]"
    }
}
