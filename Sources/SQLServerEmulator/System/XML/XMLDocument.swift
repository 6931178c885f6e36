/// An element of a well-formed XML text, as far as paths look into it.
struct XMLElement {
    var name: String
    var attributes: [String: String] = [:]
    var children: [XMLElement] = []
    /// All the text within it, that of its children included.
    var text = ""

    /// The root of a text; `nil` where the text is not well-formed or nested deeper than 128 elements.
    init?(parsing text: String) {
        var reader = XMLReader(text)
        guard let root = reader.root() else { return nil }
        self = root
    }

    fileprivate init(name: String) { self.name = name }
}

/// Reads elements, attributes, text, references and CDATA; comments and instructions are passed over.
private struct XMLReader {
    private var rest: Substring
    private var open: [XMLElement] = []
    private var root_: XMLElement?

    init(_ text: String) { rest = Substring(text) }

    mutating func root() -> XMLElement? {
        while !rest.isEmpty {
            if take("<!--") {
                guard take(upTo: "-->") != nil else { return nil }
            } else if take("<![CDATA[") {
                guard let text = take(upTo: "]]>") else { return nil }
                append(String(text))
            } else if take("<?") {
                guard take(upTo: "?>") != nil else { return nil }
            } else if take("</") {
                guard let name = take(upTo: ">"), let element = open.popLast(), element.name == name.trimmed else {
                    return nil
                }
                guard close(element) else { return nil }
            } else if take("<") {
                guard start() else { return nil }
            } else {
                let text = rest.prefix { $0 != "<" }
                rest = rest.dropFirst(text.count)
                guard let resolved = Self.resolve(text) else { return nil }
                append(resolved)
            }
        }
        return open.isEmpty ? root_ : nil
    }

    private mutating func take(_ word: String) -> Bool {
        guard rest.hasPrefix(word) else { return false }
        rest = rest.dropFirst(word.count)
        return true
    }

    private mutating func take(upTo word: String) -> Substring? {
        guard let range = rest.firstRange(of: word) else { return nil }
        defer { rest = rest[range.upperBound...] }
        return rest[..<range.lowerBound]
    }

    private mutating func append(_ text: String) {
        if !open.isEmpty { open[open.count - 1].text += text }
    }

    private mutating func close(_ element: XMLElement) -> Bool {
        guard !open.isEmpty else {
            guard root_ == nil else { return false }
            root_ = element
            return true
        }
        open[open.count - 1].text += element.text
        open[open.count - 1].children.append(element)
        return true
    }

    /// A tag, after its bracket.
    private mutating func start() -> Bool {
        guard open.count < 128, let name = takeName() else { return false }
        var element = XMLElement(name: name)
        while true {
            rest = rest.drop(while: \.isWhitespace)
            if take("/>") { return close(element) }
            if take(">") {
                open.append(element)
                return true
            }
            guard let attribute = takeName() else { return false }
            rest = rest.drop(while: \.isWhitespace)
            guard take("=") else { return false }
            rest = rest.drop(while: \.isWhitespace)
            guard let quote = rest.first, quote == "\"" || quote == "'" else { return false }
            rest = rest.dropFirst()
            guard let raw = take(upTo: String(quote)), let value = Self.resolve(raw) else { return false }
            element.attributes[attribute] = value
        }
    }

    private mutating func takeName() -> String? {
        let name = rest.prefix { $0.isLetter || $0.isNumber || "_:-.".contains($0) }
        guard !name.isEmpty else { return nil }
        rest = rest.dropFirst(name.count)
        return String(name)
    }

    /// The text with references replaced.
    private static func resolve(_ text: Substring) -> String? {
        guard text.contains("&") else { return String(text) }
        var result = ""
        var rest = text
        while let character = rest.popFirst() {
            guard character == "&" else {
                result.append(character)
                continue
            }
            guard let end = rest.firstIndex(of: ";") else { return nil }
            let name = rest[..<end]
            rest = rest[rest.index(after: end)...]
            switch name {
            case "lt": result.append("<")
            case "gt": result.append(">")
            case "amp": result.append("&")
            case "quot": result.append("\"")
            case "apos": result.append("'")
            default:
                let code =
                    name.hasPrefix("#x")
                    ? UInt32(name.dropFirst(2), radix: 16) : name.hasPrefix("#") ? UInt32(name.dropFirst()) : nil
                guard let scalar = code.flatMap(Unicode.Scalar.init) else { return nil }
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension Substring {
    fileprivate var trimmed: Substring { Substring(String(self).trimmingSpaces) }
}

extension String {
    /// The text as it stands between tags.
    var escapedForXML: String {
        replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing(
            "\r",
            with: "&#x0D;"
        )
    }
}
