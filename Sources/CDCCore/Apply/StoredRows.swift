import Columnar

/// Rows in the form in which a destination keeps them: the source's columns, then the metadata columns.
enum StoredRows {
    /// Rows that all belong to one point of the source.
    static func stamp(_ rows: RecordBatch, schema: Schema, lsn: LSN, commitTime: Int64) throws -> RecordBatch {
        let count = rows.rowCount
        let text = lsn.text
        let pool = [UInt8](unsafeUninitializedCapacity: count * text.count) { buffer, filled in
            for row in 0..<count {
                for (index, byte) in text.enumerated() { buffer[row * text.count + index] = byte }
            }
            filled = count * text.count
        }
        let offsets = (0...count).map { Int32(truncatingIfNeeded: $0 * text.count) }
        let stamps = [
            try Column(.timestamp, .int64(Array(repeating: commitTime, count: count))),
            try Column(.string, .bytes(ByteVector(offsets: offsets, pool: pool))),
        ]
        return try RecordBatch(schema, rows.columns + stamps, rowCount: count)
    }

    /// The rows of a batch of changes, each with its own transaction.
    static func stamp(changes: RecordBatch, schema: Schema) throws -> RecordBatch {
        guard let lsns = LSNVector(try changes.column(ChangeColumns.startLSN)) else {
            throw CDCError(.stagedFileCorrupt, "staged changes lack their LSNs")
        }
        var texts = ByteVector()
        texts.reserveCapacity(lsns.count, bytes: lsns.count * 22)
        var last: (lsn: LSN, text: [UInt8])?
        for row in 0..<lsns.count {
            let lsn = lsns[row]
            if last?.lsn != lsn { last = (lsn, lsn.text) }
            try texts.append(last?.text ?? [])
        }
        let captured = Array(changes.columns[ChangeColumns.count...])
        let stamps = [try changes.column(ChangeColumns.commitTime), try Column(.string, .bytes(texts))]
        return try RecordBatch(schema, captured + stamps, rowCount: changes.rowCount)
    }
}
