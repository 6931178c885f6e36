/// A row that a statement changed, in the order of the table's columns.
struct RowChange {
    var before: [StoredValue]?
    var after: [StoredValue]?
    /// The ids of the columns that an update sets.
    var touched: Set<Int> = []

    var action: String { before == nil ? "INSERT" : after == nil ? "DELETE" : "UPDATE" }
}
