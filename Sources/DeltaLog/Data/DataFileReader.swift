import Columnar
import LakeStorage
import Parquet

/// Reads the rows of one data file as the table's schema shows them.
struct DataFileReader {
    let file: AddFile
    private let parquet: ParquetFile
    private let table: TableLayout

    init(_ file: AddFile, of table: TableLayout) async throws {
        guard case .inTable(let path) = try LogPath.resolve(file.path) else {
            throw DeltaError(
                .unsupportedFeature,
                "the data file '\(file.path)' lies outside the table's folder, which this library does not read; make a "
                    + "deep clone of the table",
                table: table.path
            )
        }
        self.file = file
        self.table = table
        do {
            let input = StoredParquetFile(table.log.folder, path, byteCount: Int(file.size))
            parquet = try await ParquetFile(input)
        } catch {
            throw Self.unreadable(error, path, table)
        }
    }

    var rowGroupCount: Int { parquet.metadata.rowGroups.count }
    var rowCount: Int { parquet.metadata.rowCount }

    /// The rows of a row group with the given columns of the table, in that order.
    func read(rowGroup: Int, schema: Schema) async throws -> RecordBatch {
        let own = parquet.metadata.schema
        let places = schema.fields.map { field in
            isPartitionColumn(field.name) ? nil : ColumnAlignment.index(of: field.name, in: own)
        }
        let wanted = own.fields.indices.filter { places.contains($0) }.map { own.fields[$0].name }
        let rows = parquet.metadata.rowGroups[rowGroup].rowCount
        do {
            let batch = try await parquet.readRowGroup(rowGroup, columns: wanted)
            let columns = try zip(schema.fields, places).map { field, place in
                if isPartitionColumn(field.name) {
                    let value = try PartitionValue.parse(file.partitionValues[field.name] ?? nil, field.type)
                    return try Self.constant(value, field.type, count: rows)
                }
                guard let place else { return Column.nulls(field.type, count: rows) }
                let column = try batch.column(own.fields[place].name)
                return try ColumnAlignment.align(column, to: field.type, name: field.name)
            }
            return try RecordBatch(schema, columns, rowCount: rows)
        } catch {
            throw Self.unreadable(error, file.path, table)
        }
    }

    private func isPartitionColumn(_ name: String) -> Bool {
        table.partitionColumns.contains { $0.utf8.elementsEqual(name.utf8) }
    }

    private static func constant(_ value: Value, _ type: DataType, count: Int) throws -> Column {
        try Column(type, values: [value]).take(Array(repeating: 0, count: count))
    }

    private static func unreadable(_ error: any Error, _ path: String, _ table: TableLayout) -> any Error {
        if error is CancellationError { return error }
        if var known = error as? DeltaError {
            known.table = known.table ?? table.path
            known.file = known.file ?? path
            return known
        }
        if let storage = error as? StorageError {
            return DeltaError(storage, "a data file cannot be read", table: table.path)
        }
        if let parquet = error as? ParquetError, parquet.code == .unsupported {
            return DeltaError(
                .unsupportedFeature,
                "the data file is sound, but uses a part of Parquet that this version does not read (\(parquet)); read it "
                    + "with another program, or rewrite the table with one",
                table: table.path,
                file: path,
                underlying: error
            )
        }
        return DeltaError(
            .corruptData,
            "the data file cannot be read (\(error)); restore it from a backup, or restore the table to a version without it",
            table: table.path,
            file: path,
            underlying: error
        )
    }
}
