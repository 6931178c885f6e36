import TSQL

/// One client's session: its database, settings, variables and transaction. One thread at a time uses it.
final class Session {
    let id: Int
    let server: ServerState
    let sqlite: SQLiteConnection
    let login: ServerState.Login
    /// Where answers go; another one for each batch.
    var sink: any ReplySink
    var settings = SessionSettings()
    var databaseName: String { didSet { noteRecord() } }
    /// What its client told of itself.
    var client = SessionClient() { didSet { noteRecord() } }
    /// Microseconds since 1970.
    let connected: Int64
    var transaction = TransactionState()
    /// The variables of the batch and of the procedures that run in it, the innermost last.
    var frames: [Frame] = [Frame()]
    var temporaryTables: [String: TableObject] = [:]
    var currentLine = 1
    /// The batch or module whose statements run, for the texts of definitions.
    var runningBatch: Batch?

    /// What `sp_set_session_context` set.
    var context: [String: (value: SQLValue, isReadOnly: Bool)] = [:]
    /// What `EVENTDATA()` gives in the triggers that run, the innermost last.
    var eventData: [String?] = []
    /// The triggers that run, the innermost last: none fires itself.
    var runningTriggers: [Int] = []
    /// Whom the session acts as in place of its login, the innermost last.
    var impersonations: [Impersonation] = []
    /// How many of these `REVERT` cannot end: they are those of the modules that run.
    var impersonationFloor = 0
    /// Whose objects need no permission, because the module that runs is theirs.
    var chainOwner: ChainOwner?
    /// The cursors that outlive their batch, by their names in lower case.
    var cursors: [String: Cursor] = [:]
    /// `@@FETCH_STATUS` and `@@CURSOR_ROWS`
    var fetchStatus: Int64 = 0
    var cursorRows: Int64 = 0
    let randomNumbers = RandomNumbers()
    /// Modules that ran, by their texts.
    var parsedModules: [String: Batch] = [:]
    /// Whether the error that is being told was made by `RAISERROR`, which ends no transaction.
    var isRaised = false
    /// The statements that `sp_prepare` prepared, by their handles.
    var prepared: [Int: PreparedText] = [:]
    var lastHandle = 0

    // What @@ROWCOUNT, @@ERROR and their kin say.
    var rowCount: Int64 = 0
    var lastError: Int32 = 0
    var lastIdentity: SQLValue = .null
    /// The errors that are being handled, the innermost last.
    var caught: [ServerText] = []
    /// How many statements that write run within each other: that of a trigger within the one that fired it.
    private var writingDepth = 0
    /// Whether all that the transaction has written, it wrote in the statement that runs: it could begin again.
    private(set) var beganWithStatement = false
    /// The storage of the table for which the statement that runs is to wait.
    var awaitedTable: String?
    /// Whether the columns of views are looked for, so that these do not look for them again.
    var isDescribingViews = false
    /// Whether the error that is being told ends the batch, whatever its number.
    var abortsBatch = false
    /// What is thrown again, by `THROW` or out of a module, as it was told first.
    var rethrown: ServerText?
    /// How many `TRY` are around what runs.
    var tryDepth = 0
    /// When the statement that runs began; `nil` between statements. Microseconds since 1970.
    var statementBegan: Int64?

    /// Sees every row that is changed, for Change Data Capture and Change Tracking.
    var recorder: any ChangeRecorder
    /// `WITH CHANGE_TRACKING_CONTEXT` of the statement that runs.
    var changeTrackingContext: [UInt8]?

    /// The variables of one batch or procedure.
    struct Frame {
        var variables: [String: (type: SQLType, value: SQLValue)] = [:]
        var tables: [String: TableObject] = [:]
        /// The procedure's name; empty for a batch.
        var procedure = ""
        var scopeIdentity: SQLValue = .null
        /// The cursors that end with it.
        var cursors: [String: Cursor] = [:]
        /// The table of the trigger that runs, and the columns that were set.
        var triggered: TableObject?
        var updated: Set<Int> = []
    }

    init(
        server: ServerState,
        login: ServerState.Login,
        database: String?,
        recorder: any ChangeRecorder,
        sink: any ReplySink
    ) throws(SQLError) {
        id = server.newSessionID()
        connected = server.now()
        self.server = server
        self.login = login
        self.sink = sink
        self.recorder = recorder
        sqlite = try SQLiteConnection(path: server.path)
        databaseName = database ?? login.defaultDatabase
        guard let found = server.database(databaseName) else { throw Self.cannotOpen(databaseName) }
        databaseName = found.name
        guard hasAccess(to: found) else { throw Self.cannotOpen(found.name) }
        noteRecord()
    }

    private static func cannotOpen(_ database: String) -> SQLError {
        SQLError(
            4060,
            "Cannot open database \"\(database)\" requested by the login. The login failed.",
            severity: 11
        )
    }

    deinit { server.registry.forget(id) }

