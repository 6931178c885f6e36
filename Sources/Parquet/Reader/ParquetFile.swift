public import Columnar

/// A Parquet file to read from.
///
/// ```swift
/// let file = try await ParquetFile(BytesInput(bytes))
/// for index in file.metadata.rowGroups.indices {
///     let batch = try await file.readRowGroup(index, columns: ["id", "name"])
/// }
/// ```
///
/// Nothing is kept between two calls but the footer. Reading is as concurrent as the caller makes it: a file may be read
/// from any number of tasks.
public struct ParquetFile: Sendable {
    /// What the footer says.
    public let metadata: ParquetMetadata
    let input: any ParquetInput

    /// How much of the end of a file is read at once: nearly all footers fit.
    private static let tailByteCount = 64 << 10

    /// Reads the footer.
    ///
    /// - Throws: ``ParquetError`` where it is no Parquet file or its footer is damaged, and whatever `input` throws.
    public init(_ input: any ParquetInput) async throws {
        self.input = input
        let count = input.byteCount
        guard count >= 12 else {
            throw ParquetError(.notParquet, "\(count) bytes are too few for a Parquet file")
        }
        let start = max(0, count - ParquetFile.tailByteCount)
        var tail = try await input.readExactly(start..<count)
        let magic = Array(tail.suffix(4))
        if magic == FileMagic.encrypted {
            throw ParquetError(.unsupported, "the file is encrypted; this version reads plain files only")
        }
        guard magic == FileMagic.plain else {
            throw ParquetError(
                .notParquet,
                "the file does not end as Parquet files do; it is another kind, or cut short"
            )
        }
        let length = tail.suffix(8).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= count - 12 else {
            throw ParquetError(.corrupt, "a footer of \(length) bytes in a file of \(count)")
        }
        if length + 8 > tail.count { tail = try await input.readExactly(count - 8 - length..<start) + tail }
        let footer = Array(tail[(tail.count - 8 - length)..<(tail.count - 8)])
        do throws(ParquetError) {
            metadata = try footer.withRawBytes { (bytes) throws(ParquetError) in try ParquetMetadata(footer: bytes) }
        } catch {
            throw error.located(byteOffset: count - 8 - length)
        }
    }

    /// The columns of the file.
    public var schema: Schema { metadata.schema }

    /// All rows of a row group.
    ///
    /// - Parameters:
    ///   - index: the row group, counted from 0.
    ///   - columns: top-level columns by name, in the order in which they shall stand in the batch; `nil` for all.
    /// - Throws: ``ParquetError`` where a column or the row group is not there, where the file is damaged or uses what this
    ///   version does not read, and whatever the input throws.
    public func readRowGroup(_ index: Int, columns: [String]? = nil) async throws -> RecordBatch {
        let group = try rowGroup(index)
        let positions = try positions(columns)
        do {
            let decoded = try await decode(positions, group)
            return try batch(positions, decoded, rowCount: group.rowCount)
        } catch let error as ParquetError {
            throw error.located(rowGroup: index)
        }
    }

    /// Some rows of a row group.
    ///
    /// Where the file lists its pages, those without any of the rows are not read; where it does not, they are read but, of
    /// columns outside lists, not decompressed. What is decoded besides the rows is dropped page by page.
    ///
    /// - Parameters:
    ///   - index: the row group, counted from 0.
    ///   - columns: top-level columns by name, in the order in which they shall stand in the batch; `nil` for all.
    ///   - rows: ascending, not overlapping; rows are counted from the row group's first.
    /// - Throws: ``ParquetError`` where a column, the row group or some of the rows are not there, where the file is damaged
    ///   or uses what this version does not read, and whatever the input throws.
    public func readRowGroup(
        _ index: Int,
        columns: [String]? = nil,
        rows: [Range<Int>]
    ) async throws -> RecordBatch {
        let group = try rowGroup(index)
        let positions = try positions(columns)
        let rows = try ParquetFile.check(rows, group.rowCount, index)
        if rows.isEmpty { return .empty(Schema(positions.map { schema.fields[$0] })) }
        if rows == [0..<group.rowCount] { return try await readRowGroup(index, columns: columns) }
        do {
            let selected = try await decode(positions, rows: rows, group)
            return try batch(positions, selected, rowCount: rows.reduce(0) { $0 + $1.count })
        } catch let error as ParquetError {
            throw error.located(rowGroup: index)
        }
    }

