import CDCCore

/// Where the captured log is: `cdc.lsn_time_mapping`.
struct LogReader: Sendable {
    let server: Server
    let time: ServerTime

    /// The point up to which about `limit` transactions lie above `after`.
    ///
    /// - Returns: `after` itself where nothing was captured since; a point before it where the log ends there; `nil` where nothing
    ///   was ever captured.
    func cut(after: LSN, limit: Int) async throws -> SourcePosition? {
        // Everything up to the newest entry is complete in every change table, so it is read before any of them.
        let text = """
            SELECT o.newest, n.cut, \(time.utc("m.tran_end_time")) AS commit_time
            FROM (SELECT MAX(start_lsn) AS newest FROM cdc.lsn_time_mapping) AS o
            CROSS JOIN (SELECT MAX(t.start_lsn) AS cut FROM (SELECT TOP (@limit) start_lsn FROM cdc.lsn_time_mapping
                WHERE start_lsn > @after ORDER BY start_lsn) AS t) AS n
            LEFT JOIN cdc.lsn_time_mapping AS m ON m.start_lsn = ISNULL(n.cut, o.newest)
            """
        let statement = Statement(text).with("limit", Int64(min(limit, Int(Int32.max)))).with("after", after)
        let rows = try await server.metadata(statement)
        guard rows.count == 1, let newest = try rows.optionalLSN(0, "newest") else { return nil }
        let lsn = try rows.optionalLSN(0, "cut") ?? newest
        return SourcePosition(lsn: lsn, commitTime: try rows.optionalTime(0, "commit_time") ?? 0)
    }

    /// The newest captured LSN; `nil` where nothing was ever captured.
    func newest() async throws -> LSN? {
        let rows = try await server.metadata("SELECT MAX(start_lsn) AS newest FROM cdc.lsn_time_mapping")
        return rows.count == 1 ? try rows.optionalLSN(0, "newest") : nil
    }
}
