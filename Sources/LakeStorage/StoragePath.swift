/// The rules that a path inside a storage must keep, whatever the storage is.
public enum StoragePath {
    /// Refuses a path that could leave the storage's root or that is no name: with an empty part, `.`, `..`, a leading or
    /// trailing `/`, or a NUL.
    ///
    /// - Throws: ``StorageError`` with code `invalidPath`.
    public static func check(_ path: String) throws(StorageError) {
        func refuse(_ reason: String) -> StorageError {
            StorageError(.invalidPath, path: path, "a path inside a storage must not \(reason)")
        }
        if path.isEmpty { throw refuse("be empty") }
        var partStart = path.utf8.startIndex
        var index = partStart
        let end = path.utf8.endIndex
        while true {
            if index == end || path.utf8[index] == UInt8(ascii: "/") {
                let part = path.utf8[partStart..<index]
                if part.isEmpty { throw refuse("begin or end with '/' or have an empty part") }
                if part.elementsEqual(".".utf8) || part.elementsEqual("..".utf8) {
                    throw refuse("have a part '.' or '..'")
                }
                if index == end { return }
                index = path.utf8.index(after: index)
                partStart = index
                continue
            }
            if path.utf8[index] == 0 { throw refuse("hold a NUL") }
            index = path.utf8.index(after: index)
        }
    }

    /// Refuses what ``check(_:)`` refuses, but lets the empty path pass, which as a folder is the storage's root.
    ///
    /// - Throws: ``StorageError`` with code `invalidPath`.
    public static func check(folder: String) throws(StorageError) {
        if !folder.isEmpty { try check(folder) }
    }

    /// `folder/name`, or the one of the two that is not empty.
    public static func join(_ folder: String, _ name: String) -> String {
        folder.isEmpty ? name : name.isEmpty ? folder : "\(folder)/\(name)"
    }
}
