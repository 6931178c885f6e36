package import LakeStorage
import Parquet

/// An object of a storage as the input of a Parquet reader.
package struct StoredParquetFile: ParquetInput {
    private let storage: any ObjectStorage
    private let path: String
    package let byteCount: Int

    /// - Parameter byteCount: the object's size in bytes.
    package init(_ storage: any ObjectStorage, _ path: String, byteCount: Int) {
        self.storage = storage
        self.path = path
        self.byteCount = byteCount
    }

    package func read(_ range: Range<Int>) async throws -> [UInt8] {
        try await storage.read(path, range: range)
    }
}
