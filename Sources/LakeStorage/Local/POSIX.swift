#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The few system calls that files need, each tried again where a signal interrupted it.
///
/// Calls return the number of the system's error, 0 for success, so that the caller decides what an error means.
enum POSIX {
    /// Runs `call`, which returns −1 where it failed, until no signal interrupts it.
    private static func run<T: SignedInteger>(_ call: () -> T) -> (result: T, error: Int32) {
        while true {
            let result = call()
            if result != -1 { return (result, 0) }
            let error = errno
            if error != EINTR { return (result, error) }
        }
    }

    // MARK: Files

    static func openForReading(_ location: String) -> (descriptor: Int32, error: Int32) {
        let (descriptor, error) = run { open(location, O_RDONLY | O_CLOEXEC) }
        return (descriptor, error)
    }

    /// Creates a file that must not be there yet.
    static func createNew(_ location: String) -> (descriptor: Int32, error: Int32) {
        let (descriptor, error) = run { open(location, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
        return (descriptor, error)
    }

    /// Closes a descriptor. Not repeated on a signal: the descriptor is gone in any case.
    static func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }

    /// What the system knows of an open file.
    static func status(of descriptor: Int32) -> (status: FileStatus, error: Int32) {
        var info = stat()
        let (_, error) = run { fstat(descriptor, &info) }
        return (FileStatus(info), error)
    }

    /// What the system knows of the file or folder at a location; symbolic links are followed.
    static func status(at location: String) -> (status: FileStatus, error: Int32) {
        var info = stat()
        let (_, error) = run { fstatat(AT_FDCWD, location, &info, 0) }
        return (FileStatus(info), error)
    }

    /// Reads `count` bytes from `offset` on; fewer where the file ends before.
    static func read(_ descriptor: Int32, offset: Int, count: Int) -> (bytes: [UInt8], error: Int32) {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while initialized < count {
                let rest = UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[initialized...]
                )
                let place = off_t(offset + initialized)
                let (length, error) = run { pread(descriptor, rest.baseAddress, rest.count, place) }
                failure = error
                if length <= 0 { return }
                initialized += length
            }
        }
        return (bytes, failure)
    }

    /// Writes all bytes at the end of what was written before.
    static func write(_ descriptor: Int32, _ bytes: borrowing [UInt8]) -> Int32 {
        bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
                let (length, error) = run { systemWrite(descriptor, rest.baseAddress, rest.count) }
                if error != 0 { return error }
                written += length
            }
            return 0
        }
    }

    /// Waits until the medium has what was written.
    static func synchronize(_ descriptor: Int32) -> Int32 {
        #if canImport(Darwin)
        // There fsync only reaches the drive's cache.
        if run({ fcntl(descriptor, F_FULLFSYNC) }).error == 0 { return 0 }
        #endif
        return run { fsync(descriptor) }.error
    }

    // MARK: Names

    /// A second name for a file; fails with `EEXIST` where the name is taken.
    static func makeLink(_ location: String, to newLocation: String) -> Int32 {
        run { link(location, newLocation) }.error
    }

    /// Gives a file another name, replacing what has it.
    static func move(_ location: String, to newLocation: String) -> Int32 {
        run { rename(location, newLocation) }.error
    }

    static func remove(_ location: String) -> Int32 {
        run { unlink(location) }.error
    }

    static func makeFolder(_ location: String) -> Int32 {
        run { mkdir(location, 0o777) }.error
    }

    /// Waits until the medium has the names in a folder.
    static func synchronizeFolder(_ location: String) -> Int32 {
        let (descriptor, error) = run { open(location, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        if error != 0 { return error }
        defer { closeDescriptor(descriptor) }
        let outcome = run { fsync(descriptor) }.error
        return outcome == EINVAL ? 0 : outcome  // some network file systems know no fsync for folders
    }

    /// The names in a folder, in no order, without `.` and `..`.
    static func names(in location: String) -> (names: [String], error: Int32) {
        guard let folder = opendir(location) else { return ([], errno) }
        defer { closedir(folder) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(folder) else { return (names, errno) }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: tuple.pointee)) {
                    String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }

    static func text(of error: Int32) -> String {
        String(cString: strerror(error))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

/// `write(2)`, whose name ``POSIX/write(_:_:)`` hides.
private func systemWrite(_ descriptor: Int32, _ start: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, start, count)
}

/// Size, age and kind of a file.
struct FileStatus {
    let isFile: Bool
    let isFolder: Bool
    let size: Int
    /// Milliseconds since 1970-01-01T00:00:00Z.
    let modified: Int64

    init(_ info: stat) {
        isFile = info.st_mode & S_IFMT == S_IFREG
        isFolder = info.st_mode & S_IFMT == S_IFDIR
        size = Int(info.st_size)
        #if canImport(Darwin)
        let time = info.st_mtimespec
        #else
        let time = info.st_mtim
        #endif
        // A file can have any age that somebody gave it.
        let (milliseconds, overflow) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1000)
        let (sum, carry) = milliseconds.addingReportingOverflow(Int64(time.tv_nsec) / 1_000_000)
        modified = overflow || carry ? (time.tv_sec < 0 ? .min : .max) : sum
    }
}
