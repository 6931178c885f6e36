/// The rows of a row group that are asked for, handed out page by page.
struct RowSelection {
    private let rows: [Range<Int>]
    private var next = 0
    private var position = 0

    /// - Parameter rows: ascending, not overlapping, none of them empty.
    init(_ rows: [Range<Int>]) { self.rows = rows }

    /// Those among the next `count` rows that are asked for, counted from the first of these.
    mutating func take(_ count: Int) -> [Range<Int>] {
        let page = position..<position + count
        position = page.upperBound
        while next < rows.count, rows[next].upperBound <= page.lowerBound { next += 1 }
        var taken: [Range<Int>] = []
        var index = next
        while index < rows.count, rows[index].lowerBound < page.upperBound {
            let own = rows[index].clamped(to: page)
            taken.append(own.lowerBound - page.lowerBound..<own.upperBound - page.lowerBound)
            index += 1
        }
        return taken
    }
}
