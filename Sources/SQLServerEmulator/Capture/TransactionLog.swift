/// The log of a database as far as captures need it: the changes of rows of captured and tracked tables, in commit order.
///
/// It is kept in tables of SQLite, so a transaction that is rolled back leaves nothing in it, and a session under `SNAPSHOT` sees
/// it as it was. One transaction writes at a time: what has no transaction yet is the work of the one that is writing.
struct TransactionLog {
    let sqlite: SQLiteConnection
    let database: Int

    init(_ database: DatabaseCatalogue, _ session: Session) {
        sqlite = session.sqlite
        self.database = database.id
    }

    /// Makes the tables, where the log of a server is used for the first time.
    static func prepare(_ sqlite: SQLiteConnection) throws(SQLError) {
        for sql in [
            """
            CREATE TABLE IF NOT EXISTS log_state (database INTEGER PRIMARY KEY, last BLOB NOT NULL, scanned INTEGER NOT NULL,
            harvested BLOB NOT NULL, version INTEGER NOT NULL)
            """,
            """
            CREATE TABLE IF NOT EXISTS log_transactions (id INTEGER PRIMARY KEY AUTOINCREMENT, database INTEGER NOT NULL,
            first BLOB NOT NULL, lsn BLOB NOT NULL, begun INTEGER NOT NULL, ended INTEGER NOT NULL, number BLOB)
            """,
            """
            CREATE TABLE IF NOT EXISTS log_changes (id INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL,
            database INTEGER NOT NULL, object INTEGER NOT NULL, statement INTEGER NOT NULL, movesKey INTEGER NOT NULL,
            touched BLOB, before BLOB, after BLOB, instances TEXT NOT NULL, tracked INTEGER NOT NULL, context BLOB)
            """,
            "CREATE INDEX IF NOT EXISTS log_transactions_order ON log_transactions (database, id)",
            "CREATE INDEX IF NOT EXISTS log_changes_order ON log_changes (owner, id)",
            """
            CREATE TABLE IF NOT EXISTS tracked_tables (database INTEGER NOT NULL, object INTEGER NOT NULL, minimum INTEGER,
            PRIMARY KEY (database, object))
            """,
            """
            CREATE TABLE IF NOT EXISTS tracking_commits (database INTEGER NOT NULL, version INTEGER NOT NULL, time INTEGER NOT NULL,
            number INTEGER NOT NULL, PRIMARY KEY (database, version))
            """,
        ] { try sqlite.run(sql) }
    }

    // MARK: State

    /// What is known of a database's log as a whole.
    struct State {
        /// The last record.
        var last = LogSequenceNumber.first
        /// The last transaction that a scan has read.
        var scanned: Int64 = 0
        /// The end of the log when a scan last reached it.
        var harvested = LogSequenceNumber.zero
        /// The last version of Change Tracking.
        var version: Int64 = 0
    }

    func state() throws(SQLError) -> State {
        let sql = "SELECT last, scanned, harvested, version FROM log_state WHERE database = ?1"
        guard let row = try sqlite.rows(sql, [.integer(Int64(database))]).first,
            let last = LogSequenceNumber(row[0]), let harvested = LogSequenceNumber(row[2]),
            case .integer(let scanned) = row[1], case .integer(let version) = row[3]
        else { return State() }
        return State(last: last, scanned: scanned, harvested: harvested, version: version)
    }

    func set(_ state: State) throws(SQLError) {
        try sqlite.run(
            "INSERT OR REPLACE INTO log_state (database, last, scanned, harvested, version) VALUES (?1, ?2, ?3, ?4, ?5)",
            [
                .integer(Int64(database)), state.last.stored, .integer(state.scanned), state.harvested.stored,
                .integer(state.version),
            ]
        )
    }

    // MARK: Writing

    /// Puts a record of its own into the log, such as that of a definition.
    ///
    /// - Parameter isSeen: Whether the scan takes it into `cdc.lsn_time_mapping`, as it does the time of an idle database.
    @discardableResult
    func mark(at time: Int64, isSeen: Bool = true) throws(SQLError) -> LogSequenceNumber {
        var state = try state()
        state.last = state.last.nextBlock
        try set(state)
        if isSeen {
            try sqlite.run(
                "INSERT INTO log_transactions (database, first, lsn, begun, ended, number) VALUES (?1, ?2, ?2, ?3, ?3, NULL)",
                [.integer(Int64(database)), state.last.stored, .integer(time)]
            )
        }
        return state.last
    }

    /// Gives the changes of the transaction that commits their place in the log.
    func commit(begun: Int64, ended: Int64, number: UInt64) throws(SQLError) {
        let own: [StoredValue] = [.integer(Int64(database))]
        try sqlite.run("DELETE FROM log_changes WHERE owner = 0 AND database = ?1 AND instances = ''", own)
        guard
            case .integer(let count)? = try sqlite.rows(
                "SELECT COUNT(*) FROM log_changes WHERE owner = 0 AND database = ?1",
                own
            ).first?.first,
            count > 0
        else { return }
        var state = try state()
        let begin = state.last.nextBlock
        // A record for the beginning, one for each change, one for the commit.
        state.last = begin.advanced(by: Int(count) + 1)
        try set(state)
        try sqlite.run(
            "INSERT INTO log_transactions (database, first, lsn, begun, ended, number) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            [
                .integer(Int64(database)), begin.stored, state.last.stored, .integer(begun), .integer(ended),
                .blob(BigEndian.bytes(number &+ 0x0300, count: 6)),
            ]
        )
        try sqlite.run(
            "UPDATE log_changes SET owner = ?1 WHERE owner = 0 AND database = ?2",
            [.integer(sqlite.lastInsertedRow), .integer(Int64(database))]
        )
    }

    // MARK: Reading

    struct Transaction {
        var id: Int64
        /// The record of its beginning; those of its changes follow.
        var first: LogSequenceNumber
        var lsn: LogSequenceNumber
        var begun: Int64
        var ended: Int64
        /// `nil` for a record that belongs to no user's transaction.
        var number: [UInt8]?
    }

    func transactions(after id: Int64, limit: Int) throws(SQLError) -> [Transaction] {
        let sql =
            "SELECT id, first, lsn, begun, ended, number FROM log_transactions WHERE database = ?1 AND id > ?2 ORDER BY id LIMIT ?3"
        return try sqlite.rows(sql, [.integer(Int64(database)), .integer(id), .integer(Int64(limit))]).compactMap {
            row in
            guard case .integer(let id) = row[0], let first = LogSequenceNumber(row[1]),
                let lsn = LogSequenceNumber(row[2]),
                case .integer(let begun) = row[3], case .integer(let ended) = row[4]
            else { return nil }
            var number: [UInt8]?
            if case .blob(let bytes) = row[5] { number = bytes }
            return Transaction(id: id, first: first, lsn: lsn, begun: begun, ended: ended, number: number)
        }
    }

    /// Forgets what has been read up to a transaction.
    func truncate(through id: Int64) throws(SQLError) {
        let values: [StoredValue] = [.integer(Int64(database)), .integer(id)]
        try sqlite.run("DELETE FROM log_changes WHERE database = ?1 AND owner <= ?2 AND owner > 0", values)
        try sqlite.run("DELETE FROM log_transactions WHERE database = ?1 AND id <= ?2", values)
    }
}
