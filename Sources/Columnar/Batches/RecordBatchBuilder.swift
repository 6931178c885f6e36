/// Builds a ``RecordBatch`` value by value: one ``ColumnBuilder`` for each column, to which the caller appends directly.
public struct RecordBatchBuilder: Sendable {
    public let schema: Schema
    /// One for each field of the schema; each must have received the same number of values when ``finish()`` is called.
    public var columns: [ColumnBuilder]

    public init(_ schema: Schema) {
        self.schema = schema
        columns = schema.fields.map { ColumnBuilder($0.type) }
    }

    public var rowCount: Int { columns.first?.count ?? 0 }

    public mutating func reserveCapacity(_ rows: Int) {
        for index in columns.indices { columns[index].reserveCapacity(rows) }
    }

    /// What has been appended, as a batch; the builder is empty afterwards.
    ///
    /// - Throws: ``ColumnarError`` with code `mismatch` where some columns received more values than others.
    public mutating func finish() throws(ColumnarError) -> RecordBatch {
        var finished: [Column] = []
        for index in columns.indices { finished.append(columns[index].finish()) }
        return try RecordBatch(schema, finished)
    }
}
