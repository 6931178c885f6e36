import TSQL

/// Change Tracking in statements.
extension Session {
    /// `ALTER TABLE … ENABLE CHANGE_TRACKING` and `DISABLE`.
    func setTracking(_ isEnabled: Bool, _ options: [NamedOption], of table: inout TableObject, _ database: String)
        throws(SQLError)
    {
        guard let catalogue = catalogue(database) else { throw Self.unknownDatabase(database) }
        let log = ChangeTrackingLog(catalogue, self)
        guard isEnabled else {
            guard table.tracking != nil else {
                throw SQLError(4998, "Change tracking is not enabled on table '\(table.name)'.")
            }
            try log.disable(table)
            table.tracking = nil
            return
        }
        guard catalogue.options.changeTracking != nil else {
            throw SQLError(22105, "Change tracking is not enabled on database '\(database)'.")
        }
        guard table.tracking == nil else {
            throw SQLError(4996, "Change tracking is already enabled for table '\(table.name)'.")
        }
        let key = ChangeTrackingLog.key(of: table)
        guard !key.isEmpty else {
            throw SQLError(
                4997,
                "Cannot enable change tracking on table '\(table.name)'. Change tracking requires a primary key on the table. Create a primary key on the table before enabling change tracking."
            )
        }
        guard !key.contains(where: { $0.type == .rowversion }) else {
            throw SQLError(
                4999,
                "Cannot enable change tracking on table '\(table.name)'. Change tracking does not support a primary key of type timestamp on a table."
            )
        }
        let tracksColumns = options.contains { $0.name == "TRACK_COLUMNS_UPDATED" && $0.value == .on }
        let version = try log.enable(table)
        table.tracking = .init(tracksColumns: tracksColumns, minimumValidVersion: version, beginVersion: version)
    }

    /// Whether the session may see what was tracked of a table.
    func mayTrack(_ table: TableObject, in database: DatabaseCatalogue) -> Bool {
        may("VIEW CHANGE TRACKING", table, in: database)
    }
}

extension CaptureFunctions {
    /// The table that `CHANGETABLE` names.
    static func tracked(_ name: Name, _ binder: Binder, _ session: Session) throws(SQLError) -> (
        TableObject, DatabaseCatalogue
    ) {
        let database = try binder.database(of: name)
        guard case .table(let table) = try binder.object(name) else {
            throw SQLError(
                22107,
                "Object '\(name.last)' is of a data type that is not supported by the CHANGETABLE function. The object must be a user-defined table."
            )
        }
        guard table.tracking != nil else {
            throw SQLError(22105, "Change tracking is not enabled on table '\(table.name)'.")
        }
        guard session.mayTrack(table, in: database) else {
            throw SQLError(
                229,
                "The VIEW CHANGE TRACKING permission was denied on the object '\(table.name)', database '\(database.name)', schema '\(table.schema)'.",
                state: 5,
                severity: 14
            )
        }
        return (table, database)
    }

    private static func collate(_ column: TableColumn, _ session: Session) -> String {
        column.type.collation.map { " " + session.routines.collate($0) } ?? ""
    }

