import TSQL

/// Prints a tree as one S-expression.
///
/// It looks into whatever the tree is made of, so nothing that a tree holds can be missing from an expectation: what is empty,
/// `nil` or `false` is left out, and so are lines and ranges, which tests of their own look at.
enum SyntaxPrinter {
    static func text(_ statements: [Statement]) -> String { statements.map { text($0) }.joined(separator: " ") }

    static func text(_ value: Any) -> String { print(value) ?? "()" }

    /// `nil` for what is left out.
    private static func print(_ value: Any) -> String? {
        // Casting looks through optionals, and `false` in one is not `nil`.
        if Mirror(reflecting: value).displayStyle == .optional { return reflect(value) }
        switch value {
        case let name as Name: return print(name.parts)
        case let expression as TSQL.Expression: return print(expression.kind)
        case let statement as Statement: return print(statement.kind)
        case let literal as Literal: return print(literal)
        case let name as NameOrVariable:
            switch name {
            case .name(let name): return print(name.parts)
            case .variable(let variable): return variable
            }
        case let type as DataType:
            let parameters = type.parameters.isEmpty ? "" : "(" + type.parameters.joined(separator: ",") + ")"
            return print(type.name.parts) + parameters
        case let flag as Bool: return flag ? "true" : nil
        case let text as String: return quoteIfNeeded(text)
        case let number as Int: return "\(number)"
        case let symbol as any RawRepresentable<String>: return symbol.rawValue
        default: return reflect(value)
        }
    }

    private static func print(_ parts: [String]) -> String { parts.map(quoteIfNeeded).joined(separator: ".") }

    private static func quoteIfNeeded(_ text: String) -> String {
        let isPlain = !text.isEmpty && text.allSatisfy { $0.isLetter || $0.isNumber || "_@#$%".contains($0) }
        return isPlain || text.isEmpty ? text : "«\(text)»"
    }

    private static func print(_ literal: Literal) -> String {
        switch literal {
        case .null: "null"
        case .integer(let digits): digits
        case .decimal(let digits): "dec:" + digits
        case .float(let digits): "float:" + digits
        case .money(let digits): "$" + digits
        case .binary(let digits): "0x" + digits
        case .string(let text): "'\(text)'"
        case .nationalString(let text): "N'\(text)'"
        }
    }

    private static func reflect(_ value: Any) -> String? {
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional: return mirror.children.first.flatMap { present($0.value) }
        case .collection:
            if mirror.children.isEmpty { return nil }
            return "[" + mirror.children.map { print($0.value) ?? "()" }.joined(separator: " ") + "]"
        case .enum: return enumeration(mirror, "\(value)")
        default: return "(" + fields(mirror).joined(separator: " ") + ")"
        }
    }

    /// What an optional holds is printed even where it is `false` or empty.
    private static func present(_ value: Any) -> String? {
        if let flag = value as? Bool { return flag ? "true" : "false" }
        return print(value) ?? "[]"
    }

    private static func enumeration(_ mirror: Mirror, _ description: String) -> String {
        guard let payload = mirror.children.first, let label = payload.label else { return description }
        let content = Mirror(reflecting: payload.value)
        let isTuple = content.displayStyle == .tuple
        var parts: [String]
        switch label {
        // Operators read as such.
        case "binary", "comparison", "unary", "set", "setVariable", "setOperation": parts = []
        case "column", "variable", "global", "literal", "expression":
            if !isTuple { return print(payload.value) ?? "()" }
            parts = [label]
        default: parts = [label]
        }
        parts += isTuple ? fields(content) : [print(payload.value)].compactMap { $0 }
        return "(" + parts.joined(separator: " ") + ")"
    }

    private static func fields(_ mirror: Mirror) -> [String] {
        mirror.children.compactMap { child in
            let label = child.label ?? ""
            if label == "line" || label == "span" { return nil }
            guard let text = print(child.value) else { return nil }
            if text == "true" { return "+" + label }
            return label.isEmpty || label.hasPrefix(".") ? text : "\(label):\(text)"
        }
    }
}

/// The tree of a batch as one S-expression.
func tree(_ text: String, isQuotedIdentifierOn: Bool = true) throws -> String {
    SyntaxPrinter.text(try Batch(parsing: text, isQuotedIdentifierOn: isQuotedIdentifierOn).statements)
}

/// The tree of an expression as one S-expression.
func expression(_ text: String) throws -> String { SyntaxPrinter.text(try TSQL.Expression(parsing: text)) }
