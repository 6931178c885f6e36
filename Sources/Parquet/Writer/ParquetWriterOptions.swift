/// How a ``ParquetWriter`` writes.
public struct ParquetWriterOptions: Sendable {
    /// How pages are compressed.
    public struct Compression: Hashable, Sendable {
        enum Kind { case uncompressed, snappy, zstd, gzip }
        let kind: Kind
        let level: Int

        public static let uncompressed = Compression(kind: .uncompressed, level: 0)
        public static let snappy = Compression(kind: .snappy, level: 0)
        /// Level 1 (fast) to 22.
        public static func zstd(level: Int = 1) -> Compression {
            Compression(kind: .zstd, level: min(max(level, 1), 22))
        }
        /// Level 1 (fast) to 9.
        public static func gzip(level: Int = 6) -> Compression {
            Compression(kind: .gzip, level: min(max(level, 1), 9))
        }

        var codec: ParquetCodec {
            switch kind {
            case .uncompressed: .uncompressed
            case .snappy: .snappy
            case .zstd: .zstd
            case .gzip: .gzip
            }
        }
    }

    /// The shape of pages of values: version 1 is what every reader knows.
    public enum DataPageVersion: Sendable { case v1, v2 }

    /// How pages are compressed.
    public var compression: Compression = .zstd(level: 1)
    /// The most rows of a row group.
    ///
    /// A row group waits in memory until it is full, so half of what other writers take halves what a writer needs.
    public var rowGroupRows = 1 << 19
    /// A row group ends once it has about this many encoded bytes.
    public var rowGroupBytes = 128 << 20
    /// The most rows of a page.
    public var pageRows = 20_000
    /// A page ends once it has about this many bytes, before compression.
    public var pageBytes = 1 << 20
    /// Whether columns with few different values keep each of them once.
    public var dictionary = true
    /// The most bytes of a dictionary; a column that needs more goes on without one.
    public var dictionaryPageBytes = 1 << 20
    /// Whether the first page of every column of a row group is encoded in each way that its type has, and the one that
    /// takes the fewest bytes after compression is used: PLAIN, a dictionary (with ``dictionary``), DELTA_BINARY_PACKED for
    /// whole numbers, DELTA_LENGTH_BYTE_ARRAY or DELTA_BYTE_ARRAY for texts and bytes, BYTE_STREAM_SPLIT for floating-point
    /// numbers.
    ///
    /// Off at first, because it costs time and some readers, most of them old, know PLAIN and dictionaries only. It pays
    /// for keys that ascend, instants, sorted texts and measurements.
    public var measuresEncodings = false
    /// Whether each page carries a CRC-32, which readers may verify.
    public var pageChecksums = true
    /// Whether the footer has the smallest and largest value and the number of nulls of every column.
    public var statistics = true
    /// Whether the file lists its pages with their rows and, with ``statistics``, their bounds.
    public var pageIndex = true
    /// What to keep beside the data, under a name each.
    public var keyValueMetadata: [(String, String)] = []
    /// The program that writes, in the form `name version x.y.z`.
    public var createdBy = "swift-cdc version 0.1.0"
    /// The shape of pages of values.
    public var dataPageVersion = DataPageVersion.v1

    /// Options with the defaults, to be changed one by one.
    public init() {}

    /// Options with the defaults but for the compression.
    public init(compression: Compression) { self.compression = compression }
}
