/// A row that a statement changed, in the order of the table's columns.
struct RowChange {
    var before: [StoredValue]?
    var after: [StoredValue]?

    var action: String { before == nil ? "INSERT" : after == nil ? "DELETE" : "UPDATE" }
}
