import CDCCore
import CDCTesting
import Columnar
import DeltaLog
import LakeStorage
import Testing

/// A pipeline over the little shop, and a look at what it made.
struct Ingestion {
    var source: any ChangeSource
    var storage: any ObjectStorage
    var tables: [TableSelection] = ["dbo.customers", "dbo.orders"]
    var options = IngestionOptions()
    var checkpoints: any CheckpointStore = InMemoryCheckpointStore()
    var clock: any EngineClock = ManualClock()
    var name = "shop_pipeline"

    init(_ source: any ChangeSource, _ storage: any ObjectStorage) {
        self.source = source
        self.storage = storage
        options.retryDelay = .zero
    }

    var lake: DeltaLake { DeltaLake(at: storage) }

    var pipeline: IngestionPipeline {
        IngestionPipeline(
            named: name,
            from: source,
            into: lake.schema("bronze"),
            staging: lake.volume("landing/volume"),
            tables: tables,
            options: options,
            checkpoints: checkpoints,
            clock: clock
        )
    }

    func run(refreshing tables: Set<TableName> = []) async throws {
        try await pipeline.run(.triggered, refreshing: tables)
    }

    /// The error with which a run ends.
    func failure() async throws -> CDCError {
        try await #require(throws: CDCError.self) { try await run() }
    }

    /// The rows of a destination table without the metadata columns, sorted by their first column.
    func rows(_ table: String, withMetadata: Bool = false) async throws -> [[Value]] {
        let snapshot = try await lake.table("bronze/\(table)").snapshot()
        let columns = snapshot.schema.fields.map(\.name).filter { withMetadata || !$0.hasPrefix("_") }
        var rows: [[Value]] = []
        for try await batch in try snapshot.scan(columns: columns) { rows += batch.rows }
        return rows.sorted {
            "\($0[0])".count == "\($1[0])".count ? "\($0[0])" < "\($1[0])" : "\($0[0])".count < "\($1[0])".count
        }
    }

    /// Whether the tables hold the very rows of the source.
    func matches(_ memory: InMemorySource) async throws -> Bool {
        for (name, table) in [("customers", Shop.customers), ("orders", Shop.orders)] {
            let expected = Set(try memory.rows(of: table.name).rows)
            let actual = try await rows(name)
            if actual.count != expected.count || Set(actual) != expected { return false }
        }
        return true
    }
}
