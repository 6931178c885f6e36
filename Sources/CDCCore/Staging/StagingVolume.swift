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
    static func changesFolder(_ table: TableName) -> String { "changes/\(table)" }
    static func snapshotsFolder(_ table: TableName) -> String { "snapshots/\(table)" }

    // MARK: Retention

    /// Removes files of changes that an attempt left behind which never came to publish: those of cuts that are gone.
    private func removeStrays(of table: TableName, upTo cut: Int64) async throws {
        for entry in try await storage.list(path(of: Self.changesFolder(table)), from: "cut-") {
            let number = entry.name.dropFirst("cut-".count).prefix { $0 != "-" }
            if let number = Int64(number), number <= cut { try await storage.delete(entry.path) }
        }
    }

    /// Removes the files of cuts that every table has applied and that were published before `time`, but never the newest.
    ///
    /// - Parameters:
    ///   - cut: The last cut that every table has applied.
    ///   - time: Microseconds since 1970-01-01T00:00:00Z.
    /// - Returns: How many cuts were removed.
    func removeCuts(upTo cut: Int64, publishedBefore time: Int64) async throws -> Int {
        let cuts = try await publishedCuts()
        var removed = 0
        var last: Manifest?
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
            last = manifest
        }
        for table in last?.tables ?? [] { try await removeStrays(of: table.description.name, upTo: last?.cut ?? 0) }
        return removed
    }
}
