/// `OBJECT_ID` and its kin.
///
/// Source: Microsoft, "Metadata functions (Transact-SQL)".
extension ContextFunctions {
    static let objectFunctions: [String: ContextFunction] = [
        "OBJECT_ID": ContextFunction([text, text], optional: 1, .int) { session, values in
            guard let name = values[0].string, let found = session.visibleObject(named: name) else { return .null }
            if values.count > 1 {
                guard let type = values[1].string, type.trimmingSpaces.matches(found.type) else { return .null }
            }
            return .number(found.id)
        },
        "OBJECT_NAME": ContextFunction([.int, .int], optional: 1, name) { session, values in
            .optional(object(session, values)?.name)
        },
        "OBJECT_SCHEMA_NAME": ContextFunction([.int, .int], optional: 1, name) { session, values in
            .optional(object(session, values)?.schema)
        },
        "OBJECT_DEFINITION": ContextFunction([.int], .nvarchar(.max)) { session, values in
            guard let found = object(session, values) else { return .null }
            if let module = found.module { return .string(module.text) }
            let check = found.owner?.checks.first { $0.id == found.id }?.definition
            return .optional(
                check ?? found.owner?.columns.first { $0.defaultValue?.id == found.id }?.defaultValue?.definition
            )
        },
        "OBJECTPROPERTY": ContextFunction([.int, text], .int) { (session, values) throws(SQLError) in
            guard let found = object(session, Array(values.prefix(1))), let property = values[1].string else {
                return .null
            }
            return flagOrCount(found, property.lowercased().trimmingSpaces, session).map { .number($0) } ?? .null
        },
        "OBJECTPROPERTYEX": ContextFunction([.int, text], .sqlVariant) { (session, values) throws(SQLError) in
            guard let found = object(session, Array(values.prefix(1))),
                let property = values[1].string?.lowercased().trimmingSpaces
            else {
                return .null
            }
            switch property {
            case "basetype": return .variant(.char(2), .string(found.type.padding(to: 2)))
            case "cardinality":
                guard let table = found.table else { return .null }
                return .variant(.bigint, .integer(try session.rowCount(of: table)))
            default: return flagOrCount(found, property, session).map { .variant($0) } ?? .null
            }
        },
        "SCHEMA_ID": ContextFunction([name], optional: 1, .int) { session, values in
            if values.isEmpty { return .integer(1) }
            guard let schema = values[0].string.flatMap({ session.database.schemas[$0.lowercased()] }) else {
                return .null
            }
            return .number(schema.id)
        },
        "SCHEMA_NAME": ContextFunction([.int], optional: 1, name) { session, values in
            if values.isEmpty { return .string("dbo") }
            return .optional(session.database.schemas.values.first { $0.id == values[0].whole }?.name)
        },
    ]

    /// The object of an id, in the database that a second argument names.
    private static func object(_ session: Session, _ values: [SQLValue]) -> CatalogueObject? {
        guard let id = values[0].whole else { return nil }
        var database = session.database
        if values.count > 1 {
            guard let other = values[1].whole, let found = session.databases.first(where: { $0.id == other }) else {
                return nil
            }
            database = found
        }
        return session.visibleObject(id, in: database)
    }

    /// A property of an object; `nil` for a name that is none, or none of its kind.
    private static func flagOrCount(_ object: CatalogueObject, _ property: String, _ session: Session) -> Int? {
        func flag(_ value: Bool?) -> Int? { value.map { $0 ? 1 : 0 } }
        let table = object.table
        switch property {
        case "istable": return flag(object.type == "U")
        case "isusertable": return flag(object.type == "U")
        case "issystemtable", "isencrypted", "isqueue", "isschemabound", "isreplproc", "isextendedproc", "isrule",
            "isdefault":
            return 0
        case "isview": return flag(object.type == "V")
        case "isprocedure": return flag(object.type == "P")
        case "istrigger": return flag(object.type == "TR")
        case "isscalarfunction": return flag(object.type == "FN")
        case "isinlinefunction": return flag(object.type == "IF")
        case "istablefunction": return flag(["IF", "TF"].contains(object.type))
        case "isprimarykey": return flag(object.type == "PK")
        case "isuniquecnst": return flag(object.type == "UQ")
        case "isforeignkey": return flag(object.type == "F")
        case "ischeckcnst": return flag(object.type == "C")
        case "isdefaultcnst": return flag(object.type == "D")
        case "isconstraint": return flag(["PK", "UQ", "F", "C", "D"].contains(object.type))
        case "ismsshipped": return flag(object.id < 0 && table == nil || table?.isShipped ?? false)
        case "ownerid": return 1
        case "schemaid": return session.database.schemas[object.schema.lowercased()]?.id
        case "execisquotedidenton", "execisansinullson": return object.module == nil ? nil : 1
        case "isansinullson", "isquotedidenton": return 1
        case "cnstisdisabled":
            return flag(
                object.owner.map { owner in
                    owner.foreignKeys.contains { $0.id == object.id && !$0.isEnabled }
                        || owner.checks.contains { $0.id == object.id && !$0.isEnabled }
                }
            )
        case "cnstisnottrusted":
            return flag(
                object.owner.map { owner in
                    owner.foreignKeys.contains { $0.id == object.id && !$0.isTrusted }
                        || owner.checks.contains { $0.id == object.id && !$0.isTrusted }
                }
            )
        case "tablehasprimarykey": return flag(table.map { $0.primaryKey != nil })
        case "tablehasidentity": return flag(table.map { $0.identity != nil })
        case "tablehasforeignkey": return flag(table.map { !$0.foreignKeys.isEmpty })
        case "tablehasforeignref":
            return flag(
                table.map { own in
                    session.database.tables.values.contains { $0.foreignKeys.contains { $0.referencedTable == own.id } }
                }
            )
        case "tablehasindex": return flag(table.map { !$0.indexes.isEmpty })
        case "tablehasclustindex": return flag(table.map { $0.indexes.contains(where: \.isClustered) })
        case "tablehasnonclustindex": return flag(table.map { $0.indexes.contains { !$0.isClustered } })
        case "tablehasuniquecnst": return flag(table.map { $0.indexes.contains { $0.kind == .uniqueConstraint } })
        case "tablehascheckcnst": return flag(table.map { !$0.checks.isEmpty })
        case "tablehasdefaultcnst": return flag(table.map { $0.columns.contains { $0.defaultValue != nil } })
        case "tablehastimestamp": return flag(table.map { $0.columns.contains { $0.type == .rowversion } })
        case "tablehastextimage": return flag(table.map { $0.columns.contains { $0.type.length == .max } })
        case "tablehasrowguidcol": return flag(table.map { $0.columns.contains(where: \.isRowGUID) })
        case "tablehaschangetracking", "tableischangetracked": return flag(table.map { $0.tracking != nil })
        default: return nil
        }
    }
}
