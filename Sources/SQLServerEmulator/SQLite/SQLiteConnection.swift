import CSQLite

/// A connection to the SQLite file in which the emulator keeps rows. One thread at a time uses it.
///
/// Values go in and out as bytes, not as Swift strings: text of SQL Server may hold what is no valid Unicode.
final class SQLiteConnection {
    private let handle: OpaquePointer
    private var statements: [String: SQLiteStatement] = [:]
    /// What functions can do that this connection's statements call by number.
    let routines = Routines()
    /// Ends what runs, and what waits for a lock, when somebody asks for it.
    var cancellation: Cancellation?
    private var busyLimit = Duration.seconds(30)
    private var busySince = ContinuousClock.now

    /// Made once for the process, before the first connection. Where the program uses SQLite already, it stays as it is.
    private static let configuration = csqlite_stop_counting_memory()

    /// Opens the file, which is made where it is not there.
    ///
    /// - Throws: ``SQLError`` with severity 20 where it cannot be opened.
    init(path: String) throws(SQLError) {
        _ = Self.configuration
        var handle: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        guard sqlite3_open_v2(path, &handle, flags, nil) == SQLITE_OK, let handle else {
            let text = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(handle)
            throw SQLError(5120, "Unable to open the physical file \"\(path)\": \(text).", severity: 20)
        }
        self.handle = handle
        sqlite3_extended_result_codes(handle, 1)
        registerCancellation()
        try run("PRAGMA journal_mode = WAL")
        // The file lives as long as the server, so nothing is lost that a crash of the machine could keep.
        try run("PRAGMA synchronous = OFF")
        try run("PRAGMA temp_store = MEMORY")
        routines.register(with: handle)
    }

    deinit {
        statements = [:]
        sqlite3_close_v2(handle)
    }

    /// Whether a transaction is open.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// How long a statement waits for another's write to end.
    func setBusyTimeout(milliseconds: Int32) { busyLimit = .milliseconds(Int64(milliseconds)) }

    /// SQLite asks now and then while a statement runs, and between two attempts to get a lock.
    private func registerCancellation() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_progress_handler(
            handle,
            10_000,
            { context in
                guard let context else { return 0 }
                let connection = Unmanaged<SQLiteConnection>.fromOpaque(context).takeUnretainedValue()
                return connection.isCancelled ? 1 : 0
            },
            context
        )
        sqlite3_busy_handler(
            handle,
            { context, attempts in
                guard let context else { return 0 }
                let connection = Unmanaged<SQLiteConnection>.fromOpaque(context).takeUnretainedValue()
                return connection.mayWait(attempts: Int64(attempts)) ? 1 : 0
            },
            context
        )
    }

    private var isCancelled: Bool { cancellation?.isRequested ?? false }

    /// Lets some time pass before the next attempt to get a lock; false where the wait has to end.
    private func mayWait(attempts: Int64) -> Bool {
        if attempts == 0 { busySince = .now }
        if isCancelled || busySince.duration(to: .now) >= busyLimit { return false }
        Thread.pause(microseconds: min(5000, 100 << min(attempts, 6)))
        return true
    }

    /// Prepares a statement, or takes the one of the same text that was prepared before.
    func prepare(_ sql: String) throws(SQLError) -> SQLiteStatement {
        if let known = statements[sql], !known.isBusy {
            known.reset()
            return known
        }
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK, let statement else { throw failure(code, sql) }
        let prepared = SQLiteStatement(statement, of: self, sql: sql)
        if statements.count >= 200 { statements = [:] }
        statements[sql] = prepared
        return prepared
    }

    /// Runs a statement to its end and forgets what it gives.
    func run(_ sql: String, _ values: [StoredValue] = []) throws(SQLError) {
        let statement = try prepare(sql)
        defer { statement.reset() }
        try statement.bind(values)
        while try statement.step() {}
    }

    /// All rows that a statement gives.
    func rows(_ sql: String, _ values: [StoredValue] = []) throws(SQLError) -> [[StoredValue]] {
        let statement = try prepare(sql)
        defer { statement.reset() }
        try statement.bind(values)
        var rows: [[StoredValue]] = []
        while try statement.step() { rows.append(statement.row) }
        return rows
    }

    /// The error for a result code: the one that a routine left, where one did.
    func failure(_ code: Int32, _ sql: String) -> SQLError {
        if let error = routines.takeError() { return error }
        switch code & 0xFF {
        case SQLITE_INTERRUPT: return .interrupted
        // SQLITE_BUSY_SNAPSHOT, a macro that Swift does not see.
        case SQLITE_BUSY where code == SQLITE_BUSY | 2 << 8: return .snapshotConflict
        case SQLITE_BUSY where isCancelled: return .interrupted
        case SQLITE_BUSY, SQLITE_LOCKED: return .lockTimeout
        case SQLITE_CONSTRAINT:
            violation = Violation(message)
            return SQLError(2627, "A row breaks a rule of its table: \(message).", severity: 14)
        case SQLITE_FULL, SQLITE_IOERR:
            return SQLError(9002, "The storage of the emulator is full or failed: \(message).", severity: 17)
        default:
            isMissing = message.hasPrefix("no such table: ") || message.hasPrefix("no such column: ")
            // What reaches SQLite was made by the emulator: that SQLite refuses it is a fault of the emulator, and said so.
            return SQLError(
                50_000,
                "The emulator made a statement that SQLite refuses (\(message)): \(sql)",
                severity: 16
            )
        }
    }

    private var message: String { String(cString: sqlite3_errmsg(handle)) }

    /// The number of the row that was inserted last.
    var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(handle) }

    // MARK: Broken rules

    /// What a statement that failed broke.
    enum Violation: Hashable {
        /// A unique index, by its name in SQLite; or by the columns of which it is made.
        case index(String)
        case columns([String])

        fileprivate init?(_ message: String) {
            let prefix = "UNIQUE constraint failed: "
            guard message.hasPrefix(prefix) else { return nil }
            let rest = message.dropFirst(prefix.count)
            if rest.hasPrefix("index '") {
                self = .index(String(rest.dropFirst(7).dropLast()))
            } else {
                self = .columns(
                    rest.replacing(", ", with: ",").split(separator: ",").map {
                        String($0.split(separator: ".").last ?? "")
                    }
                )
            }
        }
    }

    /// Whether the statement that failed last named a table or a column that is not there; `false` the next time.
    func takeMissing() -> Bool {
        defer { isMissing = false }
        return isMissing
    }

    private var isMissing = false

    private var violation: Violation?

    /// What the statement that failed last broke; `nil` the next time.
    func takeViolation() -> Violation? {
        defer { violation = nil }
        return violation
    }
}

extension SQLError {
    /// A client's attention ended the statement.
    static let interrupted = SQLError(3621, "The statement has been terminated.", severity: 10)
    static let lockTimeout = SQLError(1222, "Lock request time out period exceeded.", state: 51)
    static let snapshotConflict = SQLError(
        3960,
        "Snapshot isolation transaction aborted due to update conflict. Retry the transaction or change the isolation level "
            + "for the update/delete statement.",
        state: 2
    )
}
