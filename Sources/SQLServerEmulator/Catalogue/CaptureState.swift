/// Change Data Capture of a database.
struct CaptureState: Sendable {
    var instances: [CaptureInstanceObject] = []

    /// The types that columns of sources got since; the capture gives them to the change tables when it comes to them in the log.
    var alterations: [Alteration] = []

    struct Alteration: Sendable {
        var lsn: LogSequenceNumber
        var table: Int
        var column: Int
        var type: SQLType
    }

    func instance(_ name: String) -> CaptureInstanceObject? { instances.first { $0.name.matches(name) } }
}

/// A capture instance. Its low watermark and what was captured stand in tables, as in SQL Server.
struct CaptureInstanceObject: Sendable {
    var name: String
    var sourceTable: Int
    /// The change table.
    var changeTable: Int
    /// Ids of the source's columns, in the order of their ordinals in the mask.
    var columns: [Int]
    var role: String?
    var supportsNetChanges: Bool
    var indexName: String?
}
