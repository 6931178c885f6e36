extension DataType {
    /// The type whose ``description`` this is; `nil` where there is none. Nested types are not read.
    public init?(sqlName: String) {
        switch sqlName {
        case "boolean": self = .boolean
        case "tinyint": self = .byte
        case "smallint": self = .short
        case "int": self = .integer
        case "bigint": self = .long
        case "float": self = .float
        case "double": self = .double
        case "string": self = .string
        case "binary": self = .binary
        case "date": self = .date
        case "timestamp": self = .timestamp
        case "timestamp_ntz": self = .timestampNTZ
        default:
            guard sqlName.hasPrefix("decimal("), sqlName.hasSuffix(")") else { return nil }
            let parts = sqlName.dropFirst(8).dropLast().split(separator: ",").map { Int($0) }
            guard parts.count == 2, let precision = parts[0], let scale = parts[1],
                (1...Self.maximumDecimalPrecision).contains(precision), (0...precision).contains(scale)
            else { return nil }
            self = .decimal(precision: precision, scale: scale)
            // No second spelling, such as `decimal(+10,,2)`.
            if description != sqlName { return nil }
        }
    }
}
