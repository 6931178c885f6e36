import Columnar
import DeltaLog
import LakeStorage

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A Delta table in a folder of the local disk, ours or anyone's.
struct LakeTable {
    typealias Moment = TableLog.Moment

    private let storage: LocalStorage
    private let path: String

    /// - Throws: ``Failure`` where there is no such folder, or nobody may look at it.
    init(at folder: String) throws {
        // The storage begins at the folder above, so that the table has a name in messages.
        guard let resolved = realpath(folder, nil) else { throw Self.failure(errno, folder) }
        defer { free(resolved) }
        let parts = String(cString: resolved).split(separator: "/")
        storage = LocalStorage(root: "/" + parts.dropLast().joined(separator: "/"))
        path = parts.last.map(String.init) ?? ""
    }

    /// What an error number of the system means for a folder that was to be found.
    static func failure(_ number: Int32, _ folder: String) -> Failure {
        let reason = String(cString: strerror(number))
        switch number {
        case EACCES, EPERM:
            return Failure(
                .cannotCreate,
                "denied",
                "'\(folder)' cannot be looked at: \(reason); check the owner and the mode of the folders above it"
            )
        case ENOENT, ENOTDIR, ENAMETOOLONG, ELOOP:
            return Failure(
                .noInput,
                "tableNotFound",
                "there is no folder '\(folder)': \(reason); give the folder that holds a table's _delta_log"
            )
        default: return Failure(.inputOutput, "unavailable", "'\(folder)' cannot be looked at: \(reason)")
        }
    }

    init(storage: LocalStorage, path: String) {
        self.storage = storage
        self.path = path
    }

    private var log: TableLog { TableLog(storage: storage, path: path) }

    /// The rows at a moment, one batch after the other.
    ///
    /// - Parameter columns: The columns wanted, in the order wanted; all where `nil`.
    func scan(_ moment: Moment, columns: [String]?) async throws -> TableScan {
        try await log.snapshot(at: moment).scan(columns: columns)
    }

    // MARK: Looking

    func history(limit: Int? = nil) async throws -> TableHistory {
        TableHistory(commits: try await log.history(limit: limit))
    }

    func detail() async throws -> TableDescription {
        // A table that cannot be read for a feature it needs can be described all the same.
        var detail = try await log.ungatedSnapshot().detail
        detail.location = "\(storage.root)/\(path)"
        return TableDescription(detail: detail)
    }
}
