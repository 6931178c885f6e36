/// Where the set of a file's deleted rows is kept.
///
/// Source: Delta protocol, "Deletion Vector Descriptor Schema".
public struct DeletionVectorDescriptor: Hashable, Sendable {
    /// `u`: a file named by a UUID beside the data, `i`: in ``pathOrInlineDV`` itself, `p`: a file at an absolute path.
    public var storageType: String
    public var pathOrInlineDV: String
    /// Where in the file the vector begins; absent for those that are kept inline.
    public var offset: Int64?
    /// Of the vector itself.
    public var sizeInBytes: Int64
    /// How many rows are deleted.
    public var cardinality: Int64
    /// The last deleted row, which some writers note.
    public var maxRowIndex: Int64?

    public init(
        storageType: String,
        pathOrInlineDV: String,
        offset: Int64? = nil,
        sizeInBytes: Int64,
        cardinality: Int64,
        maxRowIndex: Int64? = nil
    ) {
        self.storageType = storageType
        self.pathOrInlineDV = pathOrInlineDV
        self.offset = offset
        self.sizeInBytes = sizeInBytes
        self.cardinality = cardinality
        self.maxRowIndex = maxRowIndex
    }

    /// The vector's identity: storage type and path or content, and the offset where there is one.
    public var id: String {
        if let offset { "\(storageType)\(pathOrInlineDV)@\(offset)" } else { storageType + pathOrInlineDV }
    }
}
