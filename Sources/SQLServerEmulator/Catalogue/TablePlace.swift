/// Where a table is made.
enum TablePlace: Hashable, Sendable {
    /// In a schema of a database.
    case database(String, schema: String)
    /// `#t`: seen by its session only.
    case temporary
    /// `DECLARE @t TABLE`: seen by its batch only, and no transaction takes its rows back.
    case variable
}
