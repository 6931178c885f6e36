import CDCCore
import LakeStorage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What an earlier demo left in a lake, and how to remove it without touching anything else.
///
/// A demo leaves a mark in its folder before it writes anything else. Only where the mark is, are files removed: those of
/// the demo's own tables, staging volume and event log, and only files of the kinds that such folders hold.
struct EarlierDemo {
    private static let mark = "cdc-demo.json"
    /// The folders that the demo writes, from the catalog's folder.
    private static let folders =
        RetailDB.tables.map { "\(DemoLake.schema)/\($0.name.name)" } + [
            "\(DemoLake.schema)/_consistent_points/\(DemoLake.pipelineName)", DemoLake.volume, DemoLake.eventLog,
        ]

    private let lake: DemoLake

    init(in lake: DemoLake) {
        self.lake = lake
    }

    /// Makes room for a new demo and leaves its mark.
    ///
    /// - Throws: ``Failure`` where an earlier demo is there and may not be removed, or where the lake holds tables that no
    ///   demo wrote.
    func makeRoom(overwrite: Bool) async throws {
        let isOurs = try await lake.storage.exists(Self.mark)
        if isOurs {
            guard overwrite else {
                throw Failure(
                    .cannotCreate,
                    "demoExists",
                    "\(lake.folder) holds an earlier demo, and its source is gone; give --overwrite to replace it, or "
                        + "another --lake"
                )
            }
            for folder in Self.folders { try Self.clear("\(lake.folder)/\(folder)") }
        }
        // Without the mark nothing here is the demo's; with it, what is left after clearing is not, and a table must go.
        let inTheWay = isOurs ? "/_delta_log" : ""
        if let folder = Self.folders.first(where: { Self.isFolder("\(lake.folder)/\($0)\(inTheWay)") }) {
            throw Failure(
                .cannotCreate,
                "foreignFiles",
                "\(lake.folder)/\(folder) holds files that the demo did not write; give another --lake, or move them away"
            )
        }
        let note = #"{"about":"written by cdc-demo, which removes its tables when it is run again with --overwrite"}"#
        try await lake.storage.put(Self.mark, Array((note + "\n").utf8))
    }

    /// Leaves the mark where there is none, and removes nothing.
    func markIfNew() async throws {
        if try await !lake.storage.exists(Self.mark) { try await makeRoom(overwrite: false) }
    }

    // MARK: Removing

    /// Removes the demo's files below a folder, and the folders that are empty then. Links are not followed.
    private static func clear(_ folder: String) throws {
        guard isFolder(folder), let entries = opendir(folder) else { return }
        var names: [String] = []
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        closedir(entries)
        for name in names {
            let path = "\(folder)/\(name)"
            if isFolder(path) {
                try clear(path)
            } else if isOurs(name), unlink(path) != 0, errno != ENOENT {
                throw Failure(.cannotCreate, "denied", "\(path) cannot be removed: error \(errno) of the system")
            }
        }
        rmdir(folder)  // where something else is in it, it stays
    }

    /// Whether a name is of a kind that tables, staging volumes and their logs have.
    private static func isOurs(_ name: String) -> Bool {
        name == "_last_checkpoint" || name.hasPrefix(".tmp-")
            || [".parquet", ".json", ".crc", ".bin"].contains { name.hasSuffix($0) }
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
