public import Columnar

/// A table as it was at one version: its columns, its files and what applications noted. It never changes.
public struct Snapshot: Sendable {
    /// The table that this is a snapshot of.
    public let log: TableLog
    public let version: Int64
    public let `protocol`: TableProtocol
    public let metadata: TableMetadata
    /// The columns, partition columns among them.
    public let schema: Schema
    /// When the version was committed, in milliseconds since 1970-01-01T00:00:00Z.
    public let timestamp: Int64
    /// When the snapshot was taken, in milliseconds since 1970-01-01T00:00:00Z.
    let loaded: Int64
    let state: LogState
    /// The commit of this version, where the log still has it: by it a table that was made anew is noticed.
    let commitFile: LogSegment.CommitFile?

    /// - Parameter isGated: whether a table that needs more for reading than this library has is refused.
    init(
        log: TableLog,
        version: Int64,
        state: LogState,
        timestamp: Int64,
        commitFile: LogSegment.CommitFile?,
        isGated: Bool = true,
        previousSchema: (text: String, schema: Schema)? = nil
    ) throws(DeltaError) {
        guard let tableProtocol = state.protocol else { throw Self.incomplete("protocol", version) }
        guard let metadata = state.metadata else { throw Self.incomplete("metaData", version) }
        // Before the schema, which may hold the very types that a feature is about.
        if isGated { try tableProtocol.ensureReadable(metadata) }
        if let previousSchema, previousSchema.text == metadata.schemaString {
            schema = previousSchema.schema
        } else {
            schema = try SchemaJSON.parse(metadata.schemaString)
        }
        self.log = log
        self.version = version
        self.protocol = tableProtocol
        self.metadata = metadata
        self.timestamp = timestamp
        loaded = log.now()
        var state = state
        // Twice the time for which the files themselves are kept: whoever cleans up still finds what to clean.
        let retention = min(metadata.deletedFileRetention, loaded / 2)
        state.settle(forgettingBefore: loaded - retention * 2)
        self.state = state
        self.commitFile = commitFile
    }

    private static func incomplete(_ action: String, _ version: Int64) -> DeltaError {
        DeltaError(
            .corruptLog,
            "the log holds no '\(action)' action up to version \(version); restore the missing files from a backup",
            version: version
        )
    }

    // MARK: Contents

    /// The files of the table, in the order in which they were added to it.
    public var files: [AddFile] { state.files }

    public var fileCount: Int { state.fileCount }

    /// The files that were removed not long ago, in the order of their paths.
    public var tombstones: [RemoveFile] {
        state.tombstones.values.sorted {
            ($0.path, $0.deletionVector?.id ?? "") < ($1.path, $1.deletionVector?.id ?? "")
        }
    }

    /// How far applications have come, by their ids.
    public var transactions: [String: SetTransaction] { state.transactions }

    /// The version that an application committed last; `nil` where it never did.
    public func transactionVersion(of appId: String) -> Int64? { state.transactions[appId]?.version }

    /// The domains' configurations that are in force, by domain.
    public var domains: [String: DomainMetadata] { state.domains }

    public var partitionColumns: [String] { metadata.partitionColumns }

    /// The file of that identity; `nil` where it is not in the table at this version.
    public func file(_ key: FileKey) -> AddFile? { state.file(key) }

    // MARK: Gates

    /// Refuses a table that needs more for writing than this library has.
    ///
    /// - Throws: ``DeltaError`` with code `unsupportedFeature`, naming the feature and what to do.
    public func ensureWritable() throws(DeltaError) {
        do { try self.protocol.ensureWritable(metadata, schema) } catch { throw error.inTable(log.path) }
    }

    /// The table at its newest version, reading only what was committed since.
    ///
    /// - Throws: ``DeltaError``, as ``TableLog/snapshot(at:)`` does.
    public func update() async throws(DeltaError) -> Snapshot {
        try await log.update(self)
    }
}
