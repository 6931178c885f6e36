import Foundation

/// A folder that lives as long as the test that made it.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        path = NSTemporaryDirectory() + "swift-cdc-" + UUID().uuidString
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String = "x") {
        _ = FileManager.default.createFile(atPath: "\(path)/\(name)", contents: Data(text.utf8))
    }

    /// - Parameter modified: in seconds since 1970.
    func write(_ name: String, modified: Double) {
        let date = Date(timeIntervalSince1970: modified)
        let attributes: [FileAttributeKey: Any] = [.modificationDate: date]
        _ = FileManager.default.createFile(atPath: "\(path)/\(name)", contents: Data())
        try? FileManager.default.setAttributes(attributes, ofItemAtPath: "\(path)/\(name)")
    }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(name)") }

    /// All names in a folder, temporary ones too.
    func names(_ folder: String = "") -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)")) ?? []).sorted()
    }
}
