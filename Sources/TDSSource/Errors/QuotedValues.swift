/// The messages of SQL Server that quote values of rows, and what stands in place of their texts: row data belong into no error
/// and no log.
///
/// Source: SQL Server documentation, "Database Engine events and errors"; texts of `sys.messages`.
enum QuotedValues {
    private static let meanings: [Int32: String] = [
        220: "A number does not fit the data type",
        232: "A number does not fit the data type",
        244: "A text is a number that does not fit the data type",
        245: "A text could not be converted to the data type",
        248: "A text is a number that does not fit the data type",
        1505: "No unique index can be made: a key occurs twice",
        2601: "A key of a unique index would occur twice",
        2627: "A key of a PRIMARY KEY or UNIQUE constraint would occur twice",
        2628: "A text or binary is too long for its column",
        6522: "A CLR routine failed",
        13609: "A text is not properly formatted JSON",
    ]

    /// The text of message `number`, or where that quotes values, its meaning.
    static func text(of number: Int32, _ text: String) -> String {
        meanings[number].map { "\($0) (the server's text quotes values and is left out)" } ?? text
    }
}
