import Foundation

/// Data that are not part of the project.
enum Outside {
    /// Microsoft's script that makes the Northwind database.
    static let northwind: String? = {
        let environment = ProcessInfo.processInfo.environment["SWIFT_CDC_TEST_DATA"]
        let beside = URL(filePath: #filePath).appending(path: "../../../../../shared/data").standardized.path
        let path = "\(environment ?? beside)/northwind/instnwnd.sql"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }()
}
