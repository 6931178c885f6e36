#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A folder of the local disk as a storage.
///
/// An object is written under a temporary name beside its own (`.tmp-…`, which no listing shows), brought to the medium with
/// `fsync` and then given its name in one step: by `rename` where it may replace another, by `link` where it must not. The
/// folder is brought to the medium last. What a crash leaves behind are temporary files only.
///
/// The root is created by the first write. Calls block their thread for as long as the disk takes.
public struct LocalStorage: ObjectStorage {
    /// The folder that the paths are relative to, without a trailing `/`.
    public let root: String

    static let temporaryPrefix = ".tmp-"

    public init(root: String) {
        var root = root
        while root.utf8.count > 1, root.hasSuffix("/") { root.removeLast() }
        self.root = root.isEmpty ? "." : root
    }

    // MARK: Reading

    public func read(_ path: String, range: Range<Int>) async throws(StorageError) -> [UInt8] {
        try withFile(path) { (descriptor, size) throws(StorageError) in
            guard range.lowerBound >= 0, range.upperBound <= size else {
                throw StorageError(
                    .unreadable,
                    path: path,
                    "bytes \(range.lowerBound)..<\(range.upperBound) of '\(place(path))' were asked for, it has \(size)"
                )
            }
            return try read(descriptor, range, path)
        }
    }

    public func read(_ path: String) async throws(StorageError) -> [UInt8] {
        try withFile(path) { (descriptor, size) throws(StorageError) in try read(descriptor, 0..<size, path) }
    }

    public func attributes(of path: String) async throws(StorageError) -> ObjectAttributes {
        let (status, error) = POSIX.status(at: try location(path))
        if error != 0 { throw Self.error(error, path, "could not look at '\(place(path))'") }
        guard status.isFile else { throw StorageError(.notFound, path: path, "'\(place(path))' is no file") }
        return ObjectAttributes(path: path, size: status.size, modified: status.modified)
    }

