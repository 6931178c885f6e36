/// Values of key columns as text that the server wrote and reads again as the same value.
///
/// Keys are never compared here: their order is the server's business (collations, `uniqueidentifier`, padding).
struct KeyLiteral {
    let column: SourceColumn

    /// Whether values of the column's type survive the way.
    var isPossible: Bool {
        switch column.type {
        case "sql_variant", "hierarchyid", "geometry", "geography", "xml", "json", "text", "ntext", "image": false
        default: column.maxLength != -1
        }
    }

    /// An expression that gives a value as text.
    ///
    /// Styles are of the documentation's "CAST and CONVERT (Transact-SQL)".
    func reading(of alias: String) -> String {
        let value = "\(alias).\(SQLText.identifier(column.name))"
        let name = SQLText.identifier(column.name)
        let text: String =
            switch column.type {
            case "char", "varchar", "nchar", "nvarchar":
                // As UTF-16 and as bytes, so that no code page, padding or unpaired surrogate changes it on its way.
                "CONVERT(varchar(max), CONVERT(varbinary(max), CONVERT(nvarchar(max), \(value))), 1)"
            case "binary", "varbinary", "timestamp": "CONVERT(varchar(max), CONVERT(varbinary(max), \(value)), 1)"
            case "float", "real": "CONVERT(varchar(60), \(value), 3)"
            case "money", "smallmoney": "CONVERT(varchar(60), \(value), 2)"
            case "date": "CONVERT(varchar(60), \(value), 23)"
            case "time", "smalldatetime", "datetime", "datetime2", "datetimeoffset":
                "CONVERT(varchar(60), \(value), 121)"
            default: "CONVERT(varchar(60), \(value))"
            }
        return "\(text) AS \(name)"
    }

    /// An expression that is a value again, from its text.
    func writing(_ text: String) -> String {
        let literal = SQLText.string(text)
        switch column.type {
        case "nchar", "nvarchar": return "CONVERT(\(column.typeText), CONVERT(varbinary(max), \(literal), 1))"
        case "char", "varchar":
            let collation = column.collation.map { " COLLATE \($0)" } ?? ""
            let wide = "CONVERT(nvarchar(max), CONVERT(varbinary(max), \(literal), 1))\(collation)"
            return "CONVERT(\(column.typeText), \(wide))"
        case "binary", "varbinary": return "CONVERT(\(column.typeText), \(literal), 1)"
        case "timestamp": return "CONVERT(binary(8), \(literal), 1)"
        case "date", "time", "smalldatetime", "datetime", "datetime2", "datetimeoffset":
            return "CONVERT(\(column.typeText), \(literal), 121)"
        default: return "CONVERT(\(column.typeText), \(literal))"
        }
    }
}
