/// How a job of Change Data Capture is set up.
///
/// Source: SQL Server documentation, "sys.sp_cdc_help_jobs (Transact-SQL)".
struct CaptureJob: Hashable, Sendable {
    enum Kind: String, Sendable { case capture, cleanup }

    var kind: Kind
    /// How many transactions a scan of the log takes at most.
    var maximumTransactions: Int
    /// How many scans there are at most before the job pauses.
    var maximumScans: Int
    var isContinuous: Bool
    /// Seconds.
    var pollingInterval: Int
    /// Minutes for which changes are kept.
    var retention: Int
}
