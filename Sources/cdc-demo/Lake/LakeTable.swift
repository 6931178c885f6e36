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

    /// - Throws: ``Failure`` where there is no such folder.
    init(at folder: String) throws {
        // The storage begins at the folder above, so that the table has a name in messages.
        guard let resolved = realpath(folder, nil) else {
            throw Failure(
                .noInput,
                "tableNotFound",
                "there is no folder '\(folder)'; give the folder that holds a table's _delta_log"
            )
        }
        defer { free(resolved) }
        let parts = String(cString: resolved).split(separator: "/")
        storage = LocalStorage(root: "/" + parts.dropLast().joined(separator: "/"))
        path = parts.last.map(String.init) ?? ""
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
