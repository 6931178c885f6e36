/// Rows of a table as columns of equal length.
public struct RecordBatch: Sendable {
    public let schema: Schema
    /// One for each field of ``schema``.
    public let columns: [Column]
    public let rowCount: Int

    /// Puts a batch together.
    ///
    /// - Throws: ``ColumnarError`` with code `mismatch` where columns and schema differ in number, type or length.
    public init(_ schema: Schema, _ columns: [Column], rowCount: Int? = nil) throws(ColumnarError) {
        guard schema.count == columns.count else {
            throw ColumnarError(.mismatch, "\(columns.count) columns for a schema of \(schema.count)")
        }
        let rows = rowCount ?? columns.first?.count ?? 0
        guard rows >= 0 else { throw ColumnarError(.mismatch, "a batch cannot have \(rows) rows") }
        for (field, column) in zip(schema.fields, columns) {
            guard field.type == column.type else {
                throw ColumnarError(
                    .mismatch,
                    "column '\(field.name)' is \(column.type), its schema says \(field.type)"
                )
            }
            guard column.count == rows else {
                throw ColumnarError(.mismatch, "column '\(field.name)' has \(column.count) rows instead of \(rows)")
            }
        }
        self.schema = schema
        self.columns = columns
        self.rowCount = rows
    }

    private init(emptyWith schema: Schema) {
        self.schema = schema
        columns = schema.fields.map { field in
            var builder = ColumnBuilder(field.type)
            return builder.finish()
        }
        rowCount = 0
    }

    /// The column `name`, which must match to the letter.
    public func column(_ name: String) throws(ColumnarError) -> Column {
        guard let index = schema.index(of: name) else { throw .unknownColumn(name, in: schema) }
        return columns[index]
    }

    /// The named columns only, in the order of `names`.
    public func selecting(_ names: [String]) throws(ColumnarError) -> RecordBatch {
        var selected: [Column] = []
        for name in names { selected.append(try column(name)) }
        return try RecordBatch(schema.selecting(names), selected, rowCount: rowCount)
    }

    /// About how many bytes of memory the batch takes.
    public var byteCount: Int { columns.reduce(0) { $0 + $1.byteCount } }
}

extension RecordBatch {
    /// A batch without rows.
    public static func empty(_ schema: Schema) -> RecordBatch { RecordBatch(emptyWith: schema) }

    /// The rows that `runs` name, in their order, copied from `batches`, which must all have one schema's types.
    public static func assembling(_ runs: [RowRun], from batches: [RecordBatch]) throws(ColumnarError) -> RecordBatch {
        guard let first = batches.first else { throw ColumnarError(.mismatch, "no batches to assemble from") }
        guard batches.allSatisfy({ $0.columns.count == first.columns.count }) else {
            throw ColumnarError(.mismatch, "batches with different columns cannot be put together")
        }
        // For a batch without columns too, which still has rows.
        for run in runs
        where !batches.indices.contains(run.source)
            || run.rows.lowerBound < 0 || run.rows.upperBound > batches[run.source].rowCount
        {
            throw ColumnarError(.mismatch, "a run of rows \(run.rows) outside its batch")
        }
        var columns: [Column] = []
        for index in first.columns.indices {
            columns.append(try .assembling(runs, from: batches.map { $0.columns[index] }))
        }
        return try RecordBatch(first.schema, columns, rowCount: runs.rowCount)
    }

    /// The rows `range`.
    public func slice(_ range: Range<Int>) throws(ColumnarError) -> RecordBatch {
        range == 0..<rowCount ? self : try .assembling([RowRun(rows: range)], from: [self])
    }

    /// The rows whose bit is set.
    public func filter(_ selection: Bitmap) throws(ColumnarError) -> RecordBatch {
        guard selection.count == rowCount else {
            throw ColumnarError(.mismatch, "a selection of \(selection.count) rows for a batch of \(rowCount)")
        }
        return try .assembling([RowRun](selecting: selection), from: [self])
    }

    /// The rows `rows`, in their order; a row may come more than once.
    public func take(_ rows: [Int32]) throws(ColumnarError) -> RecordBatch {
        var runs: [RowRun] = []
        for row in rows { runs.append(row: Int(row)) }
        return try .assembling(runs, from: [self])
    }

    /// All rows of `batches`, one batch behind the other, which must all have one schema's types.
    public static func concatenate(_ batches: [RecordBatch]) throws(ColumnarError) -> RecordBatch {
        if batches.count == 1 { return batches[0] }
        let runs = batches.indices.map { RowRun(source: $0, rows: 0..<batches[$0].rowCount) }
        return try assembling(runs, from: batches)
    }
}
