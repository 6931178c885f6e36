import Foundation

/// The program while it runs.
final class RunningProgram {
    /// In the environment of every program that is started.
    static let password = "Aa1-for-tests"

    private let process = Process()
    private let output = Pipe()
    private let errors: URL

    init(arguments: [String], in folder: String) throws {
        process.executableURL = Program.location
        process.arguments = arguments
        process.environment = ["PATH": "/usr/bin:/bin", "SWIFT_CDC_PASSWORD": Self.password]
        process.currentDirectoryURL = URL(filePath: folder)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        errors = URL(filePath: "\(folder)/.\(UUID().uuidString).err")
        try Data().write(to: errors)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
    }

    /// The first line that it prints; waits for it.
    func firstLine() throws -> String {
        var line = Data()
        while true {
            let piece = output.fileHandleForReading.availableData
            line += piece
            if piece.isEmpty || piece.contains(UInt8(ascii: "\n")) { return String(decoding: line, as: UTF8.self) }
        }
    }

    /// What it printed as its errors so far.
    func errorText() throws -> String { String(decoding: try Data(contentsOf: errors), as: UTF8.self) }

    /// Presses Ctrl-C.
    ///
    /// - Returns: The exit code.
    func interrupt() -> Int32 {
        process.interrupt()
        return exitCode()
    }

    /// Stops it as a service manager does.
    ///
    /// - Returns: The exit code.
    func terminate() -> Int32 {
        process.terminate()
        return exitCode()
    }

    private func exitCode() -> Int32 {
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }

    /// Its line in the list of processes, which everybody on the machine may read.
    func processListing() throws -> String {
        // Where there is such a file, `ps` reads it, too, and need not be there.
        if let arguments = FileManager.default.contents(atPath: "/proc/\(process.processIdentifier)/cmdline") {
            return String(decoding: arguments, as: UTF8.self)
        }
        let listing = Process()
        listing.executableURL = URL(filePath: "/bin/ps")
        listing.arguments = ["-ww", "-o", "args=", "-p", "\(process.processIdentifier)"]
        let output = Pipe()
        listing.standardOutput = output
        try listing.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        listing.waitUntilExit()
        return String(decoding: text, as: UTF8.self)
    }

    func kill() {
        guard process.isRunning else { return }
        process.terminate()
        process.waitUntilExit()
    }
}

/// Clients of SQL Server that others wrote, and data that are not part of the project.
enum Client {
    static let package = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
    static let python = "\(package)/.venv/bin/python"

    static let tsql = ["/usr/bin/tsql", "/usr/local/bin/tsql", "/opt/homebrew/bin/tsql"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    static func hasPython(with module: String) -> Bool {
        let files = FileManager.default
        let versions = (try? files.contentsOfDirectory(atPath: "\(package)/.venv/lib")) ?? []
        return versions.contains { files.fileExists(atPath: "\(package)/.venv/lib/\($0)/site-packages/\(module)") }
    }

    /// Microsoft's script that makes the Northwind database.
    static let northwind: String? = {
        let folder = ProcessInfo.processInfo.environment["SWIFT_CDC_TEST_DATA"] ?? "\(package)/../shared/data"
        let path = "\(folder)/northwind/instnwnd.sql"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }()

    /// The blocks of T-SQL in the README.
    static func blocksOfReadme() throws -> [String] {
        let text = try String(contentsOfFile: "\(package)/README.md", encoding: .utf8)
        return text.components(separatedBy: "```sql\n").dropFirst().compactMap {
            $0.components(separatedBy: "```").first
        }
    }
}
