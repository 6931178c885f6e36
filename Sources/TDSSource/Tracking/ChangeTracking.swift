import CDCCore
import Columnar
import Synchronization

/// Reads what Change Tracking has: for each cut the net changes of every tracked table.
///
/// Where the database allows SNAPSHOT isolation, a transaction is opened at the cut, and the changes are read in it: they are exactly
/// those of the cut. Elsewhere, and where that transaction is lost, a table is read by ``RecheckedChangesCursor``, whose rows
/// may be newer than the cut and are those of the cut or a later one once the next cut is read.
///
/// Change Tracking names rows by their primary key. Where a key's text changes only in what its collation does not tell
/// apart (`'a'` to `'A'`), the old text is not kept, and such a change is seen as an update of the new one.
///
/// Source: SQL Server documentation, "Work with Change Tracking (SQL Server)".
final class ChangeTracking: Sendable {
    private let server: Server
    private let rowsPerPage: Int
    private let bytesPerPage: Int
    private let current = Mutex<Cut?>(nil)

    var pool: ConnectionPool { server.pool }

    private struct Cut {
        var state: TrackingState
        /// The version above which it was asked which tables changed.
        var after: Int64
        /// The tables that did not.
        var idle: Set<Int> = []
        /// The tables that did, and were not read yet.
        var unread: Set<Int> = []
        /// In which the tables are read; `nil` where they are read without.
        var transaction: TrackingTransaction?
    }

    init(server: Server, rowsPerPage: Int, bytesPerPage: Int) {
        self.server = server
        self.rowsPerPage = rowsPerPage
        self.bytesPerPage = bytesPerPage
    }

    // MARK: Cuts

    /// Takes a cut of the tables, which ends the one before.
    ///
    /// - Parameter isSnapshot: Whether the database allows SNAPSHOT isolation.
    func cut(_ tables: [TrackedTable], after: Int64, isSnapshot: Bool) async throws -> TrackingState {
        await close()
        let cut = try await server.retry { try await take(tables, after: after, isSnapshot: isSnapshot) }
        // A transaction that nobody reads in would only keep old versions of rows alive at the server.
        if cut.unread.isEmpty { await cut.transaction?.end() }
        let before = current.withLock { current in
            defer { current = cut }
            return current
        }
        await before?.transaction?.end()
        return cut.state
    }

    /// What can be said now, without a cut.
    func state(of tables: [TrackedTable]) async throws -> TrackingState {
        try await TrackingState.read(tables, from: server)
    }

    /// Ends what the last cut holds open.
    func close() async {
        let cut = current.withLock { current in
            defer { current = nil }
            return current
        }
        await cut?.transaction?.end()
    }

    /// Ends the transaction of the last cut, of which all has been read that will be; what is read of it nevertheless is read without.
    func endTransaction() async { await current.withLock { $0?.transaction }?.end() }

    /// Takes note that a table was read to its end; after the last one the transaction is not needed any more.
    private func noteRead(_ table: TrackedTable, in transaction: TrackingTransaction) async {
        let wasLast = current.withLock { cut in
            guard cut?.transaction === transaction else { return false }
            cut?.unread.remove(table.objectID)
            return cut?.unread.isEmpty ?? false
        }
        if wasLast { await transaction.end() }
    }

    private func take(_ tables: [TrackedTable], after: Int64, isSnapshot: Bool) async throws -> Cut {
        // With one connection, everything else would wait for the transaction.
        guard isSnapshot, !tables.isEmpty, server.pool.size > 1 else {
            return try await take(tables, after: after, from: server, in: nil)
        }
        let transaction = try await TrackingTransaction.begin(server.pool)
        do { return try await take(tables, after: after, from: transaction, in: transaction) } catch {
            await transaction.abandon()
            // SNAPSHOT isolation was disallowed since the database was asked; or the error ended the transaction.
            guard let error = error as? TDSError, error.deniesSnapshotIsolation || Self.isOfLostTable(error) else {
                throw error
            }
            return try await take(tables, after: after, from: server, in: nil)
        }
    }

    private func take(
        _ tables: [TrackedTable],
        after: Int64,
        from server: some MetadataSource,
        in transaction: TrackingTransaction?
    ) async throws -> Cut {
        let state = try await TrackingState.read(tables, from: server)
        var cut = Cut(state: state, after: after, transaction: transaction)
        let readable = tables.filter { state.lowest[$0.objectID].map { $0 <= after } ?? false }
        do {
            let news = try await TrackedTable.withNews(readable, after: after, from: server)
            cut.idle = Set(readable.map(\.objectID)).subtracting(news)
        } catch let error as TDSError where transaction == nil && Self.isOfLostTable(error) {
            // Which of them it is, is found when it is read.
        }
        cut.unread = Set(tables.map(\.objectID)).subtracting(cut.idle)
        // Outside a transaction changes may have been cleaned up before they were asked for.
        if transaction == nil, !cut.idle.isEmpty {
            cut.state.lowest = try await TrackingState.read(tables, from: server).lowest
        }
        return cut
    }

