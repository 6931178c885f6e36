public import CDCCore

/// Something that a preflight found out.
public struct PreflightFinding: Hashable, Sendable {
    public enum Severity: String, Hashable, Sendable, CaseIterable, Comparable {
        /// Good to know.
        case info
        /// A pipeline runs, but not as well as it could, or not for long.
        case warning
        /// A pipeline does not run, or not with this table.
        case error

        public static func < (a: Severity, b: Severity) -> Bool {
            let order = Severity.allCases
            return (order.firstIndex(of: a) ?? 0) < (order.firstIndex(of: b) ?? 0)
        }
    }

    /// What it is about, for programs.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        /// Which server it is, and what follows from that.
        case platform
        /// A server that captures no changes at all.
        case unsupportedServer
        /// The connection leads to a readable secondary replica.
        case readableSecondary
        /// The database is set to read-only.
        case readOnlyDatabase
        /// Change Data Capture is not enabled in the database.
        case captureNotEnabled
        /// The database does not allow SNAPSHOT isolation.
        case snapshotIsolationOff
        /// SQL Server Agent is stopped.
        case agentStopped
        /// There is no capture or clean-up job.
        case jobMissing
        /// How the jobs are set up, where that matters.
        case jobSettings
        /// Changes are kept too short for the pipeline.
        case retentionShort
        /// What a table has not read yet is deleted soon, or is gone.
        case retentionLow
        /// Nothing was captured for a while.
        case captureStale
        /// The capture reports errors.
        case captureErrors
        /// The log cannot be truncated because it was not captured yet.
        case logHeld
        /// The login lacks a permission.
        case missingPermission
        /// Something could not be found out.
        case unknown
        /// There is no such table.
        case tableNotFound
        /// Neither Change Data Capture nor Change Tracking is on for the table.
        case tableNotCaptured
        /// Nothing tells the table's rows apart.
        case noKey
        /// Values of the key are not read as exactly as they are.
        case ambiguousKey
        /// The key is not captured as a whole.
        case keyNotCaptured
        /// Columns of the table are not captured.
        case columnsNotCaptured
        /// Captured columns are not in the table any more.
        case columnsDropped
        /// Captured columns were dropped, and others of their names added.
        case columnsReplaced
        /// Columns are of types that cannot be read.
        case unreadableType
        /// Captured columns are computed, and NULL in every change.
        case computedColumns
        /// Text is captured through another code page than it is stored in.
        case collationDiffers
        /// Large values beyond a limit make the statements of users fail.
        case largeObjectLimit
        /// Both capture instances that a table may have are in use.
        case captureInstancesFull
        /// A change table lacks `__$command_id`.
        case noCommandID
        /// The capture instance is for the members of a role only.
        case gatingRole
        /// The table refers to tables that are not replicated.
        case foreignKeyOutside
    }

    public var code: Code
    public var severity: Severity
    /// `nil` where it is about the server or the database.
    public var table: TableName?
    /// What was found, and what follows, for a person.
    public var message: String
    /// The T-SQL that puts it right, for an administrator to run in the database of the preflight; `nil` where T-SQL cannot.
    public var remedy: String?

    public init(
        _ code: Code,
        _ severity: Severity,
        table: TableName? = nil,
        _ message: String,
        remedy: String? = nil
    ) {
        self.code = code
        self.severity = severity
        self.table = table
        self.message = message
        self.remedy = remedy
    }
}
