package struct StatisticsDefinition: Equatable, Sendable {
    package var name: String
    package var table: Name
    package var columns: [String]
    package var `where`: Expression?
    package var options: [NamedOption]
}
