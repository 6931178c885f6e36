public import LakeStorage

/// The seam between the gateway and the pipeline: a folder of Parquet files and manifests that any engine can read.
///
/// ```
/// landing/ingestion_volume/
///     manifests/00000000000000000001.json      a published cut
///     changes/dbo.orders/cut-…-….parquet       changes, in order
///     snapshots/dbo.orders/plan.json           a snapshot in progress: where it began, its chunks
///     snapshots/dbo.orders/…-chunk-000000.json a chunk that is complete
///     snapshots/dbo.orders/….parquet           its rows
/// ```
///
/// The folder of a table has the table's name, and a checksum where a file system might take it for another one's.
///
/// Any task may use it at any time; that two gateways do not publish the same cut is decided by the storage.
public struct StagingVolume: Sendable {
    /// The lake's storage.
    public let storage: any ObjectStorage
    /// The volume's folder in it.
    public let path: String

    public init(storage: any ObjectStorage, path: String) {
        self.storage = storage
        self.path = path
    }

    /// The path in the storage of a path in the volume.
    public func path(of relative: String) -> String { "\(path)/\(relative)" }

    // MARK: Manifests

    private static let manifests = "manifests"

    private static func manifestName(_ cut: Int64) -> String {
        NumberedName.digits(cut) + ".json"
    }

    /// The numbers of the published cuts from `first` on, ascending and without gaps.
    ///
    /// - Throws: ``CDCError`` with code `manifestCorrupt` where one is missing between others.
    public func publishedCuts(from first: Int64 = 0) async throws -> [Int64] {
        let entries = try await storage.list(path(of: Self.manifests), from: Self.manifestName(first))
        let cuts = entries.compactMap { entry -> Int64? in
            entry.name.hasSuffix(".json") ? Int64(entry.name.dropLast(5)) : nil
        }
        for (cut, following) in zip(cuts, cuts.dropFirst()) where following != cut + 1 {
            throw CDCError(
                .manifestCorrupt,
                "the manifest of cut \(cut + 1) is missing from \(path(of: Self.manifests)); restore it from a backup, "
                    + "or remove the volume to have it rebuilt from the tables"
            )
        }
        return cuts
    }

    public func manifest(_ cut: Int64) async throws -> Manifest {
        let path = path(of: "\(Self.manifests)/\(Self.manifestName(cut))")
        return try Manifest(json: try await storage.read(path), path: path)
    }

    /// The manifest of a cut; `nil` where there is none.
    func manifestIfPresent(_ cut: Int64) async throws -> Manifest? {
        let path = path(of: "\(Self.manifests)/\(Self.manifestName(cut))")
        return try await storage.readIfPresent(path).map { try Manifest(json: $0, path: path) }
    }

    /// Publishes a cut: from now on it exists.
    ///
    /// - Throws: ``CDCError`` with code `anotherGateway` where somebody else published a cut of that number.
    func publish(_ manifest: Manifest) async throws {
        let path = path(of: "\(Self.manifests)/\(Self.manifestName(manifest.cut))")
        do { try await storage.putIfAbsent(path, manifest.json) } catch {
            guard error.code == .alreadyExists else { throw error }
            throw CDCError(
                .anotherGateway,
                "cut \(manifest.cut) was published by another gateway; only one pipeline may use the volume \(self.path)"
            )
        }
    }

    // MARK: Files

    func read(_ file: StagedFile) async throws -> [UInt8] {
        guard let bytes = try await storage.readIfPresent(path(of: file.path)) else {
            throw corrupt(file, "it is missing")
        }
        guard bytes.count == file.bytes, Checksum.of(bytes) == file.checksum else {
            throw corrupt(file, "its checksum is not the one in its manifest")
        }
        return bytes
    }

    /// Checks that a file is the one that its manifest names, without keeping it.
    func verify(_ file: StagedFile) async throws {
        _ = try await read(file)
    }

