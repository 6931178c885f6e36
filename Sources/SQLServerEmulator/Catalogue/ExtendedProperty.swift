/// What somebody noted of a thing in a database: `sp_addextendedproperty`.
struct ExtendedProperty: Sendable {
    /// What it is noted of, by the numbers that the catalogue has for it.
    struct Place: Hashable, Sendable {
        /// The class: what the other numbers count.
        enum Kind: Int, Sendable {
            case database = 0
            case object = 1
            case schema = 3
            case principal = 4
            case index = 7

            var description: String {
                switch self {
                case .database: "DATABASE"
                case .object: "OBJECT_OR_COLUMN"
                case .schema: "SCHEMA"
                case .principal: "DATABASE_PRINCIPAL"
                case .index: "INDEX"
                }
            }
        }

        var kind: Kind
        var major = 0
        var minor = 0
    }

    var place: Place
    var name: String
    /// A `sql_variant`.
    var value: SQLValue
}

extension DatabaseCatalogue {
    /// The properties of what is still there: they go with what they are noted of.
    var presentProperties: [ExtendedProperty] {
        properties.filter { property in
            let place = property.place
            switch place.kind {
            case .database: return true
            case .schema: return schemas.values.contains { $0.id == place.major }
            case .principal: return principals.contains { $0.id == place.major }
            case .index: return tables[place.major]?.indexes.contains { $0.indexID == place.minor } ?? false
            case .object:
                if modules[place.major] != nil { return true }
                if let table = tables[place.major] {
                    return place.minor == 0 || table.columns.contains { $0.id == place.minor }
                }
                return tables.values.contains { $0.constraintNames.contains { $0.id == place.major } }
            }
        }
    }
}
