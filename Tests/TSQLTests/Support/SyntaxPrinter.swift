import Testing

@testable import TSQL

/// Prints a tree as one S-expression.
///
/// It looks into whatever the tree is made of, so nothing that a tree holds can be missing from an expectation: what is empty,
/// `nil` or `false` is left out, and so are lines and ranges, which tests of their own look at.
enum SyntaxPrinter {
    static func text(_ statements: [Statement]) -> String { statements.map { text($0) }.joined(separator: " ") }

    static func text(_ value: Any) -> String { print(value) ?? "()" }

    /// Fields that need no label: there is one of each, and it comes first.
    private static let plainFields: Set<String> = ["name", "items", "query", "body", "expression", "target", "table"]
    /// Cases whose label says no more than their content.
    private static let plainCases: Set<String> = ["binary", "comparison", "unary", "setOperation"]

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
        case let symbol as any RawRepresentable<String>: return symbol.rawValue
        default: return reflect(value)
        }
    }

    private static func print(_ parts: [String]) -> String { parts.map(quoteIfNeeded).joined(separator: ".") }

    private static func quoteIfNeeded(_ text: String) -> String {
        let isPlain = text.allSatisfy { $0.isLetter || $0.isNumber || "_@#$%-".contains($0) }
        return isPlain ? text : "«\(text)»"
    }

    private static func print(_ literal: Literal) -> String {
        switch literal {
        case .null: "null"
        case .integer(let digits): digits
        case .decimal(let digits): "decimal:" + digits
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
        default:
            let fields = fields(mirror)
            // What holds one thing and no label is that thing.
            let isPlain = fields.count == 1 && fields[0].first != "+" && fields[0].first != "-"
            if isPlain, "([".contains(fields[0].prefix(1)) || !fields[0].contains(":") { return fields[0] }
            return "(" + fields.joined(separator: " ") + ")"
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
        var parts = plainCases.contains(label) ? [] : [label]
        switch content.displayStyle {
        case .tuple:
            parts += fields(content)
            // `a` rather than `(expression a)`
            if label == "expression", parts.count == 2 { return parts[1] }
        case .struct
        where !(payload.value is Name || payload.value is TSQL.Expression || payload.value is DataType)
            && !(payload.value is Statement || payload.value is String):
            parts += fields(content)
        default:
            let text = print(payload.value)
            if ["column", "variable", "global", "literal", "expression"].contains(label) { return text ?? "()" }
            parts += [text].compactMap { $0 }
        }
        return "(" + parts.joined(separator: " ") + ")"
    }

    private static func fields(_ mirror: Mirror) -> [String] {
        mirror.children.compactMap { child in
            let label = child.label ?? ""
            if label == "line" || label == "span" { return nil }
            guard let text = print(child.value) else { return nil }
            if text == "true" { return "+" + label }
            if text == "false" { return "-" + label }
            return label.isEmpty || label.hasPrefix(".") || plainFields.contains(label) ? text : "\(label):\(text)"
        }
    }
}

/// Expects that a batch has this tree; white space in `expected` is free.
func expectTree(
    _ text: String,
    _ expected: String,
    isQuotedIdentifierOn: Bool = true,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(throws: Never.self, sourceLocation: sourceLocation) {
        let batch = try Batch(parsing: text, isQuotedIdentifierOn: isQuotedIdentifierOn)
        expectSame(SyntaxPrinter.text(batch.statements), expected, sourceLocation: sourceLocation)
    }
}

/// Expects that an expression or a condition has this tree; white space in `expected` is free.
func expectExpression(_ text: String, _ expected: String, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(throws: Never.self, sourceLocation: sourceLocation) {
        let expression = try TSQL.Expression(parsing: text)
        expectSame(SyntaxPrinter.text(expression), expected, sourceLocation: sourceLocation)
    }
}

private func expectSame(_ text: String, _ expected: String, sourceLocation: SourceLocation) {
    let expected = expected.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(text == expected, sourceLocation: sourceLocation)
}

/// Expects that a batch is refused with this number, at this line and token, and that the message says so.
func expectError(
    _ text: String,
    _ number: Int,
    near token: String,
    line: Int = 1,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let error = #expect(throws: TSQLError.self, sourceLocation: sourceLocation) { _ = try Batch(parsing: text) }
    #expect(error?.number == number, sourceLocation: sourceLocation)
    #expect(error?.token == token, sourceLocation: sourceLocation)
    #expect(error?.line == line, sourceLocation: sourceLocation)
}
