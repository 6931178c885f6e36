/// The tree of a batch, and the text that it came from.
package struct Batch: Equatable, Sendable {
    package var statements: [Statement]
    /// The text of the batch in UTF-8.
    package let source: [UInt8]

    /// The text of a part of the batch; empty where the span is not one of this batch.
    package func text(of span: SourceSpan) -> String {
        let range = span.range.clamped(to: 0..<source.count)
        return String(decoding: source[range], as: UTF8.self)
    }
}
