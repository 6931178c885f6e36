import TSQL

/// `sys.objects`, `sys.tables` and their kin.
///
/// Source: Microsoft, "Object catalog views (Transact-SQL)".
extension SystemViews {
    static let objectViews: [SystemView] = [
        SystemView("sys", "schemas", [("name", sysname), ("schema_id", .int), ("principal_id", .int)]) { _, database in
            database.schemas.values.sorted { $0.id < $1.id }.map {
                [.string($0.name), .integer(Int64($0.id)), .integer(1)]
            }
        },
        SystemView("sys", "objects", objectColumns) { (session, database) throws(SQLError) in
            try objects(database)
        },
        SystemView("sys", "all_objects", objectColumns) { (session, database) throws(SQLError) in
            try objects(database)
        },
        SystemView(
            "sys",
            "tables",
            objectColumns + [
                ("lob_data_space_id", .int), ("max_column_id_used", .int), ("is_replicated", .bit),
                ("is_tracked_by_cdc", .bit),
                ("is_memory_optimized", .bit), ("temporal_type", .tinyint), ("is_external", .bit),
            ]
        ) { (session, database) throws(SQLError) in
            database.tables.values.sorted { $0.id < $1.id }.map { table in
                let isCaptured = database.capture?.instances.contains { $0.sourceTable == table.id } ?? false
                return row(of: table, database) + [
                    .integer(0), .integer(Int64(table.nextColumnID - 1)), .bool(false), .bool(isCaptured), .bool(false),
                    .integer(0),
                    .bool(false),
                ]
            }
        },
        SystemView("sys", "views", objectColumns) { _, database in
            database.modules.values.filter { if case .view = $0.kind { true } else { false } }.map {
                row(of: $0, database)
            }
        },
        SystemView("sys", "procedures", objectColumns) { _, database in
            database.modules.values.filter { if case .procedure = $0.kind { true } else { false } }.map {
                row(of: $0, database)
            }
        },
        SystemView(
            "sys",
            "triggers",
            [
                ("name", sysname), ("object_id", .int), ("parent_class", .tinyint),
                ("parent_class_desc", .nvarchar(60)),
                ("parent_id", .int), ("type", .char(2)), ("type_desc", .nvarchar(60)), ("create_date", .datetime),
                ("modify_date", .datetime), ("is_ms_shipped", .bit), ("is_disabled", .bit),
            ]
        ) { _, database in
            database.modules.values.filter { if case .trigger = $0.kind { true } else { false } }.map { module in
                [
                    .string(module.name), .integer(Int64(module.id)), .integer(0), .string("DATABASE"), .integer(0),
                    .string("TR"),
                    .string("SQL_TRIGGER"), dateTime(module.created), dateTime(module.modified), .bool(false),
                    .bool(module.isDisabled),
                ]
            }
        },
        SystemView(
            "sys",
            "sql_modules",
            [
                ("object_id", .int), ("definition", .nvarchar(.max)), ("uses_ansi_nulls", .bit),
                ("uses_quoted_identifier", .bit), ("is_schema_bound", .bit),
            ]
        ) { _, database in
            database.modules.values.map {
                [.integer(Int64($0.id)), .string($0.text), .bool(true), .bool(true), .bool(false)]
            }
        },
    ]

    private static let objectColumns: [(String, SQLType)] = [
        ("name", sysname), ("object_id", .int), ("principal_id", .int), ("schema_id", .int), ("parent_object_id", .int),
        ("type", .char(2)), ("type_desc", .nvarchar(60)), ("create_date", .datetime), ("modify_date", .datetime),
        ("is_ms_shipped", .bit), ("is_published", .bit), ("is_schema_published", .bit),
    ]

    /// Microseconds since 1970 as a `datetime`.
    static func dateTime(_ microseconds: Int64) -> SQLValue {
        // 25,567 days lie between 1900 and 1970.
        let ticks = (microseconds * 3 + 5000) / 10_000
        return .dateTime(25_567 * 25_920_000 + ticks)
    }

    private static func row(
        _ name: String,
        _ id: Int,
        _ schema: String,
        parent: Int = 0,
        _ type: String,
        _ description: String,
        _ created: Int64,
        _ modified: Int64,
        isShipped: Bool,
        _ database: DatabaseCatalogue
    ) -> [SQLValue] {
        [
            .string(name), .integer(Int64(id)), .null, .integer(Int64(database.schemas[schema.lowercased()]?.id ?? 1)),
            .integer(Int64(parent)), .string(type), .string(description), dateTime(created), dateTime(modified),
            .bool(isShipped),
            .bool(false), .bool(false),
        ]
    }

    private static func row(of table: TableObject, _ database: DatabaseCatalogue) -> [SQLValue] {
        row(
            table.name,
            table.id,
            table.schema,
            "U ",
            "USER_TABLE",
            table.created,
            table.modified,
            isShipped: table.isShipped,
            database
        )
    }

    private static func row(of module: ModuleObject, _ database: DatabaseCatalogue) -> [SQLValue] {
        let (type, description): (String, String) =
            switch module.kind {
            case .view: ("V ", "VIEW")
            case .procedure: ("P ", "SQL_STORED_PROCEDURE")
            case .function: ("FN", "SQL_SCALAR_FUNCTION")
            case .trigger: ("TR", "SQL_TRIGGER")
            case .synonym: ("SN", "SYNONYM")
            case .sequence: ("SO", "SEQUENCE_OBJECT")
            }
        return row(
            module.name,
            module.id,
            module.schema,
            type,
            description,
            module.created,
            module.modified,
            isShipped: false,
            database
        )
    }

    private static func objects(_ database: DatabaseCatalogue) throws(SQLError) -> [[SQLValue]] {
        var rows: [[SQLValue]] = []
        for table in database.tables.values.sorted(by: { $0.id < $1.id }) {
            rows.append(row(of: table, database))
            func constraint(_ id: Int, _ name: String, _ type: String, _ description: String) {
                rows.append(
                    row(
                        name,
                        id,
                        table.schema,
                        parent: table.id,
                        type,
                        description,
                        table.created,
                        table.modified,
                        isShipped: false,
                        database
                    )
                )
            }
            for index in table.indexes where index.kind != .index {
                let isPrimary = index.kind == .primaryKey
                constraint(
                    index.constraintID,
                    index.name,
                    isPrimary ? "PK" : "UQ",
                    isPrimary ? "PRIMARY_KEY_CONSTRAINT" : "UNIQUE_CONSTRAINT"
                )
            }
            for key in table.foreignKeys { constraint(key.id, key.name, "F ", "FOREIGN_KEY_CONSTRAINT") }
            for check in table.checks { constraint(check.id, check.name, "C ", "CHECK_CONSTRAINT") }
            for column in table.columns {
                if let value = column.defaultValue { constraint(value.id, value.name, "D ", "DEFAULT_CONSTRAINT") }
            }
        }
        for module in database.modules.values.sorted(by: { $0.id < $1.id }) { rows.append(row(of: module, database)) }
        return rows
    }
}
