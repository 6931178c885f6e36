public import LakeStorage
import Synchronization

/// A storage that keeps its objects in memory: for unit tests that are over in milliseconds.
///
/// It refuses the paths that any storage refuses, see `StoragePath.check(_:)`.
public final class InMemoryStorage: ObjectStorage {
    private struct Object {
        var bytes: [UInt8]
        var modified: Int64
    }

    private struct State {
        var objects: [String: Object] = [:]
        /// Every change happens a millisecond after the one before.
        var time: Int64 = 1_704_067_200_000

        mutating func put(_ path: String, _ bytes: [UInt8]) {
            time += 1
            objects[path] = Object(bytes: bytes, modified: time)
        }
    }

    private let state = Mutex(State())

    public init() {}

    /// All paths, sorted.
    public var paths: [String] { state.withLock { $0.objects.keys.sorted() } }

    public func read(_ path: String, range: Range<Int>) async throws(StorageError) -> [UInt8] {
        let bytes = try await read(path)
        guard range.lowerBound >= 0, range.upperBound <= bytes.count else {
            throw StorageError(.unreadable, path: path, "the object ends at byte \(bytes.count)")
        }
        return Array(bytes[range])
    }

    public func read(_ path: String) async throws(StorageError) -> [UInt8] {
        try StoragePath.check(path)
        guard let object = state.withLock({ $0.objects[path] }) else { throw notFound(path) }
        return object.bytes
    }

    public func attributes(of path: String) async throws(StorageError) -> ObjectAttributes {
        try StoragePath.check(path)
        guard let object = state.withLock({ $0.objects[path] }) else { throw notFound(path) }
        return ObjectAttributes(path: path, size: object.bytes.count, modified: object.modified)
    }

    public func list(_ folder: String, from start: String) async throws(StorageError) -> [ObjectAttributes] {
        try StoragePath.check(folder: folder)
        let prefix = folder.isEmpty ? "" : folder + "/"
        let objects = state.withLock(\.objects)
        return objects.compactMap { path, object -> ObjectAttributes? in
            guard path.hasPrefix(prefix) else { return nil }
            let name = path.dropFirst(prefix.count)
            guard !name.contains("/"), !name.utf8.lexicographicallyPrecedes(start.utf8) else { return nil }
            return ObjectAttributes(path: path, size: object.bytes.count, modified: object.modified)
        }.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    public func putIfAbsent(_ path: String, _ bytes: [UInt8]) async throws(StorageError) {
        try StoragePath.check(path)
        let isNew = state.withLock { state in
            if state.objects[path] != nil { return false }
            state.put(path, bytes)
            return true
        }
        if !isNew { throw StorageError(.alreadyExists, path: path, "there is an object of that name already") }
    }

    public func put(_ path: String, _ bytes: [UInt8]) async throws(StorageError) {
        try StoragePath.check(path)
        state.withLock { $0.put(path, bytes) }
    }

    public func create(_ path: String) async throws(StorageError) -> any ObjectWriter {
        try StoragePath.check(path)
        return Writer(path: path, storage: self)
    }

    public func link(_ path: String, to newPath: String) async throws(StorageError) {
        let bytes = try await read(path)
        try await putIfAbsent(newPath, bytes)
    }

    public func delete(_ path: String) async throws(StorageError) {
        try StoragePath.check(path)
        state.withLock { _ = $0.objects.removeValue(forKey: path) }
    }

    private func notFound(_ path: String) -> StorageError {
        StorageError(.notFound, path: path, "there is no such object")
    }

    private final class Writer: ObjectWriter {
        private let path: String
        private let storage: InMemoryStorage
        /// `nil` when the object was finished or discarded.
        private let bytes = Mutex<[UInt8]?>([])

        init(path: String, storage: InMemoryStorage) {
            self.path = path
            self.storage = storage
        }

        func write(_ added: [UInt8]) async throws(StorageError) {
            let isOpen = bytes.withLock { bytes in
                bytes?.append(contentsOf: added)
                return bytes != nil
            }
            if !isOpen { throw ended }
        }

        func finish() async throws(StorageError) {
            guard let bytes = bytes.withLock({ $0.take() }) else { throw ended }
            try await storage.put(path, bytes)
        }

        func discard() async { bytes.withLock { $0 = nil } }

        private var ended: StorageError {
            StorageError(.unreadable, path: path, "the object was finished or discarded before; begin a new one")
        }
    }
}
