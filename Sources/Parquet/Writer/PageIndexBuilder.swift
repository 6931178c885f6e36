/// Gathers the bounds of the pages of a column chunk.
struct PageIndexBuilder: Sendable {
    private var index = ColumnIndex()
    private var isAscending = true
    private var isDescending = true
    private var previous: (lower: Bound, upper: Bound)?
    /// Without bounds of one page there is no index of any.
    private var isComplete = true

    init() { index.nullCounts = [] }

    mutating func append(_ bounds: RunningBounds, valueCount: Int, nullCount: Int, _ leaf: LeafColumn) {
        index.nullCounts?.append(nullCount)
        index.isNull.append(valueCount == 0)
        guard valueCount > 0 else {
            index.lower.append([])
            index.upper.append([])
            return
        }
        guard !bounds.hasNaN, let lower = bounds.lower, let upper = bounds.upper,
            let cutUpper = upper.truncatedUp(leaf)
        else {
            isComplete = false
            return
        }
        let cutLower = lower.truncatedDown(leaf).0
        index.lower.append(cutLower.bytes(leaf))
        index.upper.append(cutUpper.0.bytes(leaf))
        if let previous {
            isAscending =
                isAscending && !cutLower.isLess(than: previous.lower) && !cutUpper.0.isLess(than: previous.upper)
            isDescending =
                isDescending && !previous.lower.isLess(than: cutLower)
                && !previous.upper.isLess(than: cutUpper.0)
        }
        previous = (cutLower, cutUpper.0)
    }

    /// The index; `nil` where the pages have none.
    var finished: ColumnIndex? {
        guard isComplete, !index.isNull.isEmpty else { return nil }
        var finished = index
        finished.order = isAscending ? .ascending : isDescending ? .descending : .unordered
        return finished
    }
}
