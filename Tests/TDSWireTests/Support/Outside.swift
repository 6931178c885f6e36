import Foundation
import Testing

/// Recorded traffic beside the package, which tests need and may do without.
enum Outside {
    static let vectors: URL = {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let environment = ProcessInfo.processInfo.environment["SWIFT_CDC_TEST_DATA"]
        let data = environment.map { URL(filePath: $0) } ?? package.appending(path: "../shared/data")
        return data.appending(path: "tds-vectors")
    }()

    static let hasVectors = FileManager.default.fileExists(atPath: vectors.path)
    static let message: Comment = "needs tds-vectors in SWIFT_CDC_TEST_DATA or ../shared/data"

    static func file(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: vectors.appending(path: name))) }

    /// The recordings of one direction, `c2s` or `s2c`.
    static func recordings(_ direction: String) -> [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: vectors.path)) ?? []
        return all.filter { $0.hasSuffix(".\(direction).bin") }.sorted()
    }
}
