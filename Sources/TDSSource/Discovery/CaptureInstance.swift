import CDCCore

/// A capture instance: one change table of one source table.
///
/// Source: SQL Server documentation, "cdc.change_tables (Transact-SQL)" and "cdc.captured_columns (Transact-SQL)".
struct CaptureInstance: Hashable, Sendable {
    var name: String
    /// The object id of the change table.
    var changeTableID: Int
    var sourceTableID: Int
    /// Changes below it are not in the change table: it was enabled here, or cleaned up to here.
    var startLSN: LSN
    /// The captured columns in the order of their ordinals in the update mask, computed ones included.
    var columns: [SourceColumn] = []
    /// Whether the change table has `__$command_id`, which servers of before 2016 may lack.
    var hasCommandID = true
    /// Whether the login may SELECT from the change table; one that has only the gating role may not.
    var mayReadChangeTable = true

    /// Whether changes are had from the instance's function, because the change table does not give them in their order.
    var isReadByFunction: Bool { !hasCommandID || !mayReadChangeTable }

    /// The change table, quoted.
    var changeTable: String { "cdc.\(SQLText.identifier(name + "_CT"))" }

    /// The function that gives all changes, quoted.
    var function: String { "cdc.\(SQLText.identifier("fn_cdc_get_all_changes_" + name))" }
}
