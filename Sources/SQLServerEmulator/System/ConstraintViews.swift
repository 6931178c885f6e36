import TSQL

/// `sys.key_constraints`, `sys.foreign_keys` and their kin.
///
/// Source: Microsoft, "Object catalog views (Transact-SQL)".
extension SystemViews {
    static let constraintViews: [SystemView] = [
        SystemView(
            "sys",
            "key_constraints",
            objectColumns + [("unique_index_id", .int), ("is_system_named", .bit), ("is_enforced", .bit)]
        ) { session, database in
            constraints(session, database) { table, description in
                guard let index = table.indexes.first(where: { $0.kind != .index && $0.constraintID == description.id })
                else { return nil }
                return [.number(index.indexID), .bool(description.isSystemNamed), .bool(true)]
            }
        },
        SystemView(
            "sys",
            "foreign_keys",
            objectColumns + [
                ("referenced_object_id", .int), ("key_index_id", .int), ("is_disabled", .bit),
                ("is_not_for_replication", .bit),
                ("is_not_trusted", .bit), ("delete_referential_action", .tinyint),
                ("delete_referential_action_desc", .nvarchar(60)), ("update_referential_action", .tinyint),
                ("update_referential_action_desc", .nvarchar(60)), ("is_system_named", .bit),
            ]
        ) { session, database in
            constraints(session, database) { table, description in
                guard let key = table.foreignKeys.first(where: { $0.id == description.id }) else { return nil }
                return [
                    .number(key.referencedTable), .number(key.index(in: database)?.indexID ?? 0), .bool(!key.isEnabled),
                    .bool(false),
                    .bool(!key.isTrusted), .number(key.onDelete.rawValue), .string(key.onDelete.description),
                    .number(key.onUpdate.rawValue), .string(key.onUpdate.description), .bool(description.isSystemNamed),
                ]
            }
        },
        SystemView(
            "sys",
            "foreign_key_columns",
            [
                ("constraint_object_id", .int), ("constraint_column_id", .int), ("parent_object_id", .int),
                ("parent_column_id", .int), ("referenced_object_id", .int), ("referenced_column_id", .int),
            ]
        ) { session, database in
            session.visibleTables(in: database).flatMap { table in
                table.foreignKeys.flatMap { key in
                    zip(key.columns, key.referencedColumns).enumerated().map { place, pair -> [SQLValue] in
                        [
                            .number(key.id), .number(place + 1), .number(table.id), .number(pair.0),
                            .number(key.referencedTable),
                            .number(pair.1),
                        ]
                    }
                }
            }
        },
        SystemView(
            "sys",
            "check_constraints",
            objectColumns + [
                ("is_disabled", .bit), ("is_not_for_replication", .bit), ("is_not_trusted", .bit),
                ("parent_column_id", .int),
                ("definition", .nvarchar(.max)), ("uses_database_collation", .bit), ("is_system_named", .bit),
            ]
        ) { session, database in
            constraints(session, database) { table, description in
                guard let check = table.checks.first(where: { $0.id == description.id }) else { return nil }
                return [
                    .bool(!check.isEnabled), .bool(false), .bool(!check.isTrusted), .integer(0),
                    .string(check.definition), .bool(true),
                    .bool(description.isSystemNamed),
                ]
            }
        },
        SystemView(
            "sys",
            "default_constraints",
            objectColumns + [("parent_column_id", .int), ("definition", .nvarchar(.max)), ("is_system_named", .bit)]
        ) { session, database in
            constraints(session, database) { table, description in
                guard let column = table.columns.first(where: { $0.defaultValue?.id == description.id }) else {
                    return nil
                }
                return [
                    .number(column.id), .optional(column.defaultValue?.definition), .bool(description.isSystemNamed),
                ]
            }
        },
    ]

    /// Rows of objects with further columns, for those constraints that have them.
    private static func constraints(
        _ session: Session,
        _ database: DatabaseCatalogue,
        _ rest: (TableObject, TableObject.ConstraintDescription) -> [SQLValue]?
    ) -> [[SQLValue]] {
        session.visibleTables(in: database).flatMap { table in
            table.constraintDescriptions.compactMap { description in
                rest(table, description).map { row(of: description, table, database) + $0 }
            }
        }
    }
}

extension TableObject.ConstraintDescription {
    /// Whether the name looks like those that the server gives: nothing else is known of it.
    var isSystemNamed: Bool {
        let kind = type.trimmingSpaces
        let prefix = ["F": "FK__", "C": "CK__", "D": "DF__"][kind] ?? "\(kind)__"
        return name.hasPrefix(prefix)
    }
}

extension ForeignKeyConstraint {
    /// The index of the referenced table that makes its key unique.
    func index(in database: DatabaseCatalogue) -> TableIndex? {
        database.tables[referencedTable]?.indexes.first {
            $0.isUnique && Set($0.columns.map(\.columnID)) == Set(referencedColumns)
        }
    }
}

extension ForeignKeyConstraint.Action: CustomStringConvertible {
    var description: String {
        switch self {
        case .noAction: "NO_ACTION"
        case .cascade: "CASCADE"
        case .setNull: "SET_NULL"
        case .setDefault: "SET_DEFAULT"
        }
    }
}

extension CheckConstraint {
    /// The condition as the catalogue shows it: in parentheses.
    var definition: String { "(\(text))" }
}

extension TableColumn.DefaultConstraint {
    /// The value as the catalogue shows it: in parentheses, numbers in two pairs, functions in lower case.
    var definition: String {
        var inner = text.trimmingSpaces
        while inner.hasPrefix("("), inner.hasSuffix(")"),
            inner.dropFirst().dropLast().allSatisfy({ $0 != "(" && $0 != ")" })
        {
            inner = String(inner.dropFirst().dropLast()).trimmingSpaces
        }
        if !inner.isEmpty, inner.allSatisfy({ $0.isNumber || $0 == "." || $0 == "-" }) { return "((\(inner)))" }
        if inner.hasSuffix("()"), inner.dropLast(2).allSatisfy({ $0.isLetter || $0 == "_" }) {
            return "(\(inner.lowercased()))"
        }
        return "(\(inner))"
    }
}
