import TSQL

/// What ODBC and its kin ask for: `sp_tables`, `sp_columns`, `sp_pkeys`, `sp_statistics`, `sp_datatype_info`, `sp_databases`.
///
/// Source: Microsoft, "Catalog stored procedures (Transact-SQL)".
extension SystemProcedures {
    static let catalogueProcedures: [String: SystemProcedure] = [
        "sp_tables": SystemProcedure([
            ("@table_name", pattern, .null), ("@table_owner", pattern, .null), ("@table_qualifier", name, .null),
            ("@table_type", .varchar(100), .null), ("@fusepattern", .bit, .integer(1)),
        ]) { (session, call) throws(SQLError) in
            let matcher = NameMatcher(call, usesPatterns: call.int("@fusepattern") == 1)
            let types = call.text("@table_type")?.uppercased()
            var rows: [[SQLValue]] = []
            func add(_ schema: String, _ table: String, _ type: String) throws(SQLError) {
                if let types, !types.contains("'\(type)'") { return }
                guard try matcher.matches(schema: schema, table: table) else { return }
                rows.append([.string(session.databaseName), .string(schema), .string(table), .string(type), .null])
            }
            for table in session.visibleTables(in: session.database).sorted(by: inOrder) {
                try add(table.schema, table.name, "TABLE")
            }
            let views = session.visibleModules(in: session.database).filter {
                if case .view = $0.kind { true } else { false }
            }
            let named = views.map { ($0.schema, $0.name) } + SystemViews.all.values.map { ($0.schema, $0.name) }
            for (schema, view) in named.sorted(by: { ($0.0, $0.1) < ($1.0, $1.1) }) { try add(schema, view, "VIEW") }
            try session.answer(tableColumns + [("TABLE_TYPE", .varchar(32)), ("REMARKS", .varchar(254))], rows)
            return 0
        },
        "sp_columns": SystemProcedure(columnParameters) { (session, call) throws(SQLError) in
            try columns(session, call, isNew: false)
        },
        "sp_columns_100": SystemProcedure(columnParameters) { (session, call) throws(SQLError) in
            try columns(session, call, isNew: true)
        },
        "sp_pkeys": SystemProcedure([
            ("@table_name", pattern, nil), ("@table_owner", pattern, .null), ("@table_qualifier", name, .null),
        ]) { (session, call) throws(SQLError) in
            let matcher = NameMatcher(call, usesPatterns: false)
            var rows: [[SQLValue]] = []
            for table in session.visibleTables(in: session.database).sorted(by: inOrder) {
                guard try matcher.matches(schema: table.schema, table: table.name), let key = table.primaryKey else {
                    continue
                }
                for (place, column) in key.columns.enumerated() {
                    let name = table.columns.first { $0.id == column.columnID }?.name ?? ""
                    rows.append(qualified(session, table) + [.string(name), .number(place + 1), .string(key.name)])
                }
            }
            try session.answer(tableColumns + [("COLUMN_NAME", name), ("KEY_SEQ", .smallint), ("PK_NAME", name)], rows)
            return 0
        },
        "sp_statistics": SystemProcedure(statisticsParameters) { (session, call) throws(SQLError) in
            try statistics(session, call)
        },
        "sp_statistics_100": SystemProcedure(statisticsParameters) { (session, call) throws(SQLError) in
            try statistics(session, call)
        },
        "sp_datatype_info": SystemProcedure(typeParameters) { (session, call) throws(SQLError) in
            try types(session, call, isNew: false)
        },
        "sp_datatype_info_100": SystemProcedure(typeParameters) { (session, call) throws(SQLError) in
            try types(session, call, isNew: true)
        },
        "sp_databases": SystemProcedure { (session, call) throws(SQLError) in
            let rows: [[SQLValue]] = session.databases.filter { session.hasAccess(to: $0) }.sorted { $0.name < $1.name }
                .map {
                    [.string($0.name), .integer(8192), .null]
                }
            try session.answer([("DATABASE_NAME", name), ("DATABASE_SIZE", .int), ("REMARKS", .varchar(254))], rows)
            return 0
        },
    ]

