public import Columnar
import LakeStorage

extension TableMetadata {
    /// The metadata of a new table.
    ///
    /// - Parameter time: milliseconds since 1970-01-01T00:00:00Z.
    /// - Throws: ``DeltaError`` with code `invalidSchema` where columns or partition columns break a rule.
    public init(
        creating schema: Schema,
        partitionColumns: [String] = [],
        properties: [String: String] = [:],
        name: String? = nil,
        description: String? = nil,
        at time: Int64
    ) throws(DeltaError) {
        try SchemaRules.check(schema, partitionColumns: partitionColumns)
        self.init(
            id: UniqueName.uuid(),
            name: name,
            description: description,
            schemaString: SchemaJSON.text(schema),
            partitionColumns: partitionColumns,
            createdTime: time,
            configuration: properties
        )
    }
}
