/// One piece of the text: where it is, what kind of piece, and which word or sign.
struct Token {
    enum Kind: UInt8 {
        /// A regular identifier or a reserved word.
        case word
        /// `[a]`, or `"a"` while QUOTED_IDENTIFIER is ON.
        case quotedIdentifier
        /// `@a` or `@@a`.
        case variable
        /// `$action`, `$IDENTITY`.
        case dollarWord
        /// `'a'`, or `"a"` while QUOTED_IDENTIFIER is OFF.
        case string
        /// `N'a'`
        case nationalString
        case integer
        case decimal
        case float
        case money
        /// `0xFF`
        case binary
        case symbol
        /// The end of the text, or of the part of it that can be cut into tokens.
        case end
    }

    var kind: Kind
    /// The word, where it is one that the grammar knows.
    var word: Word?
    var isReserved = false
    var symbol: Symbol?
    /// Where the token is, in UTF-8 code units from the beginning of the text.
    var range: Range<Int>
    /// The line in which it begins, counted from 1.
    var line: Int
}
