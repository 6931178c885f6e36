import Foundation

/// The server of the benchmarks as a process; it ends with the one that started it.
final class ServerProcess {
    let address: String
    private let process = Process()
    private let input = Pipe()

    init() throws {
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        process.arguments = ["serve"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line = Data()
        while !line.contains(UInt8(ascii: "\n")) {
            let bytes = output.fileHandleForReading.availableData
            if bytes.isEmpty { throw Main.Failure("the server of the benchmarks did not start") }
            line += bytes
        }
        address = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    func stop() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
