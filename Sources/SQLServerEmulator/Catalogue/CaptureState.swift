/// Change Data Capture of a database.
struct CaptureState: Sendable {
    var instances: [CaptureInstanceObject] = []

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