    /// `CHANGETABLE(CHANGES t, @version)`: one row for each key that changed since, with what became of it.
    static func changes(
        of name: Name,
        _ arguments: [TypedSQL],
        _ binder: Binder,
        _ session: Session
    ) throws(SQLError) -> (sql: String, columns: [BoundQuery.Column]) {
        let (table, database) = try tracked(name, binder, session)
        guard let argument = arguments.first else {
            throw SQLError(
                22102,
                "The arguments supplied are not valid for the CHANGES option of the CHANGETABLE function."
            )
        }
        let since = try binder.convert(argument, to: .bigint).sql
        let storage = ChangeTrackingLog(database, session).storage(of: table)
        let key = ChangeTrackingLog.key(of: table)
        let group = key.enumerated().map { "k\($0.offset)\(collate($0.element, session))" }.joined(separator: ", ")
        let others = table.columns.count(where: { $0.computation == nil }) - key.count
        let tracksColumns = table.tracking?.tracksColumns ?? false
        let union = session.routines.aggregate("tracked columns \(others)", ["columns"]) { ColumnUnion(of: others) }
        // The row that a key had at the version, the last change of it, and what lies between.
        let sql = """
            SELECT l.version AS c0, g.created AS c1, CASE WHEN l.op = 'D' THEN 'D' WHEN f.op = 'I' THEN 'I' ELSE 'U' END AS c2, \
            CASE WHEN l.op = 'U' AND g.others = 0 AND \(tracksColumns ? 1 : 0) = 1 THEN g.mask END AS c3, l.context AS c4\
            \(key.indices.map { ", l.k\($0) AS c\($0 + 5)" }.joined()) \
            FROM (SELECT MIN(seq) AS first, MAX(seq) AS last, MAX(CASE WHEN op = 'I' THEN version END) AS created, \
            SUM(op <> 'U') AS others, \(union) AS mask FROM \(storage) WHERE \(since) IS NULL OR version > \(since) GROUP BY \(group)) AS g \
            JOIN \(storage) AS f ON f.seq = g.first JOIN \(storage) AS l ON l.seq = g.last
            """
        let columns: [BoundQuery.Column] =
            [
                .init(name: "SYS_CHANGE_VERSION", type: .bigint),
                .init(name: "SYS_CHANGE_CREATION_VERSION", type: .bigint),
                .init(name: "SYS_CHANGE_OPERATION", type: .nchar(1)),
                .init(name: "SYS_CHANGE_COLUMNS", type: .varbinary(4100)),
                .init(name: "SYS_CHANGE_CONTEXT", type: .varbinary(128)),
            ] + key.map { .init(name: $0.name, type: $0.type, isNullable: false) }
        return (sql, columns)
    }

    /// `CHANGETABLE(VERSION t, (key), (value))` beside the sources before it: one row, with the last version of the row of that key.
    ///
    /// - Returns: The join, which comes after what stands before, and the columns as they are seen.
    static func version(
        of name: Name,
        key names: [String],
        values: [TypedSQL],
        alias: String,
        _ binder: Binder,
        _ session: Session
    ) throws(SQLError) -> (join: String, columns: [Scope.Column]) {
        let (table, database) = try tracked(name, binder, session)
        let key = ChangeTrackingLog.key(of: table)
        guard names.count == key.count, values.count == key.count else {
            throw SQLError(
                22110,
                "The number of columns specified in the CHANGETABLE(VERSION ...) function does not match the number of primary key columns for table '\(table.name)'."
            )
        }
        let storage = ChangeTrackingLog(database, session).storage(of: table)
        var conditions: [String] = []
        var shown: [Scope.Column] = []
        var seen: Set<Int> = []
        for (name, value) in zip(names, values) {
            guard let place = key.firstIndex(where: { $0.name.matches(name) }) else {
                throw SQLError(
                    22111,
                    "The column '\(name)' specified in the CHANGETABLE(VERSION ...) function is not part of the primary key for table '\(table.name)'."
                )
            }
            guard seen.insert(place).inserted else {
                throw SQLError(
                    22112,
                    "Each primary key column must be specified once in the CHANGETABLE(VERSION ...) function. The column '\(name)' is specified more than once."
                )
            }
            let converted = try binder.convert(value, to: key[place].type).sql
            conditions.append("\(alias).k\(place) = \(converted)\(collate(key[place], session))")
            shown.append(.init(name: key[place].name, type: key[place].type, sql: converted))
        }
        let group = key.enumerated().map { "k\($0.offset)\(collate($0.element, session))" }.joined(separator: ", ")
        let last = "SELECT * FROM \(storage) WHERE seq IN (SELECT MAX(seq) FROM \(storage) GROUP BY \(group))"
        let columns: [Scope.Column] =
            [
                .init(name: "SYS_CHANGE_VERSION", type: .bigint, sql: "\(alias).version"),
                .init(name: "SYS_CHANGE_CONTEXT", type: .varbinary(128), sql: "\(alias).context"),
            ] + shown
        return ("LEFT JOIN (\(last)) AS \(alias) ON \(conditions.joined(separator: " AND "))", columns)
    }
}

/// The mask of the columns of several updates; NULL where they are all columns outside the key.
private final class ColumnUnion: Routines.Aggregate {
    private let all: Int
    private var columns: Set<Int> = []

    init(of all: Int) { self.all = all }

    func add(_ arguments: [StoredValue]) throws(SQLError) { columns.formUnion(ColumnSet.columns(arguments[0])) }

    func result() throws(SQLError) -> StoredValue {
        columns.count >= all ? .null : .blob(ChangeTrackingLog.mask(of: columns))
    }
}
