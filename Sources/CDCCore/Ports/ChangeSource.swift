public import Columnar

/// A database whose changes can be read: SQL Server, or a fake.
///
/// Any task may call any method at any time, but one cursor belongs to one task. A method throws ``CDCError`` where it can say
/// what is the matter: `retentionGap`, `sourceUnavailable` (which the engine tries again), `tableNotFound`, …
public protocol ChangeSource: Sendable {
    /// The database, for messages and to notice that a staging volume belongs to another one.
    var identity: String { get }

    /// A name for the database's past: another one says that the database is not the one that was read, but one that was restored or
    /// made anew, even where its log is longer than what was read. `nil` from a source that cannot tell. Asked in every pass.
    ///
    /// Whatever leaves every committed change as it was, a restart or a failover without loss, must leave the name as it was.
    func history() async throws -> String?

    /// What there is to know of the given tables, in the same order.
    ///
    /// - Throws: ``CDCError`` with code `tableNotFound`.
    func describe(_ tables: [TableName]) async throws -> [SourceTable]

    /// The highest point up to which the changes of **every** table are complete.
    ///
    /// - Parameters:
    ///   - after: Where the reader is.
    ///   - transactionLimit: The point is chosen so that about this many transactions lie between `after` and it.
    /// - Returns: A point not before `after`, `after`'s own where nothing happened since; one **before** `after` only where
    ///   the source's history really ends there. `nil` where nothing was ever captured.
    func cut(after: SourcePosition, transactionLimit: Int) async throws -> SourcePosition?

    /// A point that is not before any change that was committed when the call was made.
    ///
    /// A source whose log is harvested later waits until the harvest has passed.
    func fence() async throws -> SourcePosition

    /// The changes of a table with an LSN above `after` and up to `through`, both as the table's
    /// ``SourceTable/mechanism`` counts them, ordered by
    /// `(start_lsn, command_id, seqval, operation)`, as batches with the schema ``ChangeColumns/schema(capturing:)``.
    ///
    /// - Throws: from here or from the cursor, ``CDCError`` with code `retentionGap` where some of them are no longer kept.
    ///   A source checks that after each read, because a clean-up may run between any two.
    func changes(of table: SourceTable, after: LSN, through: LSN) async throws -> any BatchCursor

    /// The point above which the changes of a table have to be replayed on top of rows that are read from now on; `nil` where
    /// nothing was ever captured.
    ///
    /// It is not after any change that is committed later, and all changes of the table above it are kept: so a table whose
    /// capture began after the newest captured point has a later one than the source as a whole.
    func snapshotStart(of table: SourceTable) async throws -> SourcePosition?

    /// How to read all rows of a table in pieces, each of which can be read again by itself.
    ///
    /// The pieces need not show the table at one moment: changes made while they are read are read afterwards.
    func snapshotChunks(of table: SourceTable) async throws -> [SnapshotChunk]

    /// The rows of one piece, as batches with the table's schema.
    func rows(of chunk: SnapshotChunk, table: SourceTable) async throws -> any BatchCursor

    /// All rows of a table as they were at exactly one point: no change up to it is missing, and none after it is among them.
    ///
    /// Rows of a table without a key need it. Elsewhere a change that is both in the rows and replayed on top of them does
    /// no harm, because the key tells that it is the same row; without a key it would be a second one.
    ///
    /// - Throws: ``CDCError`` with code `noKey` where the source cannot do it for this table.
    func exactSnapshot(of table: SourceTable) async throws -> ExactSnapshot

    /// How the capture is doing; `nil` from a source that cannot tell. Asked once in a while.
    ///
    /// - Parameter positions: Up to where each table's changes are applied.
    func health(at positions: [TableName: LSN]) async throws -> SourceHealth?

    /// Told after consistent points, again and again: changes up to these positions are applied and will not be asked for any more, but
    /// by a full refresh, which begins at a later point. A source that was told to may delete them.
    func acknowledge(_ positions: [TableName: LSN]) async throws
}

extension ChangeSource {
    public func history() async throws -> String? { nil }

    public func health(at positions: [TableName: LSN]) async throws -> SourceHealth? { nil }

    public func acknowledge(_ positions: [TableName: LSN]) async throws {}

    /// The newest captured point, which suits a source that captures every table from its beginning.
    public func snapshotStart(of table: SourceTable) async throws -> SourcePosition? {
        try await cut(after: .start, transactionLimit: .max)
    }

    /// Refuses, which suits a source whose tables all have keys.
    public func exactSnapshot(of table: SourceTable) async throws -> ExactSnapshot {
        throw CDCError(
            .noKey,
            "table \(table.name) has no key, and '\(identity)' cannot read its rows as of exactly one point; name columns that "
                + "tell its rows apart with TableSelection(key:)",
            table: table.name
        )
    }
}

/// Hands out batches, one after the other, to one task.
public protocol BatchCursor: AnyObject {
    /// The next batch; `nil` after the last.
    func next() async throws -> RecordBatch?
}

/// The rows of a table as of one point.
public struct ExactSnapshot {
    public var position: SourcePosition
    /// Batches with the table's schema.
    public var rows: any BatchCursor

    public init(position: SourcePosition, rows: any BatchCursor) {
        self.position = position
        self.rows = rows
    }
}

/// A piece of a table's rows: from a key (inclusive) up to a key (exclusive), as the source writes keys.
public struct SnapshotChunk: Hashable, Sendable {
    /// The number of the chunk in its snapshot, counted from 0.
    public var number: Int
    /// `nil`: from the first row.
    public var from: String?
    /// `nil`: to the last row.
    public var to: String?

    public init(number: Int, from: String?, to: String?) {
        self.number = number
        self.from = from
        self.to = to
    }
}
