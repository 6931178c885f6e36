import CDCCore

/// Names as literals of a script that may pass through `sqlcmd`.
enum ScriptText {
    /// An expression of the type `nvarchar` whose value is `text`.
    ///
    /// `sqlcmd` works on lines before the server sees them: it replaces `$(…)` also within quotes, and takes a line `GO` for the
    /// end of a batch. So neither may stand in a literal.
    static func literal(_ text: String) -> String {
        let separated = SQLText.string(text)
            .replacing("$(", with: "$' + N'(")
            .replacing("\r", with: "' + NCHAR(13) + N'")
            .replacing("\n", with: "' + NCHAR(10) + N'")
        return separated
    }
}
