import CDCCore
import DBLibDrain
import DeltaLog
import Foundation
import LakeStorage
import TDSSource

extension Benchmark {
    private static let drainQuery = "SELECT * FROM [dbo].[orders] AS t"

    /// Half a million orders from a server that replays bytes into batches, beside a loop in C that only touches each value.
    static let tdsDrain = Benchmark(
        name: "tds-drain-500k",
        ours: prepareDrain,
        peers: [
            Peer(name: "db-lib in C, each value touched", kind: .here(prepareBareDrain)),
            Peer(name: "mssql-python cursor.fetchmany", kind: .python("drain-mssql-python"), mostRuns: 3),
            Peer(name: "pymssql cursor.fetchmany", kind: .python("drain-pymssql"), mostRuns: 1),
        ],
        items: (Workbench.drainedRows, "rows"),
        needsServer: true
    )

    @Sendable private static func prepareDrain(_ bench: Workbench) async throws -> () async throws -> Void {
        let source = try ServerAddress.fromEnvironment().source()
        let table = try await source.describe(["dbo.orders"])[0]
        let chunks = try await source.snapshotChunks(of: table)
        return {
            var rows = 0
            for chunk in chunks {
                let cursor = try await source.rows(of: chunk, table: table)
                while let batch = try await cursor.next() { rows += batch.rowCount }
            }
            guard rows == Workbench.drainedRows else { throw Main.Failure("\(rows) rows came") }
        }
    }

    @Sendable private static func prepareBareDrain(_ bench: Workbench) async throws -> () async throws -> Void {
        let server = try ServerAddress.fromEnvironment()
        guard let connection = dblib_open(Int32(server.port), "sa", server.password, BenchServer.database) else {
            throw Main.Failure("db-lib cannot connect")
        }
        return {
            var checksum: UInt64 = 0
            let rows = dblib_drain(connection, drainQuery, &checksum)
            guard rows == Workbench.drainedRows, checksum > 0 else { throw Main.Failure("\(rows) rows came") }
        }
    }

    /// The same rows as a snapshot, into a committed Delta table, beside reading them and nothing more.
    static let snapshotFromTDS = Benchmark(
        name: "snapshot-tds-to-delta",
        ours: { bench in
            let source = try ServerAddress.fromEnvironment().source()
            _ = try await source.describe(["dbo.orders"])
            let pipeline = pipeline(source, tables: ["dbo.orders"], in: try bench.fresh("tds-lake"))
            return { try await pipeline.run(.triggered) }
        },
        peers: [Peer(name: "`tds-drain-500k`, ours", kind: .here(prepareDrain))],
        items: (Workbench.drainedRows, "rows"),
        needsServer: true
    )

    /// One transaction of five million inserts, read by pages and staged; it ends when the cut is published.
    static let hugeTransaction = Benchmark(
        name: "huge-transaction-5m",
        ours: { bench in
            let server = try ServerAddress.fromEnvironment()
            let source = server.source()
            let pipeline = pipeline(source, tables: ["dbo.bulk_orders"], in: try bench.fresh("huge-lake"))
            try await pipeline.run(.triggered)
            // The server has one row of it; the proxy before it has the others.
            try server.run(
                """
                DECLARE @id int = (SELECT ISNULL(MIN(order_id), 0) - 1 FROM dbo.bulk_orders);
                INSERT dbo.bulk_orders (order_id) VALUES (@id);
                """
            )
            let events = pipeline.events
            return {
                Task { try await pipeline.run(.triggered) }
                for await event in events {
                    if event.kind == .cutPublished { return }
                    if event.kind == .updateFailed { throw Main.Failure(event.message) }
                }
            }
        },
        peers: [Peer(name: "256 MB, as asked", kind: .limit(Measurement(cpu: 0, wall: 0, memory: 256)))],
        items: (Workbench.changesOfOneTransaction, "changes"),
        needsServer: true,
        mostRuns: 1
    )

    /// One look at a thousand captured tables in which nothing changed, while another one did.
    static let idlePoll = Benchmark(
        name: "idle-poll-1000-tables",
        ours: { bench in
            let server = try ServerAddress.fromEnvironment()
            try IdleTables.make(on: server)
            let clock = StepClock()
            let pipeline = pipeline(
                server.source(BenchServer.idleDatabase),
                tables: IdleTables.names.map { TableSelection(stringLiteral: "dbo.\($0)") },
                in: try bench.fresh("idle-lake"),
                clock: clock
            )
            Task { try await pipeline.run(.continuous(every: .seconds(5))) }
            await clock.waitForSleeper()
            try IdleTables.changeAnother(on: server)
            return { await clock.step() }
        },
        peers: [Peer(name: "pymssql, a statement for each table", kind: .python("idle-pymssql"))],
        items: (Workbench.idleTables, "tables"),
        needsServer: true,
        mostRuns: 3
    )

    private static func pipeline(
        _ source: SQLServerSource,
        tables: [TableSelection],
        in folder: String,
        clock: any EngineClock = SystemClock()
    ) -> IngestionPipeline {
        let lake = DeltaLake(at: LocalStorage(root: folder))
        return IngestionPipeline(
            named: "bench",
            from: source,
            into: lake.schema("bronze"),
            staging: lake.volume("landing"),
            tables: tables,
            clock: clock
        )
    }
}
