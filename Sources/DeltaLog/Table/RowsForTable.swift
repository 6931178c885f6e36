import Columnar

/// Rows that a caller brings, in the form that a table wants.
enum RowsForTable {
    /// The rows with the table's columns in the table's order; nullable columns that they do not have are null.
    ///
    /// - Throws: ``DeltaError`` with code `invalidSchema` or `constraintViolated`, naming the column.
    static func align(_ batch: RecordBatch, to table: TableLayout) throws -> RecordBatch {
        let schema = table.schema
        var taken: Set<Int> = []
        for field in batch.schema.fields {
            guard let index = ColumnAlignment.index(of: field.name, in: schema) else {
                throw DeltaError(
                    .invalidSchema,
                    "the rows have a column '\(field.name)' that the table does not have",
                    table: table.path
                )
            }
            guard taken.insert(index).inserted else {
                throw DeltaError(
                    .invalidSchema,
                    "the rows have the table's column '\(schema.fields[index].name)' twice, once as '\(field.name)': names "
                        + "that differ only in upper and lower case are the same",
                    table: table.path
                )
            }
        }
        let columns = try schema.fields.map { field in
            guard let index = ColumnAlignment.index(of: field.name, in: batch.schema) else {
                guard field.isNullable else {
                    throw DeltaError(
                        .constraintViolated,
                        "the rows lack the column '\(field.name)', which cannot be null",
                        table: table.path
                    )
                }
                return Column.nulls(field.type, count: batch.rowCount)
            }
            let column = batch.columns[index]
            guard column.type == field.type else {
                throw DeltaError(
                    .invalidSchema,
                    "the rows' column '\(field.name)' is of type \(column.type), the table's of type \(field.type)",
                    table: table.path
                )
            }
            if !field.isNullable, column.nullCount > 0 {
                throw DeltaError(
                    .constraintViolated,
                    "column '\(field.name)' cannot be null, but \(column.nullCount) of the rows have no value there",
                    table: table.path
                )
            }
            return column
        }
        return try RecordBatch(schema, columns, rowCount: batch.rowCount)
    }
}
