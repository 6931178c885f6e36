/// A row that a statement changed, in the order of the table's columns.
struct RowChange {
    var before: [StoredValue]?
    var after: [StoredValue]?
    /// The ids of the columns that an update sets.
    var touched: Set<Int> = []
    /// The row of a `MERGE`'s source, where there is one and `OUTPUT` may name its columns.
    var source: [StoredValue] = []

    var action: String { before == nil ? "INSERT" : after == nil ? "DELETE" : "UPDATE" }
}
