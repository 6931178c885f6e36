/// A data file that belongs to the table from this commit on.
///
/// Source: Delta protocol, "Add File and Remove File".
public struct AddFile: Hashable, Sendable {
    /// Where the file lies, as the log writes it: percent-encoded, relative to the table's folder or absolute.
    /// ``LogPath`` translates.
    public var path: String
    /// The value of each partition column for all rows of the file; `nil` and the empty text both mean null.
    public var partitionValues: [String: String?]
    /// In bytes.
    public var size: Int64
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public var modificationTime: Int64
    /// Whether rows are new to the table; false where they were only moved from other files of the same commit.
    public var dataChange: Bool
    /// Row count, smallest and largest values as JSON text.
    public var stats: String?
    public var tags: [String: String?]?
    /// Which rows of the file are deleted.
    public var deletionVector: DeletionVectorDescriptor?
    /// The row id of the file's first row, where the table tracks rows.
    public var baseRowId: Int64?
    /// The version in which the path was added first, where the table tracks rows.
    public var defaultRowCommitVersion: Int64?
    /// The implementation that clustered the file.
    public var clusteringProvider: String?

    public init(
        path: String,
        partitionValues: [String: String?] = [:],
        size: Int64,
        modificationTime: Int64,
        dataChange: Bool = true,
        stats: String? = nil,
        tags: [String: String?]? = nil,
        deletionVector: DeletionVectorDescriptor? = nil,
        baseRowId: Int64? = nil,
        defaultRowCommitVersion: Int64? = nil,
        clusteringProvider: String? = nil
    ) {
        self.path = path
        self.partitionValues = partitionValues
        self.size = size
        self.modificationTime = modificationTime
        self.dataChange = dataChange
        self.stats = stats
        self.tags = tags
        self.deletionVector = deletionVector
        self.baseRowId = baseRowId
        self.defaultRowCommitVersion = defaultRowCommitVersion
        self.clusteringProvider = clusteringProvider
    }

    /// What tells this file from others in the log.
    public var key: FileKey { FileKey(path: path, deletionVector: deletionVector) }
}

extension AddFile {
    /// The action that takes this very file out of the table.
    ///
    /// - Parameters:
    ///   - timestamp: when, in milliseconds since 1970-01-01T00:00:00Z; until the table's retention time has passed from
    ///     then on, the file itself stays for readers of older versions.
    ///   - dataChange: whether rows vanish from the table; false where this commit adds them in other files.
    public func removal(at timestamp: Int64, dataChange: Bool) -> RemoveFile {
        RemoveFile(
            path: path,
            deletionTimestamp: timestamp,
            dataChange: dataChange,
            extendedFileMetadata: true,
            partitionValues: partitionValues,
            size: size,
            tags: tags,
            deletionVector: deletionVector,
            baseRowId: baseRowId,
            defaultRowCommitVersion: defaultRowCommitVersion
        )
    }
}

/// A data file that no longer belongs to the table; the file itself stays for readers of older versions for some time.
///
/// Source: Delta protocol, "Add File and Remove File".
public struct RemoveFile: Hashable, Sendable {
    /// As in ``AddFile/path``.
    public var path: String
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public var deletionTimestamp: Int64?
    /// Whether rows vanish from the table; false where they were only moved to other files of the same commit.
    public var dataChange: Bool
    /// Whether partition values and size are there.
    public var extendedFileMetadata: Bool?
    public var partitionValues: [String: String?]?
    /// In bytes.
    public var size: Int64?
    public var stats: String?
    public var tags: [String: String?]?
    /// The deletion vector that the removed entry had.
    public var deletionVector: DeletionVectorDescriptor?
    public var baseRowId: Int64?
    public var defaultRowCommitVersion: Int64?

    public init(
        path: String,
        deletionTimestamp: Int64?,
        dataChange: Bool,
        extendedFileMetadata: Bool? = nil,
        partitionValues: [String: String?]? = nil,
        size: Int64? = nil,
        stats: String? = nil,
        tags: [String: String?]? = nil,
        deletionVector: DeletionVectorDescriptor? = nil,
        baseRowId: Int64? = nil,
        defaultRowCommitVersion: Int64? = nil
    ) {
        self.path = path
        self.deletionTimestamp = deletionTimestamp
        self.dataChange = dataChange
        self.extendedFileMetadata = extendedFileMetadata
        self.partitionValues = partitionValues
        self.size = size
        self.stats = stats
        self.tags = tags
        self.deletionVector = deletionVector
        self.baseRowId = baseRowId
        self.defaultRowCommitVersion = defaultRowCommitVersion
    }

    /// What tells this file from others in the log.
    public var key: FileKey { FileKey(path: path, deletionVector: deletionVector) }
}

/// A file that holds the changes of a commit row by row, for readers of the change data feed.
///
/// Source: Delta protocol, "Add CDC File".
public struct AddCDCFile: Hashable, Sendable {
    /// As in ``AddFile/path``.
    public var path: String
    public var partitionValues: [String: String?]
    /// In bytes.
    public var size: Int64
    public var tags: [String: String?]?

    public init(path: String, partitionValues: [String: String?], size: Int64, tags: [String: String?]? = nil) {
        self.path = path
        self.partitionValues = partitionValues
        self.size = size
        self.tags = tags
    }
}

/// The identity of a data file in the log: its path together with its deletion vector.
///
/// The same path with another deletion vector is another file: removing the one and adding the other in one commit is how
/// rows are deleted without rewriting them.
public struct FileKey: Hashable, Sendable {
    /// The path in the one spelling that all spellings of a place share.
    public var path: String
    /// The deletion vector's own identity; `nil` without one.
    public var deletionVectorID: String?

    public init(path: String, deletionVector: DeletionVectorDescriptor?) {
        self.path = LogPath.canonical(path)
        deletionVectorID = deletionVector?.id
    }
}
