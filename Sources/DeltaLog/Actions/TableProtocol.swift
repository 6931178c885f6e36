/// What a program must be able to do to read or write the table.
///
/// Source: Delta protocol, "Protocol Evolution".
public struct TableProtocol: Hashable, Sendable {
    public var minReaderVersion: Int
    public var minWriterVersion: Int
    /// The features a reader must know: there if, and only if, the reader version is 3.
    public var readerFeatures: [String]?
    /// The features a writer must know: there if, and only if, the writer version is 7.
    public var writerFeatures: [String]?

    public init(
        minReaderVersion: Int,
        minWriterVersion: Int,
        readerFeatures: [String]? = nil,
        writerFeatures: [String]? = nil
    ) {
        self.minReaderVersion = minReaderVersion
        self.minWriterVersion = minWriterVersion
        self.readerFeatures = readerFeatures
        self.writerFeatures = writerFeatures
    }

    /// The protocol without the empty lists of features that some writers leave where the versions want none.
    func withoutEmptyLists() -> TableProtocol {
        var result = self
        if minReaderVersion < Self.namedFeatures.reader, readerFeatures?.isEmpty == true { result.readerFeatures = nil }
        if minWriterVersion < Self.namedFeatures.writer, writerFeatures?.isEmpty == true { result.writerFeatures = nil }
        return result
    }

    /// Every feature that either list names, in alphabetical order.
    public var features: [String] {
        Set(readerFeatures ?? []).union(writerFeatures ?? []).sorted()
    }
}