    public func list(_ folder: String, from start: String) async throws(StorageError) -> [ObjectAttributes] {
        try StoragePath.check(folder: folder)
        let location = folder.isEmpty ? root : try location(folder)
        let (names, error) = POSIX.names(in: location)
        if error == ENOENT || error == ENOTDIR { return [] }
        if error != 0 { throw Self.error(error, folder, "could not list the folder '\(location)'") }
        let wanted = names.filter {
            !$0.hasPrefix(Self.temporaryPrefix) && !$0.utf8.lexicographicallyPrecedes(start.utf8)
        }
        var objects: [ObjectAttributes] = []
        objects.reserveCapacity(wanted.count)
        for name in wanted.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            let (status, error) = POSIX.status(at: "\(location)/\(name)")
            if error == ENOENT { continue }  // removed since the names were read, or a link to nowhere
            let path = StoragePath.join(folder, name)
            if error != 0 { throw Self.error(error, path, "could not look at '\(place(path))'") }
            guard status.isFile else { continue }
            objects.append(ObjectAttributes(path: path, size: status.size, modified: status.modified))
        }
        return objects
    }

    // MARK: Writing

    public func putIfAbsent(_ path: String, _ bytes: [UInt8]) async throws(StorageError) {
        // Whoever comes late need not write and sync a file first to learn it.
        if POSIX.status(at: try location(path)).error == 0 { throw taken(path) }
        let file = try TemporaryFile(self, path)
        try file.write(bytes)
        try file.finish(replacing: false)
    }

    public func put(_ path: String, _ bytes: [UInt8]) async throws(StorageError) {
        let file = try TemporaryFile(self, path)
        try file.write(bytes)
        try file.finish(replacing: true)
    }

    public func create(_ path: String) async throws(StorageError) -> any ObjectWriter {
        LocalObjectWriter(try TemporaryFile(self, path))
    }

    public func link(_ path: String, to newPath: String) async throws(StorageError) {
        let source = try location(path)
        let target = try location(newPath)
        let (status, statusError) = POSIX.status(at: source)
        if statusError != 0 { throw Self.error(statusError, path, "could not look at '\(place(path))'") }
        guard status.isFile else { throw StorageError(.notFound, path: path, "'\(place(path))' is no file") }
        var error = POSIX.makeLink(source, to: target)
        if error == ENOENT {
            try createFolder(Self.parent(of: target), for: newPath)
            error = POSIX.makeLink(source, to: target)
        }
        switch error {
        case 0: try synchronizeFolder(of: newPath)
        case EEXIST: throw taken(newPath)
        case EXDEV, EPERM, EMLINK, ENOTSUP: try copy(path, to: newPath)
        default: throw Self.error(error, newPath, "could not link '\(source)' to '\(target)'", writing: true)
        }
    }

    public func delete(_ path: String) async throws(StorageError) {
        let error = POSIX.remove(try location(path))
        if error == 0 || error == ENOENT || error == ENOTDIR { return }
        throw Self.error(error, path, "could not remove '\(place(path))'", writing: true)
    }

    @discardableResult
    public func removeTemporaries(in folder: String, unchangedFor age: Int64) async throws(StorageError) -> Int {
        try StoragePath.check(folder: folder)
        let location = folder.isEmpty ? root : try location(folder)
        let (names, error) = POSIX.names(in: location)
        if error == ENOENT || error == ENOTDIR { return 0 }
        if error != 0 { throw Self.error(error, folder, "could not list the folder '\(location)'") }
        let newest = POSIX.now() - max(0, age)
        var removed = 0
        for name in names where name.hasPrefix(Self.temporaryPrefix) {
            let (status, error) = POSIX.status(at: "\(location)/\(name)")
            guard error == 0, status.isFile, status.modified <= newest else { continue }
            if POSIX.remove("\(location)/\(name)") == 0 { removed += 1 }
        }
        return removed
    }

    // MARK: Pieces

    /// The path of an object in the file system.
    func location(_ path: String) throws(StorageError) -> String {
        try StoragePath.check(path)
        return place(path)
    }

    /// Where a person finds an object, whether its path is one or not.
    func place(_ path: String) -> String { root == "/" ? "/\(path)" : "\(root)/\(path)" }

    private func withFile<T>(
        _ path: String,
        _ body: (_ descriptor: Int32, _ size: Int) throws(StorageError) -> T
    ) throws(StorageError) -> T {
        let (descriptor, openError) = POSIX.openForReading(try location(path))
        if openError != 0 { throw Self.error(openError, path, "could not open '\(place(path))'") }
        defer { POSIX.closeDescriptor(descriptor) }
        let (status, statusError) = POSIX.status(of: descriptor)
        if statusError != 0 { throw Self.error(statusError, path, "could not look at '\(place(path))'") }
        guard status.isFile else { throw StorageError(.notFound, path: path, "'\(place(path))' is no file") }
        return try body(descriptor, status.size)
    }

    private func read(_ descriptor: Int32, _ range: Range<Int>, _ path: String) throws(StorageError) -> [UInt8] {
        let (bytes, error) = POSIX.read(descriptor, offset: range.lowerBound, count: range.count)
        if error != 0 { throw Self.error(error, path, "could not read '\(place(path))'") }
        guard bytes.count == range.count else {
            throw StorageError(.unreadable, path: path, "'\(place(path))' was cut short while it was read")
        }
        return bytes
    }

    /// The way of ``link(_:to:)`` where the file system has no second names, or not for this file.
    private func copy(_ path: String, to newPath: String) throws(StorageError) {
        let piece = 1 << 20
        let file = try TemporaryFile(self, newPath)
        try withFile(path) { (descriptor, size) throws(StorageError) in
            var offset = 0
            while offset < size {
                let end = Swift.min(size, offset + piece)
                try file.write(try read(descriptor, offset..<end, path))
                offset = end
            }
        }
        try file.finish(replacing: false)
    }

    /// Creates a folder and those above it that are missing, durable.
    func createFolder(_ location: String, for path: String) throws(StorageError) {
        var missing: [String] = []
        var current = location
        while true {
            let error = POSIX.makeFolder(current)
            if error == ENOENT, Self.parent(of: current) != current {
                missing.append(current)
                current = Self.parent(of: current)
                continue
            }
            try Self.checkFolder(current, error, path)
            if error == 0 { try Self.synchronize(Self.parent(of: current), path) }
            break
        }
        for folder in missing.reversed() {
            let error = POSIX.makeFolder(folder)
            try Self.checkFolder(folder, error, path)
            try Self.synchronize(Self.parent(of: folder), path)
        }
    }

    private static func checkFolder(_ location: String, _ error: Int32, _ path: String) throws(StorageError) {
        if error == 0 { return }
        if error == EEXIST {
            if POSIX.status(at: location).status.isFolder { return }
            throw StorageError(.invalidPath, path: path, "'\(location)' is a file, a folder is needed there")
        }
        throw Self.error(error, path, "could not create the folder '\(location)'", writing: true)
    }

    func synchronizeFolder(of path: String) throws(StorageError) {
        try Self.synchronize(Self.parent(of: try location(path)), path)
    }

    private static func synchronize(_ folder: String, _ path: String) throws(StorageError) {
        let error = POSIX.synchronizeFolder(folder)
        if error != 0 {
            throw Self.error(error, path, "could not bring the folder '\(folder)' to the disk", writing: true)
        }
    }

    static func parent(of location: String) -> String {
        guard let slash = location.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == location.startIndex ? "/" : String(location[..<slash])
    }

    func taken(_ path: String) -> StorageError {
        StorageError(.alreadyExists, path: path, "there is a file '\(place(path))' already")
    }

    /// What an error number of the system means to the caller of a storage.
    static func error(_ number: Int32, _ path: String, _ what: String, writing: Bool = false) -> StorageError {
        let message = "\(what): \(POSIX.text(of: number))"
        switch number {
        case ENOENT: return StorageError(.notFound, path: path, message)
        case ENOTDIR:
            if !writing { return StorageError(.notFound, path: path, message) }
            return StorageError(.invalidPath, path: path, "\(message); a file stands where a folder is needed")
        case EACCES, EPERM, EROFS:
            return StorageError(.denied, path: path, "\(message); check the owner and the mode of the folder")
        case ENOSPC, EDQUOT: return StorageError(.full, path: path, "\(message); free space and try again")
        case EISDIR, ENAMETOOLONG, ELOOP, ENOTEMPTY: return StorageError(.invalidPath, path: path, message)
        case EIO: return StorageError(.unreadable, path: path, "\(message); the disk may be failing")
        default: return StorageError(.unavailable, path: path, message)
        }
    }
}
