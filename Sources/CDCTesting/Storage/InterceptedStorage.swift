public import LakeStorage
import Synchronization

/// A storage at whose operations a test looks first, and which it may hold up or refuse.
///
/// ```swift
/// let full = InterceptedStorage(storage) { operation, path, count throws(StorageError) in
///     // There is room for one commit, and no more.
///     if operation == .putIfAbsent, count(.putIfAbsent, "/_delta_log/") > 0 {
///         throw StorageError(.full, path: path, "no space is left")
///     }
/// }
/// ```
public final class InterceptedStorage: ObjectStorage {
    /// What a storage is asked to do.
    public enum Operation: Hashable, Sendable {
        case read, attributes, list, putIfAbsent, put, create, link, delete, removeTemporaries
    }

    /// Is told of an operation before it is let through.
    ///
    /// - Parameters:
    ///   - path: The object or folder; of a link the new name.
    ///   - count: How many operations of a kind, whose path contains a text, were let through so far.
    public typealias Interceptor =
        @Sendable (
            _ operation: Operation, _ path: String, _ count: (_ operation: Operation, _ text: String) -> Int
        ) async throws(StorageError) -> Void

    private let storage: any ObjectStorage
    private let intercept: Interceptor
    private let passed = Mutex<[(operation: Operation, path: String)]>([])

    public init(_ storage: any ObjectStorage, _ intercept: @escaping Interceptor) {
        self.storage = storage
        self.intercept = intercept
    }

    private func check(_ operation: Operation, _ path: String) async throws(StorageError) {
        let before = passed.withLock { $0 }
        try await intercept(operation, path) { kind, text in
            before.count { $0.operation == kind && $0.path.contains(text) }
        }
        passed.withLock { $0.append((operation, path)) }
    }

    public func read(_ path: String, range: Range<Int>) async throws(StorageError) -> [UInt8] {
        try await check(.read, path)
        return try await storage.read(path, range: range)
    }

    public func read(_ path: String) async throws(StorageError) -> [UInt8] {
        try await check(.read, path)
        return try await storage.read(path)
    }

    public func attributes(of path: String) async throws(StorageError) -> ObjectAttributes {
        try await check(.attributes, path)
        return try await storage.attributes(of: path)
    }

    public func list(_ folder: String, from start: String) async throws(StorageError) -> [ObjectAttributes] {
        try await check(.list, folder)
        return try await storage.list(folder, from: start)
    }

    public func putIfAbsent(_ path: String, _ bytes: [UInt8]) async throws(StorageError) {
        try await check(.putIfAbsent, path)
        try await storage.putIfAbsent(path, bytes)
    }

    public func put(_ path: String, _ bytes: [UInt8]) async throws(StorageError) {
        try await check(.put, path)
        try await storage.put(path, bytes)
    }

    public func create(_ path: String) async throws(StorageError) -> any ObjectWriter {
        try await check(.create, path)
        return try await storage.create(path)
    }

    public func link(_ path: String, to newPath: String) async throws(StorageError) {
        try await check(.link, newPath)
        try await storage.link(path, to: newPath)
    }

    public func delete(_ path: String) async throws(StorageError) {
        try await check(.delete, path)
        try await storage.delete(path)
    }

    @discardableResult
    public func removeTemporaries(in folder: String, unchangedFor age: Int64) async throws(StorageError) -> Int {
        try await check(.removeTemporaries, folder)
        return try await storage.removeTemporaries(in: folder, unchangedFor: age)
    }
}
