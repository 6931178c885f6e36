import Columnar

/// Gives columns of a file the form that the table's schema wants.
///
/// Files may be older than the schema, or written by somebody who spells a type differently: columns that a file does not
/// have are null, the fields of a structure come in any order, small whole numbers share a width.
enum ColumnAlignment {
    /// A column as one of the table's type.
    ///
    /// - Throws: ``DeltaError`` with code `corruptData` where the file holds another type that cannot stand for it.
    static func align(_ column: Column, to type: DataType, name: String) throws -> Column {
        if column.type == type { return column }
        switch (column.values, type) {
        case (.structure(let columns, let count), .structure(let schema)):
            guard case .structure(let own) = column.type else { break }
            let aligned = try schema.fields.map { field in
                guard let index = index(of: field.name, in: own) else { return Column.nulls(field.type, count: count) }
                return try align(columns[index], to: field.type, name: "\(name).\(field.name)")
            }
            return try Column(type, .structure(aligned, count: count), validity: column.validity)
        case (.list(let offsets, let elements), .list(let element, _)):
            let aligned = try align(elements, to: element, name: "\(name).element")
            return try Column(type, .list(offsets: offsets, elements: aligned), validity: column.validity)
        case (.map(let offsets, let keys, let values), .map(let key, let value, _)):
            let aligned = Column.Values.map(
                offsets: offsets,
                keys: try align(keys, to: key, name: "\(name).key"),
                values: try align(values, to: value, name: "\(name).value")
            )
            return try Column(type, aligned, validity: column.validity)
        default:
            if let aligned = try alignDecimal(column, to: type) { return aligned }
            if mayStand(column.type, for: type) { return try column.reinterpreted(as: type) }
        }
        throw DeltaError(
            .corruptData,
            "column '\(name)' is of type \(column.type) in the file, but the table's schema says \(type); rewrite the file "
                + "with the engine that wrote it"
        )
    }

    /// The place of a column, by its name to the letter, or else without regard to case, as Delta names columns.
    static func index(of name: String, in schema: Schema) -> Int? {
        schema.index(of: name) ?? schema.fields.firstIndex { $0.name.lowercased() == name.lowercased() }
    }

    /// Types that lie in memory the same way, of which files and schemas mix up one with the other.
    private static func mayStand(_ type: DataType, for other: DataType) -> Bool {
        let wholeNumbers: Set<DataType> = [.byte, .short, .integer]
        let times: Set<DataType> = [.timestamp, .timestampNTZ]
        let bytes: Set<DataType> = [.string, .binary]
        return [wholeNumbers, times, bytes].contains { $0.contains(type) && $0.contains(other) }
    }

    /// Decimals of the same scale may be wider in the schema than in the file.
    private static func alignDecimal(_ column: Column, to type: DataType) throws -> Column? {
        guard case .decimal(let ownPrecision, let ownScale) = column.type,
            case .decimal(let precision, let scale) = type, scale == ownScale, precision >= ownPrecision
        else { return nil }
        if let values = column.values.int64, type.vectorKind == .int128 {
            return try Column(type, .int128(values.map { Int128($0) }), validity: column.validity)
        }
        return try column.reinterpreted(as: type)
    }
}
