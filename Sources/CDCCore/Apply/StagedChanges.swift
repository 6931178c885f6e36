import Columnar
import Parquet

/// The staged changes of one table in one cut, netted: of each key only what is true in the end.
///
/// The keys are divided among slices by their hash, so that a change set larger than the memory is netted in several passes
/// over the files, each of which holds only its own keys.
struct StagedChanges: NetChangeCursor {
    let files: [StagedFile]
    let volume: StagingVolume
    let source: SourceTable
    let storedSchema: Schema
    let sliceCount: Int
    let changeCount: Int
    private let limits: ChangeSlice.Limits

    init(_ table: Manifest.Table, volume: StagingVolume, storedSchema: Schema, options: IngestionOptions) {
        files = table.changes
        self.volume = volume
        source = table.description
        self.storedSchema = storedSchema
        limits = ChangeSlice.Limits(rows: max(1, options.rowsPerSlice), bytes: max(1, options.bytesPerSlice))
        changeCount = files.reduce(0) { $0 + $1.rows }
        let bytes = files.reduce(0) { $0 + $1.memoryBytes }
        let wanted = max(changeCount.quotientRoundedUp(limits.rows), bytes.quotientRoundedUp(limits.bytes))
        sliceCount = min(changeCount, wanted)
    }

    func slice(_ index: Int) async throws -> NetChanges {
        do {
            var slice = ChangeSlice(index, of: sliceCount, table: source, limits: limits)
            for file in files {
                let parquet = try await open(file)
                for group in parquet.metadata.rowGroups.indices {
                    try Task.checkCancellation()
                    try slice.append(try await parquet.readRowGroup(group))
                }
            }
            return try slice.net(storedSchema: storedSchema)
        } catch let error as ColumnarError where error.code == .tooLarge {
            throw CDCError(
                .changesTooLarge,
                "the changes of table \(source.name) have more than 2 GiB of text or bytes in one column of one slice; run the "
                    + "pipeline with smaller IngestionOptions.bytesPerSlice and stagedFileBytes",
                table: source.name,
                underlying: error
            )
        }
    }

    private func open(_ file: StagedFile) async throws -> ParquetFile {
        let parquet = try await ParquetFile(BytesInput(try await volume.read(file)))
        guard parquet.metadata.rowCount == file.rows else {
            throw CDCError(
                .stagedFileCorrupt,
                "the staged file \(file.path) has \(parquet.metadata.rowCount) rows, its manifest says \(file.rows)",
                table: source.name
            )
        }
        return parquet
    }
}

extension Int {
    /// The smallest number of parts of a size that hold this many.
    fileprivate func quotientRoundedUp(_ size: Int) -> Int { self / size + (self % size > 0 ? 1 : 0) }
}
