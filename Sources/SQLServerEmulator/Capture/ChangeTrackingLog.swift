import TSQL

/// Change Tracking of a database: for each tracked table, the keys that changed, by the version of the commit.
///
/// It is kept in tables of SQLite beside the rows, so a session under `SNAPSHOT` sees rows, versions and changes of one time.
struct ChangeTrackingLog {
    let session: Session
    let database: DatabaseCatalogue
    private let log: TransactionLog

    init(_ database: DatabaseCatalogue, _ session: Session) {
        self.session = session
        self.database = database
        log = TransactionLog(database, session)
    }

    private var sqlite: SQLiteConnection { session.sqlite }

    /// The table in SQLite with the changes of a table.
    func storage(of table: TableObject) -> String { "tracked_\(database.id)_\(table.id)" }

    private func place(of table: TableObject) -> [StoredValue] {
        [.integer(Int64(database.id)), .integer(Int64(table.id))]
    }

    static func key(of table: TableObject) -> [TableColumn] {
        (table.primaryKey?.columns ?? []).compactMap { column in table.columns.first { $0.id == column.columnID } }
    }

    // MARK: Versions

    private var hasLog: Bool {
        get throws(SQLError) { try !sqlite.rows("SELECT 1 FROM sqlite_schema WHERE name = 'log_state'").isEmpty }
    }

    func currentVersion() throws(SQLError) -> Int64 { try hasLog ? try log.state().version : 0 }

    /// The oldest version from which on the changes of a table are all there; `nil` where it is not tracked.
    func minimumVersion(of table: TableObject) throws(SQLError) -> Int64? {
        guard try hasLog else { return nil }
        let rows = try sqlite.rows(
            "SELECT minimum FROM tracked_tables WHERE database = ?1 AND object = ?2",
            place(of: table)
        )
        switch rows.first?.first {
        case .integer(let version)?: return version
        // Emptied by the transaction that reads, whose version is the next.
        case .null?: return try currentVersion() + 1
        default: return nil
        }
    }

    // MARK: Tables

    func enable(_ table: TableObject) throws(SQLError) -> Int64 {
        try TransactionLog.prepare(sqlite)
        let version = try currentVersion()
        let keys = Self.key(of: table).indices.map { ", k\($0)" }.joined()
        try sqlite.run("DROP TABLE IF EXISTS \(storage(of: table))")
        try sqlite.run(
            "CREATE TABLE \(storage(of: table)) (seq INTEGER PRIMARY KEY AUTOINCREMENT, version INTEGER NOT NULL, op TEXT NOT NULL, columns BLOB, context BLOB\(keys))"
        )
        try sqlite.run("CREATE INDEX \(storage(of: table))_v ON \(storage(of: table)) (version)")
        try sqlite.run(
            "INSERT OR REPLACE INTO tracked_tables (database, object, minimum) VALUES (?1, ?2, ?3)",
            place(of: table) + [.integer(version)]
        )
        return version
    }

    func disable(_ table: TableObject) throws(SQLError) {
        try sqlite.run("DROP TABLE IF EXISTS \(storage(of: table))")
        try sqlite.run("DELETE FROM tracked_tables WHERE database = ?1 AND object = ?2", place(of: table))
    }

    /// The table is emptied without a trace of its rows: who has not read yet must begin anew.
    func noteTruncation(of table: TableObject) throws(SQLError) {
        try sqlite.run("DELETE FROM \(storage(of: table))")
        try sqlite.run("UPDATE tracked_tables SET minimum = NULL WHERE database = ?1 AND object = ?2", place(of: table))
        (session.recorder as? CaptureRecorder)?.noteTruncation(session)
    }

    // MARK: Commit

    /// Gives the changes of the transaction that commits the next version.
    func commit(number: UInt64) throws(SQLError) {
        let own: [StoredValue] = [.integer(Int64(database.id))]
        let tracked = database.tables.values.filter { $0.tracking != nil }
        guard !tracked.isEmpty else { return }
        let isTruncated = try !sqlite.rows("SELECT 1 FROM tracked_tables WHERE database = ?1 AND minimum IS NULL", own)
            .isEmpty
        let isChanged = try !sqlite.rows(
            "SELECT 1 FROM log_changes WHERE owner = 0 AND database = ?1 AND tracked = 1 LIMIT 1",
            own
        ).isEmpty
        guard isTruncated || isChanged else { return }
        var state = try log.state()
        state.version += 1
        try log.set(state)
        try sqlite.run(
            "INSERT INTO tracking_commits (database, version, time, number) VALUES (?1, ?2, ?3, ?4)",
            own + [
                .integer(state.version), .integer(session.server.now()), .integer(Int64(truncatingIfNeeded: number)),
            ]
        )
        if isTruncated {
            let rows = try sqlite.rows("SELECT object FROM tracked_tables WHERE database = ?1 AND minimum IS NULL", own)
            try sqlite.run(
                "UPDATE tracked_tables SET minimum = ?2 WHERE database = ?1 AND minimum IS NULL",
                own + [.integer(state.version)]
            )
            for case .integer(let object)? in rows.map(\.first) { try tell(Int(object), minimum: state.version) }
        }
        if isChanged { try write(state.version, Dictionary(uniqueKeysWithValues: tracked.map { ($0.id, $0) })) }
    }

