import LakeStorage
import Parquet

/// A data file of a table, as Parquet reads it.
struct StorageInput: ParquetInput {
    let folder: any ObjectStorage
    let path: String
    let byteCount: Int

    func read(_ range: Range<Int>) async throws -> [UInt8] {
        try await folder.read(path, range: range)
    }
}
