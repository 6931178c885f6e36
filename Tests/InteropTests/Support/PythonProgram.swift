import Foundation

/// A program of `Tests/Interop`.
struct PythonProgram {
    var name: String

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Runs the program to its end.
    ///
    /// - Returns: What it printed.
    /// - Throws: ``Failure`` with what it printed, where its exit code is not 0.
    @discardableResult
    func run(_ arguments: String...) async throws -> String {
        let printed = FileManager.default.temporaryDirectory.appending(path: "swift-cdc-\(UUID().uuidString).out")
        _ = FileManager.default.createFile(atPath: printed.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: printed) }
        let output = try FileHandle(forWritingTo: printed)
        let process = Process()
        process.executableURL = Outside.python
        process.arguments = [Outside.package.appending(path: "Tests/Interop/\(name)").path] + arguments
        process.standardOutput = output
        process.standardError = output
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        try output.close()
        let text = String(decoding: try Data(contentsOf: printed), as: UTF8.self)
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(name) ended with code \(process.terminationStatus):\n\(text)")
        }
        return text
    }
}
