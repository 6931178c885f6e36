import CDCCore
import CDCTesting
import Columnar
import LakeStorage
import Synchronization

/// The retail database with a history that goes on while it is read, and survives the process.
///
/// Transactions are committed when a pipeline comes for more, and only after every snapshot has been planned: so each table
/// begins at the same point in every run, and runs can be compared down to the commit LSN of every row.
final class ReplaySource: ChangeSource {
    /// The database itself.
    let database: InMemorySource
    private let lake: DemoLake
    private let transactions: Int
    private let traffic: Mutex<RetailTraffic>

    /// How many transactions are committed each time the pipeline comes.
    private static let transactionsPerPass = 7

    init(lake: DemoLake, size: RetailSize, seed: UInt64, transactions: Int) throws {
        self.lake = lake
        self.transactions = transactions
        database = try RetailSource.make(size: size, seed: seed)
        let orders = try database.rows(of: RetailDB.orders.name)
        let ledger = try RetailLedger(RetailContents(generated: size, orders: orders), seed: seed)
        traffic = Mutex(
            RetailTraffic(ledger: ledger, seed: seed, startingAt: RetailDB.captureBegins + 3_600_000_000)
        )
    }

    /// Commits what an earlier process had committed.
    ///
    /// - Throws: ``Failure`` where that process ran another history, or further than this one goes.
    func recover() async throws {
        guard let log = try await ReplayLog(readFrom: lake) else {
            return try await ReplayLog(source: identity, transactions: 0).write(to: lake)
        }
        guard log.source == identity else {
            throw Failure(
                .cannotCreate,
                "anotherHistory",
                "\(lake.folder) holds the replay of another history: '\(log.source)', not '\(identity)'; give the --seed "
                    + "and --scale of before, or another --lake"
            )
        }
        guard log.transactions <= transactions else {
            throw Failure(
                .cannotCreate,
                "longerHistory",
                "\(lake.folder) holds a replay of \(log.transactions) transactions already, more than \(transactions); "
                    + "give --transactions \(log.transactions) or more, or another --lake"
            )
        }
        try commit(upTo: log.transactions)
    }

    /// Commits further transactions.
    ///
    /// - Returns: Whether there were any left.
    func commitMore(_ count: Int) async throws -> Bool {
        let committed = traffic.withLock(\.counts.transactions)
        let goal = min(transactions, committed + count)
        guard goal > committed else { return false }
        // First the log, then the rows: nobody can have read what the log does not know.
        try await ReplayLog(source: identity, transactions: goal).write(to: lake)
        try commit(upTo: goal)
        return true
    }

    private func commit(upTo goal: Int) throws {
        try traffic.withLock { traffic in
            while traffic.counts.transactions < min(goal, transactions) { try database.commit(traffic.next()) }
        }
    }

    /// Whether every table's snapshot has begun.
    private var isPlanned: Bool {
        get async throws {
            let volume = lake.stagingVolume
            if try await !volume.publishedCuts().isEmpty { return true }
            for table in RetailDB.tables {
                let plan = volume.path(of: "snapshots/\(table.name.schema).\(table.name.name)/plan.json")
                if try await !volume.storage.exists(plan) { return false }
            }
            return true
        }
    }

    // MARK: ChangeSource

    var identity: String { database.identity }

    func describe(_ tables: [TableName]) async throws -> [SourceTable] {
        if try await isPlanned { _ = try await commitMore(Self.transactionsPerPass) }
        return try await database.describe(tables)
    }

    func cut(after: SourcePosition, transactionLimit: Int) async throws -> SourcePosition? {
        try await database.cut(after: after, transactionLimit: transactionLimit)
    }

    func fence() async throws -> SourcePosition { try await database.fence() }

    func changes(of table: SourceTable, after: LSN, through: LSN) async throws -> any BatchCursor {
        try await database.changes(of: table, after: after, through: through)
    }

    func snapshotChunks(of table: SourceTable) async throws -> [SnapshotChunk] {
        try await database.snapshotChunks(of: table)
    }

    func rows(of chunk: SnapshotChunk, table: SourceTable) async throws -> any BatchCursor {
        try await database.rows(of: chunk, table: table)
    }
}
