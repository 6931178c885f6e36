import CDCCore
import CDCTesting
import Columnar
import DeltaLog
import Foundation
import LakeStorage

/// A small program with the engine in it: a table of a database in memory becomes a Delta table and follows its changes.
///
///     swift run --package-path Examples/Embedding Embedding [FOLDER]
///
/// The database is gone when the program ends, and a lake follows one database only: so each run wants a new folder, and takes
/// one where none is given.
/// With SQL Server instead of `InMemorySource`, everything below the source stays as it is.
@main
struct Embedding {
    static func main() async {
        do { try await embed() } catch {
            print("the example failed: \(error)")
            exit(1)
        }
    }

    private static func embed() async throws {
        let root = CommandLine.arguments.dropFirst().first ?? "/tmp/embedding-lake-\(UInt32.random(in: 0 ... .max))"

        // 1. A source: any ChangeSource. This one is a database in memory, made for tests and examples like this.
        let customers = SourceTable(
            "dbo.customers",
            schema: [
                Field("customer_id", .integer, isNullable: false),
                Field("name", .string),
                Field("credit", .decimal(precision: 10, scale: 2)),
            ],
            key: ["customer_id"]
        )
        let source = try InMemorySource(tables: [customers])
        try source.transaction {
            try $0.insert("dbo.customers", ["customer_id": 1, "name": "Ada", "credit": .decimal("100.00")])
            try $0.insert("dbo.customers", ["customer_id": 2, "name": "Grace", "credit": .decimal("250.50")])
        }

        // 2. A lake: any ObjectStorage. Schemas, staging volumes and the event log are folders of it.
        let lake = DeltaLake(at: LocalStorage(root: root))
        let table = lake.table("bronze/customers")
        guard try await !table.log.exists() else {
            print("\(root) holds the table of an earlier run, whose database is gone; give a folder that is new")
            exit(1)
        }

        // 3. A pipeline. Nothing is read or written before it runs.
        let pipeline = IngestionPipeline(
            named: "embedding_pipeline",
            from: source,
            into: lake.schema("bronze"),
            staging: lake.volume("landing/embedding"),
            tables: ["dbo.customers"],
            checkpoints: lake.checkpoints
        )
        let events = pipeline.events
        let watching = Task {
            var runs = 0
            for await event in events {
                print("\(event.severity.rawValue)  \(event.kind.rawValue): \(event.message)")
                if event.kind == .updateCompleted { runs += 1 }
                if runs == 2 { break }
            }
        }

        // 4. The first run takes the rows that are there; each further one what has changed since.
        try await pipeline.run(.triggered)
        try source.transaction {
            try $0.update("dbo.customers", key: [1], set: ["credit": .decimal("75.25")])
            try $0.insert("dbo.customers", ["customer_id": 3, "name": "Edsger", "credit": nil])
            try $0.delete("dbo.customers", key: [2])
        }
        try await pipeline.run(.triggered)
        await watching.value

        // 5. The table is an ordinary Delta table: Spark, DuckDB and delta-rs read it, and so does this.
        let snapshot = try await table.snapshot()
        print("\n\(root)/bronze/customers, version \(snapshot.version):")
        for try await batch in try snapshot.scan(columns: ["customer_id", "name", "credit", "_commit_lsn"]) {
            for row in batch.rows { print("  \(row)") }
        }
        for commit in try await table.history() {
            print("  version \(commit.version): \(commit.operation ?? "?")")
        }
    }
}
