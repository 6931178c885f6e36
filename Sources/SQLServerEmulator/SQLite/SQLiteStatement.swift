import CSQLite

/// A prepared statement of a connection.
final class SQLiteStatement {
    private let handle: OpaquePointer
    private unowned let connection: SQLiteConnection
    private let sql: String
    /// Whether it stands on a row, or is about to.
    private(set) var isBusy = false

    init(_ handle: OpaquePointer, of connection: SQLiteConnection, sql: String) {
        self.handle = handle
        self.connection = connection
        self.sql = sql
    }

    deinit { sqlite3_finalize(handle) }

    var columnCount: Int { Int(sqlite3_column_count(handle)) }

    func bind(_ values: [StoredValue]) throws(SQLError) {
        for (index, value) in values.enumerated() {
            let code = value.bind(to: handle, at: Int32(index + 1))
            if code != SQLITE_OK { throw connection.failure(code, sql) }
        }
    }

    /// Goes to the next row.
    ///
    /// - Returns: Whether there is one.
    func step() throws(SQLError) -> Bool {
        isBusy = true
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        isBusy = false
        guard code == SQLITE_DONE else {
            let error = connection.failure(code, sql)
            sqlite3_reset(handle)
            throw error
        }
        return false
    }

    /// The value in a column of the row on which the statement stands.
    func value(_ column: Int) -> StoredValue { StoredValue(handle, column: Int32(column)) }

    var row: [StoredValue] { (0..<columnCount).map(value) }

    /// Ends what runs and forgets the values of parameters.
    func reset() {
        isBusy = false
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }
}
