public import Parquet

/// How a pipeline works; the defaults suit a database of ordinary size.
public struct IngestionOptions: Sendable {
    /// A staged file is closed when it has this many bytes.
    public var stagedFileBytes = 64 << 20
    /// How staged files are written. Files of a snapshot become files of the destination, so this is their form too.
    public var stagedFiles = ParquetWriterOptions(compression: .zstd(level: 1))
    /// About how many transactions one cut holds.
    public var transactionsPerCut = 10_000
    /// How many chunks of snapshots are read before changes have their turn again.
    public var snapshotChunksPerCut = 64
    /// How many tables, or chunks of a snapshot, are worked on at once.
    public var parallelism = 2
    /// About how many change rows are netted at a time. Changes of one key are netted together, however many there are:
    /// those that later ones supersede take no memory.
    public var rowsPerSlice = 500_000
    /// About how many bytes of change rows, as they lie in memory, are netted at a time: it bounds slices of wide rows, as
    /// ``rowsPerSlice`` does those of narrow ones. About twice as much is in memory for each table that is worked on.
    public var bytesPerSlice = 256 << 20
    /// How often work that may succeed later is tried again before a triggered run gives up; a continuous one does not.
    public var maximumRetries = 8
    /// The pause before the first retry; it doubles with each.
    public var retryDelay = Duration.milliseconds(250)
    /// After this long without changes an empty cut is published, so that the position does not fall behind the source's
    /// retention.
    public var idleCutInterval = Duration.seconds(300)
    /// How long applied cuts stay in the staging volume.
    public var stagingRetention = Duration.seconds(7 * 24 * 3600)
    /// Whether a table that needs a resync is read anew at once, without being asked.
    public var resyncsAutomatically = false
    /// How often at most the source is asked how its capture is doing.
    public var healthInterval = Duration.seconds(60)
    /// After this long without anything captured, an event warns of it. SQL Server makes an entry every five minutes where nothing
    /// happens.
    public var captureStallLimit = Duration.seconds(900)
    /// An event warns where less than this share of the time is left for which the source keeps changes, 0…1.
    public var retentionWarning = 0.25
    public var metadataColumns = MetadataColumns()

    public init() {}
}
