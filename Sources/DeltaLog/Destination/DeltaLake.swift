public import CDCCore
public import LakeStorage

/// A folder of schemas, staging volumes and an event log: where a pipeline keeps everything.
///
/// ```
/// retail_analytics/
///     bronze/customers/…                   a schema's tables
///     landing/ingestion_volume/…           a staging volume
///     system/lakeflow/pipeline_events/…    the event log
///     system/checkpoints/….json            how far pipelines came, for monitoring
/// ```
public struct DeltaLake: Sendable {
    public let storage: any ObjectStorage
    /// How data files are written.
    public var options: DataWriteOptions
    /// The path of the event log.
    public static let eventLogPath = "system/lakeflow/pipeline_events"

    public init(at storage: any ObjectStorage, options: DataWriteOptions = .init()) {
        self.storage = storage
        self.options = options
    }

    /// A folder of tables, as the destination of a pipeline.
    public func schema(_ path: String) -> DeltaSchema {
        DeltaSchema(storage: storage, path: path, options: options, eventLog: eventLog)
    }

    /// A staging volume.
    public func volume(_ path: String) -> StagingVolume { StagingVolume(storage: storage, path: path) }

    /// A table by its path: `bronze/customers`.
    public func table(_ path: String) -> DeltaTable { DeltaTable(storage: storage, path: path, options: options) }

    /// The event log of all pipelines of the lake.
    public var eventLog: DeltaEventLog { DeltaEventLog(table: table(Self.eventLogPath)) }

    /// The durable checkpoint store of all pipelines of the lake.
    public var checkpoints: StoredCheckpoints { StoredCheckpoints(storage: storage, path: "system/checkpoints") }
}
