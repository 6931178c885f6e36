/// Where the pages of a column chunk lie and which rows they begin with.
///
/// Source: parquet-format, PageIndex.md; parquet.thrift, `OffsetIndex`.
struct OffsetIndex: Sendable {
    struct Page: Sendable {
        var offset: Int
        /// With the page's header.
        var byteCount: Int
        /// Counted from the first row of the row group.
        var firstRow: Int
    }

    var pages: [Page] = []

    init() {}

    init(_ bytes: UnsafeRawBufferPointer) throws(ParquetError) {
        var pages: [Page] = []
        var reader = ThriftReader(bytes)
        try reader.structure { (reader, field) throws(ParquetError) -> Bool in
            guard field.id == 1 else { return false }
            try reader.structures(field) { (reader) throws(ParquetError) in
                var page = Page(offset: 0, byteCount: 0, firstRow: 0)
                try reader.structure { (reader, field) throws(ParquetError) -> Bool in
                    switch field.id {
                    case 1: page.offset = try reader.size(field)
                    case 2: page.byteCount = try reader.size(field)
                    case 3: page.firstRow = try reader.size(field)
                    default: return false
                    }
                    return true
                }
                pages.append(page)
            }
            return true
        }
        self.pages = pages
    }

    func write(texts: [Int]?) -> [UInt8] {
        var writer = ThriftWriter()
        writer.structure { writer in
            writer.structures(1, pages) {
                $0.int64(1, $1.offset)
                $0.int32(2, Int32(clamping: $1.byteCount))
                $0.int64(3, $1.firstRow)
            }
            if let texts { writer.int64s(2, texts) }
        }
        return writer.bytes
    }

    /// The rows of each page of a row group of `rowCount` rows.
    ///
    /// - Throws: ``ParquetError`` where the pages do not follow one another, in the file and from row 0 on.
    func rows(rowCount: Int) throws(ParquetError) -> [Range<Int>] {
        var rows: [Range<Int>] = []
        var previousEnd = 0
        for (index, page) in pages.enumerated() {
            let (pageEnd, overflow) = page.offset.addingReportingOverflow(page.byteCount)
            guard !overflow, page.offset >= previousEnd else {
                throw .corrupt("the list of pages has pages that overlap or are out of order")
            }
            previousEnd = pageEnd
            let end = index + 1 < pages.count ? pages[index + 1].firstRow : rowCount
            guard page.firstRow <= end, end <= rowCount, index > 0 || page.firstRow == 0 else {
                throw .corrupt("the list of pages has rows out of order")
            }
            rows.append(page.firstRow..<end)
        }
        return rows
    }
}

/// The bounds of the pages of a column chunk.
///
/// Source: parquet-format, PageIndex.md; parquet.thrift, `ColumnIndex`.
struct ColumnIndex: Sendable {
    enum BoundaryOrder: Int32, Sendable {
        case unordered = 0
        case ascending = 1
        case descending = 2
    }

    /// For each page whether it holds nothing but nulls.
    var isNull: [Bool] = []
    var lower: [[UInt8]] = []
    var upper: [[UInt8]] = []
    var order = BoundaryOrder.unordered
    var nullCounts: [Int]?

    init() {}

    init(_ bytes: UnsafeRawBufferPointer) throws(ParquetError) {
        var new = ColumnIndex()
        var reader = ThriftReader(bytes)
        try reader.structure { (reader, field) throws(ParquetError) -> Bool in
            switch field.id {
            case 1: new.isNull = try reader.booleans(field)
            case 2: new.lower = try reader.binaries(field)
            case 3: new.upper = try reader.binaries(field)
            case 4: new.order = BoundaryOrder(rawValue: try reader.int32(field)) ?? .unordered
            default: return false
            }
            return true
        }
        guard new.isNull.count == new.lower.count, new.lower.count == new.upper.count else {
            throw .corrupt("the bounds of the pages are incomplete")
        }
        self = new
    }

    func write() -> [UInt8] {
        var writer = ThriftWriter()
        writer.structure { writer in
            writer.booleans(1, isNull)
            writer.binaries(2, lower)
            writer.binaries(3, upper)
            writer.int32(4, order.rawValue)
            if let nullCounts { writer.int64s(5, nullCounts) }
        }
        return writer.bytes
    }
}