    static let name = SQLType.nvarchar(.units(128), .default)
    private static let pattern = SQLType.nvarchar(.units(384), .default)

    private static let columnParameters: [(String, SQLType, SQLValue?)] = [
        ("@table_name", pattern, nil), ("@table_owner", pattern, .null), ("@table_qualifier", name, .null),
        ("@column_name", pattern, .null), ("@namescope", .int, .integer(0)), ("@odbcver", .int, .integer(2)),
        ("@fusepattern", .bit, .integer(1)),
    ]

    private static let statisticsParameters: [(String, SQLType, SQLValue?)] = [
        ("@table_name", pattern, nil), ("@table_owner", pattern, .null), ("@table_qualifier", name, .null),
        ("@index_name", pattern, .string("%")), ("@is_unique", .char(1), .string("N")),
        ("@accuracy", .char(1), .string("Q")),
    ]

    private static let typeParameters: [(String, SQLType, SQLValue?)] = [
        ("@data_type", .int, .integer(0)), ("@odbcver", .tinyint, .integer(2)),
    ]

    private static let tableColumns: [(String, SQLType)] = [
        ("TABLE_QUALIFIER", name), ("TABLE_OWNER", name), ("TABLE_NAME", name),
    ]

    private static func inOrder(_ a: TableObject, _ b: TableObject) -> Bool { (a.schema, a.name) < (b.schema, b.name) }

    private static func qualified(_ session: Session, _ table: TableObject) -> [SQLValue] {
        [.string(session.databaseName), .string(table.schema), .string(table.name)]
    }

    /// Which tables a call means.
    private struct NameMatcher {
        let table: String?
        let schema: String?
        let usesPatterns: Bool

        init(_ call: SystemCall, usesPatterns: Bool) {
            table = call.text("@table_name")
            schema = call.text("@table_owner")
            self.usesPatterns = usesPatterns
        }

        func matches(schema: String, table: String) throws(SQLError) -> Bool {
            guard try matches(schema, self.schema) else { return false }
            return try matches(table, self.table)
        }

        func matches(_ name: String, _ pattern: String?) throws(SQLError) -> Bool {
            guard let pattern else { return true }
            if !usesPatterns { return name.matches(pattern) }
            return try Collation.default.like(Array(name.utf8), Array(pattern.utf8))
        }
    }

    // MARK: Columns

