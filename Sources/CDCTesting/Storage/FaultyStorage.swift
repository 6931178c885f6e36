public import LakeStorage
import Synchronization

/// A storage that fails on purpose, at the operation that a test names.
///
/// Operations are counted from 0: every read, listing and write, and every piece of an object that is written. With
/// ``Fault/stopsDead(afterEffect:)`` nothing succeeds from that operation on, as if the process had been killed there: what
/// was written before it is there, what came after is not.
public final class FaultyStorage: ObjectStorage {
    /// What happens at an operation.
    public enum Fault: Hashable, Sendable {
        /// This one operation fails with the given code, without effect. Of the codes, `unavailable` says that trying
        /// again may help.
        case fails(StorageError.Code)
        /// This operation and all after it fail. With `afterEffect` this one still takes effect before its failure is
        /// told, as when a process dies between a write and the answer.
        case stopsDead(afterEffect: Bool)
    }

    private struct State {
        var count = 0
        var faults: [Int: Fault] = [:]
        var isDead = false
        var names: [String] = []
    }

    private let storage: any ObjectStorage
    private let state: Mutex<State>

    public init(_ storage: any ObjectStorage, faults: [Int: Fault] = [:]) {
        self.storage = storage
        state = Mutex(State(faults: faults))
    }

    /// How many operations there have been.
    public var operationCount: Int { state.withLock(\.count) }

    /// What each operation was, for messages.
    public var operations: [String] { state.withLock(\.names) }

    /// What is to happen to an operation: nothing, an error before it, or an error after it.
    private enum Verdict { case passes, failsBefore(StorageError.Code), failsAfter }

    private func next(_ name: String, _ path: String) -> Verdict {
        state.withLock { state in
            let number = state.count
            state.count += 1
            state.names.append("\(name) \(path)")
            if state.isDead { return .failsBefore(.denied) }
            switch state.faults[number] {
            case nil: return .passes
            case .fails(let code): return .failsBefore(code)
            case .stopsDead(let afterEffect):
                state.isDead = true
                return afterEffect ? .failsAfter : .failsBefore(.denied)
            }
        }
    }

    fileprivate func perform<T>(
        _ name: String,
        _ path: String,
        _ operation: () async throws(StorageError) -> T
    ) async throws(StorageError) -> T {
        switch next(name, path) {
        case .passes: return try await operation()
        case .failsBefore(let code): throw StorageError(code, path: path, "a fault (\(code)) was injected into \(name)")
        case .failsAfter:
            _ = try await operation()
            throw StorageError(.denied, path: path, "a fault was injected after \(name)")
        }
    }

    /// Whether nothing succeeds any more.
    fileprivate var isDead: Bool { state.withLock(\.isDead) }

    public func read(_ path: String, range: Range<Int>) async throws(StorageError) -> [UInt8] {
        try await perform("read", path) { () async throws(StorageError) in try await storage.read(path, range: range) }
    }

    public func read(_ path: String) async throws(StorageError) -> [UInt8] {
        try await perform("read", path) { () async throws(StorageError) in try await storage.read(path) }
    }

    public func attributes(of path: String) async throws(StorageError) -> ObjectAttributes {
        try await perform("attributes", path) { () async throws(StorageError) in
            try await storage.attributes(of: path)
        }
    }

    public func list(_ folder: String, from start: String) async throws(StorageError) -> [ObjectAttributes] {
        try await perform("list", folder) { () async throws(StorageError) in
            try await storage.list(folder, from: start)
        }
    }

    public func putIfAbsent(_ path: String, _ bytes: [UInt8]) async throws(StorageError) {
        try await perform("putIfAbsent", path) { () async throws(StorageError) in
            try await storage.putIfAbsent(path, bytes)
        }
    }

    public func put(_ path: String, _ bytes: [UInt8]) async throws(StorageError) {
        try await perform("put", path) { () async throws(StorageError) in try await storage.put(path, bytes) }
    }

    public func create(_ path: String) async throws(StorageError) -> any ObjectWriter {
        let writer = try await perform("create", path) { () async throws(StorageError) in
            try await storage.create(path)
        }
        return FaultyWriter(writer, path: path, storage: self)
    }

    public func link(_ path: String, to newPath: String) async throws(StorageError) {
        try await perform("link", newPath) { () async throws(StorageError) in
            try await storage.link(path, to: newPath)
        }
    }

    public func delete(_ path: String) async throws(StorageError) {
        try await perform("delete", path) { () async throws(StorageError) in try await storage.delete(path) }
    }

    @discardableResult
    public func removeTemporaries(in folder: String, unchangedFor age: Int64) async throws(StorageError) -> Int {
        try await perform("removeTemporaries", folder) { () async throws(StorageError) in
            try await storage.removeTemporaries(in: folder, unchangedFor: age)
        }
    }
}

private final class FaultyWriter: ObjectWriter {
    private let writer: any ObjectWriter
    private let path: String
    private let storage: FaultyStorage

    init(_ writer: any ObjectWriter, path: String, storage: FaultyStorage) {
        self.writer = writer
        self.path = path
        self.storage = storage
    }

    func write(_ bytes: [UInt8]) async throws(StorageError) {
        try await storage.perform("write", path) { () async throws(StorageError) in try await writer.write(bytes) }
    }

    func finish() async throws(StorageError) {
        try await storage.perform("finish", path) { () async throws(StorageError) in try await writer.finish() }
    }

    func discard() async {
        // A process that was killed clears nothing away.
        if !storage.isDead { await writer.discard() }
    }
}
