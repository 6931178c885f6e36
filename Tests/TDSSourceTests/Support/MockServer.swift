import Foundation
import Logging
import TDSSource
import Testing

/// A small TDS server in Python, `mocktds.py`, that is kept beside the test data and not in this package.
///
/// `words` teaches it more statements than it knows by itself: see ``MockServer/words``.
final class MockServer: Sendable {
    let port: Int
    /// The server ends when this pipe does, with this process at the latest.
    private let lifeline = Pipe()

    static let program: URL = {
        let environment = ProcessInfo.processInfo.environment["SWIFT_CDC_TEST_DATA"]
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let data = environment.map { URL(filePath: $0) } ?? package.appending(path: "../shared/data")
        return data.appending(path: "../tools/mocktds.py").standardizedFileURL
    }()

    static let isThere = FileManager.default.fileExists(atPath: program.path)
    static let message: Comment = "needs tools/mocktds.py beside SWIFT_CDC_TEST_DATA or in ../shared"

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Starts the server on a free port of the loopback interface.
    init(_ arguments: [String] = []) async throws {
        let port = try Loopback.freePort()
        self.port = port
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", Self.starter, Self.program.path, Self.words, "\(port)"] + arguments
        let output = Pipe()
        process.standardInput = lifeline
        process.standardOutput = output
        // It prints where a client ended a login that it refused; tests do that on purpose.
        process.standardError = FileHandle.nullDevice
        try process.run()
        // It prints one line once it listens.
        let line = output.fileHandleForReading.availableData
        guard String(decoding: line, as: UTF8.self).hasPrefix("mock on") else {
            throw Failure(description: "mocktds.py did not start; is there a python3 in the PATH?")
        }
    }

    func stop() { try? lifeline.fileHandleForWriting.close() }

    /// A server without encryption for all tests that need no other.
    static let shared = Task { try await MockServer() }

    /// Runs the server with the words added before it begins to listen.
    private static let starter = """
        import sys, os, threading
        threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
        path, words = sys.argv[1], sys.argv[2]
        sys.argv = [path] + sys.argv[3:]
        source = open(path).read()
        begin = source.index('l=socket.socket()')
        exec(compile(source[:begin] + words + source[begin:], path, 'exec'), {'__name__': '__main__'})
        """
}

/// Runs a body with a server.
func withMockServer<T>(body: (MockServer) async throws -> T) async throws -> T {
    try await body(MockServer.shared.value)
}

/// Runs a body with a connection of its own.
func withConnection<T>(
    _ change: (inout SQLServerConfiguration) -> Void = { _ in },
    body: (TDSConnection) async throws -> T
) async throws -> T {
    try await withMockServer { server in
        var configuration = server.configuration
        change(&configuration)
        let connection = try await TDSConnection.open(configuration, logger: .quiet)
        let result = try await body(connection)
        await connection.close()
        return result
    }
}

extension MockServer {
    var configuration: SQLServerConfiguration { .local(port: port) }
}

extension SQLServerConfiguration {
    /// A server on this machine that speaks in the clear.
    static func local(port: Int) -> SQLServerConfiguration {
        SQLServerConfiguration(
            host: "127.0.0.1",
            endpoint: .port(port),
            database: "shop",
            user: "reader",
            password: "correct horse",
            encryption: .disabled,
            loginTimeout: .seconds(5),
            queryTimeout: .seconds(20)
        )
    }
}

extension Logger {
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// Runs a body that must throw a `TDSError`, and returns it.
func tdsError(_ body: () async throws -> Void, sourceLocation: SourceLocation = #_sourceLocation) async throws
    -> TDSError
{
    try #require(await #expect(throws: TDSError.self, sourceLocation: sourceLocation) { try await body() })
}
