/// Names as literals of a script that may pass through `sqlcmd`.
enum ScriptText {
    /// An expression of the type `nvarchar` whose value is `text`.
    ///
    /// `sqlcmd` works on lines before the server sees them: it replaces `$(…)` also within quotes, and takes a line `GO` for the
    /// end of a batch. So neither may stand in a literal.
    static func literal(_ text: String) -> String {
        var literal = "N'"
        var last: Unicode.Scalar?
        // By scalars: a line break of two is one character in Swift, as is a parenthesis with an accent.
        for scalar in text.unicodeScalars {
            switch scalar {
            case "'": literal += "''"
            case "\r", "\n": literal += "' + NCHAR(\(scalar.value)) + N'"
            case "(" where last == "$": literal += "' + N'("
            default: literal.unicodeScalars.append(scalar)
            }
            last = scalar
        }
        return literal + "'"
    }
}
