import Foundation
import Testing

/// Programs and data beside the package, which tests need and may do without.
enum Outside {
    static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let python = package.appending(path: ".venv/bin/python")

    static let data: URL = {
        let environment = ProcessInfo.processInfo.environment["SWIFT_CDC_TEST_DATA"]
        return environment.map { URL(filePath: $0) } ?? package.appending(path: "../shared/data")
    }()
    static let golden = data.appending(path: "delta-tables/golden")
    static let northwind = data.appending(path: "northwind")

    static let goldenMessage: Comment = "needs delta-tables/golden in SWIFT_CDC_TEST_DATA or ../shared/data"

    static func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }

    /// Whether there is a Python that has these packages.
    static func hasPython(with packages: String...) -> Bool {
        let files = FileManager.default
        guard files.isExecutableFile(atPath: python.path) else { return false }
        let libraries = package.appending(path: ".venv/lib")
        let versions = (try? files.contentsOfDirectory(atPath: libraries.path)) ?? []
        return packages.allSatisfy { name in
            versions.contains { exists(libraries.appending(path: "\($0)/site-packages/\(name)")) }
        }
    }
}
