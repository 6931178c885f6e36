public import Columnar
public import LakeStorage

/// Where tables are kept up to date: Delta tables, or a fake.
///
/// A destination makes each ``apply(_:to:)`` one atomic commit that holds the data **and** the position, so that after a
/// crash its own tables say how far it came. Any task may call any method at any time, for different tables at once.
public protocol ChangeDestination: Sendable {
    /// How far the table `name` is, read from the table itself; `nil` where there is no such table yet.
    ///
    /// - Throws: ``CDCError`` with code `foreignTable` where a table is there that has no position, and `anotherPipeline`
    ///   where it has another pipeline's.
    func position(of name: String, pipeline: String) async throws -> AppliedTable?

    /// Brings a table to a new position in one commit.
    ///
    /// Where the table's position is at or behind `work.position.cut` already, nothing is done: the same work twice is the
    /// same as once.
    ///
    /// - Throws: ``CDCError``: `destinationConflict` or `destinationUnavailable` where trying again helps.
    func apply(_ work: TableWork, to table: DestinationTable) async throws -> AppliedCommit

    /// Makes known which versions of all tables belong together.
    func publish(_ point: ConsistentPoint) async throws

    /// The last point that was published; `nil` where none was.
    func latestConsistentPoint(pipeline: String) async throws -> ConsistentPoint?

    /// Keeps events; `nil` where the destination keeps none.
    var eventLog: (any EventLog)? { get }
}

/// A table of a destination.
public struct DestinationTable: Hashable, Sendable {
    /// The pipeline that writes the table.
    public var pipeline: String
    /// The table's name in the destination.
    public var name: String
    public var source: TableName
    /// The columns as the source has them.
    public var schema: Schema
    /// The columns that tell rows apart; empty where nothing but all their values does.
    public var key: [String]
    public var metadataColumns: MetadataColumns

    public init(
        pipeline: String,
        name: String,
        source: TableName,
        schema: Schema,
        key: [String],
        metadataColumns: MetadataColumns = .init()
    ) {
        self.pipeline = pipeline
        self.name = name
        self.source = source
        self.schema = schema
        self.key = key
        self.metadataColumns = metadataColumns
    }

    /// The columns of the destination table: the source's, then the metadata columns.
    ///
    /// All may be null, whatever the source says: a column that the source drops later has no values from then on.
    public var storedSchema: Schema {
        Schema(
            schema.fields.map { Field($0.name, $0.type) } + [
                Field(metadataColumns.commitTimestamp, .timestamp),
                Field(metadataColumns.commitLSN, .string),
            ]
        )
    }
}

/// The names of the columns that tell which transaction of the source left a row as it is.
public struct MetadataColumns: Hashable, Sendable {
    /// When it committed (`timestamp`).
    public var commitTimestamp: String
    /// Its commit LSN, as ``LSN/description`` (`string`).
    public var commitLSN: String

    public init(commitTimestamp: String = "_commit_timestamp", commitLSN: String = "_commit_lsn") {
        self.commitTimestamp = commitTimestamp
        self.commitLSN = commitLSN
    }
}

/// How far a destination table is.
public struct AppliedPosition: Hashable, Sendable {
    /// The number of the last cut applied.
    public var cut: Int64
    /// The LSN up to which the source's changes are in the table.
    public var lsn: LSN

    public init(cut: Int64, lsn: LSN) {
        self.cut = cut
        self.lsn = lsn
    }
}

/// A destination table that is there.
public struct AppliedTable: Hashable, Sendable {
    public var position: AppliedPosition
    /// The destination's version of the table.
    public var version: Int64

    public init(position: AppliedPosition, version: Int64) {
        self.position = position
        self.version = version
    }
}

/// What one cut brings to one table.
public struct TableWork: Sendable {
    /// Files with all rows in the destination's final form, which replace the table's contents; `nil` where the changes
    /// go into what is there.
    public var replacement: [ReplacementFile]?
    /// The changes, after the replacement where there is one.
    public var changes: any NetChangeCursor
    /// Where the table is afterwards.
    public var position: AppliedPosition