    private func corrupt(_ file: StagedFile, _ problem: String) -> CDCError {
        CDCError(
            .stagedFileCorrupt,
            "the staged file \(path(of: file.path)) cannot be used: \(problem). Restore the file, or ask for a full "
                + "refresh of its table"
        )
    }

    /// The folder of a table's changes, in the volume.
    static func changesFolder(_ table: TableName) -> String { "changes/\(table.folder)" }
    static func snapshotsFolder(_ table: TableName) -> String { "snapshots/\(table.folder)" }

    // MARK: Retention

    /// Removes the files of cuts that every table has applied and that were published before `time`, but never the newest.
    ///
    /// - Parameters:
    ///   - cut: The last cut that every table has applied.
    ///   - time: Microseconds since 1970-01-01T00:00:00Z.
    /// - Returns: How many cuts were removed.
    func removeCuts(upTo cut: Int64, publishedBefore time: Int64) async throws -> Int {
        let cuts = try await publishedCuts()
        var removed = 0
        for number in cuts.dropLast() where number <= cut {
            let manifest = try await manifest(number)
            guard manifest.publishedAt < time else { break }
            for table in manifest.tables {
                for file in (table.snapshot ?? []) + table.changes {
                    try await storage.delete(path(of: file.path))
                }
            }
            try await storage.delete(path(of: "\(Self.manifests)/\(Self.manifestName(number))"))
            removed += 1
        }
        return removed
    }

    /// Removes what crashes left: staged files that no manifest names and no snapshot in progress either, and objects that
    /// were begun and never finished.
    ///
    /// - Parameters:
    ///   - tables: Whose folders are looked at.
    ///   - snapshotting: Those of them whose snapshots go on; the plans of others are history.
    ///   - time: Microseconds since 1970-01-01T00:00:00Z. What was written later may belong to somebody who is at work.
    ///   - age: The same as a span of milliseconds.
    func removeStrays(
        of tables: Set<TableName>,
        snapshotting: Set<TableName>,
        writtenBefore time: Int64,
        age: Int64
    ) async throws {
        var strays: [String] = []
        for table in tables.sorted() {
            for folder in [Self.changesFolder(table), Self.snapshotsFolder(table)].map(path(of:)) {
                try await storage.removeTemporaries(in: folder, unchangedFor: age)
            }
            let staged =
                try await storage.list(path(of: Self.changesFolder(table)))
                + storage.list(path(of: Self.snapshotsFolder(table)))
            var old = staged.filter { $0.modified < time / 1000 }
            if staged.contains(where: { $0.name == Self.planName }) {
                let isOver = !snapshotting.contains(table) && old.contains { $0.name == Self.planName }
                if isOver {
                    // Before its files, so that nobody takes up a plan without them.
                    try await endSnapshot(of: table)
                } else if let plan = try await snapshotPlan(of: table) {
                    old.removeAll { $0.name.hasPrefix(plan.id) }
                }
            }
            strays += old.filter { $0.name != Self.planName }.map(\.path)
        }
        try await storage.removeTemporaries(in: path(of: Self.manifests), unchangedFor: age)
        if strays.isEmpty { return }
        // Only now: there may be many manifests, and rarely a stray.
        var named: Set<String> = []
        for cut in try await publishedCuts() {
            for table in try await manifest(cut).tables {
                for file in (table.snapshot ?? []) + table.changes { named.insert(path(of: file.path)) }
            }
        }
        for stray in strays where !named.contains(stray) { try await storage.delete(stray) }
    }
}

extension TableName {
    /// The name of the table's folder in a volume: its own, and a checksum where that is too long, or where a file system
    /// that does not tell large from small letters, or one form of an accent from the other, could take it for another's.
    var folder: String {
        let name = description
        let isPlain = name.utf8.allSatisfy { $0 < 0x80 && !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
        if isPlain, name.utf8.count <= Self.longestFolder { return name }
        var start = name
        while start.utf8.count > Self.longestFolder { start.removeLast() }
        return "\(start)~\(Checksum.of(Array(name.utf8)))"
    }

    /// In bytes; with the checksum it stays well below the 255 that file systems allow.
    private static let longestFolder = 200
}
