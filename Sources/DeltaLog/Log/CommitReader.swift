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

    /// How many commits are read at a time, since a storage may take its time to answer.
    private static let commitsAhead = 16
    /// How many bytes of commits are held at a time; a commit that is larger is read alone.
    private static let bytesAhead = 32 << 20

    /// Reads commits, several at a time, and hands them to `body` one after the other in their order.
    ///
    /// - Parameter read: what is wanted of a commit.
    /// - Throws: what `read` throws for the first commit that cannot be read; those after it are not handed over.
    static func forEach<Contents: Sendable>(
        _ commits: [LogSegment.CommitFile],
        in table: StorageFolder,
        _ read: @escaping @Sendable (StorageFolder, Int64) async throws(DeltaError) -> Contents,
        _ body: (LogSegment.CommitFile, Contents) -> Void
    ) async throws(DeltaError) {
        let failure = await withTaskGroup(of: (Int, Result<Contents, DeltaError>).self) { group -> DeltaError? in
            var outcomes: [Int: Result<Contents, DeltaError>] = [:]
            var next = 0
            var room = bytesAhead
            for (index, commit) in commits.enumerated() {
                while next < commits.count,
                    next == index || (next - index < commitsAhead && commits[next].size <= room)
                {
                    let (place, version) = (next, commits[next].version)
                    room -= commits[next].size
                    next += 1
                    group.addTask {
                        do throws(DeltaError) {
                            return (place, .success(try await read(table, version)))
                        } catch {
                            return (place, .failure(error))
                        }
                    }
                }
                while outcomes[index] == nil, let (place, outcome) = await group.next() { outcomes[place] = outcome }
                room += commit.size
                switch outcomes.removeValue(forKey: index) {
                case .success(let contents)?: body(commit, contents)
                case .failure(let error)?:
                    group.cancelAll()
                    return error
                case nil: break
                }
            }
            return nil
        }
        if let failure { throw failure }
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
