/// How the emulator behaves where servers differ, or where what they do is not known.
struct CaptureOptions: Sendable {
    /// How an update of one row that changes a unique key is logged. An update of several rows is always deferred: the old rows
    /// are deleted under one `__$command_id` and the new ones inserted under the next, each pair under one `__$seqval`.
    enum KeyUpdate: Sendable {
        /// As 1 and 2, with the same `__$seqval` and `__$command_id`.
        case deleteAndInsert
        /// As 3 and 4, whose keys differ.
        case update
    }

    /// What the row after an update has for a `max` or `xml` value that the update did not touch.
    enum UntouchedValue: Sendable {
        case present, null
        /// NULL where the value is longer than a page holds (8,000 bytes).
        case nullWhereOffRow
    }

    var keyUpdate = KeyUpdate.deleteAndInsert
    var untouchedValue = UntouchedValue.nullWhereOffRow
    /// Seconds without changes after which the capture job notes the time in `cdc.lsn_time_mapping`.
    var idleInterval: Int64 = 300
    /// Whether a change table that is made has the column `__$command_id`.
    var hasCommandIDs = true
    /// Whether the Agent runs jobs; where it does not, enabling says so and `sp_cdc_scan` is what captures.
    var isAgentRunning = false
}