    /// Since the state was read, a table was dropped, its permission revoked, or its tracking disabled.
    private static func isOfLostTable(_ error: TDSError) -> Bool {
        [208, 229, 22105].contains(error.server?.number ?? 0)
    }

    /// The state above which a table's changes have to be replayed on rows that are read from now on.
    ///
    /// - Throws: ``CDCError`` where the table's changes cannot be had.
    func start(of table: TrackedTable) async throws -> TrackingState {
        let state = try await state(of: [table])
        try await check(table, after: state.version ?? 0, state)
        return state
    }

    // MARK: Changes

    /// The changes of a table above `after` and up to the version `through`.
    ///
    /// - Throws: from here or from the cursor, ``CDCError`` with code `retentionGap` where some of them are no longer kept.
    func changes(of table: TrackedTable, schema: Schema, after: Int64, through: Int64) async throws -> any BatchCursor {
        if let cut = current.withLock({ $0 }), cut.state.version == through {
            try await check(table, after: after, cut.state)
            if after >= cut.after, cut.idle.contains(table.objectID) { return ChainedCursor([]) }
            let changes = TrackedChanges(schema: schema, table: table.name, commitTime: cut.state.time)
            if let turn = await cut.transaction?.turn() {
                do {
                    return try await TrackedChangesCursor(
                        table.changes(after: after, through: through),
                        changes,
                        turn: turn,
                        rowsPerPage: rowsPerPage,
                        bytesPerPage: bytesPerPage
                    ) { [self] in await noteRead(table, in: turn.transaction) }
                } catch let error as TDSError where error.deniesSnapshotIsolation {
                    // It was disallowed since the cut was taken; the transaction is over.
                }
            }
            return try await recheckedCursor(table, changes, after: after, through: through)
        }
        let state = try await state(of: [table])
        try await check(table, after: after, state)
        let changes = TrackedChanges(schema: schema, table: table.name, commitTime: state.time)
        return try await recheckedCursor(table, changes, after: after, through: through)
    }

    private func recheckedCursor(
        _ table: TrackedTable,
        _ changes: TrackedChanges,
        after: Int64,
        through: Int64
    ) async throws -> any BatchCursor {
        try await RecheckedChangesCursor(
            table,
            after: after,
            through: through,
            changes,
            tracking: self,
            rowsPerPage: rowsPerPage,
            bytesPerPage: bytesPerPage
        )
    }

    /// - Throws: ``CDCError`` where the state does not vouch for all changes of a table above a version.
    func check(_ table: TrackedTable, after: Int64, _ state: TrackingState) async throws {
        guard let lowest = state.lowest[table.objectID] else { throw try await reason(table) }
        guard lowest <= after else {
            throw CDCError(
                .retentionGap,
                "the changes of table \(table.name) after version \(after) are wanted, but Change Tracking keeps them only from "
                    + "\(lowest) on: the table was truncated, tracking was enabled anew, or they were cleaned up. Ask for a full "
                    + "refresh of the table, and where they were cleaned up give the database a longer CHANGE_RETENTION",
                table: table.name,
                lsn: LSN(changeTrackingVersion: after)
            )
        }
    }

    /// Why Change Tracking says nothing of a table.
    private func reason(_ table: TrackedTable) async throws -> CDCError {
        let name = SQLText.table(table.name)
        let rows = try await server.metadata(
            Statement(
                """
                SELECT OBJECT_ID(@name, N'U') AS id, HAS_PERMS_BY_NAME(@name, N'OBJECT', N'VIEW CHANGE TRACKING') AS may_view
                """
            ).with("name", name)
        )
        let id = rows.count == 1 ? try rows.optionalInteger(0, "id") : nil
        guard id == table.objectID else {
            return CDCError(
                .tableNotFound,
                "table \(table.name) was dropped, or made anew, while it was read; ask for a full refresh of the table",
                table: table.name
            )
        }
        if try rows.optionalInteger(0, "may_view") != 1 {
            return CDCError(
                .accessDenied,
                "the login may not see what Change Tracking has of table \(table.name); let an administrator run: "
                    + "GRANT VIEW CHANGE TRACKING ON \(name) TO the login's user",
                table: table.name
            )
        }
        return CDCError(
            .tableNotFound,
            "Change Tracking of table \(table.name) was disabled; let an administrator run: ALTER TABLE \(name) ENABLE "
                + "CHANGE_TRACKING; and ask for a full refresh of the table",
            table: table.name
        )
    }
}
