import TSQL

/// `INFORMATION_SCHEMA`.
///
/// Source: Microsoft, "System information schema views (Transact-SQL)".
extension SystemViews {
    private static func view(
        _ name: String,
        _ columns: [(String, SQLType)],
        rows: @escaping @Sendable (Session, DatabaseCatalogue) throws(SQLError) -> [[SQLValue]]
    ) -> SystemView {
        SystemView("INFORMATION_SCHEMA", name, columns, rows: rows)
    }

    /// Three columns that name an object of a kind.
    private static func named(_ kind: String) -> [(String, SQLType)] {
        [("\(kind)_CATALOG", .nvarchar(128)), ("\(kind)_SCHEMA", .nvarchar(128)), ("\(kind)_NAME", sysname)]
    }

    private static func name(_ database: DatabaseCatalogue, _ schema: String, _ name: String) -> [SQLValue] {
        [.string(database.name), .string(schema), .string(name)]
    }

    static let standardViews: [SystemView] = [
        view(
            "SCHEMATA",
            [
                ("CATALOG_NAME", sysname), ("SCHEMA_NAME", .nvarchar(128)), ("SCHEMA_OWNER", .nvarchar(128)),
                ("DEFAULT_CHARACTER_SET_CATALOG", .varchar(6)), ("DEFAULT_CHARACTER_SET_SCHEMA", .varchar(3)),
                ("DEFAULT_CHARACTER_SET_NAME", sysname),
            ]
        ) { _, database in
            database.schemas.values.sorted { $0.id < $1.id }.map {
                [.string(database.name), .string($0.name), .string($0.owner), .null, .null, .string("iso_1")]
            }
        },
        view("TABLES", named("TABLE") + [("TABLE_TYPE", .varchar(10))]) { session, database in
            session.visibleTables(in: database).map { name(database, $0.schema, $0.name) + [.string("BASE TABLE")] }
                + views(session, database).map { name(database, $0.schema, $0.name) + [.string("VIEW")] }
        },
        view(
            "VIEWS",
            named("TABLE") + [
                ("VIEW_DEFINITION", .nvarchar(4000)), ("CHECK_OPTION", .varchar(7)), ("IS_UPDATABLE", .varchar(2)),
            ]
        ) { session, database in
            views(session, database).map { view in
                // A text that is too long is not shown.
                name(database, view.schema, view.name) + [
                    view.text.utf16.count <= 4000 ? .string(view.text) : .null, .string("NONE"), .string("NO"),
                ]
            }
        },
        view("COLUMNS", columnColumns) { session, database in
            var rows: [[SQLValue]] = []
            for table in session.visibleTables(in: database) {
                for (place, column) in table.columns.enumerated() {
                    rows.append(row(of: column, place + 1, table.schema, table.name, database))
                }
            }
            for view in views(session, database) {
                for (place, column) in session.columns(of: view, in: database).enumerated() {
                    let described = TableColumn(
                        id: place + 1,
                        name: column.name,
                        type: column.type,
                        isNullable: column.isNullable
                    )
                    rows.append(row(of: described, place + 1, view.schema, view.name, database))
                }
            }
            return rows
        },
        view(
            "ROUTINES",
            named("SPECIFIC") + named("ROUTINE") + [
                ("ROUTINE_TYPE", .nvarchar(20)), ("DATA_TYPE", .nvarchar(128)), ("ROUTINE_BODY", .nvarchar(30)),
                ("ROUTINE_DEFINITION", .nvarchar(4000)), ("CREATED", .datetime), ("LAST_ALTERED", .datetime),
            ]
        ) { session, database in
            session.visibleModules(in: database).compactMap { module in
                let kind: String
                switch module.kind {
                case .procedure: kind = "PROCEDURE"
                case .function: kind = "FUNCTION"
                default: return nil
                }
                let result = session.parameters(of: module).first { $0.place == 0 }?.type.name
                let own = name(database, module.schema, module.name)
                return own + own + [
                    .string(kind), .optional(result), .string("SQL"),
                    module.text.utf16.count <= 4000 ? .string(module.text) : .null,
                    dateTime(module.created), dateTime(module.modified),
                ]
            }
        },
        view(
            "PARAMETERS",
            named("SPECIFIC") + [
                ("ORDINAL_POSITION", .int), ("PARAMETER_MODE", .nvarchar(10)), ("IS_RESULT", .nvarchar(10)),
                ("AS_LOCATOR", .nvarchar(10)), ("PARAMETER_NAME", sysname), ("DATA_TYPE", .nvarchar(128)),
                ("CHARACTER_MAXIMUM_LENGTH", .int), ("CHARACTER_OCTET_LENGTH", .int), ("COLLATION_NAME", sysname),
                ("NUMERIC_PRECISION", .tinyint), ("NUMERIC_PRECISION_RADIX", .smallint), ("NUMERIC_SCALE", .int),
                ("DATETIME_PRECISION", .smallint),
            ]
        ) { session, database in
            session.visibleModules(in: database).flatMap { module in
                session.parameters(of: module).map { parameter -> [SQLValue] in
                    let type = StandardType(parameter.type)
                    return name(database, module.schema, module.name) + [
                        .number(parameter.place),
                        .string(parameter.place == 0 ? "OUT" : parameter.isOutput ? "INOUT" : "IN"),
                        .string(parameter.place == 0 ? "YES" : "NO"), .string("NO"), .string(parameter.name),
                        .string(type.name),
                        type.characters, type.octets, .optional(parameter.type.collation?.name), type.precision,
                        type.radix, type.scale,
                        type.fraction,
                    ]
                }
            }
        },
        view(
            "TABLE_CONSTRAINTS",
            named("CONSTRAINT") + named("TABLE") + [
                ("CONSTRAINT_TYPE", .varchar(11)), ("IS_DEFERRABLE", .varchar(2)), ("INITIALLY_DEFERRED", .varchar(2)),
            ]
        ) { session, database in
            constraints(session, database) { table, constraint in
                let kind = ["PK": "PRIMARY KEY", "UQ": "UNIQUE", "F ": "FOREIGN KEY", "C ": "CHECK"][constraint.type]
                return kind.map {
                    [name(database, table.schema, table.name) + [.string($0), .string("NO"), .string("NO")]]
                } ?? []
            }
        },
        view(
            "KEY_COLUMN_USAGE",
            named("CONSTRAINT") + named("TABLE") + [("COLUMN_NAME", .nvarchar(128)), ("ORDINAL_POSITION", .int)]
        ) { session, database in
            constraints(session, database) { table, constraint in
                table.keyColumns(of: constraint).enumerated().map { place, column in
                    name(database, table.schema, table.name) + [.string(column), .number(place + 1)]
                }
            }
        },
        view("CONSTRAINT_COLUMN_USAGE", named("TABLE") + [("COLUMN_NAME", .nvarchar(128))] + named("CONSTRAINT")) {
            session,
            database in
            constraints(session, database) { table, constraint in
                table.keyColumns(of: constraint).map { name(database, table.schema, table.name) + [.string($0)] }
            }.map { Array($0.dropFirst(3)) + Array($0.prefix(3)) }
        },
        view(
            "REFERENTIAL_CONSTRAINTS",
            named("CONSTRAINT") + named("UNIQUE_CONSTRAINT") + [
                ("MATCH_OPTION", .varchar(7)), ("UPDATE_RULE", .varchar(11)), ("DELETE_RULE", .varchar(11)),
            ]
        ) { session, database in
            constraints(session, database) { table, constraint in
                guard let key = table.foreignKeys.first(where: { $0.id == constraint.id }),
                    let parent = database.tables[key.referencedTable]
                else { return [] }
                func rule(_ action: ForeignKeyConstraint.Action) -> SQLValue {
                    .string(action.description.replacing("_", with: " "))
                }
                return [
                    name(database, parent.schema, key.index(in: database)?.name ?? "") + [
                        .string("SIMPLE"), rule(key.onUpdate), rule(key.onDelete),
                    ]
                ]
            }
        },
        view("CHECK_CONSTRAINTS", named("CONSTRAINT") + [("CHECK_CLAUSE", .nvarchar(4000))]) { session, database in
            constraints(session, database) { table, constraint in
                table.checks.filter { $0.id == constraint.id }.map { [.string($0.definition)] }
            }
        },
    ]

