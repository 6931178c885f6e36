import CDCCore
import Columnar

/// The retail database of a demo, wherever it is: changes are made in it, and a pipeline reads them.
protocol RetailDatabase: Sendable {
    /// Where it is, for a person.
    var place: String { get }

    /// What a pipeline reads.
    var source: any ChangeSource { get }

    /// What is to be known of its rows before any change.
    func contents() async throws -> RetailContents

    /// Runs a transaction: all of it, or where it fails, nothing.
    @discardableResult
    func commit(_ transaction: RetailTransaction) async throws -> RetailCommit

    /// All rows of a table, as the database holds them now.
    func rows(of table: SourceTable) async throws -> RecordBatch

    /// The LSN of the last transaction that changed rows. The pipeline must have caught up.
    func lastLSN() async throws -> LSN

    /// Gives back what it holds.
    func close() async
}

/// A transaction that was committed.
struct RetailCommit: Sendable {
    /// Where it is in the log.
    struct Origin: Sendable {
        var lsn: LSN
        /// Microseconds since 1970-01-01T00:00:00Z.
        var time: Int64
    }

    /// What the server ran; none where the database knows no SQL.
    var sql: [String]
    /// Tells where it is in the log, once it was captured.
    var origin: @Sendable () async throws -> Origin
}
