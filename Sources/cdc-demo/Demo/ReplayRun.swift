import CDCCore
import CDCJSON
import CDCTesting
import Columnar
import LakeStorage

/// A history of changes that is the same each time, run into a lake in many small steps.
///
/// The database is made anew by every process, so it remembers in a small file how many transactions it had committed: as a
/// database with a log on disk, it never is younger than what somebody has read from it.
struct ReplayRun {
    let lake: DemoLake
    let size: RetailSize
    let seed: UInt64
    let transactions: Int

    /// What came of it.
    struct Result {
        var transactions = 0
        var cuts = 0
        var tables: [(name: String, rows: Int, version: Int64)] = []
        /// Tables that differ from the source, and in what.
        var problems: [String] = []
    }

    func perform() async throws -> Result {
        try await EarlierDemo(in: lake).makeRoomForReplay()
        let source = try ReplaySource(lake: lake, size: size, seed: seed, transactions: transactions)
        try await source.recover()
        let pipeline = lake.pipeline(from: source, options: options)
        // The first run ends when the rows are there; by then some of the transactions have been committed beside it.
        try await pipeline.run(.triggered)
        while try await source.commitMore(transactions / 8 + 1) { try await pipeline.run(.triggered) }
        // A run ends at the point where the source was when it began; the last transactions may have come beside it.
        try await pipeline.run(.triggered)
        return try await result(source)
    }

    private var options: IngestionOptions {
        var options = IngestionOptions()
        options.transactionsPerCut = 20
        options.snapshotChunksPerCut = 2
        options.rowsPerSlice = 64
        options.retryDelay = .milliseconds(5)
        return options
    }

    private func result(_ source: ReplaySource) async throws -> Result {
        var result = Result()
        result.transactions = transactions
        result.cuts = try await lake.stagingVolume.publishedCuts().count
        for table in RetailDB.tables {
            let name = table.name.name
            let rows = try await LakeRows(of: lake.table(table))
            let position = try await lake.destination.position(of: name, pipeline: DemoLake.pipelineName)
            result.tables.append((name, rows.batch.rowCount, position?.version ?? -1))
            let comparison = try TableComparison(
                lake: rows.batch,
                source: try source.database.rows(of: table.name),
                key: table.key[0]
            )
            if let difference = comparison.difference { result.problems.append("\(name): \(difference)") }
        }
        return result
    }
}

extension ReplayRun.Result {
    var lines: [String] {
        var table = TextTable([("table", .left), ("rows", .right), ("version", .right)])
        for entry in tables { table.add([entry.name, Readable.count(entry.rows), String(entry.version)]) }
        let summary = "\(Readable.count(transactions)) transactions in \(Readable.count(cuts, "cut"))"
        return [summary] + table.lines()
            + (problems.isEmpty ? ["every row and column equals the source"] : problems.map { "DIFFERENT: \($0)" })
    }

    var json: String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("transactions", transactions)
            writer.member("cuts", cuts)
            writer.key("tables")
            writer.array { writer in
                for entry in tables {
                    writer.object { writer in
                        writer.member("table", entry.name)
                        writer.member("rows", entry.rows)
                        writer.member("version", entry.version)
                    }
                }
            }
            writer.member("problems", .array(problems.map { .string($0) }))
            writer.member("ok", problems.isEmpty)
        }
        return writer.text
    }
}
