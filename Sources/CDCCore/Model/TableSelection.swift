/// A table to be ingested, and how.
public struct TableSelection: Hashable, Sendable, ExpressibleByStringLiteral {
    public var source: TableName
    /// The table's name in the destination.
    public var destination: String
    /// Columns that tell rows apart, where the source declares no key or another one is wanted.
    public var key: [String]?
    public var scdType: SCDType

    public init(
        _ source: TableName,
        destination: String? = nil,
        key: [String]? = nil,
        scdType: SCDType = .type1
    ) {
        self.source = source
        self.destination = destination ?? source.name
        self.key = key
        self.scdType = scdType
    }

    public init(stringLiteral text: String) {
        self.init(TableName(stringLiteral: text))
    }

    /// Refuses selections that cannot work together, before anything is read or written.
    ///
    /// - Throws: ``CDCError`` with code `invalidConfiguration`.
    static func check(_ tables: [TableSelection], pipeline: String) throws(CDCError) {
        try checkName(pipeline, "the pipeline's name")
        if tables.isEmpty { throw CDCError(.invalidConfiguration, "a pipeline needs at least one table") }
        var sources: Set<TableName> = []
        var seen: [String: TableName] = [:]
        for table in tables {
            try checkName(table.source.schema, "the schema of table \(table.source)")
            try checkName(table.source.name, "the name of table \(table.source)")
            try checkName(table.destination, "the destination name of table \(table.source)")
            guard sources.insert(table.source).inserted else {
                throw CDCError(.invalidConfiguration, "table \(table.source) is selected twice", table: table.source)
            }
            // Destinations may keep names without regard to case, as a file system does.
            if let other = seen.updateValue(table.source, forKey: table.destination.lowercased()) {
                throw CDCError(
                    .invalidConfiguration,
                    "tables \(other) and \(table.source) would both become '\(table.destination)'; give one of them "
                        + "another destination name",
                    table: table.source
                )
            }
        }
    }

    /// A name becomes the name of a folder, so it must not lead anywhere else, nor be hidden from readers.
    private static func checkName(_ name: String, _ what: String) throws(CDCError) {
        let problem: String? =
            if name.isEmpty { "is empty" } else if name.utf8.count > 200 {
                "is longer than 200 bytes"
            } else if name
                .unicodeScalars.contains(where: { $0 == "/" || $0 == "\\" || $0.value < 0x20 || $0.value == 0x7F })
            {
                "contains a slash or a control character"
            } else if name.hasPrefix(".") || name.hasPrefix("_") {
                "begins with '\(name.prefix(1))'"
            } else { nil }
        if let problem {
            throw CDCError(
                .invalidConfiguration,
                "\(what), '\(name)', \(problem), and cannot be the name of a folder; give the table a destination name"
            )
        }
    }
}
