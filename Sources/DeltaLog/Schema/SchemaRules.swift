public import Columnar

/// What the protocol demands of the columns of a table.
public enum SchemaRules {
    /// Characters that column names must not hold unless the table maps names to others.
    public static let forbiddenCharacters = " ,;{}()\n\t="

    /// Checks names, partition columns and their types.
    ///
    /// - Parameter mapsColumns: whether the table gives its columns other names inside the files, which allows any name.
    /// - Throws: ``DeltaError`` with code `invalidSchema`, naming the column.
    public static func check(
        _ schema: Schema,
        partitionColumns: [String],
        mapsColumns: Bool = false
    ) throws(DeltaError) {
        if schema.fields.isEmpty { throw DeltaError(.invalidSchema, "a table needs at least one column") }
        try checkNames(.structure(schema), path: [], mapsColumns: mapsColumns)
        var seen: Set<String> = []
        for column in partitionColumns {
            guard let field = schema[column] else {
                throw DeltaError(.invalidSchema, "the partition column '\(column)' is no column of the table")
            }
            if !seen.insert(column.lowercased()).inserted {
                throw DeltaError(.invalidSchema, "the partition column '\(column)' is named twice")
            }
            if field.type.isNested {
                throw DeltaError(
                    .invalidSchema,
                    "a table cannot be partitioned by '\(column)', whose type is \(field.type)"
                )
            }
        }
        if partitionColumns.count == schema.count {
            throw DeltaError(
                .invalidSchema,
                "at least one column must be no partition column: files hold only the others"
            )
        }
    }

    private static func checkNames(_ type: DataType, path: [String], mapsColumns: Bool) throws(DeltaError) {
        switch type {
        case .structure(let schema):
            var seen: Set<String> = []
            for field in schema.fields {
                let name = (path + [field.name]).joined(separator: ".")
                if field.name.isEmpty { throw DeltaError(.invalidSchema, "a column has an empty name") }
                if !seen.insert(field.name.lowercased()).inserted {
                    throw DeltaError(
                        .invalidSchema,
                        "there are two columns '\(name)': names that differ only in upper and lower case are the same"
                    )
                }
                if !mapsColumns, let character = field.name.first(where: forbiddenCharacters.contains) {
                    throw DeltaError(
                        .invalidSchema,
                        "the column name '\(name)' holds the character \(String(reflecting: String(character))), "
                            + "which Delta allows only with column mapping; rename the column"
                    )
                }
                try checkNames(field.type, path: path + [field.name], mapsColumns: mapsColumns)
            }
        case .list(let element, _): try checkNames(element, path: path + ["element"], mapsColumns: mapsColumns)
        case .map(let key, let value, _):
            try checkNames(key, path: path + ["key"], mapsColumns: mapsColumns)
            try checkNames(value, path: path + ["value"], mapsColumns: mapsColumns)
        default: break
        }
    }
}

extension Schema {
    /// All columns with all their parts, each with its path: `address`, `address.city`, `tags.element`.
    func forEachField(_ body: (_ path: String, _ field: Field) throws(DeltaError) -> Void) throws(DeltaError) {
        try Self.visit(.structure(self), "", body)
    }

    private static func visit(
        _ type: DataType,
        _ path: String,
        _ body: (String, Field) throws(DeltaError) -> Void
    ) throws(DeltaError) {
        switch type {
        case .structure(let schema):
            for field in schema.fields {
                let name = path.isEmpty ? field.name : "\(path).\(field.name)"
                try body(name, field)
                try visit(field.type, name, body)
            }
        case .list(let element, _): try visit(element, path + ".element", body)
        case .map(let key, let value, _):
            try visit(key, path + ".key", body)
            try visit(value, path + ".value", body)
        default: break
        }
    }

    /// Whether any column or part of one is of a type.
    func contains(_ type: DataType) -> Bool { Self.contains(.structure(self), type) }

    private static func contains(_ outer: DataType, _ type: DataType) -> Bool {
        if outer == type { return true }
        return switch outer {
        case .structure(let schema): schema.fields.contains { contains($0.type, type) }
        case .list(let element, _): contains(element, type)
        case .map(let key, let value, _): contains(key, type) || contains(value, type)
        default: false
        }
    }
}
