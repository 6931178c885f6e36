import CDCCore
import DeltaLog
import LakeStorage

/// The lake of the demo: where things are in it, and the pipeline that fills it.
struct DemoLake {
    static let pipelineName = "retail_ingestion_pipeline"
    static let catalog = "retail_analytics"
    static let schema = "bronze"
    static let volume = "landing/ingestion_volume"
    static let eventLog = "system/lakeflow/pipeline_events"

    /// The catalog's folder: `lake/retail_analytics`.
    let folder: String
    let storage: LocalStorage

    /// - Parameter root: The lake's folder, as the user wrote it.
    init(root: String) {
        let trimmed = root.count > 1 && root.hasSuffix("/") ? String(root.dropLast()) : root
        folder = "\(trimmed)/\(Self.catalog)"
        storage = LocalStorage(root: folder)
    }

    /// A pipeline made of new objects only, which knows nothing but what is in the lake.
    func pipeline(from source: any ChangeSource, options: IngestionOptions) -> IngestionPipeline {
        let lake = DeltaLake(at: storage)
        return IngestionPipeline(
            named: Self.pipelineName,
            from: source,
            into: lake.schema(Self.schema),
            staging: lake.volume(Self.volume),
            tables: RetailDB.tables.map { TableSelection($0.name) },
            options: options,
            checkpoints: InMemoryCheckpointStore()
        )
    }

    var destination: any ChangeDestination { DeltaLake(at: storage).schema(Self.schema) }

    var stagingVolume: StagingVolume { DeltaLake(at: storage).volume(Self.volume) }

    func table(_ source: SourceTable) -> LakeTable {
        LakeTable(storage: storage, path: "\(Self.schema)/\(source.name.name)")
    }

    var events: LakeTable { LakeTable(storage: storage, path: Self.eventLog) }

    /// Where a person finds a table.
    func tablePath(_ source: SourceTable) -> String { "\(folder)/\(Self.schema)/\(source.name.name)" }
}
