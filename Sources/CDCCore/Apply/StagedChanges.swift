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

    init(_ table: Manifest.Table, volume: StagingVolume, storedSchema: Schema, rowsPerSlice: Int) {
        files = table.changes
        self.volume = volume
        source = table.description
        self.storedSchema = storedSchema
        changeCount = table.changes.reduce(0) { $0 + $1.rows }
        sliceCount = changeCount == 0 ? 0 : (changeCount - 1) / max(1, rowsPerSlice) + 1
    }

    func slice(_ index: Int) async throws -> NetChanges {
        var batches: [RecordBatch] = []
        var before: RecordBatch?
        for file in files {
            let parquet = try await open(file)
            for group in parquet.metadata.rowGroups.indices {
                try Task.checkCancellation()
                let batch = try await parquet.readRowGroup(group)
                if sliceCount == 1 {
                    batches.append(batch)
                    continue
                }
                // A row after an update and the one before it may be in different slices: what only both together tell is
                // looked at here, where they still stand side by side.
                try Netting.checkMovedKeys(try .concatenate([before, batch].compactMap { $0 }), table: source)
                before = try batch.slice(max(0, batch.rowCount - 1)..<batch.rowCount)
                batches.append(try select(index, of: batch))
            }
        }
        guard !batches.isEmpty else { throw CDCError(.stagedFileCorrupt, "a staged file of changes is empty") }
        return try Netting.net(try .concatenate(batches), table: source, storedSchema: storedSchema)
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

    /// The rows whose keys belong to a slice.
    private func select(_ index: Int, of batch: RecordBatch) throws -> RecordBatch {
        let hashes = try KeyIndex.hashes(of: source.key.map { try batch.column($0) })
        var selection = Bitmap(repeating: false, count: batch.rowCount)
        for (row, hash) in hashes.enumerated() where hash % UInt64(sliceCount) == UInt64(index) {
            selection[row] = true
        }
        return try batch.filter(selection)
    }
}
