internal import Columnar

extension ParquetFile {
    /// What is needed of a chunk for some rows.
    private struct ChunkPart {
        /// Where it lies, ascending: the dictionary, if there is one, and the pages; or all of the chunk.
        var ranges: [Range<Int>]
        /// How many rows the pages have.
        var rowCount: Int
        /// The rows asked for, counted from the first of the pages.
        var rows: [Range<Int>]
        /// Whether these are some of the pages only.
        var isPart: Bool
    }

    /// The columns at `positions`, only the rows `rows`: of each leaf, nested or not, the pages that have any of them.
    func decode(_ positions: [Int], rows: [Range<Int>], _ group: RowGroupMetadata) async throws -> [Column] {
        let leaves = Set(positions.flatMap { metadata.columns.plans[$0].leaves }).sorted()
        let indexes = try await offsetIndexes(leaves, group)
        var parts: [ChunkPart] = []
        var ranges: [Range<Int>] = []
        // For each range the leaf, by its position in `leaves`.
        var owners: [Int] = []
        for (position, leaf) in leaves.enumerated() {
            let part = try part(of: group.columns[leaf], indexes[position], rows, group.rowCount)
            ranges += part.ranges
            owners += part.ranges.map { _ in position }
            parts.append(part)
        }
        var missing = parts.map(\.ranges.count)
        var gathered = [[UInt8]](repeating: [], count: leaves.count)
        var decoded: [Int: DecodedLeaf] = [:]
        var decoder = LeafDecoder()
        for request in ReadPlan(ranges).requests {
            let bytes = try await input.readExactly(request.range)
            // Ranges come in the order of the file, as those of each leaf do.
            for index in request.parts {
                let owner = owners[index]
                let start = ranges[index].lowerBound - request.range.lowerBound
                gathered[owner] += bytes[start..<start + ranges[index].count]
                missing[owner] -= 1
                if missing[owner] > 0 { continue }
                let leaf = leaves[owner]
                decoded[leaf] = try decode(group.columns[leaf], parts[owner], gathered[owner], &decoder)
                gathered[owner] = []
            }
        }
        return try assemble(positions, decoded)
    }

    /// The lists of pages of `leaves`, read together; `nil` where the file has none.
    private func offsetIndexes(_ leaves: [Int], _ group: RowGroupMetadata) async throws -> [OffsetIndex?] {
        var indexes = [OffsetIndex?](repeating: nil, count: leaves.count)
        var ranges: [Range<Int>] = []
        var owners: [Int] = []
        for (position, leaf) in leaves.enumerated() {
            guard let range = group.columns[leaf].offsetIndexRange, range.upperBound <= input.byteCount else {
                continue
            }
            ranges.append(range)
            owners.append(position)
        }
        for request in ReadPlan(ranges).requests {
            let bytes = try await input.readExactly(request.range)
            for index in request.parts {
                let chunk = group.columns[leaves[owners[index]]]
                let start = ranges[index].lowerBound - request.range.lowerBound
                let own = Array(bytes[start..<start + ranges[index].count])
                indexes[owners[index]] = try offsetIndex(own, chunk, at: ranges[index].lowerBound)
            }
        }
        return indexes
    }

    private func offsetIndex(
        _ bytes: [UInt8],
        _ chunk: ColumnChunkMetadata,
        at offset: Int
    ) throws(ParquetError) -> OffsetIndex {
        do throws(ParquetError) {
            return try bytes.withRawBytes { (bytes) throws(ParquetError) in try OffsetIndex(bytes) }
        } catch {
            throw error.located(column: chunk.leaf.name, byteOffset: offset)
        }
    }

    /// What is needed of `chunk` for `rows`.
    private func part(
        of chunk: ColumnChunkMetadata,
        _ index: OffsetIndex?,
        _ rows: [Range<Int>],
        _ rowCount: Int
    ) throws(ParquetError) -> ChunkPart {
        do throws(ParquetError) {
            try PageDecompressor.check(chunk.codec)
            let all = try chunk.byteRange(fileByteCount: input.byteCount, slack: metadata.columnSlack)
            let whole = ChunkPart(ranges: [all], rowCount: rowCount, rows: rows, isPart: false)
            guard let index, let first = index.pages.first else { return whole }
            let pageRows = try index.rows(rowCount: rowCount)
            var part = ChunkPart(ranges: [], rowCount: 0, rows: [], isPart: true)
            if first.offset > all.lowerBound, first.offset <= all.upperBound {
                part.ranges.append(all.lowerBound..<first.offset)
            }
            var selection = RowSelection(rows)
            for (page, own) in zip(index.pages, pageRows) {
                let taken = selection.take(own.count)
                if taken.isEmpty { continue }
                let shift = part.rowCount
                part.rows += taken.map { $0.lowerBound + shift..<$0.upperBound + shift }
                part.rowCount += own.count
                // The list of pages has been checked: the sum does not overflow.
                let end = page.offset + page.byteCount
                guard page.offset >= all.lowerBound, end <= all.upperBound else {
                    throw .corrupt("the list of pages names one outside its column")
                }
                part.ranges.append(page.offset..<end)
            }
            return part.rowCount == rowCount ? whole : part
        } catch {
            throw error.located(column: chunk.leaf.name, byteOffset: chunk.offsetIndexRange?.lowerBound)
        }
    }

    private func decode(
        _ chunk: ColumnChunkMetadata,
        _ part: ChunkPart,
        _ bytes: [UInt8],
        _ decoder: inout LeafDecoder
    ) throws(ParquetError) -> DecodedLeaf {
        do throws(ParquetError) {
            return try bytes.withRawBytes { (bytes) throws(ParquetError) in
                try decoder.decode(chunk, bytes, rowCount: part.rowCount, isPart: part.isPart, rows: part.rows)
            }
        } catch {
            throw error.located(column: chunk.leaf.name, byteOffset: part.ranges.first?.lowerBound)
        }
    }
}
