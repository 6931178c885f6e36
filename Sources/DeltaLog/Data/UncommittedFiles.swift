import LakeStorage

extension ObjectStorage {
    /// Removes data files of a table's folder that no commit will name.
    ///
    /// A file that cannot be removed now stays: it takes up room, but no reader ever sees it.
    ///
    /// - Parameter paths: as the log would write them (``AddFile/path``).
    func removeUncommitted(_ paths: some Sequence<String>) async {
        for path in paths { try? await delete(LogPath.decode(path) ?? path) }
    }
}
