public import Parquet

/// How data files are written.
public struct DataWriteOptions: Sendable {
    /// A data file is closed when it has about this many bytes.
    public var targetFileBytes: Int
    public var parquet: ParquetWriterOptions

    public init(targetFileBytes: Int = 128 << 20, parquet: ParquetWriterOptions = .init(compression: .zstd(level: 1))) {
        self.targetFileBytes = targetFileBytes
        self.parquet = parquet
    }
}
