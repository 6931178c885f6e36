/// An expression in SQLite's SQL, and what T-SQL says of its values.
struct TypedSQL {
    var sql: String
    var type: SQLType
    var isNullable = true
    /// The name that the column has where the expression is one.
    var name: String?
    var isIdentity = false
    /// The value, where the expression is a literal.
    var literal: SQLValue?

    static let null = TypedSQL(sql: "NULL", type: .null)
}

/// A query in SQLite's SQL, whose columns are called `c0`, `c1`, …
struct BoundQuery {
    var sql: String
    var columns: [Column]
    /// Whether it gives one row at most, whatever the data.
    var isSingleRow = false

    struct Column {
        /// Empty where the query gives it none.
        var name: String
        var type: SQLType
        var isNullable = true
        var isIdentity = false
    }
}
