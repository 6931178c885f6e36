import CDCCore

/// What Change Tracking says of a database and some of its tables at one moment.
///
/// Source: SQL Server documentation, "Work with Change Tracking (SQL Server)": what is still kept is asked before the version.
struct TrackingState: Hashable, Sendable {
    /// The version of the last change that was committed; `nil` where the database does not track changes.
    var version: Int64?
    /// The server's time in microseconds since 1970-01-01T00:00:00Z.
    var time: Int64
    /// By object id, the version above which all changes of the table are kept; no entry where it is not tracked any more, or where
    /// the login may not know.
    var lowest: [Int: Int64] = [:]

    static func read(_ tables: [TrackedTable], from server: some MetadataSource) async throws -> TrackingState {
        let rows = try await server.metadata(batch(tables.map(\.objectID).sorted()))
        guard rows.count > 0 else {
            throw TDSError(.unexpectedResult, "the server does not say which version of changes it is at")
        }
        var state = TrackingState(
            version: try rows.optionalInteger(0, "version").map(Int64.init),
            time: try rows.optionalTime(0, "now") ?? 0
        )
        for row in 0..<rows.count {
            guard let id = try rows.optionalInteger(row, "id") else { continue }
            state.lowest[id] = try rows.optionalInteger(row, "lowest").map(Int64.init)
        }
        return state
    }

    private static func batch(_ ids: [Int]) -> String {
        var batch = "DECLARE @lowest TABLE (id int NOT NULL, lowest bigint NULL);\n"
        for part in ids.chunked(by: 200) {
            let selects = part.map { "SELECT \($0), CHANGE_TRACKING_MIN_VALID_VERSION(\($0))" }
            batch += "INSERT INTO @lowest (id, lowest) \(selects.joined(separator: "\nUNION ALL "));\n"
        }
        return batch
            + """
            SELECT l.id, l.lowest, v.version, v.now
            FROM (SELECT CHANGE_TRACKING_CURRENT_VERSION() AS version, SYSUTCDATETIME() AS now) AS v
            LEFT JOIN @lowest AS l ON 1 = 1;
            """
    }
}

extension TrackedTable {
    /// The tables of `tables` that have a change above a version, by their object ids; asked for all of them in one round trip.
    ///
    /// - Parameter tables: Tables whose changes above the version are kept.
    static func withNews(_ tables: [TrackedTable], after: Int64, from server: some MetadataSource) async throws -> Set<
        Int
    > {
        if tables.isEmpty { return [] }
        var text = "DECLARE @news TABLE (id int NOT NULL, has_news int NOT NULL);\n"
        for part in tables.sorted(by: { $0.objectID < $1.objectID }).chunked(by: 200) {
            let selects = part.map { table in
                "SELECT \(table.objectID), CASE WHEN EXISTS (SELECT 1 FROM "
                    + "CHANGETABLE(CHANGES \(SQLText.table(table.name)), @after) AS c) THEN 1 ELSE 0 END"
            }
            text += "INSERT INTO @news (id, has_news) \(selects.joined(separator: "\nUNION ALL "));\n"
        }
        text += "SELECT id FROM @news WHERE has_news = 1;"
        let rows = try await server.metadata(Statement(text).with("after", after).batch)
        return Set(try (0..<rows.count).map { try rows.integer($0, "id") })
    }
}
