package struct DBCCStatement: Equatable, Sendable {
    /// In upper case.
    package var command: String
    /// Bare words are strings.
    package var arguments: [Expression]
    /// In upper case.
    package var options: [String]
}
