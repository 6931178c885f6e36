/// A folder of another storage as a storage of its own: a table, a volume.
///
/// Paths are relative to the folder; the paths in errors are the full ones of the storage it lies in.
public struct StorageFolder: ObjectStorage {
    /// The storage the folder lies in.
    public let base: any ObjectStorage
    /// The folder, from the root of ``base``; empty for all of it.
    public let folder: String

    public init(_ base: any ObjectStorage, folder: String) {
        if let outer = base as? StorageFolder {
            self.base = outer.base
            self.folder = StoragePath.join(outer.folder, folder)
        } else {
            self.base = base
            self.folder = folder
        }
    }

    /// Where an object of this folder lies in ``base``.
    ///
    /// - Throws: ``StorageError`` with code `invalidPath` where the path would leave the folder.
    public func fullPath(_ path: String) throws(StorageError) -> String {
        do { try StoragePath.check(path) } catch {
            throw StorageError(error.code, path: StoragePath.join(folder, path), error.message)
        }
        return StoragePath.join(folder, path)
    }

    public func read(_ path: String, range: Range<Int>) async throws(StorageError) -> [UInt8] {
        try await base.read(fullPath(path), range: range)
    }

    public func read(_ path: String) async throws(StorageError) -> [UInt8] {
        try await base.read(fullPath(path))
    }

    public func attributes(of path: String) async throws(StorageError) -> ObjectAttributes {
        relative(try await base.attributes(of: fullPath(path)))
    }

    public func list(_ folder: String, from start: String) async throws(StorageError) -> [ObjectAttributes] {
        let inner = folder.isEmpty ? self.folder : try fullPath(folder)
        return try await base.list(inner, from: start).map(relative)
    }

    public func putIfAbsent(_ path: String, _ bytes: [UInt8]) async throws(StorageError) {
        try await base.putIfAbsent(fullPath(path), bytes)
    }

    public func put(_ path: String, _ bytes: [UInt8]) async throws(StorageError) {
        try await base.put(fullPath(path), bytes)
    }

    public func create(_ path: String) async throws(StorageError) -> any ObjectWriter {
        try await base.create(fullPath(path))
    }

    public func link(_ path: String, to newPath: String) async throws(StorageError) {
        try await base.link(fullPath(path), to: fullPath(newPath))
    }

    public func delete(_ path: String) async throws(StorageError) {
        try await base.delete(fullPath(path))
    }

    @discardableResult
    public func removeTemporaries(in folder: String, unchangedFor age: Int64) async throws(StorageError) -> Int {
        let inner = folder.isEmpty ? self.folder : try fullPath(folder)
        return try await base.removeTemporaries(in: inner, unchangedFor: age)
    }

    private func relative(_ attributes: ObjectAttributes) -> ObjectAttributes {
        guard !folder.isEmpty, attributes.path.hasPrefix(folder + "/") else { return attributes }
        var result = attributes
        result.path = String(attributes.path.dropFirst(folder.count + 1))
        return result
    }
}