    /// Puts the lowest valid version into the catalogue, for views.
    private func tell(_ object: Int, minimum: Int64) throws(SQLError) {
        try session.change(database.name) { (catalogue) throws(SQLError) in
            catalogue.tables[object]?.tracking?.minimumValidVersion = minimum
        }
    }

    private func write(_ version: Int64, _ tables: [Int: TableObject]) throws(SQLError) {
        let sql =
            "SELECT \(LoggedChange.columns) FROM log_changes WHERE owner = 0 AND database = ?1 AND tracked = 1 ORDER BY id"
        let cursor = try sqlite.prepare(sql)
        defer { cursor.reset() }
        try cursor.bind([.integer(Int64(database.id))])
        // Where a statement changes keys, all old keys go before new ones come.
        var waiting: [(TableObject, RowImage, StoredValue)] = []
        var statement: Int64?
        func flush() throws(SQLError) {
            for (table, image, context) in waiting { try insert(table, version, "I", image, nil, context) }
            waiting = []
        }
        while try cursor.step() {
            let change = try LoggedChange(cursor.row)
            if change.statement != statement { try flush() }
            statement = change.statement
            guard let table = tables[change.object] else { continue }
            switch (change.before, change.after) {
            case (nil, let after?): try insert(table, version, "I", after, nil, change.context)
            case (let before?, nil): try insert(table, version, "D", before, nil, change.context)
            case (let before?, let after?):
                let key = Self.key(of: table)
                if key.contains(where: { before.value($0.id) != after.value($0.id) }) {
                    try insert(table, version, "D", before, nil, change.context)
                    waiting.append((table, after, change.context))
                } else {
                    try insert(table, version, "U", after, change.touched.subtracting(key.map(\.id)), change.context)
                }
            case (nil, nil): break
            }
        }
        try flush()
    }

    private func insert(
        _ table: TableObject,
        _ version: Int64,
        _ operation: String,
        _ image: RowImage,
        _ columns: Set<Int>?,
        _ context: StoredValue
    ) throws(SQLError) {
        let key = Self.key(of: table)
        let names = key.indices.map { ", k\($0)" }.joined()
        let marks = key.indices.map { ", ?\($0 + 5)" }.joined()
        try sqlite.run(
            "INSERT INTO \(storage(of: table)) (version, op, columns, context\(names)) VALUES (?1, ?2, ?3, ?4\(marks))",
            [
                .integer(version), .text(Array(operation.utf8)), columns.map { .blob(ColumnSet.bytes($0)) } ?? .null,
                context,
            ]
                + key.map { image.value($0.id) }
        )
    }

    // MARK: Cleanup

    /// Deletes the changes of versions that were committed longer ago than the database keeps them.
    func cleanUp(now: Int64) throws(SQLError) {
        guard let tracking = database.options.changeTracking, try hasLog else { return }
        let minutes =
            Int64(tracking.retention)
            * (tracking.unit.hasPrefix("DAY") ? 1440 : tracking.unit.hasPrefix("HOUR") ? 60 : 1)
        let limit = now - minutes * 60_000_000
        let sql = "SELECT MAX(version) FROM tracking_commits WHERE database = ?1 AND time < ?2"
        guard
            case .integer(let version)? = try sqlite.rows(sql, [.integer(Int64(database.id)), .integer(limit)]).first?
                .first
        else { return }
        for table in database.tables.values where table.tracking != nil {
            try sqlite.run("DELETE FROM \(storage(of: table)) WHERE version <= ?1", [.integer(version)])
            guard let minimum = try minimumVersion(of: table), minimum < version else { continue }
            try sqlite.run(
                "UPDATE tracked_tables SET minimum = ?3 WHERE database = ?1 AND object = ?2",
                place(of: table) + [.integer(version)]
            )
            try tell(table.id, minimum: version)
        }
        try sqlite.run(
            "DELETE FROM tracking_commits WHERE database = ?1 AND version <= ?2",
            [.integer(Int64(database.id)), .integer(version)]
        )
    }

    // MARK: Masks

    /// `SYS_CHANGE_COLUMNS`: four bytes of zero, then the ids of the columns, four bytes each, least significant first.
    static func mask(of columns: Set<Int>) -> [UInt8] {
        [0, 0, 0, 0] + columns.sorted().flatMap { Array(BigEndian.bytes(UInt64($0), count: 4).reversed()) }
    }

    /// `nil` for what is no mask.
    static func columns(ofMask mask: [UInt8]) -> Set<Int>? {
        guard mask.count >= 4, mask.count % 4 == 0, mask.prefix(4).allSatisfy({ $0 == 0 }) else { return nil }
        return Set(stride(from: 4, to: mask.count, by: 4).map { Int(BigEndian.number(mask[$0..<$0 + 4].reversed())) })
    }
}
