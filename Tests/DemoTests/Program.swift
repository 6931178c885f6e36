import Foundation

/// The program, which is built beside the tests, run as a person runs it.
enum Program {
    static let location = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appending(path: "cdc-demo")

    static var isThere: Bool { FileManager.default.isExecutableFile(atPath: location.path) }

    /// What a program printed, and how it ended.
    struct Outcome {
        var output: String
        var error: String
        var exit: Int32
    }

    /// Runs a line of shell in a folder; `cdc-demo` in it is the program.
    static func shell(_ line: String, in folder: String) throws -> Outcome {
        let files = ["out", "err"].map { URL(filePath: "\(folder)/.\(UUID().uuidString).\($0)") }
        for file in files { try Data().write(to: file) }
        defer { for file in files { try? FileManager.default.removeItem(at: file) } }
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", line]
        let folders = [location.deletingLastPathComponent().path, "/usr/bin", "/bin"]
        process.environment = ["PATH": folders.joined(separator: ":")]
        process.currentDirectoryURL = URL(filePath: folder)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: files[0])
        process.standardError = try FileHandle(forWritingTo: files[1])
        try process.run()
        process.waitUntilExit()
        let texts = try files.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
        return Outcome(output: texts[0], error: texts[1], exit: process.terminationStatus)
    }
}
