/// The text of a `sql_variant`, of which db-lib shows neither the type nor all bytes.
///
/// CONVERT without a style would cut values: a `float` to six digits, `money` to two places, a `datetime` to minutes. So each base
/// type is written with the style that keeps all of it.
///
/// Source: SQL Server documentation, "CAST and CONVERT (Transact-SQL)", "SQL_VARIANT_PROPERTY (Transact-SQL)".
enum VariantText {
    private static let styles: [(types: [String], expression: String)] = [
        (["float", "real"], "CONVERT(nvarchar(60), CONVERT(float, %), 3)"),
        (["money", "smallmoney"], "CONVERT(nvarchar(60), CONVERT(money, %), 2)"),
        (["date"], "CONVERT(nvarchar(60), CONVERT(date, %), 23)"),
        (["time"], "CONVERT(nvarchar(60), CONVERT(time(7), %), 121)"),
        (["datetime", "smalldatetime"], "CONVERT(nvarchar(60), CONVERT(datetime, %), 121)"),
        (["datetime2"], "CONVERT(nvarchar(60), CONVERT(datetime2(7), %), 121)"),
        (["datetimeoffset"], "CONVERT(nvarchar(60), CONVERT(datetimeoffset(7), %), 121)"),
        (["binary", "varbinary"], "CONVERT(nvarchar(max), CONVERT(varbinary(8000), %), 1)"),
        // 8000 bytes of a code page can be more characters than nvarchar(4000) has. As varchar a text is first turned into the code page of
        // the database, so only a longer one is.
        (
            ["char", "varchar"],
            "CASE WHEN DATALENGTH(%) <= 4000 THEN CONVERT(nvarchar(4000), %) "
                + "ELSE CONVERT(nvarchar(max), CONVERT(varchar(8000), %)) END"
        ),
    ]

    /// An expression of type `nvarchar(max)`.
    static func expression(_ value: String) -> String {
        let cases = styles.map { style in
            let names = style.types.map(SQLText.string).joined(separator: ", ")
            return "WHEN \(baseType(value)) IN (\(names)) THEN \(style.expression.replacing("%", with: value))"
        }
        return "CASE \(cases.joined(separator: " ")) ELSE CONVERT(nvarchar(4000), \(value)) END"
    }

    private static func baseType(_ value: String) -> String {
        "CONVERT(nvarchar(128), SQL_VARIANT_PROPERTY(\(value), 'BaseType'))"
    }
}
