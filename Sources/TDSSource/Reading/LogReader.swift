import CDCCore

/// Where the captured log is: `cdc.lsn_time_mapping`, or what the functions tell of it to a login that may not read that table.
struct LogReader: Sendable {
    let server: Server
    let time: ServerTime
    let mayReadCaptureTables: Bool

    /// The entries of the captured log, or its newest alone, for a FROM clause.
    var entries: String {
        mayReadCaptureTables
            ? "cdc.lsn_time_mapping"
            : """
            (SELECT x.start_lsn, sys.fn_cdc_map_lsn_to_time(x.start_lsn) AS tran_end_time
                FROM (SELECT sys.fn_cdc_get_max_lsn() AS start_lsn) AS x)
            """
    }

    /// The point up to which about `limit` transactions lie above `after`; the newest where the entries cannot be read.
    ///
    /// - Returns: `after` itself where nothing was captured since; a point before it where the log ends there; `nil` where nothing
    ///   was ever captured.
    /// - Throws: ``CDCError`` with code `sourceUnavailable` where the log of a secondary ends before `after`. Of a primary it says
    ///   that the database was restored; a secondary may only be behind the server that answered before.
    func cut(after: LSN, limit: Int) async throws -> SourcePosition? {
        // Everything up to the newest entry is complete in every change table, so it is read before any of them.
        let text = """
            SELECT o.newest, n.cut, \(time.utc("m.tran_end_time")) AS commit_time,
                \(ServerProfile.isReadOnlyExpression) AS is_read_only
            FROM (SELECT MAX(start_lsn) AS newest FROM \(entries) AS e) AS o
            CROSS JOIN (SELECT MAX(t.start_lsn) AS cut FROM (SELECT TOP (@limit) start_lsn FROM \(entries) AS e
                WHERE start_lsn > @after ORDER BY start_lsn) AS t) AS n
            LEFT JOIN \(entries) AS m ON m.start_lsn = ISNULL(n.cut, o.newest)
            """
        let statement = Statement(text).with("limit", Int64(min(limit, Int(Int32.max)))).with("after", after)
        let rows = try await server.metadata(statement)
        guard rows.count == 1, let newest = try rows.optionalLSN(0, "newest") else { return nil }
        let lsn = try rows.optionalLSN(0, "cut") ?? newest
        if lsn < after, try rows.integer(0, "is_read_only") == 1 { throw CDCError.behind(lsn, after) }
        return SourcePosition(lsn: lsn, commitTime: try rows.optionalTime(0, "commit_time") ?? 0)
    }

    /// The newest captured LSN; `nil` where nothing was ever captured.
    func newest() async throws -> LSN? { try await newest(on: server) }

    /// Makes sure that what a connection reads from now on has everything up to a point that another one told of.
    ///
    /// Each connection may be one to another replica, and a secondary is a little behind: what it does not have yet is not an
    /// error to it, there are only fewer rows.
    ///
    /// - Throws: ``CDCError`` with code `sourceUnavailable` where it is behind.
    func check(_ connection: some MetadataSource, hasCaptured point: LSN) async throws {
        let newest = try await newest(on: connection)
        if (newest ?? .zero) < point { throw CDCError.behind(newest, point) }
    }

    private func newest(on source: some MetadataSource) async throws -> LSN? {
        let rows = try await source.metadata("SELECT MAX(start_lsn) AS newest FROM \(entries) AS e")
        return rows.count == 1 ? try rows.optionalLSN(0, "newest") : nil
    }
}

extension CDCError {
    /// A server is behind a point that was captured.
    static func behind(_ newest: LSN?, _ point: LSN) -> CDCError {
        CDCError(
            .sourceUnavailable,
            "the server that answered has captured changes up to LSN \(newest.map(\.description) ?? "none"), but up to \(point) they were "
                + "seen already: it is a replica that is behind the others, and is asked again. Where it stays so, the database was "
                + "restored from an older backup: read from the primary replica, which shows it",
            lsn: newest
        )
    }
}