    private static let columnColumns: [(String, SQLType)] =
        named("TABLE") + [
            ("COLUMN_NAME", sysname), ("ORDINAL_POSITION", .int), ("COLUMN_DEFAULT", .nvarchar(4000)),
            ("IS_NULLABLE", .varchar(3)),
            ("DATA_TYPE", .nvarchar(128)), ("CHARACTER_MAXIMUM_LENGTH", .int), ("CHARACTER_OCTET_LENGTH", .int),
            ("NUMERIC_PRECISION", .tinyint), ("NUMERIC_PRECISION_RADIX", .smallint), ("NUMERIC_SCALE", .int),
            ("DATETIME_PRECISION", .smallint),
        ] + named("CHARACTER_SET") + named("COLLATION") + named("DOMAIN")

    private static func row(
        of column: TableColumn,
        _ place: Int,
        _ schema: String,
        _ table: String,
        _ database: DatabaseCatalogue
    ) -> [SQLValue] {
        let type = StandardType(column.type)
        return name(database, schema, table) + [
            .string(column.name), .number(place), .optional(column.defaultValue?.definition),
            .string(column.isNullable ? "YES" : "NO"),
            .string(type.name), type.characters, type.octets, type.precision, type.radix, type.scale, type.fraction,
            .null, .null,
            type.characterSet, .null, .null, .optional(column.type.collation?.name), .null, .null, .null,
        ]
    }

