public import CDCCore
public import Columnar
import Synchronization

/// A transactional little database that keeps change tables as SQL Server does: for unit tests, benchmarks and the demo.
///
/// ```swift
/// let source = try InMemorySource(tables: [customers, orders])
/// try source.transaction {
///     try $0.insert("dbo.customers", ["customer_id": 1, "first_name": "Jane"])
///     try $0.insert("dbo.orders", ["order_id": 1, "customer_id": 1])
/// }
/// ```
///
/// What it shares with SQL Server: a commit LSN for each transaction, rows in the order
/// `(start_lsn, command_id, seqval, operation)`, images before and after an update, update masks, NULL for large objects that
/// an update left alone, changes of a key as delete and insert, foreign keys, retention, and rolled back transactions that
/// leave no trace. A test can clean up change tables, restore an older state, and make any call fail: see
/// ``fail(_:with:times:afterBatches:)``.
///
/// A table whose ``SourceTable/mechanism`` is `changeTracking` keeps no images of before, and counts in versions.
///
/// Any thread may use it; transactions come one after the other.
public final class InMemorySource: ChangeSource {
    public let identity: String
    private let state: Mutex<InMemoryDatabase>

    /// An empty database with the given tables, all of them captured.
    ///
    /// - Parameter start: The time at which it begins, in microseconds since 1970-01-01T00:00:00Z. The database has a clock of
    ///   its own, on which every transaction without a time of its own takes a millisecond.
    /// - Throws: ``InMemoryError`` where a key or a foreign key does not fit the tables.
    public init(
        identity: String = "memory",
        tables: [SourceTable],
        startingAt start: Int64 = 1_704_067_200_000_000
    ) throws {
        self.identity = identity
        state = Mutex(try InMemoryDatabase(tables: tables, start: start))
    }

    // MARK: Writing

    /// Adds rows as if they had been there before capture began: no change rows tell of them.
    ///
    /// Foreign keys are not checked, keys are not looked up: the caller brings good rows.
    public func load(_ table: TableName, _ rows: RecordBatch) throws {
        try state.withLock { try $0.load(table, rows) }
    }

    /// Runs a transaction: all of it, or where `body` throws, nothing.
    ///
    /// The source is held while `body` runs: look and change through the transaction, never through the source.
    ///
    /// - Parameter time: When it commits, in microseconds since 1970-01-01T00:00:00Z.
    /// - Returns: Its commit LSN.
    @discardableResult
    public func transaction(
        at time: Int64? = nil,
        _ body: (inout InMemoryTransaction) throws -> Void
    ) throws -> LSN {
        try state.withLock { database in
            var transaction = InMemoryTransaction(taking: &database)
            do { try body(&transaction) } catch {
                defer { database = transaction.database }
                try transaction.rollBack()
                throw error
            }
            database = transaction.database
            return try database.commit(transaction.changes, at: time)
        }
    }

    // MARK: Looking

    /// The rows of a table as they are now.
    public func rows(of table: TableName) throws -> RecordBatch {
        try state.withLock { database in
            let stored = try database.table(table)
            return try .concatenate([.empty(stored.definition.schema)] + stored.batches(0..<stored.partCount))
        }
    }

    /// The LSN of the last transaction.
    public var lastLSN: LSN { state.withLock(\.position.lsn) }

    // MARK: Trouble

    /// Throws away the changes of a table with LSNs below `lsn`, as SQL Server's cleanup job does.
    public func cleanUp(_ table: TableName, below lsn: LSN) throws {
        try state.withLock { try $0.cleanUp(table, below: lsn) }
    }

    /// The database as it is now, to be given to ``restore(_:)`` later.
    public func backUp() -> Backup { Backup(database: state.withLock { $0 }) }

    /// Makes the database what it was: its log ends where it ended then, and its history is another one. Failures that are still to
    /// come stay so.
    public func restore(_ backup: Backup) {
        state.withLock { database in
            let (failures, restores) = (database.failures, database.restores)
            database = backup.database
            database.failures = failures
            database.restores = restores + 1
        }
    }

