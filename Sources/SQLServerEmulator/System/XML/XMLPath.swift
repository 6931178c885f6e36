/// A path such as `(/EVENT_INSTANCE/ObjectName)[1]`: names of elements from the root on, positions, and `text()` or an attribute
/// at the end. Other XQuery is refused.
struct XMLPath {
    private struct Step {
        var name: String
        /// Whether the element may stand at any depth.
        var isDescendant: Bool
        var position: Int?
    }

    private var steps: [Step] = []
    private var attribute: String?
    private var position: Int?

    /// - Throws: 40517 for what is not such a path; 2389 where it may mean several values.
    init(parsing text: String) throws(SQLError) {
        let refusal = SQLError.unsupported("XQuery '\(text)'")
        var path = Substring(text.filter { !$0.isWhitespace })
        if path.hasPrefix("data(") { path = path.dropFirst(4) }
        if path.hasPrefix("(") {
            guard let end = path.lastIndex(of: ")"), path.hasSuffix("]") || path.index(after: end) == path.endIndex
            else { throw refusal }
            let tail = path[path.index(after: end)...]
            if !tail.isEmpty {
                guard tail.hasPrefix("["), let number = Int(tail.dropFirst().dropLast()) else { throw refusal }
                position = number
            }
            path = path[path.index(after: path.startIndex)..<end]
        }
        guard path.hasPrefix("/") else { throw refusal }
        while !path.isEmpty {
            let isDescendant = path.hasPrefix("//")
            path = path.dropFirst(isDescendant ? 2 : 1)
            let part = path.prefix { $0 != "/" }
            path = path.dropFirst(part.count)
            if part == "text()", path.isEmpty { break }
            if part.hasPrefix("@"), path.isEmpty {
                attribute = String(part.dropFirst())
                break
            }
            let name = part.prefix { $0.isLetter || $0.isNumber || "_-".contains($0) }
            var step = Step(name: String(name), isDescendant: isDescendant)
            let tail = part.dropFirst(name.count)
            if !tail.isEmpty {
                guard tail.hasPrefix("["), tail.hasSuffix("]"), let number = Int(tail.dropFirst().dropLast()) else {
                    throw refusal
                }
                step.position = number
            }
            guard !name.isEmpty else { throw refusal }
            steps.append(step)
        }
        guard position != nil || steps.allSatisfy({ $0.position != nil }) else {
            throw SQLError(
                2389,
                "XQuery [value()]: 'value()' requires a singleton (or empty sequence), found operand of type 'xdt:untypedAtomic *'"
            )
        }
    }

    /// The text that the path finds; `nil` where it finds nothing.
    func value(in root: XMLElement) -> String? {
        // The document is above its root.
        var found = [document(root)]
        for step in steps {
            found = found.flatMap { element -> [XMLElement] in
                let matches = (step.isDescendant ? element.descendants : element.children).filter {
                    $0.name == step.name
                }
                guard let position = step.position else { return matches }
                return matches.indices.contains(position - 1) ? [matches[position - 1]] : []
            }
        }
        let values = found.compactMap { element in attribute.map { element.attributes[$0] } ?? element.text }
        let place = (position ?? 1) - 1
        return values.indices.contains(place) ? values[place] : nil
    }

    private func document(_ root: XMLElement) -> XMLElement {
        var document = root
        document.children = [root]
        return document
    }
}

extension XMLElement {
    /// All elements below, each before those within it. The depth is that of the text, which is limited.
    fileprivate var descendants: [XMLElement] { children.flatMap { [$0] + $0.descendants } }
}
