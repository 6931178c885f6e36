import TSQL

/// `sys.parameters`, `sys.synonyms`, `sys.sequences` and views that have no rows here.
///
/// Source: Microsoft, "Object catalog views (Transact-SQL)".
extension SystemViews {
    static let moduleViews: [SystemView] = [
        SystemView(
            "sys",
            "parameters",
            [
                ("object_id", .int), ("name", sysname), ("parameter_id", .int), ("system_type_id", .tinyint),
                ("user_type_id", .int),
                ("max_length", .smallint), ("precision", .tinyint), ("scale", .tinyint), ("is_output", .bit),
                ("is_cursor_ref", .bit),
                ("has_default_value", .bit), ("is_xml_document", .bit), ("default_value", .sqlVariant),
                ("is_readonly", .bit),
                ("is_nullable", .bit),
            ]
        ) { session, database in
            session.visibleModules(in: database).flatMap { module in
                session.parameters(of: module).map { parameter -> [SQLValue] in
                    let catalog = parameter.type.catalog
                    return [
                        .number(module.id), .string(parameter.name), .number(parameter.place),
                        .number(catalog?.systemTypeID ?? 0),
                        .number(catalog?.userTypeID ?? 0), .number(catalog?.maximumLength ?? 0),
                        .number(catalog?.precision ?? 0),
                        .number(catalog?.scale ?? 0), .bool(parameter.isOutput), .bool(false), .bool(false),
                        .bool(false), .null,
                        .bool(false), .bool(true),
                    ]
                }
            }
        },
        SystemView("sys", "synonyms", objectColumns + [("base_object_name", .nvarchar(1035))]) { session, database in
            session.visibleModules(in: database).compactMap { module in
                guard case .synonym(let target) = module.kind else { return nil }
                let name = target.parts.map { $0.isEmpty ? "" : "[\($0.replacing("]", with: "]]"))]" }.joined(
                    separator: "."
                )
                return row(of: module, database) + [.string(name)]
            }
        },
        SystemView(
            "sys",
            "sequences",
            objectColumns + [
                ("start_value", .sqlVariant), ("increment", .sqlVariant), ("minimum_value", .sqlVariant),
                ("maximum_value", .sqlVariant), ("is_cycling", .bit), ("is_cached", .bit), ("cache_size", .int),
                ("system_type_id", .tinyint), ("user_type_id", .int), ("precision", .tinyint), ("scale", .tinyint),
                ("current_value", .sqlVariant), ("is_exhausted", .bit),
            ]
        ) { session, database in
            session.visibleModules(in: database).compactMap { module in
                guard case .sequence(let sequence) = module.kind else { return nil }
                let type = sequence.type.catalog
                func variant(_ number: Int64) -> SQLValue { .variant(sequence.type, .integer(number)) }
                let current = session.current(sequence, module, in: database)
                let values: [SQLValue] = [
                    variant(sequence.start), variant(sequence.increment), variant(sequence.minimum),
                    variant(sequence.maximum), .bool(sequence.cycles), .bool(sequence.isCached),
                    sequence.cacheSize.map { .integer($0) } ?? .null, .number(type?.systemTypeID ?? 0),
                    .number(type?.userTypeID ?? 0), .number(type?.precision ?? 0), .number(type?.scale ?? 0),
                    variant(current), .bool(sequence.number(after: current) == nil),
                ]
                return row(of: module, database) + values
            }
        },
        SystemView(
            "sys",
            "extended_properties",
            [
                ("class", .tinyint), ("class_desc", .nvarchar(60)), ("major_id", .int), ("minor_id", .int),
                ("name", sysname),
                ("value", .sqlVariant),
            ]
        ) { _, database in
            database.presentProperties.map { property in
                [
                    .number(property.place.kind.rawValue), .string(property.place.kind.description),
                    .number(property.place.major), .number(property.place.minor), .string(property.name),
                    property.value,
                ]
            }
        },
    ]
}

/// A parameter of a procedure or a function; the result of a function has number 0 and no name.
struct ModuleParameter {
    var place: Int
    var name: String
    var type: SQLType
    var isOutput: Bool
}

extension Session {
    func parameters(of module: ModuleObject) -> [ModuleParameter] {
        var parameters: [ModuleParameter] = []
        let declared: [Parameter]
        switch module.kind {
        case .procedure(let definition): declared = definition.parameters
        case .function(let definition):
            declared = definition.parameters
            if case .scalar(let result, _) = definition.body, let type = try? Binder(self).type(result) {
                parameters.append(ModuleParameter(place: 0, name: "", type: type, isOutput: true))
            }
        default: return []
        }
        for (index, parameter) in declared.enumerated() {
            // Types that are gone leave no parameter to describe.
            guard let type = try? Binder(self).type(parameter.type) else { continue }
            parameters.append(
                ModuleParameter(place: index + 1, name: parameter.name, type: type, isOutput: parameter.isOutput)
            )
        }
        return parameters
    }
}