    /// A state of the database.
    public struct Backup: Sendable {
        fileprivate let database: InMemoryDatabase
    }

    /// Makes the next `times` calls of a kind fail.
    ///
    /// - Parameter batches: How many batches a cursor hands out before it fails; 0 for a failure at once. A cursor that has
    ///   fewer ends without one.
    public func fail(_ call: SourceCall, with error: CDCError, times: Int = 1, afterBatches batches: Int = 0) {
        state.withLock {
            $0.failures[call, default: []] += Array(repeating: .init(error: error, batches: batches), count: times)
        }
    }

    /// Changes a table's description, as ALTER TABLE with a new capture instance does; the rows must be given anew.
    public func redefine(_ table: SourceTable, rows: RecordBatch) throws {
        try state.withLock { try $0.redefine(table, rows: rows) }
    }

    /// Drops a table: it is neither there nor captured any more.
    public func drop(_ table: TableName) {
        state.withLock { $0.tables[table] = nil }
    }

    // MARK: ChangeSource

    /// How many change rows a batch holds at most.
    static let batchRows = 65_536

    public func history() async throws -> String? { "restored \(state.withLock(\.restores)) times" }

    public func describe(_ names: [TableName]) async throws -> [SourceTable] {
        try state.withLock { database in
            try database.failIfAsked(.describe)
            return try names.map { try database.captured($0).definition }
        }
    }

    public func cut(after: SourcePosition, transactionLimit: Int) async throws -> SourcePosition? {
        try state.withLock { database in
            try database.failIfAsked(.cut)
            return database.cut(after: after.lsn, transactionLimit: transactionLimit)
        }
    }

    public func fence() async throws -> SourcePosition {
        try state.withLock { database in
            try database.failIfAsked(.fence)
            return database.position
        }
    }

    public func changes(of table: SourceTable, after: LSN, through: LSN) async throws -> any BatchCursor {
        try state.withLock { database in
            let failure = database.takeFailure(.changes(table.name))
            if let failure, failure.batches == 0 { throw failure.error }
            let batches = try database.changes(of: table.name, after: after, through: through)
            return Cursor(batches, failure: failure) { [self] in
                // A clean-up may have run since: what was read then is not to be trusted.
                try state.withLock { try $0.checkRetention(of: table.name, after: after) }
            }
        }
    }

    public func snapshotChunks(of table: SourceTable) async throws -> [SnapshotChunk] {
        try state.withLock { database in
            try database.failIfAsked(.chunks(table.name))
            return try database.captured(table.name).chunks
        }
    }

    public func exactSnapshot(of table: SourceTable) async throws -> ExactSnapshot {
        try state.withLock { database in
            let failure = database.takeFailure(.snapshot(table.name))
            if let failure, failure.batches == 0 { throw failure.error }
            let stored = try database.captured(table.name)
            let rows = Cursor(try stored.batches(0..<stored.partCount), failure: failure) {}
            return ExactSnapshot(position: database.position, rows: rows)
        }
    }

    public func rows(of chunk: SnapshotChunk, table: SourceTable) async throws -> any BatchCursor {
        try state.withLock { database in
            let failure = database.takeFailure(.snapshot(table.name))
            if let failure, failure.batches == 0 { throw failure.error }
            let stored = try database.captured(table.name)
            return Cursor(try stored.batches(of: chunk), failure: failure) {}
        }
    }
}

/// Hands out batches that are there already, cut to size; fails where it was told to.
private final class Cursor: BatchCursor {
    private var batches: [RecordBatch]
    private var next = 0
    private let failure: InMemoryDatabase.Failure?
    private let check: () throws -> Void

    init(_ batches: [RecordBatch], failure: InMemoryDatabase.Failure?, check: @escaping () throws -> Void) {
        self.batches = batches
        self.failure = failure
        self.check = check
    }

    func next() async throws -> RecordBatch? {
        if let failure, next >= failure.batches { throw failure.error }
        guard next < batches.count else {
            try check()
            return nil
        }
        defer { next += 1 }
        return batches[next]
    }
}
