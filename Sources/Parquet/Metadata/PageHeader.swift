/// What stands before each page.
///
/// Source: parquet-format, parquet.thrift, `PageHeader` and the headers inside it.
struct PageHeader: Sendable {
    /// `nil` for a kind of page that this version does not know; such pages are passed over.
    var type: PageType?
    var uncompressedByteCount = 0
    var compressedByteCount = 0
    /// CRC-32 of the page as it stands in the file.
    var checksum: UInt32?
    /// Values of a page of data, nulls included; entries of a dictionary.
    var valueCount = 0
    var encoding = Encoding.plain
    var definitionEncoding = Encoding.rle
    var repetitionEncoding = Encoding.rle
    /// Of version 2 only: the bytes of the levels, which are never compressed.
    var definitionByteCount = 0
    var repetitionByteCount = 0
    var nullCount = 0
    var rowCount = 0
    /// Of version 2 only: whether the values are compressed.
    var isCompressed = true

    init(_ type: PageType) { self.type = type }

    init(_ reader: inout ThriftReader) throws(ParquetError) {
        var new = PageHeader(.data)
        new.type = nil
        var hasOwnHeader = false
        try reader.structure { (reader, field) throws(ParquetError) -> Bool in
            switch field.id {
            case 1: new.type = PageType(rawValue: try reader.int32(field))
            case 2: new.uncompressedByteCount = try reader.size(field)
            case 3: new.compressedByteCount = try reader.size(field)
            case 4: new.checksum = UInt32(bitPattern: try reader.int32(field))
            case 5, 7, 8:
                hasOwnHeader = true
                try new.readOwn(&reader, field)
            default: return false
            }
            return true
        }
        if let type = new.type, type != .index, !hasOwnHeader {
            throw .corrupt("a page has no header of its kind")
        }
        self = new
    }

    private mutating func readOwn(_ reader: inout ThriftReader, _ field: ThriftReader.Field) throws(ParquetError) {
        var new = self
        let kind = field.id
        try reader.structure(field) { (reader, field) throws(ParquetError) -> Bool in
            switch (kind, field.id) {
            case (_, 1): new.valueCount = Int(try reader.int32(field))
            case (5, 2), (7, 2), (8, 4): new.encoding = Encoding(code: try reader.int32(field))
            case (5, 3): new.definitionEncoding = Encoding(code: try reader.int32(field))
            case (5, 4): new.repetitionEncoding = Encoding(code: try reader.int32(field))
            case (8, 2): new.nullCount = try reader.size(field)
            case (8, 3): new.rowCount = try reader.size(field)
            case (8, 5): new.definitionByteCount = try reader.size(field)
            case (8, 6): new.repetitionByteCount = try reader.size(field)
            case (8, 7): new.isCompressed = try reader.boolean(field)
            default: return false
            }
            return true
        }
        guard new.valueCount >= 0 else { throw .corrupt("a page has \(new.valueCount) values") }
        self = new
    }

    func write() -> [UInt8] {
        var writer = ThriftWriter()
        writer.structure { writer in
            writer.int32(1, type?.rawValue ?? 0)
            writer.int32(2, Int32(clamping: uncompressedByteCount))
            writer.int32(3, Int32(clamping: compressedByteCount))
            if let checksum { writer.int32(4, Int32(bitPattern: checksum)) }
            switch type {
            case .dictionary:
                writer.structure(7) {
                    $0.int32(1, Int32(clamping: valueCount))
                    $0.int32(2, encoding.code)
                }
            case .dataV2:
                writer.structure(8) {
                    $0.int32(1, Int32(clamping: valueCount))
                    $0.int32(2, Int32(clamping: nullCount))
                    $0.int32(3, Int32(clamping: rowCount))
                    $0.int32(4, encoding.code)
                    $0.int32(5, Int32(clamping: definitionByteCount))
                    $0.int32(6, Int32(clamping: repetitionByteCount))
                    $0.boolean(7, isCompressed)
                }
            default:
                writer.structure(5) {
                    $0.int32(1, Int32(clamping: valueCount))
                    $0.int32(2, encoding.code)
                    $0.int32(3, definitionEncoding.code)
                    $0.int32(4, repetitionEncoding.code)
                }
            }
        }
        return writer.bytes
    }
}
