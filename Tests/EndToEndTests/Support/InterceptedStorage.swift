import LakeStorage
import Synchronization

/// A storage at whose operations a test looks first, and which it may refuse.
final class InterceptedStorage: ObjectStorage {
    /// - Parameter count: How many operations of a name, whose path contains a text, were let through so far.
    typealias Interceptor =
        @Sendable (
            _ operation: String, _ path: String, _ count: (_ operation: String, _ text: String) -> Int
        ) throws(StorageError) -> Void

    private let storage: any ObjectStorage
    private let intercept: Interceptor
    private let passed = Mutex<[(operation: String, path: String)]>([])

    init(_ storage: any ObjectStorage, _ intercept: @escaping Interceptor) {
        self.storage = storage
        self.intercept = intercept
    }

    private func check(_ operation: String, _ path: String) throws(StorageError) {
        let before = passed.withLock { $0 }
        try intercept(operation, path) { name, text in
            before.count { $0.operation == name && $0.path.contains(text) }
        }
        passed.withLock { $0.append((operation, path)) }
    }

    func read(_ path: String, range: Range<Int>) async throws(StorageError) -> [UInt8] {
        try check("read", path)
        return try await storage.read(path, range: range)
    }

    func read(_ path: String) async throws(StorageError) -> [UInt8] {
        try check("read", path)
        return try await storage.read(path)
    }

    func attributes(of path: String) async throws(StorageError) -> ObjectAttributes {
        try check("attributes", path)
        return try await storage.attributes(of: path)
    }

    func list(_ folder: String, from start: String) async throws(StorageError) -> [ObjectAttributes] {
        try check("list", folder)
        return try await storage.list(folder, from: start)
    }

    func putIfAbsent(_ path: String, _ bytes: [UInt8]) async throws(StorageError) {
        try check("putIfAbsent", path)
        try await storage.putIfAbsent(path, bytes)
    }

    func put(_ path: String, _ bytes: [UInt8]) async throws(StorageError) {
        try check("put", path)
        try await storage.put(path, bytes)
    }

    func create(_ path: String) async throws(StorageError) -> any ObjectWriter {
        try check("create", path)
        return try await storage.create(path)
    }

    func link(_ path: String, to newPath: String) async throws(StorageError) {
        try check("link", newPath)
        try await storage.link(path, to: newPath)
    }

    func delete(_ path: String) async throws(StorageError) {
        try check("delete", path)
        try await storage.delete(path)
    }
}
