/// Where a lake keeps its files: a local folder, an object store, or a fake that fails on purpose.
///
/// Paths are relative to the storage's root, their parts joined by `/`, without a leading one. An object is seen whole or
/// not at all: no reader ever meets half of one. When a writing call returns, what it wrote survives a power failure.
///
/// Any task may call any method at any time.
public protocol ObjectStorage: Sendable {
    /// The part `range` of an object's bytes.
    ///
    /// - Throws: ``StorageError`` with code `notFound`, or `unreadable` where the object ends before the range does.
    func read(_ path: String, range: Range<Int>) async throws(StorageError) -> [UInt8]

    /// All bytes of an object.
    ///
    /// - Throws: ``StorageError`` with code `notFound`.
    func read(_ path: String) async throws(StorageError) -> [UInt8]

    /// The size and the age of an object.
    ///
    /// - Throws: ``StorageError`` with code `notFound`.
    func attributes(of path: String) async throws(StorageError) -> ObjectAttributes

    /// The objects directly inside a folder whose names are not smaller than `start`, in the byte order of their names.
    /// A folder that does not exist is empty.
    func list(_ folder: String, from start: String) async throws(StorageError) -> [ObjectAttributes]

    /// Writes an object if there is none of that name, atomically: of any number of callers, one wins.
    ///
    /// - Throws: ``StorageError`` with code `alreadyExists`.
    func putIfAbsent(_ path: String, _ bytes: [UInt8]) async throws(StorageError)

    /// Writes an object, replacing the one there may be.
    func put(_ path: String, _ bytes: [UInt8]) async throws(StorageError)

    /// Begins a new object that is written piece by piece and appears when it is finished.
    func create(_ path: String) async throws(StorageError) -> any ObjectWriter

    /// Makes the bytes of an object appear under a second name as well, without copying them where the storage can.
    ///
    /// - Throws: ``StorageError`` with code `notFound`, or `alreadyExists` where the second name is taken.
    func link(_ path: String, to newPath: String) async throws(StorageError)

    /// Removes an object; it is no error if there is none.
    func delete(_ path: String) async throws(StorageError)

    /// Removes what is left in a folder of objects that were begun and never finished, because their writer died: those that
    /// nobody has written to for `age` milliseconds. A storage that keeps no such thing need not implement it.
    ///
    /// - Returns: How many there were.
    @discardableResult
    func removeTemporaries(in folder: String, unchangedFor age: Int64) async throws(StorageError) -> Int
}

/// An object being written, by one task at a time.
///
/// Exactly one of ``finish()`` and ``discard()`` ends it.
public protocol ObjectWriter: AnyObject, Sendable {
    func write(_ bytes: [UInt8]) async throws(StorageError)

    /// Makes the object appear under its name, durable.
    func finish() async throws(StorageError)

    /// Forgets what was written.
    func discard() async
}

/// An object's name, size and age.
public struct ObjectAttributes: Hashable, Sendable {
    /// The path, from the root of the storage.
    public var path: String
    /// In bytes.
    public var size: Int
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public var modified: Int64

    public init(path: String, size: Int, modified: Int64) {
        self.path = path
        self.size = size
        self.modified = modified
    }

    /// The path's last part.
    public var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}

extension ObjectStorage {
    @discardableResult
    public func removeTemporaries(in folder: String, unchangedFor age: Int64) async throws(StorageError) -> Int { 0 }

    public func list(_ folder: String) async throws(StorageError) -> [ObjectAttributes] {
        try await list(folder, from: "")
    }

    /// All bytes of an object; `nil` where there is no such object.
    public func readIfPresent(_ path: String) async throws(StorageError) -> [UInt8]? {
        do { return try await read(path) } catch {
            if error.code == .notFound { return nil }
            throw error
        }
    }

    /// Whether there is an object of that name.
    public func exists(_ path: String) async throws(StorageError) -> Bool {
        do {
            _ = try await attributes(of: path)
            return true
        } catch {
            if error.code == .notFound { return false }
            throw error
        }
    }
}
