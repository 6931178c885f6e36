/// What a table is, as `DESCRIBE DETAIL` shows it.
public struct TableDetail: Hashable, Sendable {
    public var id: String
    public var name: String?
    public var description: String?
    /// The table's folder, from the root of its storage.
    public var location: String
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public var createdAt: Int64?
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public var lastModified: Int64
    public var partitionColumns: [String]
    public var numFiles: Int
    public var sizeInBytes: Int64
    public var properties: [String: String]
    public var minReaderVersion: Int
    public var minWriterVersion: Int
    /// The features that the protocol names or implies, in alphabetical order.
    public var tableFeatures: [String]
}

extension Snapshot {
    /// What the table is at this version.
    public var detail: TableDetail {
        var bytes: Int64 = 0
        for file in files {
            let (sum, overflow) = bytes.addingReportingOverflow(file.size)
            bytes = overflow ? .max : sum
        }
        return TableDetail(
            id: metadata.id,
            name: metadata.name,
            description: metadata.description,
            location: log.path,
            createdAt: metadata.createdTime,
            lastModified: timestamp,
            partitionColumns: metadata.partitionColumns,
            numFiles: fileCount,
            sizeInBytes: bytes,
            properties: metadata.configuration,
            minReaderVersion: self.protocol.minReaderVersion,
            minWriterVersion: self.protocol.minWriterVersion,
            tableFeatures: Set(self.protocol.readerFeatureNames).union(self.protocol.writerFeatureNames).sorted()
        )
    }
}
