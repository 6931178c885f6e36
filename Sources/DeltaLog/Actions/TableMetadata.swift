/// The table's identity, columns and properties. A new one replaces the old one wholly.
///
/// Source: Delta protocol, "Change Metadata".
public struct TableMetadata: Hashable, Sendable {
    /// A UUID that stays with the table for its life.
    public var id: String
    public var name: String?
    public var description: String?
    /// Always `parquet` in tables that anybody writes today.
    public var formatProvider: String
    public var formatOptions: [String: String]
    /// The columns as the JSON of Spark's `StructType`.
    public var schemaString: String
    public var partitionColumns: [String]
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public var createdTime: Int64?
    /// The table's properties.
    public var configuration: [String: String]

    public init(
        id: String,
        name: String? = nil,
        description: String? = nil,
        formatProvider: String = "parquet",
        formatOptions: [String: String] = [:],
        schemaString: String,
        partitionColumns: [String] = [],
        createdTime: Int64? = nil,
        configuration: [String: String] = [:]
    ) {
        self.id = id
        self.name = name
        self.description = description
        self.formatProvider = formatProvider
        self.formatOptions = formatOptions
        self.schemaString = schemaString
        self.partitionColumns = partitionColumns
        self.createdTime = createdTime
        self.configuration = configuration
    }
}
