import TSQL

/// Procedures that show something: `sp_helptext`, `sp_helpdb`, `sp_who`, `sp_spaceused`.
///
/// Source: Microsoft, "Database engine stored procedures (Transact-SQL)".
extension SystemProcedures {
    static let helpProcedures: [String: SystemProcedure] = [
        "sp_helptext": SystemProcedure([("@objname", .nvarchar(776), nil), ("@columnname", name, .null)]) {
            (session, call) throws(SQLError) in
            let name = call.text("@objname") ?? ""
            guard let object = session.visibleObject(named: name) else {
                throw SQLError(
                    15009,
                    "The object '\(name)' does not exist in database '\(session.databaseName)' or is invalid for this operation."
                )
            }
            guard let module = object.module else {
                throw SQLError(15197, "There is no text for object '\(name)'.")
            }
            var lines = module.text.split(separator: "\n", omittingEmptySubsequences: false).map {
                String($0.filter { $0 != "\r" }) + "\r\n"
            }
            if let last = lines.popLast() { lines.append(String(last.dropLast())) }
            try session.answer([("Text", .nvarchar(255))], lines.map { [.string(String($0.prefix(255)))] })
            return 0
        },
        "sp_helpdb": SystemProcedure([("@dbname", name, .null)]) { (session, call) throws(SQLError) in
            let wanted = call.text("@dbname")
            let databases = session.databases.filter { database in wanted.map { $0.matches(database.name) } ?? true }
            if let wanted, databases.isEmpty {
                throw SQLError(
                    15010,
                    "The database '\(wanted)' does not exist. Supply a valid database name. To see available databases, use sys.databases."
                )
            }
            let rows: [[SQLValue]] = databases.sorted { $0.name < $1.name }.map { database in
                [
                    .string(database.name), .string("      8.00 MB"), .string("sa"), .number(database.id),
                    .string(day(database.created)),
                    .string(
                        "Status=ONLINE, Updateability=\(database.options.isReadOnly ? "READ_ONLY" : "READ_WRITE"), UserAccess=MULTI_USER"
                    ),
                    .integer(160),
                ]
            }
            try session.answer(
                [
                    ("name", name), ("db_size", .nvarchar(13)), ("owner", name), ("dbid", .smallint),
                    ("created", .nvarchar(11)),
                    ("status", .nvarchar(600)), ("compatibility_level", .tinyint),
                ],
                rows
            )
            return 0
        },
        "sp_who": SystemProcedure([("@loginame", name, .null)]) { (session, call) throws(SQLError) in
            let wanted = call.text("@loginame")
            let sessions = SystemViews.visibleSessions(session).filter { other in
                wanted.map { $0.matches(other.login) || $0 == "\(other.id)" || $0.matches("active") } ?? true
            }
            try session.answer(
                [
                    ("spid", .smallint), ("ecid", .smallint), ("status", .nchar(30)), ("loginame", name),
                    ("hostname", .nchar(128)),
                    ("blk", .char(5)), ("dbname", name), ("cmd", .nchar(26)), ("request_id", .int),
                ],
                sessions.map { other in
                    [
                        .number(other.id), .integer(0),
                        .string((other.id == session.id ? "runnable" : "sleeping").padding(to: 30)),
                        .string(other.login), .string(other.client.hostName.padding(to: 128)),
                        .string("0".padding(to: 5)),
                        .string(other.database),
                        .string((other.id == session.id ? "SELECT" : "AWAITING COMMAND").padding(to: 26)),
                        .integer(0),
                    ]
                }
            )
            return 0
        },
        "sp_spaceused": SystemProcedure([
            ("@objname", .nvarchar(776), .null), ("@updateusage", .varchar(5), .string("false")),
        ]) {
            (session, call) throws(SQLError) in
            guard let name = call.text("@objname") else { throw SQLError.unsupported("sp_spaceused of a database") }
            guard let table = session.visibleObject(named: name)?.table else {
                throw SQLError(
                    15009,
                    "The object '\(name)' does not exist in database '\(session.databaseName)' or is invalid for this operation."
                )
            }
            let rows = try session.rowCount(of: table)
            let size = SQLValue.string("\((rows + 99) / 100 * 8) KB")
            try session.answer(
                [
                    ("name", .nvarchar(128)), ("rows", .char(20)), ("reserved", .varchar(18)), ("data", .varchar(18)),
                    ("index_size", .varchar(18)), ("unused", .varchar(18)),
                ],
                [
                    [
                        .string(table.name), .string("\(rows)".padding(to: 20)), size, size, .string("0 KB"),
                        .string("0 KB"),
                    ]
                ]
            )
            return 0
        },
    ]

    /// A day such as `Nov 14 2023`.
    private static func day(_ microseconds: Int64) -> String {
        let text = try? Conversion.convert(
            SystemViews.dateTime(microseconds),
            from: .datetime,
            to: .nvarchar(11),
            style: 100
        )
        return text?.string ?? ""
    }
}
