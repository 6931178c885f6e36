#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A file on its way: written under a temporary name, then given its own, or forgotten.
///
/// One of ``finish(replacing:)`` and the end of its life ends it; until then nobody sees it.
struct TemporaryFile: ~Copyable {
    private let storage: LocalStorage
    private let path: String
    private let target: String
    private let temporary: String
    private let descriptor: Int32

    /// Creates the temporary file beside `path`, and the folders above it that are missing.
    init(_ storage: LocalStorage, _ path: String) throws(StorageError) {
        let target = try storage.location(path)
        let folder = LocalStorage.parent(of: target)
        let temporary = "\(folder)/\(LocalStorage.temporaryPrefix)\(UniqueName.uuid())"
        var (descriptor, error) = POSIX.createNew(temporary)
        if error == ENOENT {
            try storage.createFolder(folder, for: path)
            (descriptor, error) = POSIX.createNew(temporary)
        }
        if error != 0 { throw LocalStorage.error(error, path, "could not create '\(target)'", writing: true) }
        self.storage = storage
        self.path = path
        self.target = target
        self.temporary = temporary
        self.descriptor = descriptor
    }

    /// The temporary name never outlives the writing: after ``finish(replacing:)`` it is gone or one of two.
    deinit {
        POSIX.closeDescriptor(descriptor)
        _ = POSIX.remove(temporary)
    }

    borrowing func write(_ bytes: borrowing [UInt8]) throws(StorageError) {
        let error = POSIX.write(descriptor, bytes)
        if error != 0 { throw LocalStorage.error(error, path, "could not write '\(target)'", writing: true) }
    }

    /// Makes the file appear under its name, durable.
    ///
    /// - Parameter replacing: whether it may take the place of another; otherwise a taken name is an `alreadyExists`.
    consuming func finish(replacing: Bool) throws(StorageError) {
        let synchronizing = POSIX.synchronize(descriptor)
        if synchronizing != 0 {
            throw LocalStorage.error(synchronizing, path, "could not bring '\(target)' to the disk", writing: true)
        }
        let error = replacing ? POSIX.move(temporary, to: target) : POSIX.makeLink(temporary, to: target)
        if error == EEXIST { throw storage.taken(path) }
        if error == EPERM || error == ENOTSUP, !replacing {
            throw StorageError(
                .denied,
                path: path,
                "this file system knows no hard links, without which a file cannot be created only if absent; "
                    + "use one that does (ext4, xfs, btrfs, apfs, zfs)"
            )
        }
        if error != 0 { throw LocalStorage.error(error, path, "could not name '\(target)'", writing: true) }
        try storage.synchronizeFolder(of: path)
    }
}
