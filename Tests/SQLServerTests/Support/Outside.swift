import Foundation

/// What is not part of the tests themselves.
enum Outside {
    /// Microsoft's script that makes the Northwind database.
    static let northwind: String? = {
        let environment = ProcessInfo.processInfo.environment["SWIFT_CDC_TEST_DATA"]
        let beside = URL(filePath: #filePath).appending(path: "../../../../../shared/data").standardized.path
        let path = "\(environment ?? beside)/northwind/instnwnd.sql"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }()

    /// The program cdc-demo, where it was built beside the tests.
    static let program: URL? = {
        let place = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "cdc-demo")
        return FileManager.default.isExecutableFile(atPath: place.path) ? place : nil
    }()
}
