import Columnar

/// Events as the event log, a Delta table, holds them.
struct EventRow {
    var timestamp: String
    var severity: String
    var kind: String
    var message: String

    /// The message, not longer than a line of a terminal has room for.
    var shortMessage: String { message.count <= 90 ? message : message.prefix(89) + "…" }
}

enum EventRows {
    /// The newest events, oldest of them first.
    static func last(_ count: Int, of log: LakeTable) async throws -> [EventRow] {
        let rows = try await LakeRows(of: log, columns: columns)
        let times = try rows.batch.column("timestamp").values.int64 ?? []
        let newest = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }.suffix(count)
        return try newest.map { index in
            let row = try rows.row(index, columns: columns)
            return EventRow(
                timestamp: String(row.text("timestamp").prefix(19)) + "Z",
                severity: row.text("level"),
                kind: row.text("event_type"),
                message: row.text("message")
            )
        }
    }

    private static let columns = ["timestamp", "level", "event_type", "message"]
}
