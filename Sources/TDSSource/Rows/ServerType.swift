import CFreeTDS

/// How the cells of a column lie in db-lib's memory, as `dbcoltype` tells.
///
/// Source: `sybdb.h`; the last three are of TDS 7 only and missing there (MS-TDS 2.2.5.4).
enum CellType {
    static let uniqueIdentifier = 36
    static let variant = 98
    static let userDefined = 240
    /// The type on the wire of `xml`, whose cells look like those of `text`.
    static let xml = 241
}
