import TSQL

/// The functions of Change Data Capture that give tables.
extension CaptureFunctions {
    /// - Returns: `nil` for a function that is not one of these.
    static func table(
        _ call: TSQL.FunctionCall,
        _ arguments: [TypedSQL],
        _ binder: Binder,
        in session: Session
    ) throws(SQLError) -> (sql: String, columns: [BoundQuery.Column])? {
        let parts = call.name.parts
        if parts.count > 2, parts[0] == "CHANGETABLE" {
            return try changes(
                of: Name(parts: Array(parts.dropFirst(2)), line: call.name.line),
                arguments,
                binder,
                session
            )
        }
        guard parts.count > 1 else { return nil }
        let schema = parts[parts.count - 2]
        let name = call.name.last.lowercased()
        if schema.matches("sys"), name == "dm_db_log_stats" { return try logStatistics(arguments, binder, session) }
        guard schema.matches("cdc") else { return nil }
        let database = try binder.database(of: call.name)
        for (prefix, isNet) in [("fn_cdc_get_all_changes_", false), ("fn_cdc_get_net_changes_", true)]
        where name.hasPrefix(prefix) {
            // An instance that is gone, or has no net changes, has no such function: 208 is the binder's to say.
            guard let instance = database.capture?.instance(String(call.name.last.dropFirst(prefix.count))),
                instance.supportsNetChanges || !isNet,
                let table = database.tables[instance.changeTable]
            else { return nil }
            guard session.mayRead(instance, in: database) else {
                throw SQLError(
                    229,
                    "The SELECT permission was denied on the object '\(call.name.last)', database '\(database.name)', schema 'cdc'.",
                    state: 5,
                    severity: 14
                )
            }
            try session.checkIsolation(in: database)
            guard arguments.count == 3 else {
                throw arguments.count < 3
                    ? badWindow(isNet)
                    : SQLError(
                        8144,
                        "Procedure or function \(call.name.parts.joined(separator: ".")) has too many arguments specified.",
                        state: 2
                    )
            }
            let window = Window(
                from: try binder.convert(arguments[0], to: CaptureTables.lsn).sql,
                to: try binder.convert(arguments[1], to: CaptureTables.lsn).sql,
                filter: try binder.convert(arguments[2], to: .nvarchar(30)).sql
            )
            return isNet
                ? netChanges(instance, table, database, window, session)
                : allChanges(instance, table, database, window, session)
        }
        return nil
    }

    /// The arguments of a query for changes, in SQLite's SQL.
    struct Window {
        var from: String
        var to: String
        var filter: String
    }

    /// The one error for everything that is wrong with the arguments; the name ends like this for every instance.
    static func badWindow(_ isNet: Bool) -> SQLError {
        SQLError(
            313,
            "An insufficient number of arguments were supplied for the procedure or function cdc.fn_cdc_get_\(isNet ? "net" : "all")_changes_ ... .",
            state: 3
        )
    }

    /// A query of one row that fails where the window or the filter is not valid.
    private static func check(
        _ instance: CaptureInstanceObject,
        _ database: DatabaseCatalogue,
        _ window: Window,
        isNet: Bool,
        _ session: Session
    ) -> String {
        let filters = isNet ? ["all", "all with mask", "all with merge"] : ["all", "all update old"]
        let (name, databaseName) = (instance.name, database.name)
        let call = session.routines.call(
            "window \(isNet) \(instance.changeTable) \(database.id)",
            [window.from, window.to, window.filter]
        ) {
            [unowned session] (values) throws(SQLError) in
            guard let from = LogSequenceNumber(values[0]), let to = LogSequenceNumber(values[1]), from <= to,
                case .text(let text) = values[2],
                filters.contains(String(decoding: text, as: UTF8.self).trimmingSpaces.lowercased()),
                let database = session.catalogue(databaseName),
                let low = try session.minimumLSN(of: name, in: database), low != .zero, from >= low,
                let high = try session.maximumLSN(in: database), to <= high
            else { throw badWindow(isNet) }
            return .integer(1)
        }
        return "SELECT \(call) AS ok"
    }

