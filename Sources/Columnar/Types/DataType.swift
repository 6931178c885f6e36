/// The type of a column, with the names and the meaning that Delta Lake and Spark give them.
///
/// Source: Delta protocol, "Schema Serialization Format", "Primitive Types".
public indirect enum DataType: Hashable, Sendable {
    case boolean
    /// A whole number of 8 bits, −128…127.
    case byte
    /// A whole number of 16 bits.
    case short
    /// A whole number of 32 bits.
    case integer
    /// A whole number of 64 bits.
    case long
    /// A floating-point number of 32 bits.
    case float
    /// A floating-point number of 64 bits.
    case double
    /// An exact number of at most `precision` (1…38) digits, of which `scale` (0…precision) stand after the point.
    case decimal(precision: Int, scale: Int)
    /// UTF-8 text.
    case string
    /// Bytes without a meaning.
    case binary
    /// Days since 1970-01-01 in the proleptic Gregorian calendar.
    case date
    /// An instant: microseconds since 1970-01-01T00:00:00Z.
    case timestamp
    /// A wall-clock reading without a time zone: microseconds since 1970-01-01T00:00:00.
    case timestampNTZ
    /// Values of several columns together.
    case structure(Schema)
    /// Any number of values of one type, in order.
    case list(element: DataType, containsNull: Bool)
    /// Any number of keys, which are never null, with a value each.
    case map(key: DataType, value: DataType, valueContainsNull: Bool)
}

extension DataType {
    /// The largest precision of a decimal.
    public static let maximumDecimalPrecision = 38

    /// The kind of vector that holds values of this type.
    public var vectorKind: VectorKind {
        switch self {
        case .boolean: .bits
        case .byte, .short, .integer, .date: .int32
        case .long, .timestamp, .timestampNTZ: .int64
        case .decimal(let precision, _): precision <= 18 ? .int64 : .int128
        case .float: .float
        case .double: .double
        case .string, .binary: .bytes
        case .structure: .structure
        case .list: .list
        case .map: .map
        }
    }

    /// Whether values of this type hold other values.
    public var isNested: Bool {
        switch self {
        case .structure, .list, .map: true
        default: false
        }
    }
}

extension DataType: CustomStringConvertible {
    /// The type as SQL writes it: `int`, `decimal(10,2)`, `array<string>`.
    public var description: String {
        switch self {
        case .boolean: "boolean"
        case .byte: "tinyint"
        case .short: "smallint"
        case .integer: "int"
        case .long: "bigint"
        case .float: "float"
        case .double: "double"
        case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
        case .string: "string"
        case .binary: "binary"
        case .date: "date"
        case .timestamp: "timestamp"
        case .timestampNTZ: "timestamp_ntz"
        case .structure(let schema):
            "struct<" + schema.fields.map { "\($0.name):\($0.type)" }.joined(separator: ",") + ">"
        case .list(let element, _): "array<\(element)>"
        case .map(let key, let value, _): "map<\(key),\(value)>"
        }
    }
}