    public init(
        replacement: [ReplacementFile]? = nil,
        changes: any NetChangeCursor,
        position: AppliedPosition
    ) {
        self.replacement = replacement
        self.changes = changes
        self.position = position
    }
}

/// A Parquet file with the columns of ``DestinationTable/storedSchema``, which a destination may take over as it is.
public struct ReplacementFile: Sendable {
    public var storage: any ObjectStorage
    public var path: String
    public var rows: Int
    public var bytes: Int

    public init(storage: any ObjectStorage, path: String, rows: Int, bytes: Int) {
        self.storage = storage
        self.path = path
        self.rows = rows
        self.bytes = bytes
    }
}

/// What changed: the last state of every key that was touched, each key in exactly one slice.
public struct NetChanges: Sendable {
    /// The rows as they are now, with the columns of ``DestinationTable/storedSchema``; for a table without a key, rows that
    /// there are more of.
    public var upserts: RecordBatch
    /// For a column, the upserts in which its value is not known because the source left it untouched: there the value
    /// that the table has stays. A missing column has none.
    public var unchanged: [String: Bitmap]
    /// The keys whose rows are gone, with the columns of the key. For a table without a key, one row with the source's
    /// columns for each that is gone: of rows with equal values, NULL equal to NULL, it does not matter which.
    public var deletes: RecordBatch

    public init(upserts: RecordBatch, unchanged: [String: Bitmap] = [:], deletes: RecordBatch) {
        self.upserts = upserts
        self.unchanged = unchanged
        self.deletes = deletes
    }
}

/// Hands out slices of a table's net changes, one at a time, so that not all of a large change set
/// is in memory at once.
public protocol NetChangeCursor: Sendable {
    /// How many slices there are.
    var sliceCount: Int { get }
    /// How many change rows were netted, in all slices.
    var changeCount: Int { get }
    /// Slice `index`, which may be asked for again, after a conflict for instance.
    func slice(_ index: Int) async throws -> NetChanges
}

/// What a commit did.
public struct AppliedCommit: Hashable, Sendable {
    /// The destination's version of the table afterwards.
    public var version: Int64
    /// Whether there was nothing to do because the table was there already.
    public var wasAlreadyApplied: Bool
    public var rowsUpserted: Int
    public var rowsDeleted: Int
    /// Bytes of new data files.
    public var bytesWritten: Int

    public init(version: Int64, wasAlreadyApplied: Bool, rowsUpserted: Int, rowsDeleted: Int, bytesWritten: Int) {
        self.version = version
        self.wasAlreadyApplied = wasAlreadyApplied
        self.rowsUpserted = rowsUpserted
        self.rowsDeleted = rowsDeleted
        self.bytesWritten = bytesWritten
    }
}

/// Versions of all tables that show the source as it was after one transaction.
///
/// Tables of different capture mechanisms are tied to each other less closely: each mechanism's tables show one point of its own.
public struct ConsistentPoint: Hashable, Sendable {
    public var pipeline: String
    public var cut: Int64
    /// Up to this cut every table has all that was published for it; behind ``cut`` where a table failed.
    public var settledCut: Int64
    public var position: SourcePosition
    public var tables: [Table]

    public struct Table: Hashable, Sendable {
        public var source: TableName
        /// The table's name in the destination.
        public var name: String
        public var version: Int64
        /// Up to where the source's changes are in the table.
        public var lsn: LSN
        /// Whether the table shows the source as of the point; a table that failed or needs a resync does not.
        public var isConsistent: Bool

        public init(source: TableName, name: String, version: Int64, lsn: LSN, isConsistent: Bool) {
            self.source = source
            self.name = name
            self.version = version
            self.lsn = lsn
            self.isConsistent = isConsistent
        }
    }

    /// Whether every table of the pipeline followed: only then the tables are those of one moment of the source.
    public var isComplete: Bool

    public init(
        pipeline: String,
        cut: Int64,
        settledCut: Int64,
        position: SourcePosition,
        tables: [Table],
        isComplete: Bool
    ) {
        self.pipeline = pipeline
        self.cut = cut
        self.settledCut = settledCut
        self.position = position
        self.tables = tables
        self.isComplete = isComplete
    }
}
