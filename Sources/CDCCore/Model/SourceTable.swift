public import Columnar

/// What a source says of one of its tables.
public struct SourceTable: Hashable, Sendable {
    public var name: TableName
    /// The captured columns, in the order of the capture instance: column `i` here is ordinal `i + 1` of an update mask.
    public var schema: Schema
    /// The numbers of the columns of ``schema``, by which the source tells a column from another one that had its name before;
    /// empty where it has none.
    public var columnIDs: [Int]
    /// The columns of the primary key, or of the unique key that serves as one, in key order; empty where there is none.
    public var key: [String]
    public var foreignKeys: [ForeignKey]
    /// Columns (`text`, `ntext`, `image`, `…(max)`, `xml`) for which a change row holds NULL where the value was not
    /// touched: there the update mask tells "now NULL" from "unchanged".
    public var largeObjects: Set<String>
    /// Columns of which two different values may be read as equal ones; a key of the table's own must not have them. Manifests do not
    /// keep it.
    public var ambiguousColumns: Set<String>
    /// What divides the table's rows into chunks, in words of the source's own: its columns, their types and collations. A snapshot
    /// goes on only where it is unchanged, and manifests do not keep it.
    public var chunkKey: [String]
    /// The name of the capture instance, for messages.
    public var captureInstance: String
    /// How changes of the table are captured: it decides what "LSN" means for it.
    public var mechanism: CaptureMechanism

    public init(
        _ name: TableName,
        schema: Schema,
        columnIDs: [Int] = [],
        key: [String],
        foreignKeys: [ForeignKey] = [],
        largeObjects: Set<String> = [],
        ambiguousColumns: Set<String> = [],
        chunkKey: [String] = [],
        captureInstance: String? = nil,
        mechanism: CaptureMechanism = .changeDataCapture
    ) {
        self.name = name
        self.schema = schema
        self.columnIDs = columnIDs
        self.key = key
        self.foreignKeys = foreignKeys
        self.largeObjects = largeObjects
        self.ambiguousColumns = ambiguousColumns
        self.chunkKey = chunkKey
        self.captureInstance = captureInstance ?? "\(name.schema)_\(name.name)"
        self.mechanism = mechanism
    }
}

/// A reference from columns of one table to the key of another.
public struct ForeignKey: Hashable, Sendable {
    public var columns: [String]
    public var references: TableName

    public init(_ columns: [String], references: TableName) {
        self.columns = columns
        self.references = references
    }
}
