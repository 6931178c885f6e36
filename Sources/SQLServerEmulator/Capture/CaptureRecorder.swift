import TSQL

/// Writes the changes of captured and tracked tables into the log. Each session has one of its own.
final class CaptureRecorder: ChangeRecorder {
    private var statement: Int64 = 0
    /// When the transaction first changed something that is logged; `nil` where it did not.
    private var begun: Int64?
    private var truncated = false

    func willBeginStatement(_ session: Session) { statement += 1 }

    func record(
        _ table: TableObject,
        before: [StoredValue]?,
        after: [StoredValue]?,
        touched: Set<Int>,
        by session: Session
    ) throws(SQLError) {
        guard table.id > 0, !table.isShipped, let database = session.database(of: table) else { return }
        let instances = database.capture?.instances.filter { $0.sourceTable == table.id } ?? []
        let isTracked = database.tables[table.id]?.tracking != nil
        guard isTracked || !instances.isEmpty else { return }
        try check(after, touched: before == nil ? nil : touched, of: table, instances, session)
        var touched = touched
        if before != nil, after != nil {
            for column in table.columns where column.type == .rowversion { touched.insert(column.id) }
        }
        let isSet = before != nil && after != nil
        let movesKey =
            isSet
            && table.indexes.contains { $0.isUnique && table.values(of: $0, before) != table.values(of: $0, after) }
        try session.sqlite.run(
            """
            INSERT INTO log_changes (owner, database, object, statement, movesKey, touched, before, after, instances, context, tracked)
            VALUES (0, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """,
            [
                .integer(Int64(database.id)), .integer(Int64(table.id)), .integer(statement),
                .integer(movesKey ? 1 : 0),
                isSet ? .blob(ColumnSet.bytes(touched)) : .null,
                before.map { .blob(RowImage($0, of: table).bytes) } ?? .null,
                after.map { .blob(RowImage($0, of: table).bytes) } ?? .null,
                .text(Array(instances.map { "\($0.changeTable)" }.joined(separator: ",").utf8)),
                session.changeTrackingContext.map { .blob($0) } ?? .null, .integer(isTracked ? 1 : 0),
            ]
        )
        if begun == nil { begun = session.server.now() }
    }

    /// Refuses a large value that replication would not carry.
    private func check(
        _ after: [StoredValue]?,
        touched: Set<Int>?,
        of table: TableObject,
        _ instances: [CaptureInstanceObject],
        _ session: Session
    ) throws(SQLError) {
        guard let after, !instances.isEmpty, table.columns.contains(where: \.type.isLarge) else { return }
        // −1: any length.
        let limit = session.server.registry.setting(ServerSetting.replicatedText) ?? -1
        guard limit >= 0 else { return }
        let captured = Set(instances.flatMap(\.columns))
        for (column, value) in zip(table.columns, after)
        where column.type.isLarge && captured.contains(column.id) && touched?.contains(column.id) ?? true {
            let length = column.type.dataLength(value)
            if length > limit {
                throw SQLError(
                    7139,
                    "Length of LOB data (\(length)) to be replicated exceeds configured maximum \(limit). Use the stored procedure "
                        + "sp_configure to increase the configured maximum value for max text repl size option, which defaults to "
                        + "65536. A configured value of -1 indicates no limit, other that the limit imposed by the data type."
                )
            }
        }
    }

    /// A tracked table was emptied: the transaction gets a version, from which on the table's changes are known.
    func noteTruncation(_ session: Session) {
        truncated = true
        if begun == nil { begun = session.server.now() }
    }

    func willCommit(_ session: Session) throws(SQLError) {
        guard let begun else { return }
        var numbers: Set<Int64> = []
        for row in try session.sqlite.rows("SELECT DISTINCT database FROM log_changes WHERE owner = 0") {
            if case .integer(let number) = row[0] { numbers.insert(number) }
        }
        if truncated {
            for row in try session.sqlite.rows("SELECT DISTINCT database FROM tracked_tables WHERE minimum IS NULL") {
                if case .integer(let number) = row[0] { numbers.insert(number) }
            }
        }
        let number = session.transaction.id == 0 ? session.server.newTransactionID() : session.transaction.id
        for database in session.allDatabases where numbers.contains(Int64(database.id)) {
            try ChangeTrackingLog(database, session).commit(number: number)
            try TransactionLog(database, session).commit(begun: begun, ended: session.server.now(), number: number)
        }
        // What belongs to a database that the transaction dropped.
        try session.sqlite.run("DELETE FROM log_changes WHERE owner = 0")
        reset()
    }

    func didRollBack(_ session: Session) { reset() }

    private func reset() {
        begun = nil
        truncated = false
        statement = 0
    }
}

extension Session {
    /// The databases as the session's transaction sees them.
    var allDatabases: [DatabaseCatalogue] {
        let names = Set(server.databases.map { $0.name.lowercased() }).union(transaction.catalogues.keys)
        return names.sorted().compactMap { catalogue($0) }
    }

    /// The database that a table is in, by its storage.
    func database(of table: TableObject) -> DatabaseCatalogue? {
        guard table.storage.first == "d", let end = table.storage.firstIndex(of: "_"),
            let id = Int(table.storage[table.storage.index(after: table.storage.startIndex)..<end])
        else { return nil }
        let current = database
        return current.id == id ? current : allDatabases.first { $0.id == id }
    }

    /// What comes before each statement that changes rows.
    ///
    /// - Throws: 22109 for a context that is no binary.
    func willChangeRows(_ clause: WithClause?) throws(SQLError) {
        recorder.willBeginStatement(self)
        changeTrackingContext = nil
        guard let expression = clause?.changeTrackingContext else { return }
        let (value, type) = try evaluate(expression)
        guard type.family == .binary || type == .null else { throw Self.wrongContext }
        guard case .binary(let bytes) = value else { return }
        guard bytes.count <= 128 else { throw Self.wrongContext }
        changeTrackingContext = bytes
    }

    private static let wrongContext = SQLError(
        22109,
        "The \"context\" argument for the CHANGE_TRACKING_CONTEXT WITH clause must be of type varbinary data type with a maximum "
            + "length of 128."
    )
}

extension TableObject {
    /// The values of an index's columns in a row.
    func values(of index: TableIndex, _ row: [StoredValue]?) -> [StoredValue]? {
        guard let row else { return nil }
        return index.columns.map { column in
            columns.firstIndex { $0.id == column.columnID }.map { row[$0] } ?? .null
        }
    }
}

extension SQLType {
    /// Whether values may be longer than a row: `text` and its kin, `max`, `xml`, large user-defined types.
    var isLarge: Bool { isOldLarge || length == .max || self == .xml || self == .geometry || self == .geography }

    /// The bytes that a value takes in SQL Server.
    func dataLength(_ value: StoredValue) -> Int64 {
        switch value {
        case .text(let bytes):
            isWide ? Int64(String(decoding: bytes, as: UTF8.self).utf16.count * 2) : Int64(bytes.count)
        case .blob(let bytes): Int64(bytes.count)
        default: 0
        }
    }
}
