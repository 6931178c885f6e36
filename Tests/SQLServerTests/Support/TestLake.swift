import CDCCore
import Columnar
import DeltaLog
import Foundation
import LakeStorage
import TDSSource

/// A lake in a temporary folder, and a pipeline into it.
final class TestLake {
    let lake: DeltaLake
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("sqlserver-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        lake = DeltaLake(at: LocalStorage(root: folder.path))
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func pipeline(
        from source: any ChangeSource,
        _ tables: [TableSelection],
        options: IngestionOptions = IngestionOptions()
    ) -> IngestionPipeline {
        IngestionPipeline(
            named: "test_pipeline",
            from: source,
            into: lake.schema("bronze"),
            staging: lake.volume("landing"),
            tables: tables,
            options: options
        )
    }

    /// The rows of a table without the metadata columns, sorted by their texts.
    func rows(_ table: String, _ columns: [String]) async throws -> [[Value]] {
        var rows: [[Value]] = []
        for try await batch in try await lake.table("bronze/\(table)").snapshot().scan(columns: columns) {
            rows += batch.rows
        }
        return rows.sorted { "\($0)" < "\($1)" }
    }
}
