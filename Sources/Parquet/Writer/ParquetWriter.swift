public import Columnar

/// Writes record batches into one Parquet file.
///
/// The writer does no input or output: it gathers encoded bytes, which the caller takes with ``takeBytes()`` after each
/// call and puts where the file shall be.
///
/// ```swift
/// var writer = try ParquetWriter(schema: batch.schema)
/// try writer.write(batch)
/// file.append(writer.takeBytes())
/// let metadata = try writer.finish()
/// file.append(writer.takeBytes())
/// ```
///
/// A writer is a value; one copy must not be used from two threads at a time.
public struct ParquetWriter: Sendable {
    /// The columns of the file.
    public let schema: Schema
    /// How the file is written.
    public let options: ParquetWriterOptions
    /// How many bytes have been encoded for the file so far, taken or not. What waits for its row group to fill is not
    /// among them: see ``bufferedByteCount``.
    public private(set) var bytesWritten = 0
    /// How many rows wait for their row group to fill.
    public private(set) var bufferedRowCount = 0
    /// How many rows have been written, those that wait included.
    public private(set) var rowCount = 0

    private let elements: [SchemaElement]
    private var metadata: ParquetMetadata
    private var chunks: [ColumnChunkWriter]
    /// The leaves of each top-level column.
    private let leafRanges: [Range<Int>]
    private var indexes: [[(OffsetIndex, ColumnIndex?, texts: [Int]?)]] = []
    private var output: [UInt8] = []
    private enum State { case open, finished, failed }
    private var state = State.open

    /// A writer for rows of `schema`.
    ///
    /// A field whose metadata has a whole number under `parquet.field.id` gets it as its number in the file.
    ///
    /// - Throws: ``ParquetError`` with code `invalidSchema` where Parquet cannot hold the schema.
    public init(schema: Schema, options: ParquetWriterOptions = .init()) throws(ParquetError) {
        self.schema = schema
        self.options = options
        elements = try FileSchema.elements(schema)
        let columns = try FileSchema(elements)
        metadata = ParquetMetadata(columns: columns)
        metadata.createdBy = options.createdBy
        metadata.keyValues = options.keyValueMetadata.map { (key: $0.0, value: $0.1) }
        chunks = columns.leaves.map { ColumnChunkWriter($0, options) }
        var start = 0
        leafRanges = columns.plans.map { plan in
            let range = start..<start + plan.leaves.count
            start = range.upperBound
            return range
        }
        emit(FileMagic.plain)
    }

    /// About how many bytes the rows take that wait for their row group to fill.
    public var bufferedByteCount: Int { chunks.reduce(0) { $0 + $1.byteCount } }

    /// About how many bytes the file would have if it ended now, without its footer.
    public var estimatedByteCount: Int { bytesWritten + bufferedByteCount }

    /// Appends rows, any number of them.
    ///
    /// - Throws: ``ParquetError`` with code `invalidSchema` where the batch's columns are not those of ``schema``, and with
    ///   code `invalidValue` for a null in a required column, a number outside the range of its type or a text that is not
    ///   UTF-8. After an error the file cannot be finished.
    public mutating func write(_ batch: RecordBatch) throws(ParquetError) {
        try checkOpen()
        try check(batch)
        state = .failed
        var compressor = PageCompressor(options.compression)
        var row = 0
        while row < batch.rowCount {
            let room = max(1, options.rowGroupRows - bufferedRowCount)
            let end = row + min(batch.rowCount - row, room, 1 << 16)
            for index in batch.columns.indices {
                try append(batch.columns[index], row..<end, column: index, &compressor)
            }
            bufferedRowCount += end - row
            rowCount += end - row
            row = end
            if bufferedRowCount >= options.rowGroupRows || bufferedByteCount >= options.rowGroupBytes {
                try finishRowGroup(&compressor)
            }
        }
        state = .open
    }

    /// Ends the row group in progress, so that the next row begins another. Nothing happens where no row waits.
    public mutating func finishRowGroup() throws(ParquetError) {
        try checkOpen()
        state = .failed
        var compressor = PageCompressor(options.compression)
        if bufferedRowCount > 0 { try finishRowGroup(&compressor) }
        state = .open
    }

    /// The encoded bytes since the last call: the next part of the file.
    public mutating func takeBytes() -> [UInt8] {
        let taken = output
        output = []
        return taken
    }

    /// Ends the file: writes the last row group, the page indexes and the footer. Call ``takeBytes()`` once more then.
    ///
    /// - Returns: what the footer says, with bounds that are the values themselves, whatever their length.
    public mutating func finish() throws(ParquetError) -> ParquetMetadata {
        try checkOpen()
        state = .failed
        if bufferedRowCount > 0 {
            var compressor = PageCompressor(options.compression)
            try finishRowGroup(&compressor)
        }
        writeIndexes()
        let footer = metadata.footer(elements)
        guard let length = UInt32(exactly: footer.count) else {
            throw ParquetError(.tooLarge, "a footer of more than 4 GiB; write fewer row groups")
        }
        emit(footer)
        emit((0..<4).map { UInt8(truncatingIfNeeded: length >> UInt32($0 * 8)) })
        emit(FileMagic.plain)
        state = .finished
        chunks = []
        return metadata
    }

