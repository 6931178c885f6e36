public import Columnar

/// A part of a file that holds some of its rows, all columns of them.
///
/// Source: parquet-format, parquet.thrift, `RowGroup`.
public struct RowGroupMetadata: Sendable {
    /// How many rows the row group has.
    public internal(set) var rowCount = 0
    /// The columns of values in the order of the file.
    public internal(set) var columns: [ColumnChunkMetadata] = []
    /// The bytes of all pages, were they not compressed.
    public var uncompressedByteCount: Int { columns.reduce(0) { $0.saturatingSum($1.uncompressedByteCount) } }
    /// The bytes of all pages in the file.
    public var compressedByteCount: Int { columns.reduce(0) { $0.saturatingSum($1.compressedByteCount) } }

    init() {}

    /// The column of values at `path`, `nil` where there is none.
    public func column(_ path: [String]) -> ColumnChunkMetadata? {
        columns.first { $0.path == path }
    }

    /// Whether a row in which the column at `path` lies between `lower` and `upper` (both inclusive, `nil` is open) may be
    /// in the row group. `true` where the file does not say.
    public func mayContain(column path: [String], from lower: Value?, through upper: Value?) -> Bool {
        guard let column = column(path) else { return true }
        if column.statistics.nullCount == column.valueCount, lower != nil || upper != nil, column.isDescribed {
            return false
        }
        return column.statistics.mayContain(from: lower, through: upper)
    }
}

extension RowGroupMetadata {
    init(_ reader: inout ThriftReader, _ leaves: [LeafColumn], hasTypeOrder: [Bool]) throws(ParquetError) {
        var new = RowGroupMetadata()
        try reader.structure { (reader, field) throws(ParquetError) -> Bool in
            switch field.id {
            case 1:
                try reader.structures(field) { (reader) throws(ParquetError) in
                    let index = new.columns.count
                    guard index < leaves.count else {
                        throw .corrupt("a row group has more columns than the schema's \(leaves.count)")
                    }
                    let chunk = try ColumnChunkMetadata(
                        &reader,
                        leaves[index],
                        hasTypeOrder: hasTypeOrder.indices.contains(index) && hasTypeOrder[index]
                    )
                    new.columns.append(chunk)
                }
            case 3: new.rowCount = try reader.size(field)
            default: return false
            }
            return true
        }
        guard new.columns.count == leaves.count else {
            throw .corrupt("a row group has \(new.columns.count) columns, the schema \(leaves.count)")
        }
        self = new
    }

    func write(_ writer: inout ThriftWriter, ordinal: Int) {
        writer.structures(1, columns) { $1.write(&$0) }
        writer.int64(2, uncompressedByteCount)
        writer.int64(3, rowCount)
        if let first = columns.first { writer.int64(5, first.dictionaryPageOffset ?? first.dataPageOffset) }
        writer.int64(6, compressedByteCount)
        if let ordinal = Int16(exactly: ordinal) { writer.int16(7, ordinal) }
    }
}

extension Int {
    /// The sum, or the largest number where it would be beyond.
    func saturatingSum(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
