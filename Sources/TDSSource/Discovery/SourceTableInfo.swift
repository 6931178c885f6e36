import CDCCore
import Columnar

/// What the catalogue says of one table.
struct SourceTableInfo: Hashable, Sendable {
    var name: TableName
    var objectID: Int
    /// The table's columns as they are now, in their order.
    var columns: [SourceColumn] = []
    /// The primary key, else the smallest unique index whose columns are all NOT NULL; empty where there is neither.
    var key: [String] = []
    /// Whether the key, where there is one, is the primary key, which Change Tracking needs.
    var hasPrimaryKey = true
    var foreignKeys: [ForeignKey] = []
    /// Its capture instances, the older first; two at most.
    var captureInstances: [CaptureInstance] = []
    /// Whether it has one more, to which the capture job has not come yet.
    var awaitsCapture = false
    /// Change Tracking of the table; `nil` where it is off.
    var changeTracking: ChangeTrackingInfo?
    /// About how many rows it has, for the number of chunks.
    var rowCountEstimate = 0

    /// The columns of the key as they are now, in key order.
    var keyColumns: [SourceColumn] { key.compactMap { name in columns.first { $0.name == name } } }

    /// The captured columns that the table has no more, but others of their names: those are not captured.
    func replacedColumns(of instance: CaptureInstance) -> [String] {
        let current = Dictionary(columns.map { ($0.name, $0.id) }, uniquingKeysWith: { $1 })
        return instance.columns.filter { column in
            guard let id = column.id, case .some(.some(let now)) = current[column.name] else { return false }
            return now != id
        }
        .map(\.name)
    }

    struct ChangeTrackingInfo: Hashable, Sendable {
        var tracksColumns: Bool
    }
}
