import CDCCore
import Columnar

/// The statements that read the changes of one capture instance, a page at a time.
///
/// A page of the change table itself begins after the last row of the one before: the keyset is the table's unique clustered index
/// `(__$start_lsn, __$command_id, __$seqval, __$operation)`, so a page is a seek, needs no sort, and no row is met twice
/// or passed over, whatever is captured or cleaned up meanwhile.
///
/// Where that table cannot be read like this, the instance's function gives the changes. It gives no command ids, so the order within
/// a transaction is that of `__$seqval`, of which SQL Server does not promise that it is the order of the statements: where one
/// transaction changes the same key in several statements, the last of them may not come last. Read the table where that
/// matters: grant SELECT on the schema `cdc`.
struct ChangeTableQuery: Hashable, Sendable {
    let instance: CaptureInstance
    /// A newer instance of the same table. Where there is one, only what it lacks of the transaction in which it was made is read: the
    /// changes that came before it there.
    ///
    /// Such a transaction changes rows and then the table's columns, whereupon ``CaptureSetup`` makes the instance. Making one locks the
    /// table, so it is the first transaction that has changes of the table since; every later one is in both instances.
    var successor: CaptureInstance?
    /// The columns to be read, in their order; one that the instance does not capture is NULL.
    let columns: [SourceColumn]
    let time: ServerTime

    /// The rows above `after`, from behind `position` on where there is one, up to `through`.
    func page(after: LSN, from position: ChangePosition?, through: LSN, rows: Int) -> Statement {
        var statement = Statement(text(isFirst: position == nil)).with("rows", rows).with("through", through)
        // A function takes no bound below what its instance keeps.
        if let successor { statement = statement.with("begin", max(successor.startLSN, after.next)) }
        // The function's bounds are both inclusive.
        guard let position else {
            return statement.with("lsn", instance.isReadByFunction ? after.next : after)
        }
        let paged = statement.with("lsn", position.startLSN).with("sequence", position.sequence)
            .with("operation", position.operation)
        return instance.isReadByFunction ? paged : paged.with("command", position.commandID)
    }

    private func text(isFirst: Bool) -> String {
        instance.isReadByFunction
            ? """
            SELECT TOP (@rows) c.[__$start_lsn], CAST(0 AS int) AS [__$command_id], c.[__$seqval], c.[__$operation],
                c.[__$update_mask], \(time.utc("sys.fn_cdc_map_lsn_to_time(c.[__$start_lsn])")) AS [__$commit_time]\(projections)
            FROM \(instance.function)(@lsn, @through, N'all update old') AS c
            WHERE 1 = 1
            \(isFirst ? "" : Self.behindPositionByFunction)\(missingInSuccessor)\
            ORDER BY c.[__$start_lsn], c.[__$seqval], c.[__$operation]
            """
            : """
            SELECT TOP (@rows) c.[__$start_lsn], ISNULL(c.[__$command_id], 0) AS [__$command_id], c.[__$seqval], c.[__$operation],
                c.[__$update_mask], \(time.utc("m.tran_end_time")) AS [__$commit_time]\(projections)
            FROM \(instance.changeTable) AS c
            LEFT JOIN cdc.lsn_time_mapping AS m ON m.start_lsn = c.[__$start_lsn]
            WHERE c.[__$start_lsn] \(isFirst ? ">" : ">=") @lsn AND c.[__$start_lsn] <= @through
            \(isFirst ? "" : Self.behindPosition)\(missingInSuccessor)\
            ORDER BY c.[__$start_lsn], c.[__$command_id], c.[__$seqval], c.[__$operation]
            """
    }

    /// What was captured before the server was upgraded has no command ids, for which 0 stands; NULL comes first in the index.
    private static let behindPosition = """
            AND (c.[__$start_lsn] > @lsn OR c.[__$command_id] > @command
            OR ((c.[__$command_id] = @command OR (@command = 0 AND c.[__$command_id] IS NULL))
            AND (c.[__$seqval] > @sequence OR (c.[__$seqval] = @sequence AND c.[__$operation] > @operation))))

        """

    private static let behindPositionByFunction = """
            AND (c.[__$start_lsn] > @lsn OR c.[__$seqval] > @sequence
            OR (c.[__$seqval] = @sequence AND c.[__$operation] > @operation))

        """

    private var missingInSuccessor: String {
        guard let successor else { return "" }
        func changes(_ instance: CaptureInstance) -> String {
            instance.isReadByFunction
                ? "\(instance.function)(@begin, @through, N'all update old')" : "\(instance.changeTable)"
        }
        return """
                AND c.[__$start_lsn] = (SELECT MIN(f.[__$start_lsn]) FROM \(changes(instance)) AS f
                    WHERE f.[__$start_lsn] >= @begin)
                AND NOT EXISTS (SELECT 1 FROM \(changes(successor)) AS s WHERE s.[__$start_lsn] = c.[__$start_lsn]
                    AND s.[__$seqval] = c.[__$seqval] AND s.[__$operation] = c.[__$operation])

            """
    }

    /// The LSN below which the instance keeps nothing, as `lowest`; no row, or none, where it is gone.
    var watermark: Statement {
        Statement(
            instance.isReadByFunction
                ? "SELECT sys.fn_cdc_get_min_lsn(@instance) AS lowest"
                : "SELECT start_lsn AS lowest FROM cdc.change_tables WHERE capture_instance = @instance"
        ).with("instance", instance.name)
    }

    private var projections: String {
        let captured = Set(instance.columns.map(\.name))
        return columns.map { column in
            captured.contains(column.name)
                ? ",\n    \(column.projection(of: "c"))"
                : ",\n    \(column.nullProjection)"
        }.joined()
    }
}
