/// Statements of SQL as lines that a terminal has room for.
enum SQLLines {
    /// The statement on as many lines as it needs, broken at blanks outside of literals, the later ones indented.
    static func wrapped(_ statement: String, width: Int) -> [String] {
        var lines = [""]
        for word in words(of: statement) {
            let line = lines[lines.count - 1]
            if line.isEmpty || line.count + 1 + word.count <= width {
                lines[lines.count - 1] = line.isEmpty ? word : line + " " + word
            } else {
                lines.append("    " + word)
            }
        }
        return lines
    }

    private static func words(of statement: String) -> [String] {
        var words = [""]
        var isLiteral = false
        for character in statement {
            if character == "'" { isLiteral.toggle() }
            if character == " ", !isLiteral { words.append("") } else { words[words.count - 1].append(character) }
        }
        return words
    }
}