    private static func columns(_ session: Session, _ call: SystemCall, isNew: Bool) throws(SQLError) -> Int64 {
        let matcher = NameMatcher(call, usesPatterns: call.int("@fusepattern") == 1)
        let version = call.int("@odbcver") ?? 2
        var rows: [[SQLValue]] = []
        func add(_ schema: String, _ table: String, _ columns: [TableColumn]) throws(SQLError) {
            guard try matcher.matches(schema: schema, table: table) else { return }
            for (place, column) in columns.enumerated() {
                guard try matcher.matches(column.name, call.text("@column_name")) else { continue }
                let type = ODBCType(column.type, isNew: isNew, version: version, isNullable: column.isNullable)
                func optional(_ number: Int?) -> SQLValue { number.map { .number($0) } ?? .null }
                var row: [SQLValue] = [
                    .string(session.databaseName), .string(schema), .string(table), .string(column.name),
                    .number(type.code),
                    .string(column.type.name + (column.identity == nil ? "" : " identity")), .number(type.precision),
                    .number(type.length), optional(type.scale), optional(type.radix),
                    .integer(column.isNullable ? 1 : 0), .null,
                    .optional(column.defaultValue?.definition), .number(type.sqlType), optional(type.subtype),
                    optional(type.octets), .number(place + 1), .string(column.isNullable ? "YES" : "NO"),
                ]
                if isNew {
                    row += [
                        .integer(0), .integer(0), .integer(column.computation == nil ? 0 : 1),
                        .integer(column.identity == nil ? 0 : 1),
                        .null, .null, .null, .null, .null, .null,
                    ]
                }
                rows.append(row + [.number(type.serverType)])
            }
        }
        for table in session.visibleTables(in: session.database).sorted(by: inOrder) {
            try add(table.schema, table.name, table.columns)
        }
        for module in session.visibleModules(in: session.database) {
            let columns = session.columns(
                of: CatalogueObject(id: module.id, schema: module.schema, name: module.name, type: "V", module: module)
            )
            try add(module.schema, module.name, columns)
        }
        var result =
            tableColumns + [
                ("COLUMN_NAME", name), ("DATA_TYPE", .smallint), ("TYPE_NAME", name), ("PRECISION", .int),
                ("LENGTH", .int),
                ("SCALE", .smallint), ("RADIX", .smallint), ("NULLABLE", .smallint), ("REMARKS", .varchar(254)),
                ("COLUMN_DEF", .nvarchar(4000)), ("SQL_DATA_TYPE", .smallint), ("SQL_DATETIME_SUB", .smallint),
                ("CHAR_OCTET_LENGTH", .int), ("ORDINAL_POSITION", .int), ("IS_NULLABLE", .varchar(254)),
            ]
        if isNew {
            result += [
                ("SS_IS_SPARSE", .smallint), ("SS_IS_COLUMN_SET", .smallint), ("SS_IS_COMPUTED", .smallint),
                ("SS_IS_IDENTITY", .smallint), ("SS_UDT_CATALOG_NAME", name), ("SS_UDT_SCHEMA_NAME", name),
                ("SS_UDT_ASSEMBLY_TYPE_NAME", .nvarchar(4000)), ("SS_XML_SCHEMACOLLECTION_CATALOG_NAME", name),
                ("SS_XML_SCHEMACOLLECTION_SCHEMA_NAME", name), ("SS_XML_SCHEMACOLLECTION_NAME", name),
            ]
        }
        try session.answer(result + [("SS_DATA_TYPE", .tinyint)], rows)
        return 0
    }

    // MARK: Indexes

    private static func statistics(_ session: Session, _ call: SystemCall) throws(SQLError) -> Int64 {
        let matcher = NameMatcher(call, usesPatterns: false)
        let onlyUnique = call.text("@is_unique")?.uppercased() == "Y"
        var rows: [[SQLValue]] = []
        for table in session.visibleTables(in: session.database).sorted(by: inOrder) {
            guard try matcher.matches(schema: table.schema, table: table.name) else { continue }
            let count = try session.rowCount(of: table)
            let pages = SQLValue.integer((count + 99) / 100)
            rows.append(
                qualified(session, table) + [
                    .null, .null, .null, .integer(0), .null, .null, .null, .integer(count), pages, .null,
                ]
            )
            let indexes = table.indexes.filter { !onlyUnique || $0.isUnique }.sorted {
                ($0.isUnique ? 0 : 1, $0.isClustered ? 1 : 3, $0.name) < (
                    $1.isUnique ? 0 : 1, $1.isClustered ? 1 : 3, $1.name
                )
            }
            for index in indexes {
                guard try Collation.default.like(Array(index.name.utf8), Array((call.text("@index_name") ?? "%").utf8))
                else { continue }
                for (place, column) in index.columns.enumerated() {
                    rows.append(
                        qualified(session, table) + [
                            .integer(index.isUnique ? 0 : 1), .string(table.name), .string(index.name),
                            .integer(index.isClustered ? 1 : 3), .number(place + 1),
                            .optional(table.columns.first { $0.id == column.columnID }?.name),
                            .string(column.isDescending ? "D" : "A"),
                            index.isUnique ? .integer(count) : .null, pages, .optional(index.filter.map { "(\($0))" }),
                        ]
                    )
                }
            }
        }
        let columns: [(String, SQLType)] = [
            ("NON_UNIQUE", .smallint), ("INDEX_QUALIFIER", name), ("INDEX_NAME", name), ("TYPE", .smallint),
            ("SEQ_IN_INDEX", .smallint), ("COLUMN_NAME", name), ("COLLATION", .char(1)), ("CARDINALITY", .bigint),
            ("PAGES", .bigint),
            ("FILTER_CONDITION", .varchar(128)),
        ]
        try session.answer(tableColumns + columns, rows)
        return 0
    }

