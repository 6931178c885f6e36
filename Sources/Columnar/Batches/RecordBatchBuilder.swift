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
    /// It is a programming error, and stops the program, to have appended to some columns more often than to others.
    public mutating func finish() -> RecordBatch {
        var finished: [Column] = []
        for index in columns.indices { finished.append(columns[index].finish()) }
        do {
            return try RecordBatch(schema, finished)
        } catch {
            preconditionFailure("rows are incomplete: \(error)")
        }
    }
}
