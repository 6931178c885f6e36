public import Columnar

/// What a file's footer says: its columns, its row groups and what is known of their values.
///
/// Source: parquet-format, parquet.thrift, `FileMetaData`.
public struct ParquetMetadata: Sendable {
    /// The columns, as this module understands them.
    public var schema: Schema { columns.schema }
    /// How many rows the file has.
    public internal(set) var rowCount = 0
    public internal(set) var rowGroups: [RowGroupMetadata] = []
    /// What the writer kept beside the data, in the order of the file.
    public internal(set) var keyValues: [(key: String, value: String)] = []
    /// The program that wrote the file.
    public internal(set) var createdBy: String?

    let columns: FileSchema

    init(columns: FileSchema) { self.columns = columns }

    /// What is known of all values of the column at `path`; `nil` where the file has no such column.
    ///
    /// For a structure's field the path is the names from the top down. Of a file just written the bounds are the values
    /// themselves; of a file that was read long texts may be cut, see ``ColumnStatistics/isMinExact``.
    public func statistics(ofColumnPath path: [String]) -> ColumnStatistics? {
        guard let leaf = columns.leaves.first(where: { $0.path == path }) else { return nil }
        let parts = rowGroups.map { ($0.columns[leaf.index].statistics, $0.columns[leaf.index].valueCount) }
        return .merging(parts, leaf.type)
    }

    /// The row groups in which the column at `path` may lie between `lower` and `upper`, both inclusive; `nil` is open.
    public func rowGroups(where path: [String], from lower: Value?, through upper: Value?) -> [Int] {
        rowGroups.indices.filter { rowGroups[$0].mayContain(column: path, from: lower, through: upper) }
    }
}

extension ParquetMetadata {
    /// Reads a footer: the bytes between the last page and the eight bytes at the end.
    init(footer: UnsafeRawBufferPointer) throws(ParquetError) {
        // The row groups need the schema and the orders; a first pass reads those, wherever the writer put them.
        var elements: [SchemaElement] = []
        var hasTypeOrder: [Bool] = []
        var first = ThriftReader(footer)
        try first.structure { (reader, field) throws(ParquetError) -> Bool in
            switch field.id {
            case 2:
                try reader.structures(field) { (reader) throws(ParquetError) in
                    elements.append(try SchemaElement(&reader))
                }
            case 7:
                try reader.structures(field) { (reader) throws(ParquetError) in
                    var isTypeOrder = false
                    try reader.structure { (_, field) throws(ParquetError) -> Bool in
                        isTypeOrder = field.id == 1
                        return false
                    }
                    hasTypeOrder.append(isTypeOrder)
                }
            default: return false
            }
            return true
        }
        var new = ParquetMetadata(columns: try FileSchema(elements))
        var stated = 0
        var second = ThriftReader(footer)
        try second.structure { (reader, field) throws(ParquetError) -> Bool in
            switch field.id {
            case 3: stated = try reader.size(field)
            case 4:
                try reader.structures(field) { (reader) throws(ParquetError) in
                    let group = try RowGroupMetadata(&reader, new.columns.leaves, hasTypeOrder: hasTypeOrder)
                    new.rowCount = new.rowCount.saturatingSum(group.rowCount)
                    new.rowGroups.append(group)
                }
            case 5:
                try reader.structures(field) { (reader) throws(ParquetError) in
                    var key = ""
                    var value = ""
                    try reader.structure { (reader, field) throws(ParquetError) -> Bool in
                        switch field.id {
                        case 1: key = try reader.string(field)
                        case 2: value = try reader.string(field)
                        default: return false
                        }
                        return true
                    }
                    new.keyValues.append((key, value))
                }
            case 6: new.createdBy = try reader.string(field)
            default: return false
            }
            return true
        }
        // Some writers leave the number of rows out; the row groups know it.
        guard stated == new.rowCount || stated == 0 || new.rowGroups.isEmpty else {
            throw .corrupt("the footer states \(stated) rows, its row groups have \(new.rowCount)")
        }
        self = new
    }

    /// How many bytes a column may be longer than the footer says: parquet-mr before 1.2.9 forgot to count the header of
    /// the dictionary (PARQUET-816).
    var columnSlack: Int {
        guard let createdBy, createdBy.hasPrefix("parquet-mr") else { return 0 }
        let digits = createdBy.dropFirst("parquet-mr version ".count).prefix { $0.isNumber || $0 == "." }
        let numbers = digits.split(separator: ".").map { Int($0) ?? 0 }
        return numbers.lexicographicallyPrecedes([1, 2, 9]) ? 100 : 0
    }

    /// The footer's bytes.
    func footer(_ elements: [SchemaElement]) -> [UInt8] {
        var writer = ThriftWriter()
        writer.structure { writer in
            // Format version 2: the logical types and encodings of 2.x may appear.
            writer.int32(1, 2)
            writer.structures(2, elements) { $1.write(&$0) }
            writer.int64(3, rowCount)
            writer.structures(4, Array(rowGroups.enumerated())) { $1.element.write(&$0, ordinal: $1.offset) }
            if !keyValues.isEmpty {
                writer.structures(5, keyValues) { writer, entry in
                    writer.string(1, entry.key)
                    writer.string(2, entry.value)
                }
            }
            if let createdBy { writer.string(6, createdBy) }
            // Every column is ordered as its type says.
            writer.structures(7, columns.leaves) { writer, _ in writer.structure(1) { _ in } }
        }
        return writer.bytes
    }
}
