/// Rows that lie one behind the other in one of several columns (or batches).
///
/// Slicing, filtering, taking, concatenating and splicing are all the same: runs of rows, copied one after the other.
public struct RowRun: Hashable, Sendable {
    /// Which of the columns.
    public var source: Int
    /// The rows, counted from the first of that column.
    public var rows: Range<Int>

    public init(source: Int = 0, rows: Range<Int>) {
        self.source = source
        self.rows = rows
    }
}

extension [RowRun] {
    /// Appends a row, lengthening the last run where the row follows it.
    public mutating func append(row: Int, source: Int = 0) {
        append(rows: row..<row + 1, source: source)
    }

    /// Appends rows, lengthening the last run where they follow it.
    public mutating func append(rows: Range<Int>, source: Int = 0) {
        if rows.isEmpty { return }
        if let last = indices.last, self[last].source == source, self[last].rows.upperBound == rows.lowerBound {
            self[last].rows = self[last].rows.lowerBound..<rows.upperBound
        } else {
            append(RowRun(source: source, rows: rows))
        }
    }

    /// The runs of the set bits of `selection`.
    public init(selecting selection: Bitmap, source: Int = 0) {
        self.init()
        var index = 0
        let words = selection.words
        while index < words.count {
            let base = index << 6
            var word = words[index]
            if word == .max {
                append(rows: base..<base + 64, source: source)
            } else {
                while word != 0 {
                    let start = word.trailingZeroBitCount
                    let length = (~(word >> UInt64(start))).trailingZeroBitCount
                    append(rows: base + start..<base + start + length, source: source)
                    if start + length >= 64 { break }
                    word &= ~((1 << UInt64(length) - 1) << UInt64(start))
                }
            }
            index += 1
        }
    }

    /// The number of rows in all runs together.
    public var rowCount: Int { reduce(0) { $0 + $1.rows.count } }
}