    private static func captured(_ instance: CaptureInstanceObject, _ table: TableObject) -> [TableColumn] {
        Array(table.columns.dropFirst(CaptureTables.prefix).prefix(instance.columns.count))
    }

    private static func allChanges(
        _ instance: CaptureInstanceObject,
        _ table: TableObject,
        _ database: DatabaseCatalogue,
        _ window: Window,
        _ session: Session
    ) -> (sql: String, columns: [BoundQuery.Column]) {
        let captured = captured(instance, table)
        let shown = [table.columns[0], table.columns[2], table.columns[3], table.columns[4]] + captured
        let list = shown.enumerated().map { "t.\($0.element.storage) AS c\($0.offset)" }.joined(separator: ", ")
        // What is checked comes first and is kept: so it is checked even where there is no row.
        let sql = """
            WITH g AS MATERIALIZED (\(check(instance, database, window, isNet: false, session))) SELECT \(list) FROM g CROSS JOIN \
            \(table.storage) AS t WHERE g.ok = 1 AND t.c1 BETWEEN \(window.from) AND \(window.to) \
            AND (t.c4 <> 3 OR lower(rtrim(\(window.filter))) = 'all update old')
            """
        return (sql, shown.map { .init(name: $0.name, type: $0.type) })
    }

    /// One row for each key: how the last change left it, against what was there before the window.
    private static func netChanges(
        _ instance: CaptureInstanceObject,
        _ table: TableObject,
        _ database: DatabaseCatalogue,
        _ window: Window,
        _ session: Session
    ) -> (sql: String, columns: [BoundQuery.Column]) {
        let captured = captured(instance, table)
        let index = database.tables[instance.sourceTable]?.indexes.first { $0.name.matches(instance.indexName ?? "") }
        let key = (index?.columns ?? []).compactMap { column in
            instance.columns.firstIndex(of: column.columnID).map { captured[$0] }
        }
        let partition = key.map { column in
            column.storage + (column.type.collation.map { " " + session.routines.collate($0) } ?? "")
        }.joined(separator: ", ")
        let same = key.enumerated().map { index, column in
            "m.k\(index) IS n.\(column.storage)"
                + (column.type.collation.map { " " + session.routines.collate($0) } ?? "")
        }.joined(separator: " AND ")
        let order = "ORDER BY c1, \(table.storage(of: "__$command_id")), c3, c4"
        let keys = key.map(\.storage)
        // A row before an update counts where its key is not that of the row after: then the old key is deleted.
        let next = keys.map { "lead(\($0)) OVER (\(order)) IS NOT \($0)" }.joined(separator: " OR ")
        let before = keys.map { "lag(\($0)) OVER (\(order)) IS NOT \($0)" }.joined(separator: " OR ")
        let operation =
            "CASE c4 WHEN 3 THEN CASE WHEN \(next) THEN 1 ELSE 3 END WHEN 4 THEN CASE WHEN \(before) THEN 2 ELSE 4 END ELSE c4 END"
        let union = session.routines.aggregate("mask union", ["c5"]) { MaskUnion() }
        let isMerge = "lower(rtrim(\(window.filter))) = 'all with merge'"
        let list = captured.enumerated().map { "\($0.element.storage) AS c\($0.offset + 3)" }.joined(separator: ", ")
        let result = """
            CASE WHEN op = 1 THEN 1 WHEN \(isMerge) THEN 5 WHEN first = 2 THEN 2 ELSE 4 END
            """
        let sql = """
            WITH g AS MATERIALIZED (\(check(instance, database, window, isNet: true, session))),
            w AS (SELECT t.* FROM g CROSS JOIN \(table.storage) AS t WHERE g.ok = 1 AND t.c1 BETWEEN \(window.from) AND \(window.to)),
            o AS (SELECT w.*, \(operation) AS op FROM w),
            m AS (SELECT \(union) AS masks\(keys.enumerated().map { ", \($0.element) AS k\($0.offset)" }.joined()) FROM o WHERE op <> 3
            GROUP BY \(partition)),
            n AS (SELECT o.*, first_value(op) OVER (PARTITION BY \(partition) \(order)) AS first,
            row_number() OVER (PARTITION BY \(partition) ORDER BY c1 DESC, \(table.storage(of: "__$command_id")) DESC, c3 DESC, c4 DESC) AS place
            FROM o WHERE op <> 3)
            SELECT c1 AS c0, \(result) AS c1, CASE WHEN lower(rtrim(\(window.filter))) = 'all with mask' AND op <> 1 AND first <> 2 THEN masks END AS c2
            \(list.isEmpty ? "" : ", \(list)") FROM n JOIN m ON \(same) WHERE place = 1 AND NOT (op = 1 AND first = 2)
            """
        let columns = [table.columns[0], table.columns[3], table.columns[4]] + captured
        return (sql, columns.map { .init(name: $0.name, type: $0.type) })
    }

