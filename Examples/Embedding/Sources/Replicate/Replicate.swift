import CDCCore
import DeltaLog
import Foundation
import LakeStorage
import TDSSource

/// Tables of a SQL Server into Delta tables: all rows in the first run, what changed since in each further one.
///
///     export SWIFT_CDC_PASSWORD='…'
///     swift run --package-path Examples/Embedding Replicate sqlserver://cdc_reader@localhost:1433/RetailDB lake dbo.orders …
///
/// `cdc-demo check` tells whether the database is ready. The emulator wants `?encrypt=disabled` behind the database's name.
@main
struct Replicate {
    static func main() async {
        do { try await replicate() } catch {
            print("the replication failed: \(error)")
            exit(1)
        }
    }

    private static func replicate() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        let tables = arguments.dropFirst(2).compactMap { TableName($0) }
        guard !tables.isEmpty, tables.count == arguments.count - 2,
            let password = ProcessInfo.processInfo.environment["SWIFT_CDC_PASSWORD"]
        else {
            print("usage: SWIFT_CDC_PASSWORD=… Replicate sqlserver://USER@HOST:PORT/DATABASE FOLDER SCHEMA.TABLE …")
            exit(64)
        }

        let source = SQLServerSource(
            try SQLServerConfiguration(url: CommandLine.arguments[1], password: Secret(password))
        )
        let lake = DeltaLake(at: LocalStorage(root: CommandLine.arguments[2]))
        let pipeline = IngestionPipeline(
            named: "replication",
            from: source,
            into: lake.schema("bronze"),
            staging: lake.volume("landing/replication"),
            tables: tables.map { TableSelection($0) },
            checkpoints: lake.checkpoints
        )
        do { try await pipeline.run(.triggered) } catch {
            await source.close()
            throw error
        }
        await source.close()

        for table in tables {
            let snapshot = try await lake.table("bronze/\(table.name)").snapshot()
            print("\(table): version \(snapshot.version) of \(CommandLine.arguments[2])/bronze/\(table.name)")
        }
    }
}