    // MARK: Types

    private static func types(_ session: Session, _ call: SystemCall, isNew: Bool) throws(SQLError) -> Int64 {
        let wanted = call.int("@data_type") ?? 0
        let version = call.int("@odbcver") ?? 2
        var described: [(type: ODBCType, row: [SQLValue])] = []
        for type in SQLType.catalogTypes(session.database.collation) where type.family != .userDefined {
            let odbc = ODBCType(type, isNew: isNew, version: version)
            if wanted != 0, odbc.code != wanted { continue }
            let (prefix, suffix, parameters) = ODBCType.literal(type)
            let isMoney = type.family == .money
            let isInteger = type.family == .integer
            let hasSign = type.isNumeric && type != .bit && type != .tinyint
            let searchable = type.isOldLarge ? (type == .image ? 0 : 1) : type == .xml ? 0 : type.isCharacters ? 3 : 2
            func optional(_ number: Int?) -> SQLValue { number.map { .number($0) } ?? .null }
            let scales: (Int?, Int?) =
                switch type {
                case .decimal: (0, 38)
                case .money, .smallmoney: (4, 4)
                case .datetime: (3, 3)
                case .time, .datetime2, .datetimeoffset: (0, 7)
                case .bit, .tinyint, .smallint, .int, .bigint, .smalldatetime: (0, 0)
                default: (nil, nil)
                }
            described.append(
                (
                    odbc,
                    [
                        .string(type.name), .number(odbc.code), .number(odbc.precision), .optional(prefix),
                        .optional(suffix),
                        .optional(parameters), .integer(type == .rowversion ? 0 : 1), .integer(0), .number(searchable),
                        type.isNumeric ? .integer(hasSign ? 0 : 1) : .null, .integer(isMoney ? 1 : 0),
                        type.isNumeric ? .integer(0) : .null, .string(type.name), optional(scales.0),
                        optional(scales.1),
                        .number(odbc.sqlType), optional(odbc.subtype),
                        isInteger || isMoney || odbc.radix != nil ? optional(odbc.radix) : .null,
                        .null, .integer(0),
                    ]
                )
            )
        }
        let rows = described.sorted { ($0.type.code, $0.type.precision) < ($1.type.code, $1.type.precision) }.map(\.row)
        try session.answer(
            [
                ("TYPE_NAME", name), ("DATA_TYPE", .smallint), ("PRECISION", .int), ("LITERAL_PREFIX", .varchar(32)),
                ("LITERAL_SUFFIX", .varchar(32)), ("CREATE_PARAMS", .varchar(32)), ("NULLABLE", .smallint),
                ("CASE_SENSITIVE", .smallint), ("SEARCHABLE", .smallint), ("UNSIGNED_ATTRIBUTE", .smallint),
                ("MONEY", .smallint),
                ("AUTO_INCREMENT", .smallint), ("LOCAL_TYPE_NAME", name), ("MINIMUM_SCALE", .smallint),
                ("MAXIMUM_SCALE", .smallint), ("SQL_DATA_TYPE", .smallint), ("SQL_DATETIME_SUB", .smallint),
                ("NUM_PREC_RADIX", .int), ("INTERVAL_PRECISION", .smallint), ("USERTYPE", .smallint),
            ],
            rows
        )
        return 0
    }
}
