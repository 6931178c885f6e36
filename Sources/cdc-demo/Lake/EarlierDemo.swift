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
/// A demo leaves a mark in its folder before it writes anything else. Only where the mark is, are files removed, and only
/// those in the demo's own folders that have the names the demo gives: see ``DemoFolder``.
struct EarlierDemo {
    private static let mark = "cdc-demo.json"

    private let lake: DemoLake

    init(in lake: DemoLake) {
        self.lake = lake
    }

    /// Looks whether the lake is the demo's to write, and changes nothing.
    ///
    /// - Throws: ``Failure`` where the lake holds files that no demo wrote where a table must be.
    func checkIsOurs() async throws {
        // Without the mark nothing here is the demo's.
        if let folder = firstFolder, try await !lake.storage.exists(Self.mark) { throw foreign(folder) }
    }

    /// Makes room for a new demo and leaves its mark.
    ///
    /// - Throws: ``Failure`` where an earlier demo is there and may not be removed, or where the lake holds files that no
    ///   demo wrote where a table must be.
    func makeRoom(overwrite: Bool) async throws {
        try await checkIsOurs()
        if try await lake.storage.exists(Self.mark) {
            guard overwrite else {
                throw Failure(
                    .cannotCreate,
                    "demoExists",
                    "\(lake.folder) holds an earlier demo, and its source is gone; give --overwrite to replace it, or "
                        + "another --lake"
                )
            }
            try checkLogs()
            // First what a replay would go on with.
            try await lake.storage.delete(ReplayLog.file)
            for folder in DemoFolder.all { try clear(folder) }
        }
        let note = #"{"about":"written by cdc-demo, which removes its tables when it is run again with --overwrite"}"#
        try await lake.storage.put(Self.mark, Array((note + "\n").utf8))
    }

    /// Leaves the mark where there is none, and removes nothing: a replay goes on with what is there.
    ///
    /// - Throws: ``Failure`` where the lake holds anything but a replay.
    func makeRoomForReplay() async throws {
        guard try await lake.storage.exists(Self.mark) else { return try await makeRoom(overwrite: false) }
        // A replay writes its log before it writes tables.
        if try await !lake.storage.exists(ReplayLog.file), firstFolder != nil {
            throw Failure(
                .cannotCreate,
                "demoExists",
                "\(lake.folder) holds a demo that is no replay, or one whose \(ReplayLog.file) is gone; give another --lake"
            )
        }
    }

    // MARK: Looking

    /// The first of the demo's folders that is there.
    private var firstFolder: String? {
        DemoFolder.all.map { "\(lake.folder)/\($0.path)" }.first(where: Self.isFolder)
    }

    /// A table cannot be made where another's log is: so nothing else may be in a log.
    private func checkLogs() throws {
        for folder in DemoFolder.all where folder.content == .log {
            let path = "\(lake.folder)/\(folder.path)"
            let foreigner = Self.names(in: path).sorted().first { !folder.owns($0) || Self.isFolder("\(path)/\($0)") }
            if let foreigner { throw foreign("\(path)/\(foreigner)") }
        }
    }

    private func foreign(_ path: String) -> Failure {
        Failure(
            .cannotCreate,
            "foreignFiles",
            "the demo did not write \(path), and it is in the demo's way; give another --lake, or move it away"
        )
    }

    // MARK: Removing

    /// Removes the demo's files in a folder, and the folder and those above it that are empty then. Links are not followed.
    private func clear(_ folder: DemoFolder) throws {
        var path = "\(lake.folder)/\(folder.path)"
        guard Self.isFolder(path) else { return }
        for name in Self.names(in: path) where folder.owns(name) && !Self.isFolder("\(path)/\(name)") {
            if unlink("\(path)/\(name)") != 0, errno != ENOENT {
                let reason = String(cString: strerror(errno))
                throw Failure(.cannotCreate, "denied", "\(path)/\(name) cannot be removed: \(reason)")
            }
        }
        // Where something else is in a folder, it stays.
        while path != lake.folder, rmdir(path) == 0, let slash = path.lastIndex(of: "/") {
            path = String(path[..<slash])
        }
    }

    /// The names in a folder; none where it cannot be read.
    private static func names(in folder: String) -> [String] {
        guard isFolder(folder), let entries = opendir(folder) else { return [] }
        defer { closedir(entries) }
        var names: [String] = []
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