    private static func views(_ session: Session, _ database: DatabaseCatalogue) -> [ModuleObject] {
        session.visibleModules(in: database).filter { if case .view = $0.kind { true } else { false } }
    }

    /// Rows that begin with the name of a constraint.
    private static func constraints(
        _ session: Session,
        _ database: DatabaseCatalogue,
        _ rest: (TableObject, TableObject.ConstraintDescription) -> [[SQLValue]]
    ) -> [[SQLValue]] {
        session.visibleTables(in: database).flatMap { table in
            table.constraintDescriptions.flatMap { constraint in
                rest(table, constraint).map { name(database, table.schema, constraint.name) + $0 }
            }
        }
    }
}

extension TableObject {
    /// The columns of a key, in its order; none for other constraints.
    fileprivate func keyColumns(of constraint: ConstraintDescription) -> [String] {
        let ids =
            indexes.first { $0.kind != .index && $0.constraintID == constraint.id }?.columns.map(\.columnID)
            ?? foreignKeys.first { $0.id == constraint.id }?.columns ?? []
        return ids.compactMap { id in columns.first { $0.id == id }?.name }
    }
}

/// A type as the standard describes it.
private struct StandardType {
    var name: String
    var characters = SQLValue.null
    var octets = SQLValue.null
    var precision = SQLValue.null
    var radix = SQLValue.null
    var scale = SQLValue.null
    var fraction = SQLValue.null
    var characterSet = SQLValue.null

    init(_ type: SQLType) {
        name = type.name
        let catalog = type.catalog
        switch type.family {
        case .characters, .binary, .xml:
            if type == .rowversion { return }
            switch type {
            case .text, .image: (characters, octets) = (.integer(2_147_483_647), .integer(2_147_483_647))
            case .ntext: (characters, octets) = (.integer(1_073_741_823), .integer(2_147_483_646))
            default:
                characters = .number(type.length?.units ?? -1)
                octets = .number(type.length?.units == nil ? -1 : catalog?.maximumLength ?? -1)
            }
            if type.isCharacters {
                characterSet = .string(type.isWide ? "UNICODE" : type.collation?.isUTF8 == true ? "UTF-8" : "iso_1")
            }
        case .integer where type != .bit, .decimal, .money:
            (precision, radix, scale) = (.number(catalog?.precision ?? 0), .integer(10), .number(catalog?.scale ?? 0))
        case .float: (precision, radix) = (.number(catalog?.precision ?? 0), .integer(2))
        case .dateTime:
            let isWhole = type == .date || type == .smalldatetime
            fraction = isWhole ? .integer(0) : .number(type.scale)
        default: break
        }
    }
}
