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
            objects(session, database)
        },
        SystemView("sys", "all_objects", objectColumns) { (session, database) throws(SQLError) in
            objects(session, database)
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
            session.visibleTables(in: database).map { table in
                let isCaptured = database.capture?.instances.contains { $0.sourceTable == table.id } ?? false
                return row(of: table, database) + [
                    .integer(0), .integer(Int64(table.nextColumnID - 1)), .bool(false), .bool(isCaptured), .bool(false),
                    .integer(0),
                    .bool(false),
                ]
            }
        },
        SystemView("sys", "views", objectColumns) { session, database in
            session.visibleModules(in: database).filter { if case .view = $0.kind { true } else { false } }.map {
                row(of: $0, database)
            }
        },
        SystemView("sys", "procedures", objectColumns) { session, database in
            session.visibleModules(in: database).filter { if case .procedure = $0.kind { true } else { false } }.map {
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
                ("is_not_for_replication", .bit), ("is_instead_of_trigger", .bit),
            ]
        ) { session, database in
            session.visibleModules(in: database).compactMap { module -> [SQLValue]? in
                guard case .trigger(let definition) = module.kind else { return nil }
                let parent = module.parent(in: database)
                return [
                    .string(module.name), .number(module.id), .integer(parent == nil ? 0 : 1),
                    .string(parent == nil ? "DATABASE" : "OBJECT_OR_COLUMN"), .number(parent ?? 0), .string("TR"),
                    .string("SQL_TRIGGER"), dateTime(module.created), dateTime(module.modified), .bool(false),
                    .bool(module.isDisabled), .bool(definition.isNotForReplication),
                    .bool(definition.timing == .insteadOf),
                ]
            }
        },
        SystemView(
            "sys",
            "sql_modules",
            [
                ("object_id", .int), ("definition", .nvarchar(.max)), ("uses_ansi_nulls", .bit),
                ("uses_quoted_identifier", .bit), ("is_schema_bound", .bit), ("execute_as_principal_id", .int),
            ]
        ) { session, database in
            session.visibleModules(in: database).filter { !["SN", "SO"].contains($0.type) }.map {
                [
                    .number($0.id), .string($0.text), .bool(true), .bool(true), .bool(false),
                    executesAs($0.identity, in: database),
                ]
            }
        },
    ]

    /// The number of whom a module runs as: −2 for its owner, NULL for whoever calls it.
    private static func executesAs(_ identity: ModuleIdentity, in database: DatabaseCatalogue) -> SQLValue {
        switch identity {
        case .caller: .null
        case .owner: .integer(-2)
        case .user(let name):
            (Principal.fixed + database.principals).first { $0.name.matches(name) }.map { .number($0.id) } ?? .null
        }
    }

    static let objectColumns: [(String, SQLType)] = [
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

    static func objectRow(
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

    static func row(of table: TableObject, _ database: DatabaseCatalogue) -> [SQLValue] {
        objectRow(
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

    static func row(of module: ModuleObject, _ database: DatabaseCatalogue) -> [SQLValue] {
        let (type, description): (String, String) =
            switch module.kind {
            case .view: ("V ", "VIEW")
            case .procedure: ("P ", "SQL_STORED_PROCEDURE")
            case .function(let definition): definition.objectType
            case .trigger: ("TR", "SQL_TRIGGER")
            case .synonym: ("SN", "SYNONYM")
            case .sequence: ("SO", "SEQUENCE_OBJECT")
            }
        return objectRow(
            module.name,
            module.id,
            module.schema,
            parent: module.parent(in: database) ?? 0,
            type,
            description,
            module.created,
            module.modified,
            isShipped: false,
            database
        )
    }

    /// The rows of `sys.objects`. Triggers of the database are no objects of a schema and not among them.
    static func objects(_ session: Session, _ database: DatabaseCatalogue) -> [[SQLValue]] {
        var rows: [[SQLValue]] = []
        for table in session.visibleTables(in: database) {
            rows.append(row(of: table, database))
            for constraint in table.constraintDescriptions {
                rows.append(row(of: constraint, table, database))
            }
        }
        for module in session.visibleModules(in: database) {
            if case .trigger = module.kind, module.parent(in: database) == nil { continue }
            rows.append(row(of: module, database))
        }
        return rows
    }

    static func row(
        of constraint: TableObject.ConstraintDescription,
        _ table: TableObject,
        _ database: DatabaseCatalogue
    ) -> [SQLValue] {
        objectRow(
            constraint.name,
            constraint.id,
            table.schema,
            parent: table.id,
            constraint.type,
            constraint.description,
            table.created,
            table.modified,
            isShipped: false,
            database
        )
    }
}

extension FunctionDefinition {
    /// What `sys.objects` calls it.
    fileprivate var objectType: (String, String) {
        switch body {
        case .scalar: ("FN", "SQL_SCALAR_FUNCTION")
        case .inlineTable: ("IF", "SQL_INLINE_TABLE_VALUED_FUNCTION")
        case .table: ("TF", "SQL_TABLE_VALUED_FUNCTION")
        }
    }
}

extension ModuleObject {
    /// The id of the table or view of a trigger; `nil` for a trigger of the database and for everything else.
    func parent(in database: DatabaseCatalogue) -> Int? {
        guard case .trigger(let definition) = kind, case .object(let name) = definition.scope else { return nil }
        let given = name.parts.count > 1 ? name.parts[name.parts.count - 2] : ""
        return database.objectID(schema: given.isEmpty ? schema : given, name: name.last)
    }
}

extension TableObject {
    /// A constraint as an object of its own.
    struct ConstraintDescription {
        var id: Int
        var name: String
        /// Two characters, as `sys.objects` has it.
        var type: String
        var description: String
    }

    var constraintDescriptions: [ConstraintDescription] {
        var all: [ConstraintDescription] = []
        for index in indexes where index.kind != .index {
            let isPrimary = index.kind == .primaryKey
            all.append(
                .init(
                    id: index.constraintID,
                    name: index.name,
                    type: isPrimary ? "PK" : "UQ",
                    description: isPrimary ? "PRIMARY_KEY_CONSTRAINT" : "UNIQUE_CONSTRAINT"
                )
            )
        }
        for key in foreignKeys {
            all.append(.init(id: key.id, name: key.name, type: "F ", description: "FOREIGN_KEY_CONSTRAINT"))
        }
        for check in checks {
            all.append(.init(id: check.id, name: check.name, type: "C ", description: "CHECK_CONSTRAINT"))
        }
        for column in columns {
            guard let value = column.defaultValue else { continue }
            all.append(.init(id: value.id, name: value.name, type: "D ", description: "DEFAULT_CONSTRAINT"))
        }
        return all
    }
}
