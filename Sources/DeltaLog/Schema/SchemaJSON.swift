import CDCJSON
public import Columnar

/// Table schemas as the JSON of Spark's `StructType`, in which the log keeps them.
///
/// Source: Delta protocol, "Schema Serialization Format".
public enum SchemaJSON {
    /// The schema that a `schemaString` describes.
    ///
    /// - Throws: ``DeltaError`` with code `invalidSchema`, or `unsupportedType` naming the column and its type.
    public static func parse(_ text: String) throws(DeltaError) -> Schema {
        let json: JSONValue
        do { json = try JSONValue(parsing: text) } catch {
            throw DeltaError(.invalidSchema, "the table's schema is no JSON: \(error)", underlying: error)
        }
        guard json["type"]?.string == "struct" else {
            throw DeltaError(.invalidSchema, "the table's schema is no struct")
        }
        return try structure(json, [])
    }

    /// The `schemaString` of a schema.
    public static func text(_ schema: Schema) -> String {
        var writer = JSONWriter()
        write(.structure(schema), to: &writer)
        return writer.text
    }

    // MARK: Reading

    private static func structure(_ json: JSONValue, _ path: [String]) throws(DeltaError) -> Schema {
        guard let fields = json["fields"]?.array else {
            throw DeltaError(.invalidSchema, "the struct \(name(path)) has no fields")
        }
        var result: [Field] = []
        result.reserveCapacity(fields.count)
        for field in fields {
            guard let fieldName = field["name"]?.string, let type = field["type"] else {
                throw DeltaError(.invalidSchema, "a field of \(name(path)) has no name or no type")
            }
            result.append(
                Field(
                    fieldName,
                    try self.type(type, path + [fieldName]),
                    isNullable: field["nullable"]?.boolean ?? true,
                    metadata: field["metadata"]?.object ?? [:]
                )
            )
        }
        return Schema(result)
    }

    private static func type(_ json: JSONValue, _ path: [String]) throws(DeltaError) -> DataType {
        if let name = json.string { return try primitive(name, path) }
        switch json["type"]?.string {
        case "struct": return .structure(try structure(json, path))
        case "array":
            guard let element = json["elementType"] else { break }
            return .list(
                element: try type(element, path + ["element"]),
                containsNull: json["containsNull"]?.boolean ?? true
            )
        case "map":
            guard let key = json["keyType"], let value = json["valueType"] else { break }
            return .map(
                key: try type(key, path + ["key"]),
                value: try type(value, path + ["value"]),
                valueContainsNull: json["valueContainsNull"]?.boolean ?? true
            )
        case let other?: throw unsupported(other, path)
        case nil: break
        }
        throw DeltaError(.invalidSchema, "the type of \(name(path)) is incomplete: \(json.text.prefix(200))")
    }

    private static func primitive(_ text: String, _ path: [String]) throws(DeltaError) -> DataType {
        switch text {
        case "string": return .string
        case "long": return .long
        case "integer": return .integer
        case "short": return .short
        case "byte": return .byte
        case "float": return .float
        case "double": return .double
        case "boolean": return .boolean
        case "binary": return .binary
        case "date": return .date
        case "timestamp": return .timestamp
        case "timestamp_ntz": return .timestampNTZ
        case "decimal": return .decimal(precision: 10, scale: 0)
        default: break
        }
        guard text.hasPrefix("decimal("), text.hasSuffix(")") else { throw unsupported(text, path) }
        let numbers = text.dropFirst(8).dropLast().split(separator: ",", omittingEmptySubsequences: false)
            .map { Int($0.filter { $0 != " " }) }
        guard numbers.count == 2, let precision = numbers[0], let scale = numbers[1],
            (1...DataType.maximumDecimalPrecision).contains(precision), (0...precision).contains(scale)
        else {
            throw DeltaError(.invalidSchema, "the type '\(text.prefix(100))' of \(name(path)) is no decimal type")
        }
        return .decimal(precision: precision, scale: scale)
    }

    private static func unsupported(_ type: String, _ path: [String]) -> DeltaError {
        DeltaError(
            .unsupportedType,
            "\(name(path)) is of type '\(type.prefix(100))', which this version cannot read or write; "
                + "read the table with another program, or remove the column"
        )
    }

    private static func name(_ path: [String]) -> String {
        path.isEmpty ? "the table's schema" : "column '\(path.joined(separator: "."))'"
    }

    // MARK: Writing

    private static func write(_ type: DataType, to writer: inout JSONWriter) {
        switch type {
        case .structure(let schema):
            writer.object { writer in
                writer.member("type", "struct")
                writer.key("fields")
                writer.array { writer in
                    for field in schema.fields {
                        writer.object { writer in
                            writer.member("name", field.name)
                            writer.key("type")
                            write(field.type, to: &writer)
                            writer.member("nullable", field.isNullable)
                            writer.member("metadata", JSONValue.object(field.metadata))
                        }
                    }
                }
            }
        case .list(let element, let containsNull):
            writer.object { writer in
                writer.member("type", "array")
                writer.key("elementType")
                write(element, to: &writer)
                writer.member("containsNull", containsNull)
            }
        case .map(let key, let value, let valueContainsNull):
            writer.object { writer in
                writer.member("type", "map")
                writer.key("keyType")
                write(key, to: &writer)
                writer.key("valueType")
                write(value, to: &writer)
                writer.member("valueContainsNull", valueContainsNull)
            }
        default: writer.string(name(ofPrimitive: type))
        }
    }

    /// The name that the log gives a type without parts.
    private static func name(ofPrimitive type: DataType) -> String {
        switch type {
        case .byte: "byte"
        case .short: "short"
        case .integer: "integer"
        case .long: "long"
        default: type.description  // the others are called in the log what SQL calls them
        }
    }
}
