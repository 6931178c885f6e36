/// Some pages of a column chunk that are decoded together, and the rows that are asked for of them.
struct PageGroup {
    var pages: ChunkPages
    var rowCount = 0
    /// Counted from the first row of the pages.
    var rows: [Range<Int>] = []

    /// Enough values for a group: its dictionary is decoded once for all of them, and what is not asked for does not stay.
    static let enoughValues = 1 << 16
    /// Enough bytes for a group, of pages as they were before compression.
    static let enoughBytes = 8 << 20
}

extension ChunkPages {
    /// The pages that hold any of `rows`; the others are passed over as they are, compressed.
    ///
    /// - Parameters:
    ///   - rowCount: how many rows a page has.
    ///   - isSplit: whether groups end where they have enough; otherwise there is one at most.
    func groups(
        holding rows: [Range<Int>],
        isSplit: Bool,
        rowCount: (Page) -> Int
    ) -> [PageGroup] {
        var selection = RowSelection(rows)
        var groups: [PageGroup] = []
        var byteCount = 0
        for page in pages {
            let own = rowCount(page)
            let taken = selection.take(own)
            if taken.isEmpty { continue }
            let isFull =
                groups.last.map {
                    $0.pages.valueCount >= PageGroup.enoughValues || byteCount >= PageGroup.enoughBytes
                } ?? true
            if groups.isEmpty || isSplit && isFull {
                groups.append(PageGroup(pages: ChunkPages(dictionary: dictionary)))
                byteCount = 0
            }
            let last = groups.count - 1
            let shift = groups[last].rowCount
            groups[last].rows += taken.map { $0.lowerBound + shift..<$0.upperBound + shift }
            groups[last].rowCount += own
            groups[last].pages.append(page)
            byteCount = byteCount.saturatingSum(page.header.uncompressedByteCount)
        }
        return groups
    }
}
