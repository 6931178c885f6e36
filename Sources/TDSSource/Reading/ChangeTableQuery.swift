import CDCCore
import Columnar

/// The statements that read one change table, a page at a time.
///
/// A page begins after the last row of the one before: the keyset is the change table's unique clustered index
/// `(__$start_lsn, __$command_id, __$seqval, __$operation)`, so a page is a seek, needs no sort, and no row is met twice
/// or passed over, whatever is captured or cleaned up meanwhile.
struct ChangeTableQuery: Hashable, Sendable {
    let instance: CaptureInstance
    /// The columns to be read, in their order; one that the instance does not capture is NULL.
    let columns: [SourceColumn]
    let time: ServerTime

    /// The rows above `after`, from behind `position` on where there is one, up to `through`.
    func page(after: LSN, from position: ChangePosition?, through: LSN, rows: Int) -> Statement {
        let command = instance.hasCommandID ? "c.[__$command_id]" : "CAST(0 AS int)"
        let keyset =
            instance.hasCommandID
            ? """
            (c.[__$start_lsn] > @lsn OR c.[__$command_id] > @command OR (c.[__$command_id] = @command
                AND (c.[__$seqval] > @sequence OR (c.[__$seqval] = @sequence AND c.[__$operation] > @operation))))
            """
            : """
            (c.[__$start_lsn] > @lsn OR c.[__$seqval] > @sequence
                OR (c.[__$seqval] = @sequence AND c.[__$operation] > @operation))
            """
        let order =
            (instance.hasCommandID ? ["__$start_lsn", "__$command_id"] : ["__$start_lsn"]) + [
                "__$seqval", "__$operation",
            ]
        let text = """
            SELECT TOP (@rows) c.[__$start_lsn], \(command) AS [__$command_id], c.[__$seqval], c.[__$operation],
                c.[__$update_mask], \(time.utc("m.tran_end_time")) AS [__$commit_time]\(projections)
            FROM \(instance.changeTable) AS c
            LEFT JOIN cdc.lsn_time_mapping AS m ON m.start_lsn = c.[__$start_lsn]
            WHERE c.[__$start_lsn] \(position == nil ? ">" : ">=") @lsn AND c.[__$start_lsn] <= @through\
            \(position == nil ? "" : "\n    AND \(keyset)")
            ORDER BY \(order.map { "c.[\($0)]" }.joined(separator: ", "))
            """
        let statement = Statement(text).with("rows", rows).with("through", through)
        guard let position else { return statement.with("lsn", after) }
        let paged = statement.with("lsn", position.startLSN).with("sequence", position.sequence)
            .with("operation", position.operation)
        return instance.hasCommandID ? paged.with("command", position.commandID) : paged
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
