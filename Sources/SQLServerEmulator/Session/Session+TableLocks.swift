import TSQL

/// The locks of tables that one session can notice of another: those that a query asks for with a hint.
///
/// A writer holds an intent lock of every table that it has written, to the end of its transaction. `TABLOCK` together with
/// `HOLDLOCK`, and `TABLOCKX`, wait for such transactions and keep new writers out. Nothing else waits by tables: writers follow
/// one another, and readers see what was committed.
///
/// Source: Microsoft, "Table hints", and "Lock compatibility".
extension Session {
    /// Locks a table that a statement is about to write.
    ///
    /// - Throws: `SQLError.waitsForTable` where another session keeps writers out and the statement can begin again later, so
    ///   that nobody else waits for it meanwhile.
    func lockForWriting(_ table: TableObject) throws(SQLError) {
        guard !transaction.writtenTables.contains(table.storage) else { return }
        if !take(.intentExclusive, of: table.storage) {
            if beganWithStatement {
                awaitedTable = table.storage
                throw SQLError.waitsForTable
            }
            try wait(for: table.storage, .intentExclusive)
        }
        transaction.writtenTables.insert(table.storage)
    }

    /// Locks the tables for which a query asks, to the end of the transaction.
    func lockTables(_ locks: [Binder.TableLock]) throws(SQLError) {
        guard transaction.count > 0 else { return }
        for lock in locks where !take(lock.mode, of: lock.storage) { try wait(for: lock.storage, lock.mode) }
    }

    /// Waits until a table may be written.
    func awaitTable() throws(SQLError) {
        guard let storage = awaitedTable else { return }
        awaitedTable = nil
        try wait(for: storage, .intentExclusive)
        releaseTransactionLocks()
        transaction.locks = []
    }

    private func take(_ mode: ServerRegistry.LockMode, of storage: String) -> Bool {
        let resource = Self.resource(storage)
        guard server.registry.lock(key(ofLock: resource), mode, for: id) else { return false }
        transaction.locks.append(resource)
        return true
    }

    private func wait(for storage: String, _ mode: ServerRegistry.LockMode) throws(SQLError) {
        let resource = Self.resource(storage)
        guard try lock(resource, mode, timeout: settings.lockTimeout) >= 0 else { throw SQLError.lockTimeout }
        transaction.locks.append(resource)
    }

    /// A name that no `sp_getapplock` gives.
    private static func resource(_ storage: String) -> String { "\0table \(storage)" }
}

extension SQLError {
    /// The statement is to be undone, and to begin again when its table may be written.
    static let waitsForTable = SQLError(-1, "waits for a table")
}
