@testable import SQLServerEmulator

/// What a session answered, as text.
final class Answers: ReplySink {
    private(set) var lines: [String] = []
    private var columns: [BoundQuery.Column] = []
    var isCancelled = false

    func begin(_ columns: [BoundQuery.Column]) {
        self.columns = columns
        lines.append("# " + columns.map { "\($0.name) \($0.type.declaration)" }.joined(separator: " | "))
    }

    func row(_ values: [StoredValue]) throws(SQLError) {
        var cells: [String] = []
        for (value, column) in zip(values, columns) {
            let decoded = try column.type.decode(value)
            cells.append(try ValueRules.text(decoded, column.type) ?? "NULL")
        }
        lines.append(cells.joined(separator: " | "))
    }

    func done(_ command: CommandCode, rowCount: Int64?, hasResult: Bool) {
        if let rowCount, !hasResult { lines.append("(\(rowCount) rows)") }
    }

    func message(_ message: ServerText) {
        lines.append(
            message.severity == 0
                ? message.text
                : "Msg \(message.number), Level \(message.severity), Line \(message.line): \(message.text)"
        )
    }

    func changed(_ change: SessionChange) {}

    func take() -> [String] {
        defer { lines = [] }
        return lines
    }
}

/// Records nothing.
final class NoRecorder: ChangeRecorder {
    func record(
        _ table: TableObject,
        before: [StoredValue]?,
        after: [StoredValue]?,
        touched: Set<Int>,
        by session: Session
    ) {}
    func willBeginStatement(_ session: Session) {}
    func willCommit(_ session: Session) {}
    func didRollBack(_ session: Session) {}
}
