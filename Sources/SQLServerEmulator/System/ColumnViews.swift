import TSQL

/// `sys.columns`, `sys.types` and their kin.
extension SystemViews {
    static let columnViews: [SystemView] = [
        SystemView("sys", "columns", columnColumns) { session, database in columns(session, database) },
        SystemView("sys", "all_columns", columnColumns) { session, database in columns(session, database) },
        SystemView(
            "sys",
            "computed_columns",
            [
                ("object_id", .int), ("name", sysname), ("column_id", .int), ("definition", .nvarchar(.max)),
                ("is_persisted", .bit),
            ]
        ) { session, database in
            session.visibleTables(in: database).flatMap { table in
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
            session.visibleTables(in: database).flatMap { table in
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
        ) { session, database in
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
            for type in session.aliasTypes {
                rows.append(
                    [
                        .string(type.name), .number(type.systemTypeID), .number(type.userTypeID), .integer(1),
                        .number(type.maximumLength),
                        .number(type.precision), .number(type.scale), .null, .bool(true), .bool(true), .bool(false),
                        .bool(false),
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
        ("is_filestream", .bit), ("is_xml_document", .bit), ("rule_object_id", .int),
    ]

    private static func columns(_ session: Session, _ database: DatabaseCatalogue) -> [[SQLValue]] {
        var rows: [[SQLValue]] = []
        for table in session.visibleTables(in: database) {
            for column in table.columns { rows.append(row(of: column, object: table.id)) }
        }
        for module in session.visibleModules(in: database) {
            for (index, column) in session.columns(of: module, in: database).enumerated() {
                let described = TableColumn(
                    id: index + 1,
                    name: column.name,
                    type: column.type,
                    isNullable: column.isNullable
                )
                rows.append(row(of: described, object: module.id))
            }
        }
        return rows
    }

    private static func row(of column: TableColumn, object: Int) -> [SQLValue] {
        // A column whose type is only NULL is one of integers.
        let catalog = column.type.catalog
        return [
            .number(object), .string(column.name), .number(column.id), .number(catalog?.systemTypeID ?? 56),
            .number(catalog?.userTypeID ?? 56), .number(catalog?.maximumLength ?? 4), .number(catalog?.precision ?? 10),
            .number(catalog?.scale ?? 0), .optional(column.type.collation?.name), .bool(column.isNullable), .bool(true),
            .bool(column.isRowGUID), .bool(column.identity != nil), .bool(column.computation != nil), .bool(false),
            .number(column.defaultValue?.id ?? 0), .bool(false), .integer(0), .bool(false), .bool(false), .bool(false),
            .integer(0),
        ]
    }
}

extension Session {
    /// The columns of a view; none for other modules.
    func columns(of module: ModuleObject, in database: DatabaseCatalogue) -> [BoundQuery.Column] {
        guard case .view(let definition) = module.kind, !isDescribingViews, database.name == databaseName else {
            return []
        }
        // A view may read the very view of the system that asks for its columns.
        isDescribingViews = true
        defer { isDescribingViews = false }
        let line = currentLine
        defer { currentLine = line }
        // A view whose tables are gone has no columns.
        guard var columns = (try? Binder(self).bind(definition.query))?.columns else { return [] }
        for (index, name) in definition.columns.enumerated() where columns.indices.contains(index) {
            columns[index].name = name
        }
        return columns
    }
}
