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
        let rows = try await server.metadata(query(tables.map(\.objectID).sorted()))
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

    /// One statement that only reads, so that a transaction in which it runs keeps no writer waiting.
    private static func query(_ ids: [Int]) -> String {
        let tables =
            ids.isEmpty ? "(SELECT CAST(NULL AS int))" : "(VALUES \(ids.map { "(\($0))" }.joined(separator: ", ")))"
        return """
            SELECT t.id, CHANGE_TRACKING_MIN_VALID_VERSION(t.id) AS lowest, CHANGE_TRACKING_CURRENT_VERSION() AS version,
                SYSUTCDATETIME() AS now
            FROM \(tables) AS t (id)
            """
    }
}

extension TrackedTable {
    /// The tables of `tables` that have a change above a version, by their object ids; asked for up to 200 of them in one round trip.
    ///
    /// - Parameter tables: Tables whose changes above the version are kept.
    static func withNews(_ tables: [TrackedTable], after: Int64, from server: some MetadataSource) async throws -> Set<
        Int
    > {
        var news: Set<Int> = []
        for part in tables.sorted(by: { $0.objectID < $1.objectID }).chunked(by: 200) {
            news.formUnion(try Self.news(in: try await server.metadata(probe(part, after: after))))
        }
        return news
    }

    private static func probe(_ tables: some Sequence<TrackedTable>, after: Int64) -> String {
        let selects = tables.map { table in
            "SELECT \(table.objectID) AS id, CASE WHEN EXISTS (SELECT 1 FROM "
                + "CHANGETABLE(CHANGES \(SQLText.table(table.name)), @after) AS c) THEN 1 ELSE 0 END AS has_news"
        }
        return Statement(selects.joined(separator: "\nUNION ALL ")).with("after", after).batch
    }

    /// Apart from the question: the optimiser of some compilers fails on both in one function.
    private static func news(in rows: MetadataRows) throws -> Set<Int> {
        var news: Set<Int> = []
        for row in 0..<rows.count where try rows.integer(row, "has_news") == 1 {
            news.insert(try rows.integer(row, "id"))
        }
        return news
    }
}
