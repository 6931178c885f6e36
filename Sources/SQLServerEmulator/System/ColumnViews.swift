import TSQL

/// `sys.columns`, `sys.types` and their kin.
extension SystemViews {
    static let columnViews: [SystemView] = [
        SystemView("sys", "columns", columnColumns) { _, database in columns(database) },
        SystemView("sys", "all_columns", columnColumns) { _, database in columns(database) },
        SystemView(
            "sys",
            "computed_columns",
            [
                ("object_id", .int), ("name", sysname), ("column_id", .int), ("definition", .nvarchar(.max)),
                ("is_persisted", .bit),
            ]
        ) { _, database in
            database.tables.values.flatMap { table in
                table.columns.compactMap { column in
                    column.computation.map {
                        [
                            .integer(Int64(table.id)), .string(column.name), .integer(Int64(column.id)),
                            .string("(\($0.text))"), .bool($0.isPersisted),
                        ]
                    }
                }
            }
        },
        SystemView(
            "sys",
            "identity_columns",
            [
                ("object_id", .int), ("name", sysname), ("column_id", .int), ("seed_value", .bigint),
                ("increment_value", .bigint), ("last_value", .bigint),
            ]
        ) { session, database in
            database.tables.values.flatMap { table in
                table.columns.compactMap { column in
                    column.identity.map {
                        [
                            .integer(Int64(table.id)), .string(column.name), .integer(Int64(column.id)),
                            .integer($0.seed), .integer($0.increment),
                            session.server.lastIdentity(of: table.storage).map { .integer($0) } ?? .null,
                        ]
                    }
                }
            }
        },
        SystemView(
            "sys",
            "types",
            [
                ("name", sysname), ("system_type_id", .tinyint), ("user_type_id", .int), ("schema_id", .int),
                ("max_length", .smallint),
                ("precision", .tinyint), ("scale", .tinyint), ("collation_name", sysname), ("is_nullable", .bit),
                ("is_user_defined", .bit), ("is_assembly_type", .bit), ("is_table_type", .bit),
            ]
        ) { _, database in
            var rows: [[SQLValue]] = []
            for type in SQLType.catalogTypes(database.collation) {
                guard let catalog = type.catalog else { continue }
                rows.append(
                    [
                        .string(catalog.name), .integer(Int64(catalog.systemTypeID)),
                        .integer(Int64(catalog.userTypeID)), .integer(4),
                        .integer(Int64(catalog.maximumLength)), .integer(Int64(catalog.precision)),
                        .integer(Int64(catalog.scale)),
                        type.collation.map { .string($0.name) } ?? .null, .bool(true), .bool(false),
                        .bool(catalog.systemTypeID == 240), .bool(false),
                    ]
                )
            }
            // `numeric` and `sysname` are second names.
            rows.append([
                .string("numeric"), .integer(108), .integer(108), .integer(4), .integer(17), .integer(38), .integer(38),
                .null, .bool(true), .bool(false), .bool(false), .bool(false),
            ])
            rows.append([
                .string("sysname"), .integer(231), .integer(256), .integer(4), .integer(256), .integer(0), .integer(0),
                .string(database.collation.name), .bool(false), .bool(false), .bool(false), .bool(false),
            ])
            return rows
        },
    ]

    private static let columnColumns: [(String, SQLType)] = [
        ("object_id", .int), ("name", sysname), ("column_id", .int), ("system_type_id", .tinyint),
        ("user_type_id", .int),
        ("max_length", .smallint), ("precision", .tinyint), ("scale", .tinyint), ("collation_name", sysname),
        ("is_nullable", .bit),
        ("is_ansi_padded", .bit), ("is_rowguidcol", .bit), ("is_identity", .bit), ("is_computed", .bit),
        ("is_sparse", .bit),
        ("default_object_id", .int), ("is_hidden", .bit), ("generated_always_type", .tinyint), ("is_column_set", .bit),
    ]

    private static func columns(_ database: DatabaseCatalogue) -> [[SQLValue]] {
        database.tables.values.sorted { $0.id < $1.id }.flatMap { table in
            table.columns.compactMap { column -> [SQLValue]? in
                guard let catalog = column.type.catalog else { return nil }
                return [
                    .integer(Int64(table.id)), .string(column.name), .integer(Int64(column.id)),
                    .integer(Int64(catalog.systemTypeID)),
                    .integer(Int64(catalog.userTypeID)), .integer(Int64(catalog.maximumLength)),
                    .integer(Int64(catalog.precision)),
                    .integer(Int64(catalog.scale)), column.type.collation.map { .string($0.name) } ?? .null,
                    .bool(column.isNullable), .bool(true), .bool(column.isRowGUID), .bool(column.identity != nil),
                    .bool(column.computation != nil), .bool(false), .integer(Int64(column.defaultValue?.id ?? 0)),
                    .bool(false),
                    .integer(0), .bool(false),
                ]
            }
        }
    }
}