    /// Tells the server what its views show of the session.
    private func noteRecord() {
        server.registry.note(
            SessionRecord(
                id: id,
                login: login.name,
                isSysadmin: login.isSysadmin,
                database: databaseName,
                client: client,
                connected: connected
            )
        )
    }

    // MARK: Catalogues

    /// A database as the session's transaction sees it.
    func catalogue(_ name: String) -> DatabaseCatalogue? {
        if let changed = transaction.catalogues[name.lowercased()] { return changed }
        return server.database(name)
    }

    /// Changes a database's catalogue, within a transaction that writes.
    func change<T>(_ name: String, _ work: (inout DatabaseCatalogue) throws(SQLError) -> T) throws(SQLError) -> T {
        guard var catalogue = catalogue(name) else { throw Self.unknownDatabase(name) }
        // Taken out while it is changed, so that it is not copied.
        transaction.catalogues[name.lowercased()] = nil
        defer { transaction.catalogues[name.lowercased()] = catalogue }
        return try work(&catalogue)
    }

    static func unknownDatabase(_ name: String) -> SQLError {
        SQLError(911, "Database '\(name)' does not exist. Make sure that the name is entered correctly.")
    }

    // MARK: Transactions

    /// Does work that writes: as a statement of the open transaction, or as a transaction of its own.
    ///
    /// What a statement that fails has done is undone, and nothing else.
    func writing<T>(_ work: () throws(SQLError) -> T) throws(SQLError) -> T {
        while true {
            do throws(SQLError) { return try writingOnce(work) } catch {
                guard error == .waitsForTable, awaitedTable != nil else { throw error }
            }
            if sqlite.isInTransaction { try sqlite.run("ROLLBACK") }
            try awaitTable()
        }
    }

    private func writingOnce<T>(_ work: () throws(SQLError) -> T) throws(SQLError) -> T {
        if transaction.isDoomed {
            throw SQLError(
                3930,
                "The current transaction cannot be committed and cannot support operations that write to the log file. Roll back the transaction."
            )
        }
        if writingDepth > 0, !sqlite.isInTransaction {
            throw SQLError.unsupported("a statement that writes after ROLLBACK in a trigger")
        }
        if writingDepth == 0 { beganWithStatement = !sqlite.isInTransaction }
        try openForWriting()
        let before = transaction.catalogues
        let counted = transaction.count
        writingDepth += 1
        defer { writingDepth -= 1 }
        try sqlite.run("SAVEPOINT statement")
        do throws(SQLError) {
            let result = try work()
            // A trigger may have ended the transaction in which its statement runs.
            guard sqlite.isInTransaction else { throw SQLError.endedInTrigger }
            try sqlite.run("RELEASE statement")
            if transaction.count == 0, writingDepth == 1 { try commitSQLite() }
            return result
        } catch {
            guard sqlite.isInTransaction else {
                if counted == 0 || transaction.count == 0 { transaction = TransactionState() }
                throw error
            }
            if transaction.count == 0, writingDepth == 1 {
                // A transaction of its own goes as a whole: where its commit failed, the savepoint is gone already.
                try rollbackSQLite()
            } else {
                try sqlite.run("ROLLBACK TO statement")
                try sqlite.run("RELEASE statement")
                transaction.catalogues = before
            }
            throw error
        }
    }

    /// Does work that only reads, as the isolation level says.
    func reading<T>(_ work: () throws(SQLError) -> T) throws(SQLError) -> T {
        guard transaction.count > 0 else { return try work() }
        if !sqlite.isInTransaction { try openForReading() }
        do throws(SQLError) { return try work() } catch {
            // The catalogue is that of now, the rows are those of then.
            guard settings.isolation == .snapshot, sqlite.takeMissing() else { throw error }
            throw SQLError(
                3961,
                "Snapshot isolation transaction failed in database '\(databaseName)' because the object accessed by the statement "
                    + "has been modified by a DDL statement in another concurrent transaction since the start of this "
                    + "transaction. It is disallowed because the metadata is not versioned. A concurrent update to metadata can "
                    + "lead to inconsistency if mixed with snapshot isolation."
            )
        }
    }

    /// Begins what a transaction's isolation needs before its first read.
    private func openForReading() throws(SQLError) {
        switch settings.isolation {
        case .readUncommitted, .readCommitted: break
        case .repeatableRead, .serializable: try openForWriting()
        case .snapshot:
            try sqlite.run("BEGIN DEFERRED")
            // The first read fixes what the transaction sees.
            try sqlite.run("SELECT COUNT(*) FROM sqlite_schema")
        }
    }

    /// - Throws: 3952 where a table would be read or written under `SNAPSHOT` in a database that does not allow it.
    func checkIsolation(in database: DatabaseCatalogue) throws(SQLError) {
        guard settings.isolation == .snapshot, !database.allowsSnapshots else { return }
        throw SQLError(
            3952,
            "Snapshot isolation transaction failed accessing database '\(database.name)' because snapshot isolation is not "
                + "allowed in this database. Use ALTER DATABASE to allow snapshot isolation."
        )
    }

