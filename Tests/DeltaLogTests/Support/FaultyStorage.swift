import LakeStorage
import Synchronization

/// A storage that does as it is told when an object is put if absent: what the test needs of a network that fails.
final class FaultyStorage: ObjectStorage {
    enum Fault: Sendable {
        /// Writes the object, then reports a failure.
        case writesAndFails(StorageError.Code)
        /// Reports a failure, and writes the object when somebody has listed its folder, who did not find it.
        case writesLate(StorageError.Code)
        /// Reports a failure without writing.
        case fails(StorageError.Code)
        /// Lets another writer's object take the name first.
        case losesTo([UInt8])
    }

    private let base: any ObjectStorage
    private let faults: Mutex<[Fault]>
    /// An object that is still on its way.
    private let late = Mutex<(path: String, bytes: [UInt8])?>(nil)
    /// Whether every reading call fails from now on.
    private let isBlind = Mutex(false)

    init(_ base: any ObjectStorage, _ faults: [Fault]) {
        self.base = base
        self.faults = Mutex(faults)
    }

    /// Whether no object can be written piece by piece from now on.
    private let isFull = Mutex(false)

    func fillUp() { isFull.withLock { $0 = true } }

    func goBlind() { isBlind.withLock { $0 = true } }

    func putIfAbsent(_ path: String, _ bytes: [UInt8]) async throws(StorageError) {
        switch faults.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
        case nil: try await base.putIfAbsent(path, bytes)
        case .writesLate(let code)?:
            late.withLock { $0 = (path, bytes) }
            throw StorageError(code, path: path, "a failure on purpose")
        case .fails(let code)?: throw StorageError(code, path: path, "a failure on purpose")
        case .writesAndFails(let code)?:
            try await base.putIfAbsent(path, bytes)
            throw StorageError(code, path: path, "a failure on purpose")
        case .losesTo(let other)?:
            try await base.putIfAbsent(path, other)
            try await base.putIfAbsent(path, bytes)
        }
    }

    private func look() throws(StorageError) {
        if isBlind.withLock({ $0 }) { throw StorageError(.unavailable, path: "", "blind on purpose") }
    }

    func read(_ path: String, range: Range<Int>) async throws(StorageError) -> [UInt8] {
        try look()
        return try await base.read(path, range: range)
    }

    func read(_ path: String) async throws(StorageError) -> [UInt8] {
        try look()
        return try await base.read(path)
    }

    func attributes(of path: String) async throws(StorageError) -> ObjectAttributes {
        try look()
        return try await base.attributes(of: path)
    }

    func list(_ folder: String, from start: String) async throws(StorageError) -> [ObjectAttributes] {
        try look()
        let found = try await base.list(folder, from: start)
        if let (path, bytes) = late.withLock({ $0.take() }) { try await base.putIfAbsent(path, bytes) }
        return found
    }

    func put(_ path: String, _ bytes: [UInt8]) async throws(StorageError) { try await base.put(path, bytes) }
    func create(_ path: String) async throws(StorageError) -> any ObjectWriter {
        if isFull.withLock({ $0 }) { throw StorageError(.full, path: path, "full on purpose") }
        return try await base.create(path)
    }
    func link(_ path: String, to newPath: String) async throws(StorageError) {
        try await base.link(path, to: newPath)
    }
    func delete(_ path: String) async throws(StorageError) { try await base.delete(path) }
}
