import Foundation
import LakeStorage

/// Runs a body with a new folder, and removes the folder.
func withTemporaryFolder<T>(_ body: (TemporaryFolder) async throws -> T) async throws -> T {
    let url = FileManager.default.temporaryDirectory.appending(path: "swift-cdc-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    return try await body(TemporaryFolder(path: url.path))
}

struct TemporaryFolder {
    var path: String
    var storage: LocalStorage { LocalStorage(root: path) }
}
