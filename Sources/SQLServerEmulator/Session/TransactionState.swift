/// A session's transaction, from `BEGIN TRANSACTION` or the statement that needs one, to its end.
struct TransactionState {
    /// `@@TRANCOUNT`: how many `BEGIN TRANSACTION` wait for their `COMMIT`.
    var count = 0
    /// Whether it can only be rolled back: `XACT_STATE()` is −1.
    var isDoomed = false
    /// The number by which the client knows it; 0 where none is open.
    var id: UInt64 = 0
    /// The catalogues that it changed, as it sees them; `nil` for a database that it dropped.
    var catalogues: [String: DatabaseCatalogue?] = [:]
    /// Whether it gave rows values of `rowversion`.
    var takesRowVersions = false
    /// The name that its first `BEGIN TRANSACTION` gave it.
    var name: String?
    var savepoints: [Savepoint] = []
    /// The locks of `sp_getapplock` and of tables that end with it.
    var locks: [String] = []
    /// The storage of the tables that it locked for writing.
    var writtenTables: Set<String> = []

    struct Savepoint {
        var name: String
        var catalogues: [String: DatabaseCatalogue?]
    }
}

/// `SET TRANSACTION ISOLATION LEVEL`.
///
/// Reads never wait for writers, as with `READ_COMMITTED_SNAPSHOT ON`: a statement sees what was committed when it began, and
/// under `SNAPSHOT` what was committed when the transaction first read. From `REPEATABLE READ` on, reading keeps writers out.
enum IsolationLevel: Int, Sendable {
    case readUncommitted = 1
    case readCommitted, repeatableRead, serializable, snapshot
}
