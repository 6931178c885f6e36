/// The name of a type of the CLR.
///
/// Source: MS-TDS 2.2.5.5.2.
public struct UDTName: Hashable, Sendable {
    public var database: String
    public var schema: String
    public var name: String
    /// The largest number of bytes of a value, 65535 for any; says a column, not a parameter.
    public var maximumBytes: UInt16
    /// The .NET name of the class and its assembly; says a column, not a parameter.
    public var assemblyQualifiedName: String

    public init(
        database: String = "",
        schema: String = "sys",
        name: String,
        maximumBytes: UInt16 = .max,
        assemblyQualifiedName: String = ""
    ) {
        self.database = database
        self.schema = schema
        self.name = name
        self.maximumBytes = maximumBytes
        self.assemblyQualifiedName = assemblyQualifiedName
    }
}