    // MARK: Rows

    private func checkOpen() throws(ParquetError) {
        switch state {
        case .open: break
        case .finished: throw ParquetError(.misuse, "the file has been finished; begin another with a new writer")
        case .failed: throw ParquetError(.misuse, "an earlier write failed; begin the file again with a new writer")
        }
    }

    private func check(_ batch: RecordBatch) throws(ParquetError) {
        guard batch.schema.count == schema.count else {
            throw ParquetError(
                .invalidSchema,
                "a batch of \(batch.schema.count) columns for a file of \(schema.count)"
            )
        }
        for (own, other) in zip(schema.fields, batch.schema.fields)
        where own.name != other.name || own.type != other.type {
            throw ParquetError(
                .invalidSchema,
                "the batch has '\(other.name)' of type \(other.type) in place of '\(own.name)' of type \(own.type)",
                column: own.name
            )
        }
    }

    private mutating func append(
        _ column: Column,
        _ rows: Range<Int>,
        column index: Int,
        _ compressor: inout PageCompressor
    ) throws(ParquetError) {
        let leaves = leafRanges[index]
        if !column.type.isNested {
            try chunks[leaves.lowerBound].append(column, rows, &compressor)
            return
        }
        // As many rows at a time as have about as many values and bytes as a piece of a flat column.
        let bytesPerRow = max(1, column.byteCount / max(1, column.count))
        let most = max(1, min(ColumnChunkWriter.pieceCount * 16, options.pageBytes) / (bytesPerRow + 16))
        var row = rows.lowerBound
        while row < rows.upperBound {
            let room = leaves.reduce(Int.max) { min($0, options.pageRows - chunks[$1].pageRows) }
            let end = row + max(1, min(rows.upperBound - row, most, room, ColumnChunkWriter.pieceCount))
            var leaf = leaves.lowerBound
            do {
                try LevelBuilder.walk(
                    column,
                    isNullable: schema.fields[index].isNullable,
                    LevelBuilder.Entries(row..<end),
                    leaf: &leaf
                ) { (leaf, values, positions, entries) throws(ParquetError) in
                    try chunks[leaf].append(
                        values,
                        at: positions,
                        definitions: entries.definitions,
                        repetitions: entries.repetitions,
                        rows: end - row,
                        &compressor
                    )
                }
            } catch {
                throw error.located(column: schema.fields[index].name)
            }
            row = end
        }
    }

    // MARK: The file

    private mutating func emit(_ bytes: [UInt8]) {
        output.append(contentsOf: bytes)
        bytesWritten += bytes.count
    }

    private mutating func finishRowGroup(_ compressor: inout PageCompressor) throws(ParquetError) {
        var group = RowGroupMetadata()
        group.rowCount = bufferedRowCount
        var groupIndexes: [(OffsetIndex, ColumnIndex?, texts: [Int]?)] = []
        output.reserveCapacity(output.count + bufferedByteCount)
        for index in chunks.indices {
            var (dictionary, chunk, columnIndex) = try chunks[index].finish(&compressor)
            if let dictionary {
                chunk.dictionaryPageOffset = bytesWritten
                emit(dictionary.bytes)
            }
            chunk.dataPageOffset = bytesWritten
            var offsets = OffsetIndex()
            var texts: [Int] = []
            var row = 0
            for page in chunks[index].takePages() {
                offsets.pages.append(.init(offset: bytesWritten, byteCount: page.bytes.count, firstRow: row))
                texts.append(page.textByteCount)
                row += page.rowCount
                emit(page.bytes)
            }
            chunks[index].reset()
            group.columns.append(chunk)
            groupIndexes.append((offsets, columnIndex, chunk.textByteCount == nil ? nil : texts))
        }
        metadata.rowGroups.append(group)
        metadata.rowCount += group.rowCount
        indexes.append(groupIndexes)
        bufferedRowCount = 0
    }

    private mutating func writeIndexes() {
        guard options.pageIndex else { return }
        for group in indexes.indices {
            for column in indexes[group].indices {
                guard let index = indexes[group][column].1 else { continue }
                let start = bytesWritten
                emit(index.write())
                metadata.rowGroups[group].columns[column].columnIndexRange = start..<bytesWritten
            }
        }
        for group in indexes.indices {
            for column in indexes[group].indices {
                let (offsets, _, texts) = indexes[group][column]
                let start = bytesWritten
                emit(offsets.write(texts: texts))
                metadata.rowGroups[group].columns[column].offsetIndexRange = start..<bytesWritten
            }
        }
    }
}
