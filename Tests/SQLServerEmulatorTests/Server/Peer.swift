#if Emulator
import Foundation
import Testing

/// Clients of SQL Server that others wrote.
enum Peer {
    static let package = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static let python = package.appending(path: ".venv/bin/python")

    struct Failure: Error, CustomStringConvertible { var description: String }

    static func hasPython(with module: String) -> Bool {
        let files = FileManager.default
        let libraries = package.appending(path: ".venv/lib")
        let versions = (try? files.contentsOfDirectory(atPath: libraries.path)) ?? []
        return files.isExecutableFile(atPath: python.path)
            && versions.contains {
                files.fileExists(atPath: libraries.appending(path: "\($0)/site-packages/\(module)").path)
            }
    }

    static func program(_ name: String) -> URL? {
        ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"].map { URL(filePath: $0).appending(path: name) }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    /// Runs a program to its end.
    ///
    /// - Returns: What it printed.
    @discardableResult
    static func run(
        _ program: URL,
        _ arguments: [String],
        input: String = "",
        environment: [String: String] = [:],
        mayFail: Bool = false
    ) async throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "peer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (given, printed) = (folder.appending(path: "in"), folder.appending(path: "out"))
        try Data(input.utf8).write(to: given)
        try Data().write(to: printed)
        let output = try FileHandle(forWritingTo: printed)
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = try FileHandle(forReadingFrom: given)
        process.standardOutput = output
        process.standardError = output
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        try output.close()
        let text = String(decoding: try Data(contentsOf: printed), as: UTF8.self)
        guard mayFail || process.terminationStatus == 0 else {
            throw Failure(
                description: "\(program.lastPathComponent) ended with code \(process.terminationStatus):\n\(text)"
            )
        }
        return text
    }
}
#endif
