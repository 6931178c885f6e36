public import Columnar

extension ParquetFile {
    /// The rows of a row group among which the column at `path` may lie between `lower` and `upper`, both inclusive; `nil`
    /// is open. To be handed to ``readRowGroup(_:columns:rows:)``.
    ///
    /// Whole pages are taken or left by the bounds that the file keeps for each of them; a file without gets all rows of
    /// the row group, or none where the row group's own bounds leave it out.
    public func rows(
        inRowGroup index: Int,
        column path: [String],
        from lower: Value?,
        through upper: Value?
    ) async throws -> [Range<Int>] {
        guard metadata.rowGroups.indices.contains(index) else {
            throw ParquetError(.outOfRange, "there is no row group \(index); the file has \(metadata.rowGroups.count)")
        }
        let group = metadata.rowGroups[index]
        guard group.rowCount > 0, group.mayContain(column: path, from: lower, through: upper) else { return [] }
        let all = [0..<group.rowCount]
        guard let chunk = group.column(path), lower != nil || upper != nil,
            let boundsRange = chunk.columnIndexRange, let pagesRange = chunk.offsetIndexRange,
            boundsRange.upperBound <= input.byteCount, pagesRange.upperBound <= input.byteCount
        else { return all }
        let isText = chunk.leaf.physicalType == .byteArray || chunk.leaf.physicalType == .fixedLengthByteArray
        if isText, !chunk.hasTypeOrder { return all }
        let boundsBytes = try await input.readExactly(boundsRange)
        let pagesBytes = try await input.readExactly(pagesRange)
        do throws(ParquetError) {
            let bounds = try boundsBytes.withRawBytes { (bytes) throws(ParquetError) in try ColumnIndex(bytes) }
            let pages = try pagesBytes.withRawBytes { (bytes) throws(ParquetError) in try OffsetIndex(bytes) }
            let pageRows = try pages.rows(rowCount: group.rowCount)
            guard bounds.isNull.count == pageRows.count else {
                throw .corrupt("bounds of \(bounds.isNull.count) pages, and there are \(pageRows.count)")
            }
            var kept: [Range<Int>] = []
            for (page, rows) in pageRows.enumerated() where !rows.isEmpty && !bounds.isNull[page] {
                var statistics = ColumnStatistics(chunk.leaf.type)
                statistics.lower = Bound(bounds.lower[page], chunk.leaf)
                statistics.upper = Bound(bounds.upper[page], chunk.leaf)
                guard statistics.mayContain(from: lower, through: upper) else { continue }
                if let last = kept.last, last.upperBound == rows.lowerBound {
                    kept[kept.count - 1] = last.lowerBound..<rows.upperBound
                } else {
                    kept.append(rows)
                }
            }
            return kept
        } catch {
            throw error.located(column: chunk.leaf.name, rowGroup: index, byteOffset: boundsRange.lowerBound)
        }
    }
}