    // MARK: sys.dm_db_log_stats

    private static func logStatistics(
        _ arguments: [TypedSQL],
        _ binder: Binder,
        _ session: Session
    ) throws(SQLError) -> (sql: String, columns: [BoundQuery.Column]) {
        guard arguments.count == 1 else {
            throw SQLError(
                313,
                "An insufficient number of arguments were supplied for the procedure or function sys.dm_db_log_stats.",
                state: 3
            )
        }
        let id = try binder.convert(arguments[0], to: .int).sql
        let columns: [(String, SQLType)] = [
            ("database_id", .int), ("recovery_model", .nvarchar(60)), ("log_min_lsn", .nvarchar(24)),
            ("log_end_lsn", .nvarchar(24)),
            ("current_vlf_sequence_number", .bigint), ("current_vlf_size_mb", .float), ("total_vlf_count", .bigint),
            ("total_log_size_mb", .float),
            ("active_vlf_count", .bigint), ("active_log_size_mb", .float),
            ("log_truncation_holdup_reason", .nvarchar(60)),
        ]
        var rows: [String] = []
        for database in session.allDatabases {
            let hasLog = try !session.sqlite.rows("SELECT 1 FROM sqlite_schema WHERE name = 'log_state'").isEmpty
            let log = TransactionLog(database, session)
            let state = hasLog ? try log.state() : TransactionLog.State()
            let waiting =
                hasLog && database.capture != nil ? try log.transactions(after: state.scanned, limit: 1).first : nil
            let end = state.last.nextBlock
            let values: [SQLValue] = [
                .integer(Int64(database.id)), .string(database.options.recovery), .string((waiting?.first ?? end).text),
                .string(end.text),
                .integer(Int64(end.file)), .double(8), .integer(4), .double(32), .integer(1), .double(8),
                .string(waiting == nil ? "NOTHING" : "REPLICATION"),
            ]
            var items: [String] = []
            for (index, value) in values.enumerated() {
                items.append("\(try binder.parameter(value, columns[index].1)) AS c\(index)")
            }
            rows.append("SELECT \(items.joined(separator: ", "))")
        }
        let sql = "SELECT * FROM (\(rows.joined(separator: " UNION ALL "))) WHERE c0 = \(id)"
        return (sql, columns.map { .init(name: $0.0, type: $0.1) })
    }
}

/// The bits that are set in any of several masks.
private final class MaskUnion: Routines.Aggregate {
    private var mask: [UInt8]?

    func add(_ arguments: [StoredValue]) throws(SQLError) {
        guard case .blob(let next) = arguments[0] else { return }
        var sum = mask ?? next
        for index in next.indices where sum.indices.contains(index) { sum[index] |= next[index] }
        mask = sum
    }

    func result() throws(SQLError) -> StoredValue { mask.map { .blob($0) } ?? .null }
}
