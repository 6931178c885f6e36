import LakeStorage

extension ObjectStorage {
    /// Removes data files of a table's folder that no commit will name.
    ///
    /// A file that cannot be removed now stays: it takes up room until a vacuum finds it, but no reader ever sees it.
    ///
    /// - Parameter paths: as the log would write them (``AddFile/path``).
    /// - Returns: those of files that could not be removed.
    @discardableResult
    func removeUncommitted(_ paths: some Sequence<String>) async -> Set<String> {
        var left: Set<String> = []
        for path in paths {
            do { try await delete(LogPath.decode(path) ?? path) } catch { left.insert(path) }
        }
        return left
    }
}
