import Columnar
import Testing

@testable import TDSSource

@Suite(
    "Servers that do not answer, and work that is given up",
    .enabled(if: MockServer.isThere, MockServer.message),
    .timeLimit(.minutes(5))
)
struct SilenceTests {
    @Test("a server that takes the connection and never says a word: the login ends in time")
    func login() async throws {
        let listener = try Loopback.Listener()
        var configuration = SQLServerConfiguration.local(port: listener.port)
        configuration.loginTimeout = .seconds(1)
        let error = try await tdsError { _ = try await TDSConnection.open(configuration, logger: .quiet) }
        #expect(error.code == .timeout)
        #expect(error.isRetryable)
    }

    @Test("a statement that takes too long is stopped, and the connection goes on")
    func queryTimeout() async throws {
        try await withConnection {
            $0.queryTimeout = .seconds(1)
        } body: { connection in
            let error = try await tdsError { try await connection.execute("wait") }
            #expect(error.code == .timeout)
            #expect(await connection.isAlive)
            #expect(try await connection.smallResult("bulk 2").rowCount == 2)
        }
    }

    @Test("silence in the middle of rows is a timeout as well")
    func silenceBetweenRows() async throws {
        try await withConnection {
            $0.queryTimeout = .seconds(1)
        } body: { connection in
            let rows = try await connection.query("pause", rowsPerBatch: 1_000_000)
            #expect(try await tdsError { _ = try await rows.next() }.code == .timeout)
            #expect(await connection.isAlive)
            #expect(try await connection.smallResult("bulk 2").rowCount == 2)
        }
    }

    @Test("a server that does not even confirm that it stopped is given up", arguments: ["deaf", "rowsdeaf"])
    func deaf(word: String) async throws {
        try await withConnection {
            $0.queryTimeout = .seconds(1)
            $0.attentionTimeout = .seconds(1)
        } body: { connection in
            let error = try await tdsError { try await connection.execute(word) }
            #expect(error.code == .timeout)
            #expect(await !connection.isAlive)
        }
    }

    @Test("cancelling the task stops a statement at once, and the connection goes on")
    func cancel() async throws {
        try await withConnection { connection in
            let task = Task { try await tdsError { try await connection.execute("wait") } }
            try await Task.sleep(for: .milliseconds(100))
            task.cancel()
            #expect(try await task.value.code == .cancelled)
            #expect(await connection.isAlive)
            #expect(try await connection.smallResult("bulk 2").rowCount == 2)
        }
    }

    @Test("cancelling works while rows come, and while they do not", arguments: ["bulk 60000", "pause"])
    func cancelRows(statement: String) async throws {
        try await withConnection { connection in
            let rows = try await connection.query(statement, rowsPerBatch: 1_000_000, bytesPerBatch: .max)
            let task = Task { try await tdsError { _ = try await rows.next() } }
            try await Task.sleep(for: .milliseconds(20))
            task.cancel()
            #expect(try await task.value.code == .cancelled)
            #expect(await connection.isAlive)
            #expect(try await connection.smallResult("bulk 2").rowCount == 2)
        }
    }

    @Test("a task that was cancelled before sends nothing")
    func cancelledBefore() async throws {
        try await withConnection { connection in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await tdsError { try await connection.execute("deaf") }
            }
            let error = try await task.value
            #expect(error.code == .cancelled)
            #expect(await connection.isAlive)
        }
    }
}
