/// The schema collection that an `xml` column is bound to.
///
/// Source: MS-TDS 2.2.5.5.3.
public struct XMLSchemaName: Hashable, Sendable {
    public var database: String
    public var owningSchema: String
    public var collection: String

    public init(database: String, owningSchema: String, collection: String) {
        self.database = database
        self.owningSchema = owningSchema
        self.collection = collection
    }
}
