package struct SchemaDefinition: Equatable, Sendable {
    /// `nil` where only an owner was written: the schema has its name.
    package var name: String?
    package var owner: String?
    /// Tables, views and permissions that come with the schema.
    package var elements: [Statement]
}