    private func openForWriting() throws(SQLError) {
        sqlite.setBusyTimeout(milliseconds: settings.lockTimeout < 0 ? .max : Int32(clamping: settings.lockTimeout))
        if !sqlite.isInTransaction { try sqlite.run("BEGIN IMMEDIATE") }
    }

    func beginTransaction() {
        transaction.count += 1
        guard transaction.count == 1 else { return }
        transaction.id = server.newTransactionID()
        sink.changed(.began(transaction: transaction.id))
    }

    func commitTransaction() throws(SQLError) {
        guard transaction.count > 0 else {
            throw SQLError(3902, "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.")
        }
        if transaction.isDoomed {
            throw SQLError(
                3930,
                "The current transaction cannot be committed and cannot support operations that write to the log file. Roll back the transaction."
            )
        }
        transaction.count -= 1
        guard transaction.count == 0 else { return }
        let id = transaction.id
        do throws(SQLError) { try commitSQLite() } catch {
            // What cannot be committed is rolled back: no transaction is left half open.
            try rollbackSQLite()
            sink.changed(.rolledBack(transaction: id))
            throw error
        }
        sink.changed(.committed(transaction: id))
    }

    func rollbackTransaction() throws(SQLError) {
        guard transaction.count > 0 else {
            throw SQLError(3903, "The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.")
        }
        let id = transaction.id
        try rollbackSQLite()
        sink.changed(.rolledBack(transaction: id))
    }

    func saveTransaction(_ name: String) throws(SQLError) {
        guard transaction.count > 0 else {
            throw SQLError(628, "Cannot issue SAVE TRANSACTION when there is no active transaction.")
        }
        try openForWriting()
        try sqlite.run("SAVEPOINT \"user \(name.replacing("\"", with: "\"\""))\"")
        transaction.savepoints.append(.init(name: name, catalogues: transaction.catalogues))
    }

    /// - Returns: Whether there is a savepoint of that name.
    func rollbackTransaction(toSavepoint name: String) throws(SQLError) -> Bool {
        guard let index = transaction.savepoints.lastIndex(where: { $0.name.matches(name) }) else { return false }
        if transaction.isDoomed {
            throw SQLError(
                3931,
                "The current transaction cannot be committed and cannot be rolled back to a savepoint. Roll back the entire transaction."
            )
        }
        let savepoint = transaction.savepoints[index]
        try keepingTableVariables { () throws(SQLError) in
            try sqlite.run("ROLLBACK TO \"user \(savepoint.name.replacing("\"", with: "\"\""))\"")
        }
        transaction.catalogues = savepoint.catalogues
        transaction.savepoints.removeSubrange((index + 1)...)
        return true
    }

    /// A value for a `rowversion` of the transaction that writes.
    func newRowVersion() -> [UInt8] {
        transaction.takesRowVersions = true
        return server.nextRowVersion()
    }

    private func commitSQLite() throws(SQLError) {
        if sqlite.isInTransaction {
            try recorder.willCommit(self)
            try sqlite.run("COMMIT")
            server.commit(transaction.catalogues)
        }
        ended()
    }

    private func rollbackSQLite() throws(SQLError) {
        ended()
        recorder.didRollBack(self)
        guard sqlite.isInTransaction else { return }
        try keepingTableVariables { () throws(SQLError) in try sqlite.run("ROLLBACK") }
    }

    /// Takes something back, but not the rows of table variables, which belong to no transaction.
    private func keepingTableVariables(_ rollBack: () throws(SQLError) -> Void) throws(SQLError) {
        var kept: [(table: TableObject, rows: [[StoredValue]])] = []
        for table in frames.flatMap(\.tables.values) {
            let columns = table.columns.map(\.storage).joined(separator: ", ")
            kept.append((table, try sqlite.rows("SELECT \(columns) FROM \(table.storage)")))
        }
        try rollBack()
        for (table, rows) in kept {
            try sqlite.run("DROP TABLE IF EXISTS \(table.storage)")
            try create(table)
            let columns = table.columns.map(\.storage).joined(separator: ", ")
            let marks = table.columns.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
            for row in rows { try sqlite.run("INSERT INTO \(table.storage) (\(columns)) VALUES (\(marks))", row) }
        }
    }

    private func ended() {
        releaseTransactionLocks()
        if transaction.takesRowVersions { server.closeRowVersions() }
        transaction = TransactionState()
    }
}

/// Learns of every change of a row, in the transaction that makes it.
protocol ChangeRecorder: AnyObject {
    /// - Parameters:
    ///   - before: The row before, `nil` for an insert; values in the order of the table's columns.
    ///   - after: The row after, `nil` for a delete.
    ///   - touched: The ids of the columns that an update sets.
    func record(
        _ table: TableObject,
        before: [StoredValue]?,
        after: [StoredValue]?,
        touched: Set<Int>,
        by session: Session
    ) throws(SQLError)
    /// A statement that changes rows is about to begin.
    func willBeginStatement(_ session: Session)
    func willCommit(_ session: Session) throws(SQLError)
    func didRollBack(_ session: Session)
}