    // MARK: Checks

    private func rowGroup(_ index: Int) throws(ParquetError) -> RowGroupMetadata {
        guard metadata.rowGroups.indices.contains(index) else {
            throw ParquetError(.outOfRange, "there is no row group \(index); the file has \(metadata.rowGroups.count)")
        }
        let group = metadata.rowGroups[index]
        guard group.rowCount < Int32.max else {
            throw ParquetError(
                .tooLarge,
                "a row group of \(group.rowCount) rows; at most 2^31 - 2 are read",
                rowGroup: index
            )
        }
        return group
    }

    private func positions(_ columns: [String]?) throws(ParquetError) -> [Int] {
        guard let columns else { return Array(schema.fields.indices) }
        var positions: [Int] = []
        for name in columns {
            guard let position = schema.index(of: name) else {
                let known = schema.fields.map(\.name).joined(separator: ", ")
                throw ParquetError(.columnNotFound, "there is no column '\(name)'; there are: \(known)")
            }
            positions.append(position)
        }
        return positions
    }

    /// The ranges that are not empty.
    private static func check(
        _ rows: [Range<Int>],
        _ rowCount: Int,
        _ group: Int
    ) throws(ParquetError) -> [Range<Int>] {
        var previous = 0
        var checked: [Range<Int>] = []
        for range in rows where !range.isEmpty {
            guard range.lowerBound >= previous, range.upperBound <= rowCount else {
                throw ParquetError(
                    .outOfRange,
                    "rows \(range) are out of order or beyond the row group's \(rowCount)",
                    rowGroup: group
                )
            }
            previous = range.upperBound
            if let last = checked.last, last.upperBound == range.lowerBound {
                checked[checked.count - 1] = last.lowerBound..<range.upperBound
            } else {
                checked.append(range)
            }
        }
        return checked
    }

    // MARK: Decoding

    private func batch(_ positions: [Int], _ columns: [Column], rowCount: Int) throws -> RecordBatch {
        let fields = positions.map { schema.fields[$0] }
        for (field, column) in zip(fields, columns) where column.count != rowCount {
            throw ParquetError(
                .corrupt,
                "\(column.count) values in \(rowCount) rows",
                column: field.name
            )
        }
        do {
            return try RecordBatch(Schema(fields), columns, rowCount: rowCount)
        } catch {
            throw ParquetError(.corrupt, error.message)
        }
    }

    /// The columns at `positions`, whole.
    private func decode(_ positions: [Int], _ group: RowGroupMetadata) async throws -> [Column] {
        // A column asked for twice is decoded once.
        let leaves = Set(positions.flatMap { metadata.columns.plans[$0].leaves }).sorted()
        var ranges: [Range<Int>] = []
        for leaf in leaves {
            do throws(ParquetError) {
                try PageDecompressor.check(group.columns[leaf].codec)
                ranges.append(
                    try group.columns[leaf].byteRange(
                        fileByteCount: input.byteCount,
                        slack: metadata.columnSlack
                    )
                )
            } catch {
                throw error.located(column: group.columns[leaf].leaf.name)
            }
        }
        var decoded: [Int: DecodedLeaf] = [:]
        var decoder = LeafDecoder()
        for request in ReadPlan(ranges).requests {
            let bytes = try await input.readExactly(request.range)
            for part in request.parts {
                let chunk = group.columns[leaves[part]]
                do throws(ParquetError) {
                    decoded[leaves[part]] = try bytes.withRawBytes { (all) throws(ParquetError) in
                        let own = try all.part(
                            ranges[part].lowerBound - request.range.lowerBound,
                            ranges[part].count,
                            "a column"
                        )
                        return try decoder.decode(chunk, own, rowCount: group.rowCount, isPart: false)
                    }
                } catch {
                    throw error.located(column: chunk.leaf.name, byteOffset: ranges[part].lowerBound)
                }
            }
        }
        return try assemble(positions, decoded)
    }

    /// The columns at `positions`, put together from their leaves.
    func assemble(_ positions: [Int], _ leaves: [Int: DecodedLeaf]) throws(ParquetError) -> [Column] {
        let assembler = NestedAssembler(leaves: leaves)
        var columns: [Column] = []
        for position in positions {
            do throws(ParquetError) {
                columns.append(try assembler.assemble(metadata.columns.plans[position]))
            } catch {
                throw error.located(column: schema.fields[position].name)
            }
        }
        return columns
    }
}
