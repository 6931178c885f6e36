import Columnar

/// Columns of a checkpoint, looked at row by row. A column that is missing or of another type is one of nulls, as the
/// protocol demands of fields that a writer did not know.
struct TextColumn {
    private let vector: ByteVector?
    private let validity: Bitmap?

    init(_ column: Column?) {
        vector = column?.values.bytes
        validity = column?.validity
    }

    subscript(row: Int) -> String? {
        guard let vector, validity?[row] ?? true else { return nil }
        return vector.string(at: row)
    }
}

struct NumberColumn {
    private let long: [Int64]?
    private let integer: [Int32]?
    private let validity: Bitmap?

    init(_ column: Column?) {
        long = column?.values.int64
        integer = column?.values.int32
        validity = column?.validity
    }

    subscript(row: Int) -> Int64? {
        guard validity?[row] ?? true else { return nil }
        return long?[row] ?? integer.map { Int64($0[row]) }
    }
}

struct FlagColumn {
    private let vector: Bitmap?
    private let validity: Bitmap?

    init(_ column: Column?) {
        vector = column?.values.bits
        validity = column?.validity
    }

    subscript(row: Int) -> Bool? {
        guard let vector, validity?[row] ?? true else { return nil }
        return vector[row]
    }
}

struct MapColumn {
    private let offsets: [Int32]?
    private let keys: TextColumn
    private let values: TextColumn
    private let validity: Bitmap?

    init(_ column: Column?) {
        let map = column?.values.map
        offsets = map?.offsets
        keys = TextColumn(map?.keys)
        values = TextColumn(map?.values)
        validity = column?.validity
    }

    subscript(row: Int) -> [String: String?]? {
        guard let offsets, validity?[row] ?? true else { return nil }
        var entries: [String: String?] = [:]
        for index in Int(offsets[row])..<Int(offsets[row + 1]) {
            if let key = keys[index] { entries.updateValue(values[index], forKey: key) }
        }
        return entries
    }

    /// The map without the entries that are null.
    func texts(_ row: Int) -> [String: String]? { self[row]?.compactMapValues { $0 } }
}

struct ListColumn {
    private let offsets: [Int32]?
    private let elements: TextColumn
    private let validity: Bitmap?

    init(_ column: Column?) {
        offsets = column?.values.list?.offsets
        elements = TextColumn(column?.values.list?.elements)
        validity = column?.validity
    }

    subscript(row: Int) -> [String]? {
        guard let offsets, validity?[row] ?? true else { return nil }
        return (Int(offsets[row])..<Int(offsets[row + 1])).compactMap { elements[$0] }
    }
}

/// A column of structures, by the names of its fields.
struct StructureColumn {
    private let fields: [String: Column]
    private let validity: Bitmap?
    let count: Int

    /// `nil` where the column is missing or none of structures.
    init?(_ column: Column?) {
        guard let column, case .structure(let schema) = column.type, let columns = column.values.structure else {
            return nil
        }
        fields = Dictionary(zip(schema.fields.map(\.name), columns), uniquingKeysWith: { first, _ in first })
        validity = column.validity
        count = column.count
    }

    func isThere(_ row: Int) -> Bool { validity?[row] ?? true }

    subscript(name: String) -> Column? { fields[name] }
}
