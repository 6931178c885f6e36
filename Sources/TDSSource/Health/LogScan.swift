/// What one session of the log scan did.
///
/// Source: SQL Server documentation, "sys.dm_cdc_log_scan_sessions (Transact-SQL)".
struct LogScan: Hashable, Sendable {
    var session: Int
    /// Seconds since it ended.
    var age: Int
    var transactions: Int
    /// Seconds from the commit of its last transaction until it was captured.
    var latency: Int
    var errors: Int
}
