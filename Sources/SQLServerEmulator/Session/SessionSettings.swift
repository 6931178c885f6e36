/// What `SET` sets.
struct SessionSettings: Sendable {
    var isolation = IsolationLevel.readCommitted
    /// Milliseconds; −1 waits forever.
    var lockTimeout: Int64 = -1
    var sendsNoCounts = false
    var abortsTransactions = false
    /// Off under `SET NOEXEC ON`.
    var executes = true
    var beginsImplicitTransactions = false
    var textSize: Int64 = 2_147_483_647
    var rowLimit: Int64 = 0
    var dateFirst = 7
    var dateFormat = "mdy"
    var quotesIdentifiers = true
    /// The switches that a session keeps and that change nothing here: `ANSI_NULLS`, `ARITHABORT`, …
    var others: [String: Bool] = [:]
    /// The table into whose identity column values may be written.
    var identityInsert: String?
    var contextInfo: [UInt8] = []
}
