/// Where the values of one column of one row group lie in the file, and what is known of them.
///
/// Source: parquet-format, parquet.thrift, `ColumnChunk` and `ColumnMetaData`.
public struct ColumnChunkMetadata: Sendable {
    /// The names from the top-level column down, as the footer has them: `["address", "city"]`, `["tags", "list", "element"]`.
    public var path: [String] { leaf.path }
    /// How the pages are compressed.
    public internal(set) var codec = ParquetCodec.uncompressed
    /// How many values there are, nulls and empty lists included.
    public internal(set) var valueCount = 0
    /// The bytes of all pages with their headers, in the file.
    public internal(set) var compressedByteCount = 0
    /// The bytes of all pages with their headers, were they not compressed.
    public internal(set) var uncompressedByteCount = 0
    /// Where the first page of values begins.
    public internal(set) var dataPageOffset = 0
    /// Where the page with the dictionary begins, if there is one.
    public internal(set) var dictionaryPageOffset: Int?
    /// What is known of the values without reading them.
    public internal(set) var statistics: ColumnStatistics
    /// Where the list of pages lies, if there is one.
    public internal(set) var offsetIndexRange: Range<Int>?
    /// Where the bounds of the pages lie, if they are there.
    public internal(set) var columnIndexRange: Range<Int>?

    let leaf: LeafColumn
    var encodings: [Encoding] = []
    /// The bytes of all texts without their lengths, where the file says so: how much memory they will take.
    var textByteCount: Int?
    /// Another file that holds the pages; only summary files name one.
    var filePath: String?
    var isEncrypted = false
    /// Whether the entry has a description of its pages at all.
    var isDescribed = false
    /// Whether the file says that bounds are in the order of the type; without that those of texts mean nothing.
    var hasTypeOrder = true

    init(_ leaf: LeafColumn) {
        self.leaf = leaf
        statistics = ColumnStatistics(leaf.type)
    }
}

extension ColumnChunkMetadata {
    /// Where all pages of the column lie.
    ///
    /// - Parameter slack: how many bytes the column may be longer than the footer says.
    /// - Throws: ``ParquetError`` where they would not lie inside a file of `fileByteCount` bytes.
    func byteRange(fileByteCount: Int, slack: Int = 0) throws(ParquetError) -> Range<Int> {
        if isEncrypted { throw .unsupported("the column is encrypted; this version reads plain files only") }
        if let filePath { throw .unsupported("the column's values lie in another file, '\(filePath)'; read that one") }
        guard isDescribed else { throw .corrupt("the footer says nothing about the column's pages") }
        // A column without values need not have pages, nor a place for them.
        if valueCount == 0 { return 4..<4 }
        var start = dataPageOffset
        // Some writers leave 0 where there is no dictionary.
        if let dictionaryPageOffset, dictionaryPageOffset >= 4, dictionaryPageOffset < start {
            start = dictionaryPageOffset
        }
        let (end, overflow) = start.addingReportingOverflow(compressedByteCount)
        guard start >= 4, !overflow, end <= fileByteCount - 8 else {
            throw .corrupt(
                "the column's pages would lie at byte \(start), \(compressedByteCount) bytes long, in a file of \(fileByteCount)"
            )
        }
        return start..<min(end + slack, fileByteCount - 8)
    }
}

extension ColumnChunkMetadata {
    init(_ reader: inout ThriftReader, _ leaf: LeafColumn, hasTypeOrder: Bool) throws(ParquetError) {
        var new = ColumnChunkMetadata(leaf)
        new.hasTypeOrder = hasTypeOrder
        var offsetIndex: (offset: Int?, length: Int?)
        var columnIndex: (offset: Int?, length: Int?)
        try reader.structure { (reader, field) throws(ParquetError) -> Bool in
            switch field.id {
            case 1: new.filePath = try reader.string(field)
            case 3: try new.readDescription(&reader, field, hasTypeOrder: hasTypeOrder)
            case 4: offsetIndex.offset = try reader.size(field)
            case 5: offsetIndex.length = try reader.size(field)
            case 6: columnIndex.offset = try reader.size(field)
            case 7: columnIndex.length = try reader.size(field)
            case 8, 9:
                new.isEncrypted = true
                return false
            default: return false
            }
            return true
        }
        new.offsetIndexRange = ColumnChunkMetadata.range(offsetIndex.offset, offsetIndex.length)
        new.columnIndexRange = ColumnChunkMetadata.range(columnIndex.offset, columnIndex.length)
        self = new
    }

    private static func range(_ offset: Int?, _ length: Int?) -> Range<Int>? {
        guard let offset, let length, length > 0 else { return nil }
        let (end, overflow) = offset.addingReportingOverflow(length)
        return overflow ? nil : offset..<end
    }

    private mutating func readDescription(
        _ reader: inout ThriftReader,
        _ field: ThriftReader.Field,
        hasTypeOrder: Bool
    ) throws(ParquetError) {
        isDescribed = true
        var new = self
        try reader.structure(field) { (reader, field) throws(ParquetError) -> Bool in
            switch field.id {
            case 1:
                guard try reader.int32(field) == new.leaf.physicalType.rawValue else {
                    throw ParquetError(
                        .corrupt,
                        "a row group has the column in another type than the schema",
                        column: new.leaf.name
                    )
                }
            case 2: new.encodings = try reader.integers(field).map { Encoding(code: Int32(truncatingIfNeeded: $0)) }
            case 4: new.codec = ParquetCodec(code: try reader.int32(field))
            case 5: new.valueCount = try reader.size(field)
            case 6: new.uncompressedByteCount = try reader.size(field)
            case 7: new.compressedByteCount = try reader.size(field)
            case 9: new.dataPageOffset = try reader.size(field)
            case 11: new.dictionaryPageOffset = Int(exactly: try reader.integer(field))
            case 12:
                new.statistics = try ColumnStatistics(&reader, field, new.leaf, hasTypeOrder: hasTypeOrder)
            case 16:
                try reader.structure(field) { (reader, field) throws(ParquetError) -> Bool in
                    guard field.id == 1 else { return false }
                    new.textByteCount = try reader.size(field)
                    return true
                }
            default: return false
            }
            return true
        }
        self = new
    }

    func write(_ writer: inout ThriftWriter) {
        // The place of this description outside the footer: there is none, and 0 is what readers expect then.
        writer.int64(2, 0)
        writer.structure(3) { writer in
            writer.int32(1, leaf.physicalType.rawValue)
            writer.int32s(2, encodings.map(\.code))
            writer.strings(3, path)
            writer.int32(4, codec.code)
            writer.int64(5, valueCount)
            writer.int64(6, uncompressedByteCount)
            writer.int64(7, compressedByteCount)
            writer.int64(9, dataPageOffset)
            if let dictionaryPageOffset { writer.int64(11, dictionaryPageOffset) }
            if statistics.nullCount != nil { statistics.write(12, &writer, leaf) }
            if let textByteCount { writer.structure(16) { $0.int64(1, textByteCount) } }
        }
        if let range = offsetIndexRange {
            writer.int64(4, range.lowerBound)
            writer.int32(5, Int32(clamping: range.count))
        }
        if let range = columnIndexRange {
            writer.int64(6, range.lowerBound)
            writer.int32(7, Int32(clamping: range.count))
        }
    }
}
