import Foundation
import Testing

/// Tables and programs beside the package.
private enum Outside {
    static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let python = package.appending(path: ".venv/bin/python")
    static let tables: URL = {
        let environment = ProcessInfo.processInfo.environment["SWIFT_CDC_TEST_DATA"]
        let data = environment.map { URL(filePath: $0) } ?? package.appending(path: "../shared/data")
        return data.appending(path: "delta-tables/golden")
    }()
    /// The program, which is built beside the tests.
    static let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "cdc-demo")

    static var areThere: Bool {
        let files = FileManager.default
        return files.isExecutableFile(atPath: python.path) && files.fileExists(atPath: tables.path)
            && files.isExecutableFile(atPath: program.path)
    }
}

@Suite("cat beside other readers")
struct CatInteroperabilityTests {
    @Test(
        "cat prints of tables that Spark wrote what delta-rs reads",
        .enabled(
            if: Outside.areThere,
            "needs .venv/bin/python with deltalake, the program cdc-demo beside the tests, and delta-tables/golden"
        )
    )
    func golden() throws {
        let process = Process()
        process.executableURL = Outside.python
        process.arguments = [
            Outside.package.appending(path: "Tests/Interop/compare_cat.py").path, Outside.program.path,
            Outside.tables.path,
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text)")
    }
}
