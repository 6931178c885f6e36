import CDCCore
import CDCTesting
import Columnar
import DeltaLog
import Foundation
import LakeStorage
import Parquet

extension Benchmark {
    private static let orders = SourceTable("dbo.orders", schema: Orders.schema, key: ["order_id"])

    private static func pipeline(_ source: InMemorySource, in folder: String) -> IngestionPipeline {
        let lake = DeltaLake(at: LocalStorage(root: folder))
        return IngestionPipeline(
            named: "bench",
            from: source,
            into: lake.schema("bronze"),
            staging: lake.volume("landing"),
            tables: ["dbo.orders"]
        )
    }

    private static func source() throws -> InMemorySource {
        let source = try InMemorySource(tables: [orders])
        for batch in try Orders.table(Workbench.rows) { try source.load("dbo.orders", batch) }
        return source
    }

    /// A million orders from a source in memory into a committed Delta table, beside the bare Parquet writer with the same
    /// codec.
    static let snapshotFromMemory = Benchmark(
        name: "snapshot-memory-to-delta",
        ours: { bench in
            let source = try source()
            let folder = try bench.fresh("lake")
            return { try await pipeline(source, in: folder).run(.triggered) }
        },
        peers: [
            Benchmark.Peer(
                name: "the bare ParquetWriter, same codec",
                kind: .here { bench in
                    let batches = try Orders.table(Workbench.rows)
                    let output = try await LocalStorage(root: bench.folder).create("bare.parquet")
                    return {
                        var writer = try ParquetWriter(schema: Orders.schema, options: IngestionOptions().stagedFiles)
                        for batch in batches {
                            try writer.write(batch)
                            try await output.write(writer.takeBytes())
                        }
                        _ = try writer.finish()
                        try await output.write(writer.takeBytes())
                        try await output.finish()
                    }
                }
            )
        ],
        items: (Workbench.rows, "rows")
    )

    /// Ten thousand changes through the whole pipeline into a Delta table of a million rows.
    static let incrementalFromMemory = Benchmark(
        name: "incremental-memory-to-delta",
        ours: { bench in
            let source = try source()
            let folder = try bench.fresh("lake")
            try await pipeline(source, in: folder).run(.triggered)
            let (upserts, deletes) = try await bench.changes()
            let names = Orders.schema.fields.map(\.name)
            try source.transaction { transaction in
                for row in 0..<upserts.rowCount {
                    let values = Dictionary(uniqueKeysWithValues: zip(names, upserts.row(row)))
                    if try transaction.row("dbo.orders", key: [upserts.columns[0].value(at: row)]) == nil {
                        try transaction.insert("dbo.orders", values)
                    } else {
                        try transaction.update("dbo.orders", key: [upserts.columns[0].value(at: row)], set: values)
                    }
                }
                for row in 0..<deletes.rowCount {
                    try transaction.delete("dbo.orders", key: [deletes.columns[0].value(at: row)])
                }
            }
            return { try await pipeline(source, in: folder).run(.triggered) }
        },
        peers: [Benchmark.Peer(name: "deltalake merge of the same changes", kind: .python("merge"))],
        items: (Workbench.changes, "changes")
    )

    /// Ten thousand changes merged into a Delta table of a million rows.
    static let merge10kInto1m = Benchmark(
        name: "merge-10k-into-1m",
        ours: { bench in
            let path = try bench.fresh("merge")
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.copyItem(atPath: "\(bench.folder)/delta", toPath: path)
            let (upserts, deletes) = try await bench.changes()
            return {
                try await DeltaTable(storage: bench.storage, path: "merge")
                    .merge(upserts: upserts, deletes: deletes, key: ["order_id"])
            }
        },
        peers: [Benchmark.Peer(name: "deltalake merge", kind: .python("merge"))],
        items: (Workbench.changes, "changes")
    )
}
