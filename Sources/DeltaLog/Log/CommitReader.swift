import LakeStorage

/// Reads commits from a table's log.
enum CommitReader {
    /// The actions of one commit.
    ///
    /// - Throws: ``DeltaError`` with code `corruptLog`, `missingVersion` or `storage`.
    static func read(_ table: StorageFolder, _ version: Int64) async throws(DeltaError) -> [Action] {
        let path = path(version)
        let bytes = try await bytes(table, version)
        return try ActionReader.read(bytes, file: fullPath(table, path), version: version)
    }

    /// The commit info of one commit; `nil` where it has none.
    static func commitInfo(_ table: StorageFolder, _ version: Int64) async throws(DeltaError) -> CommitInfo? {
        let bytes = try await bytes(table, version)
        return try ActionReader.commitInfo(bytes, file: fullPath(table, path(version)), version: version)
    }

    /// Where a version's commit lies, from the table's folder.
    static func path(_ version: Int64) -> String { "\(LogFileName.folder)/\(LogFileName.commit(named: version))" }

    private static func bytes(_ table: StorageFolder, _ version: Int64) async throws(DeltaError) -> [UInt8] {
        do { return try await table.read(path(version)) } catch {
            if error.code == .notFound {
                throw DeltaError(
                    .missingVersion,
                    "the commit of version \(version) is not in the log",
                    version: version,
                    file: error.path,
                    underlying: error
                )
            }
            throw DeltaError(error, "the commit of version \(version) could not be read", version: version)
        }
    }

    static func fullPath(_ table: StorageFolder, _ path: String) -> String { StoragePath.join(table.folder, path) }
}
