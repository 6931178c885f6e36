import Columnar

/// Whether a table of the lake holds exactly the rows of its source: every row, every column.
struct TableComparison: Sendable {
    let rows: Int
    let sourceRows: Int
    /// What is different first; `nil` where nothing is.
    let difference: String?

    var isEqual: Bool { difference == nil }

    /// - Parameters:
    ///   - lake: The table's rows; columns that the source does not have are not looked at.
    ///   - key: A column of whole numbers that tells rows apart.
    init(lake: RecordBatch, source: RecordBatch, key: String) throws(ColumnarError) {
        rows = lake.rowCount
        sourceRows = source.rowCount
        let names = source.schema.fields.map(\.name)
        let lake = try Self.sort(try lake.selecting(names), by: key)
        let source = try Self.sort(source, by: key)
        difference = try Self.firstDifference(lake, source, key)
    }

    private static func firstDifference(
        _ lake: RecordBatch,
        _ source: RecordBatch,
        _ key: String
    ) throws(ColumnarError) -> String? {
        let lakeKeys = try lake.column(key).values.int32 ?? []
        let sourceKeys = try source.column(key).values.int32 ?? []
        if lakeKeys != sourceKeys {
            let place = zip(lakeKeys, sourceKeys).enumerated().first { $0.element.0 != $0.element.1 }?.offset
            let index = place ?? min(lakeKeys.count, sourceKeys.count)
            let inLake = index < lakeKeys.count ? String(lakeKeys[index]) : "none"
            let inSource = index < sourceKeys.count ? String(sourceKeys[index]) : "none"
            return "row \(index) in order of \(key): the table has \(inLake), the source \(inSource)"
        }
        for (field, (ours, theirs)) in zip(source.schema.fields, zip(lake.columns, source.columns)) {
            let (a, b) = (ColumnText(ours, style: .json), ColumnText(theirs, style: .json))
            if a.ends == b.ends, a.pool == b.pool { continue }
            for row in 0..<lakeKeys.count where a.text(row) != b.text(row) {
                return "\(key) \(lakeKeys[row]), column \(field.name): the table has \(a.text(row)), "
                    + "the source \(b.text(row))"
            }
        }
        return nil
    }

    private static func sort(_ batch: RecordBatch, by key: String) throws(ColumnarError) -> RecordBatch {
        let keys = try batch.column(key).values.int32 ?? []
        return try batch.take((0..<Int32(keys.count)).sorted { keys[Int($0)] < keys[Int($1)] })
    }
}

extension ColumnText {
    fileprivate func text(_ row: Int) -> String {
        var bytes: [UInt8] = []
        append(row, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
