/// A part of a batch's text.
package struct SourceSpan: Hashable, Sendable {
    /// UTF-8 code units from the beginning of the batch.
    package var range: Range<Int>
    /// The line in which the part begins, counted from 1.
    package var line: Int

    package init(
        range: Range<Int>,
        line: Int
    ) {
        self.range = range
        self.line = line
    }
}
