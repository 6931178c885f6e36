/// Functions that say something of columns, indexes, types and identities.
///
/// Source: Microsoft, "Metadata functions (Transact-SQL)".
extension ContextFunctions {
    static let columnFunctions: [String: ContextFunction] = [
        "COL_NAME": ContextFunction([.int, .int], name) { session, values in
            guard let id = values[0].whole, let object = session.visibleObject(id, in: session.database) else {
                return .null
            }
            return .optional(session.columns(of: object).first { $0.id == values[1].whole }?.name)
        },
        "COL_LENGTH": ContextFunction([text, name], .smallint) { session, values in
            guard let object = values[0].string.flatMap(session.visibleObject(named:)), let column = values[1].string,
                let found = session.columns(of: object).first(where: { $0.name.matches(column) })
            else { return .null }
            return .number(found.type.catalog?.maximumLength ?? 0)
        },
        "COLUMNPROPERTY": ContextFunction([.int, name, name], .int) { session, values in
            guard let id = values[0].whole, let object = session.visibleObject(id, in: session.database),
                let name = values[1].string,
                let property = values[2].string?.lowercased().trimmingSpaces
            else { return .null }
            if let module = object.module,
                let parameter = session.parameters(of: module).first(where: { $0.name.matches(name) })
            {
                return property == "isoutparam" ? .bool(parameter.isOutput) : .null
            }
            guard let column = session.columns(of: object).first(where: { $0.name.matches(name) }) else { return .null }
            let catalog = column.type.catalog
            switch property {
            case "allowsnull": return .bool(column.isNullable)
            case "columnid": return .number(column.id)
            case "iscomputed": return .bool(column.computation != nil)
            case "isidentity": return .bool(column.identity != nil)
            case "isrowguidcol": return .bool(column.isRowGUID)
            case "precision":
                return .number(column.type.isCharacters ? column.type.length?.units ?? -1 : catalog?.precision ?? 0)
            case "scale":
                return column.type.isNumeric || column.type.family == .dateTime ? .number(catalog?.scale ?? 0) : .null
            case "charmaxlen": return column.type.isCharacters ? .number(column.type.length?.units ?? -1) : .null
            case "usesansitrim": return column.type.isCharacters || column.type.family == .binary ? .integer(1) : .null
            case "isidnotforrepl", "ishidden", "issparse", "iscolumnset", "isfulltextindexed", "generatedalwaystype":
                return .integer(0)
            case "isindexable": return .bool(column.type.length != .max)
            default: return .null
            }
        },
        "INDEXPROPERTY": ContextFunction([.int, name, name], .int) { session, values in
            guard let table = values[0].whole.flatMap({ session.visibleObject($0, in: session.database)?.table }),
                let name = values[1].string,
                let index = table.indexes.first(where: { $0.name.matches(name) })
            else { return .null }
            switch values[2].string?.lowercased() {
            case "indexid": return .number(index.indexID)
            case "isclustered": return .bool(index.isClustered)
            case "isunique": return .bool(index.isUnique)
            case "isdisabled", "ishypothetical", "isstatistics", "ispadindex", "indexfillfactor", "isfulltextkey",
                "isautostatistics":
                return .integer(0)
            case "indexdepth": return .integer(1)
            default: return .null
            }
        },
        "INDEX_COL": ContextFunction([text, .int, .int], name) { session, values in
            guard let table = values[0].string.flatMap(session.visibleObject(named:))?.table,
                let index = table.indexes.first(where: { $0.indexID == values[1].whole }), let place = values[2].whole,
                index.columns.indices.contains(place - 1)
            else { return .null }
            return .optional(table.columns.first { $0.id == index.columns[place - 1].columnID }?.name)
        },
        "TYPE_ID": ContextFunction([text], .int) { session, values in
            guard let name = values[0].string.flatMap(ObjectName.parts)?.last else { return .null }
            return session.types.first { $0.name.matches(name) }.map { .number($0.userTypeID) } ?? .null
        },
        "TYPE_NAME": ContextFunction([.int], name) { session, values in
            .optional(session.types.first { $0.userTypeID == values[0].whole }?.name)
        },
        "TYPEPROPERTY": ContextFunction([text, name], .int) { session, values in
            guard let name = values[0].string.flatMap(ObjectName.parts)?.last,
                let type = session.types.first(where: { $0.name.matches(name) })
            else { return .null }
            switch values[1].string?.lowercased() {
            case "precision": return .number(type.precision > 0 ? type.precision : type.maximumLength)
            case "scale": return type.precision > 0 ? .number(type.scale) : .null
            case "allowsnull": return .bool(!type.name.matches("sysname"))
            case "usesansitrim": return .integer(1)
            case "ownerid": return .integer(1)
            default: return .null
            }
        },
        "IDENT_CURRENT": ContextFunction([text], .decimal(38, 0)) { session, values in
            guard let table = values[0].string.flatMap(session.visibleObject(named:))?.table,
                let identity = table.identity?.identity
            else { return .null }
            return .decimal(Int128(session.server.lastIdentity(of: table.storage) ?? identity.seed))
        },
        "IDENT_SEED": ContextFunction([text], .decimal(38, 0)) { session, values in
            identity(session, values).map { .decimal(Int128($0.seed)) } ?? .null
        },
        "IDENT_INCR": ContextFunction([text], .decimal(38, 0)) { session, values in
            identity(session, values).map { .decimal(Int128($0.increment)) } ?? .null
        },
    ]

    private static func identity(_ session: Session, _ values: [SQLValue]) -> TableColumn.Identity? {
        values[0].string.flatMap(session.visibleObject(named:))?.table?.identity?.identity
    }
}

extension Session {
    /// The types of the database: those of the server, their second names, and those that users made.
    var types: [CatalogType] {
        var all = SQLType.catalogTypes(database.collation).compactMap(\.catalog)
        all.append(
            CatalogType(
                name: "numeric",
                systemTypeID: 108,
                userTypeID: 108,
                maximumLength: 17,
                precision: 38,
                scale: 38
            )
        )
        all.append(
            CatalogType(name: "sysname", systemTypeID: 231, userTypeID: 256, maximumLength: 256, precision: 0, scale: 0)
        )
        return all + aliasTypes
    }

    /// The types that users made; their numbers follow from their names.
    var aliasTypes: [CatalogType] {
        database.types.sorted { $0.key < $1.key }.enumerated().compactMap { index, named in
            named.value.catalog.map { base in
                var type = base
                type.name = named.key
                type.userTypeID = 257 + index
                return type
            }
        }
    }
}
