import Columnar

/// A column of a table as the server's catalogue describes it.
///
/// Source: SQL Server documentation, "sys.columns (Transact-SQL)".
struct SourceColumn: Hashable, Sendable {
    var name: String
    /// The column's number in its table, which no later column gets; `nil` where it is not known.
    var id: Int?
    /// The system type's name, such as `nvarchar`; for a CLR type its own name, such as `geography`.
    var type: String
    /// In bytes; −1 for `max`.
    var maxLength: Int
    var precision: Int
    var scale: Int
    var isNullable: Bool
    var isComputed: Bool
    /// `nil` where the type holds no characters.
    var collation: String?

    /// The type of the values as they are read; `nil` for a type that cannot be read.
    var dataType: DataType? {
        switch type {
        case "bit": .boolean
        case "tinyint", "smallint": .short
        case "int": .integer
        case "bigint": .long
        case "decimal", "numeric": .decimal(precision: precision, scale: scale)
        case "money": .decimal(precision: 19, scale: 4)
        case "smallmoney": .decimal(precision: 10, scale: 4)
        case "real": .float
        case "float": .double
        case "date": .date
        case "smalldatetime", "datetime", "datetime2": .timestampNTZ
        case "datetimeoffset": .timestamp
        case "char", "varchar", "text", "nchar", "nvarchar", "ntext", "time", "uniqueidentifier", "xml", "sql_variant",
            "hierarchyid", "json":
            .string
        case "binary", "varbinary", "image", "timestamp", "geometry", "geography": .binary
        default: nil
        }
    }

    /// Whether a change row may hold NULL where the value was not touched.
    var isLargeObject: Bool {
        switch type {
        case "text", "ntext", "image", "xml", "json", "geometry", "geography": true
        case "varchar", "nvarchar", "varbinary": maxLength == -1
        default: false
        }
    }

    /// Whether two different values may be read as equal ones: what Delta has no digit for is cut off, and the text of a `sql_variant`
    /// does not tell its type.
    var isAmbiguous: Bool {
        switch type {
        case "datetime2", "datetimeoffset": scale > 6
        case "sql_variant": true
        default: false
        }
    }

    /// How the column is selected: types that db-lib does not hand over as values are converted by the server.
    ///
    /// - Parameter alias: The table's alias.
    func projection(of alias: String) -> String {
        let column = "\(alias).\(SQLText.identifier(name))"
        let expression: String? =
            switch type {
            case "sql_variant": VariantText.expression(column)
            case "xml", "json": "CONVERT(nvarchar(max), \(column))"
            case "hierarchyid": "CAST(\(column) AS hierarchyid).ToString()"
            case "geometry", "geography": "CAST(\(column) AS \(type)).STAsBinary()"
            default: nil
            }
        guard let expression else { return column }
        return "\(expression) AS \(SQLText.identifier(name))"
    }

    /// NULL in place of the column, of the type that ``projection(of:)`` gives.
    var nullProjection: String {
        let type =
            switch type {
            case "sql_variant", "xml", "json", "hierarchyid": "nvarchar(max)"
            case "geometry", "geography": "varbinary(max)"
            default: typeText
            }
        return "CAST(NULL AS \(type)) AS \(SQLText.identifier(name))"
    }

    /// The name under which a person knows the type: `nvarchar(50)`, `decimal(10,2)`.
    var typeText: String {
        switch type {
        case "decimal", "numeric": "\(type)(\(precision),\(scale))"
        case "char", "varchar", "binary", "varbinary": "\(type)(\(maxLength == -1 ? "max" : "\(maxLength)"))"
        case "nchar", "nvarchar": "\(type)(\(maxLength == -1 ? "max" : "\(maxLength / 2)"))"
        case "time", "datetime2", "datetimeoffset": "\(type)(\(scale))"
        default: type
        }
    }
}
