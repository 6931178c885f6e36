/// The parts of a name such as `[server].[db].dbo.[Order Details]`.
enum ObjectName {
    /// `nil` where brackets or quotes are not closed, or a part is longer than 128 characters.
    static func parts(_ text: String) -> [String]? {
        var parts: [String] = []
        var rest = Substring(text)
        while true {
            var part = ""
            if let open = rest.first, open == "[" || open == "\"" {
                rest.removeFirst()
                guard let inside = quoted(&rest, closedBy: open == "[" ? "]" : open) else { return nil }
                part = inside
            } else {
                while let next = rest.first, next != "." {
                    part.append(next)
                    rest.removeFirst()
                }
            }
            guard part.utf16.count <= 128 else { return nil }
            parts.append(part)
            guard rest.first == "." else { return rest.isEmpty ? parts : nil }
            rest.removeFirst()
        }
    }

    /// What stands before a closing mark; the mark doubled stands for itself.
    private static func quoted(_ rest: inout Substring, closedBy mark: Character) -> String? {
        var text = ""
        while let next = rest.popFirst() {
            if next != mark {
                text.append(next)
            } else if rest.first == mark {
                text.append(mark)
                rest.removeFirst()
            } else {
                return text
            }
        }
        return nil
    }
}
