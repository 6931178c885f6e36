import TSQL

/// The tables of the system as they were called before SQL Server 2005.
///
/// Source: Microsoft, "System compatibility views (Transact-SQL)".
extension SystemViews {
    static let oldViews: [SystemView] = [
        SystemView(
            "sys",
            "sysobjects",
            [
                ("name", sysname), ("id", .int), ("xtype", .char(2)), ("uid", .smallint), ("info", .smallint),
                ("status", .int),
                ("base_schema_ver", .int), ("replinfo", .int), ("parent_obj", .int), ("crdate", .datetime),
                ("ftcatid", .smallint),
                ("schema_ver", .int), ("stats_schema_ver", .int), ("type", .char(2)), ("userstat", .smallint),
                ("sysstat", .smallint), ("indexdel", .smallint), ("refdate", .datetime), ("version", .int),
                ("deltrig", .int),
                ("instrig", .int), ("updtrig", .int), ("seltrig", .int), ("category", .int), ("cache", .smallint),
            ]
        ) { session, database in
            // The columns of `sys.objects`: 0 name, 1 id, 3 schema, 4 parent, 5 type, 7 made.
            objects(session, database).map { row in
                var type = ""
                if case .text(let bytes) = row[5] { type = String(decoding: bytes, as: UTF8.self) }
                let old = ["PK": "K ", "UQ": "K "][type] ?? type
                let kind: Int64 =
                    switch type.trimmingSpaces {
                    case "U": 3
                    case "V": 2
                    case "P": 4
                    case "TR": 8
                    case "FN", "IF", "TF": 12
                    default: 0
                    }
                return [
                    row[0], row[1], row[5], row[3], .integer(0), .integer(0), .integer(0), .integer(0), row[4], row[7],
                    .integer(0),
                    .integer(0), .integer(0), .string(old), .integer(1), .integer(kind), .integer(0), row[7],
                    .integer(0), .integer(0),
                    .integer(0), .integer(0), .integer(0), .integer(0), .integer(0),
                ]
            }
        },
        SystemView(
            "sys",
            "syscolumns",
            [
                ("name", sysname), ("id", .int), ("xtype", .tinyint), ("typestat", .tinyint), ("xusertype", .smallint),
                ("length", .smallint), ("xprec", .tinyint), ("xscale", .tinyint), ("colid", .smallint),
                ("xoffset", .smallint),
                ("bitpos", .tinyint), ("reserved", .tinyint), ("colstat", .smallint), ("cdefault", .int),
                ("domain", .int),
                ("number", .smallint), ("colorder", .smallint), ("offset", .smallint), ("collationid", .int),
                ("status", .tinyint),
                ("type", .tinyint), ("usertype", .smallint), ("printfmt", .varchar(255)), ("prec", .smallint),
                ("scale", .int),
                ("iscomputed", .int), ("isoutparam", .int), ("isnullable", .int), ("collation", sysname),
            ]
        ) { session, database in
            session.visibleTables(in: database).flatMap { table in
                table.columns.map { column -> [SQLValue] in
                    let catalog = column.type.catalog
                    let length = catalog?.maximumLength ?? 0
                    let precision =
                        column.type.isCharacters && length > 0
                        ? length / (column.type.isWide ? 2 : 1) : catalog?.precision ?? 0
                    return [
                        .string(column.name), .number(table.id), .number(catalog?.systemTypeID ?? 0), .integer(0),
                        .number(catalog?.userTypeID ?? 0), .number(length), .number(catalog?.precision ?? 0),
                        .number(catalog?.scale ?? 0), .number(column.id), .integer(0), .integer(0), .integer(0),
                        .integer(column.identity != nil ? 1 : 0), .number(column.defaultValue?.id ?? 0), .integer(0),
                        .integer(0),
                        .number(column.id), .integer(0), .integer(0),
                        .integer((column.isNullable ? 8 : 0) + (column.identity != nil ? 128 : 0)),
                        .number(catalog?.systemTypeID ?? 0), .number(catalog?.userTypeID ?? 0), .null,
                        .number(precision),
                        .number(catalog?.scale ?? 0), .integer(column.computation != nil ? 1 : 0), .integer(0),
                        .integer(column.isNullable ? 1 : 0), .optional(column.type.collation?.name),
                    ]
                }
            }
        },
        SystemView(
            "sys",
            "sysindexes",
            [
                ("id", .int), ("status", .int), ("indid", .smallint), ("dpages", .int), ("reserved", .int),
                ("used", .int),
                ("rowcnt", .bigint), ("rowmodctr", .int), ("keycnt", .smallint), ("rows", .int), ("name", sysname),
            ]
        ) { (session, database) throws(SQLError) in
            var rows: [[SQLValue]] = []
            for table in session.visibleTables(in: database) {
                let count = try session.rowCount(of: table)
                let pages = SQLValue.integer((count + 99) / 100)
                for index in table.storedIndexes {
                    rows.append(
                        [
                            .number(table.id),
                            .integer((index.isUnique ? 2 : 0) + (index.kind == .primaryKey ? 2048 : 0)),
                            .number(index.indexID), pages, pages, pages, .integer(count), .integer(0),
                            .number(index.columns.count),
                            .integer(min(count, 2_147_483_647)), index.indexID == 0 ? .null : .string(index.name),
                        ]
                    )
                }
            }
            return rows
        },
        SystemView(
            "sys",
            "systypes",
            [
                ("name", sysname), ("xtype", .tinyint), ("status", .tinyint), ("xusertype", .smallint),
                ("length", .smallint),
                ("xprec", .tinyint), ("xscale", .tinyint), ("tdefault", .int), ("domain", .int), ("uid", .smallint),
                ("usertype", .smallint), ("variable", .bit), ("allownulls", .bit), ("type", .tinyint),
                ("collation", sysname),
            ]
        ) { _, database in
            SQLType.catalogTypes(database.collation).compactMap { type in
                guard let catalog = type.catalog else { return nil }
                return [
                    .string(catalog.name), .number(catalog.systemTypeID), .integer(0), .number(catalog.userTypeID),
                    .number(catalog.maximumLength), .number(catalog.precision), .number(catalog.scale), .integer(0),
                    .integer(0),
                    .integer(4), .number(catalog.userTypeID), .bool(catalog.name.contains("var")), .bool(true),
                    .number(catalog.systemTypeID), .optional(type.collation?.name),
                ]
            }
        },
        SystemView(
            "sys",
            "sysdatabases",
            [
                ("name", sysname), ("dbid", .smallint), ("sid", .varbinary(85)), ("mode", .smallint), ("status", .int),
                ("status2", .int), ("crdate", .datetime), ("reserved", .datetime), ("category", .int),
                ("cmptlevel", .tinyint),
                ("filename", .nvarchar(260)), ("version", .smallint),
            ]
        ) { session, _ in
            session.databases.map { database in
                [
                    .string(database.name), .number(database.id), .binary([1]), .integer(0),
                    .integer(65_536 + (database.options.isReadOnly ? 1024 : 0)), .integer(0),
                    dateTime(database.created), dateTime(0),
                    .integer(0), .integer(160), .null, .integer(957),
                ]
            }
        },
        SystemView(
            "sys",
            "sysusers",
            [
                ("uid", .smallint), ("status", .smallint), ("name", sysname), ("sid", .varbinary(85)),
                ("createdate", .datetime),
                ("updatedate", .datetime), ("altuid", .smallint), ("gid", .smallint), ("hasdbaccess", .int),
                ("islogin", .int),
                ("isntname", .int), ("isntgroup", .int), ("isntuser", .int), ("issqluser", .int), ("isaliased", .int),
                ("issqlrole", .int), ("isapprole", .int),
            ]
        ) { session, database in
            principals(session, database).map { principal in
                let isUser = principal.kind == .user
                let hasAccess = isUser && (principal.login != nil || principal.id > 4)
                return [
                    .number(principal.id), .integer(0), .string(principal.name),
                    principal.login.map { .binary(session.securityID(ofLogin: $0)) } ?? .null,
                    dateTime(database.created),
                    dateTime(database.created), .null, .number(isUser ? 0 : principal.id), .integer(hasAccess ? 1 : 0),
                    .integer(isUser ? 1 : 0), .integer(0), .integer(0), .integer(0), .integer(isUser ? 1 : 0),
                    .integer(0),
                    .integer(isUser ? 0 : 1), .integer(0),
                ]
            }
        },
    ]
}
