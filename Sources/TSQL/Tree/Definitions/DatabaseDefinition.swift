package struct DatabaseDefinition: Equatable, Sendable {
    package struct FileGroup: Hashable, Sendable {
        /// `PRIMARY`, `LOG`, or the name of a filegroup.
        package var name: String
        /// One list for each file: `NAME`, `FILENAME`, `SIZE`, …
        package var files: [[NamedOption]]
    }

    package var name: String
    package var containment: String?
    package var files: [FileGroup]
    package var collation: String?
    package var options: [NamedOption]
}
