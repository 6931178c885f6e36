import CDCCore
import LakeStorage

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Keeps a second program out of a lake while one writes it.
///
/// The system keeps the lock, and lets go of it when the process ends, however it ends; the empty file stays.
struct LakeLock: Sendable {
    static let file = "cdc-demo.lock"

    private let descriptor: Int32

    /// - Throws: ``Failure`` where another program writes the lake.
    init(_ lake: DemoLake) async throws {
        do { try await lake.storage.putIfAbsent(Self.file, []) } catch {
            guard error.code == .alreadyExists else { throw error }
        }
        let path = "\(lake.folder)/\(Self.file)"
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw Failure(.cannotCreate, "denied", "'\(path)' cannot be opened: \(reason)")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let error = errno
            close(descriptor)
            guard error == EWOULDBLOCK else {
                let reason = String(cString: strerror(error))
                throw Failure(.inputOutput, "lock", "'\(path)' cannot be locked: \(reason)")
            }
            throw Failure(
                .cannotCreate,
                "lakeInUse",
                "another cdc-demo is writing \(lake.folder) now; let it end, or stop it, or give another --lake"
            )
        }
        self.descriptor = descriptor
    }

    func release() { close(descriptor) }
}
