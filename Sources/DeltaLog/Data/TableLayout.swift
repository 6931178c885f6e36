import Columnar

/// What there is to know of a table to read and write its data files: of one that is there, or of one that will be.
struct TableLayout: Sendable {
    let log: TableLog
    let schema: Schema
    let partitionColumns: [String]

    var path: String { log.path }
}

extension Snapshot {
    var layout: TableLayout { TableLayout(log: log, schema: schema, partitionColumns: partitionColumns) }
}
