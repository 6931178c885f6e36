import TSQL

/// `sp_addextendedproperty` and its kin.
///
/// Source: Microsoft, "sp_addextendedproperty (Transact-SQL)".
extension SystemProcedures {
    static let propertyProcedures: [String: SystemProcedure] = [
        "sp_addextendedproperty": SystemProcedure(propertyParameters) { (session, call) throws(SQLError) in
            try session.changeProperty(call, .add)
            return 0
        },
        "sp_updateextendedproperty": SystemProcedure(propertyParameters) { (session, call) throws(SQLError) in
            try session.changeProperty(call, .update)
            return 0
        },
        "sp_dropextendedproperty": SystemProcedure(propertyParameters.filter { $0.0 != "@value" }) {
            (session, call) throws(SQLError) in
            try session.changeProperty(call, .drop)
            return 0
        },
    ]

    private static let propertyParameters: [(String, SQLType, SQLValue?)] = [
        ("@name", name, nil), ("@value", .sqlVariant, .null), ("@level0type", .varchar(128), .null),
        ("@level0name", name, .null), ("@level1type", .varchar(128), .null), ("@level1name", name, .null),
        ("@level2type", .varchar(128), .null), ("@level2name", name, .null),
    ]
}

extension Session {
    fileprivate enum PropertyAction { case add, update, drop }

    fileprivate func changeProperty(_ call: SystemCall, _ action: PropertyAction) throws(SQLError) {
        try checkMayDefine()
        let levels = (0...2).compactMap { level -> (type: String, name: String)? in
            guard let type = call.text("@level\(level)type") else { return nil }
            return (type.uppercased().trimmingSpaces, call.text("@level\(level)name") ?? "")
        }
        let name = call.text("@name") ?? ""
        let place = try place(levels)
        let shown = levels.isEmpty ? "object specified" : levels.map(\.name).joined(separator: ".")
        try writing { () throws(SQLError) in
            try change(databaseName) { (catalogue) throws(SQLError) in
                catalogue.properties = catalogue.presentProperties
                let known = catalogue.properties.firstIndex { $0.place == place && $0.name.matches(name) }
                switch (action, known) {
                case (.add, nil):
                    catalogue.properties.append(
                        ExtendedProperty(place: place, name: name, value: call.value("@value"))
                    )
                case (.add, _?):
                    throw SQLError(15233, "Property cannot be added. Property '\(name)' already exists for '\(shown)'.")
                case (.update, let index?): catalogue.properties[index].value = call.value("@value")
                case (.drop, let index?): catalogue.properties.remove(at: index)
                case (_, nil):
                    throw SQLError(
                        15217,
                        "Property cannot be updated or deleted. Property '\(name)' does not exist for '\(shown)'."
                    )
                }
            }
        }
    }

    /// What the levels name: none is the database, then a schema, an object of it, and a part of that.
    private func place(_ levels: [(type: String, name: String)]) throws(SQLError) -> ExtendedProperty.Place {
        let database = database
        let unknown = SQLError(
            15135,
            "Object is invalid. Extended properties are not permitted on '\(levels.map(\.name).joined(separator: "."))', or the object does not exist."
        )
        guard let first = levels.first else { return .init(kind: .database) }
        switch first.type {
        case "SCHEMA": break
        case "USER", "ROLE":
            guard let principal = database.principals.first(where: { $0.name.matches(first.name) }) else {
                throw unknown
            }
            return .init(kind: .principal, major: principal.id)
        case "TRIGGER":
            guard let trigger = database.module(schema: "dbo", name: first.name), trigger.parent(in: database) == nil
            else { throw unknown }
            return .init(kind: .object, major: trigger.id)
        default: throw SQLError.unsupported("extended properties of a \(first.type)")
        }
        guard let schema = database.schemas[first.name.lowercased()] else { throw unknown }
        guard levels.count > 1 else { return .init(kind: .schema, major: schema.id) }
        guard ["TABLE", "VIEW", "PROCEDURE", "FUNCTION", "SYNONYM", "SEQUENCE"].contains(levels[1].type) else {
            throw SQLError.unsupported("extended properties of a \(levels[1].type)")
        }
        guard let id = database.objectID(schema: schema.name, name: levels[1].name),
            (database.tables[id] != nil) == (levels[1].type == "TABLE")
        else { throw unknown }
        guard levels.count > 2 else { return .init(kind: .object, major: id) }
        let part = levels[2].name
        switch levels[2].type {
        case "COLUMN":
            guard let column = database.tables[id]?.column(part) else { throw unknown }
            return .init(kind: .object, major: id, minor: column.id)
        case "INDEX":
            guard let index = database.tables[id]?.indexes.first(where: { $0.name.matches(part) }) else {
                throw unknown
            }
            return .init(kind: .index, major: id, minor: index.indexID)
        case "CONSTRAINT":
            guard let constraint = database.tables[id]?.constraintNames.first(where: { $0.name.matches(part) }) else {
                throw unknown
            }
            return .init(kind: .object, major: constraint.id)
        case "TRIGGER":
            guard let trigger = database.module(schema: schema.name, name: part), trigger.parent(in: database) == id
            else { throw unknown }
            return .init(kind: .object, major: trigger.id)
        default: throw SQLError.unsupported("extended properties of a \(levels[2].type)")
        }
    }
}
