import CDCCore
import Columnar
import Synchronization
import Testing

@testable import TDSSource

@Suite("A pool of connections", .enabled(if: MockServer.isThere, MockServer.message))
struct PoolTests {
    /// A pool that counts how many connections it opened.
    private func pool(_ server: MockServer, size: Int) -> (ConnectionPool, OpenCount) {
        let count = OpenCount()
        let configuration = server.configuration
        let pool = ConnectionPool(size: size) { () throws(TDSError) in
            count.add()
            return try await TDSConnection.open(configuration, logger: .quiet)
        }
        return (pool, count)
    }

    private final class OpenCount: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func add() { count.withLock { $0 += 1 } }
    }

    @Test("connections are kept, and there are never more than so many")
    func bounded() async throws {
        try await withMockServer { server in
            let (pool, count) = pool(server, size: 3)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await pool.withConnection { try await $0.smallResult("bulk 50").rowCount }
                    }
                }
                for try await rows in group { #expect(rows == 50) }
            }
            #expect((1...3).contains(count.value))
            await pool.close()
        }
    }

    @Test("a connection that broke is replaced; one on which a statement failed is kept")
    func replaced() async throws {
        try await withMockServer { server in
            let (pool, count) = pool(server, size: 1)
            _ = try await tdsError { try await pool.withConnection { try await $0.execute("raise 50001 16") } }
            try await pool.withConnection { try await $0.execute("SET NOCOUNT ON") }
            #expect(count.value == 1)
            _ = try await tdsError { try await pool.withConnection { try await $0.execute("err20") } }
            try await pool.withConnection { try await $0.execute("SET NOCOUNT ON") }
            #expect(count.value == 2)
            await pool.close()
        }
    }

    @Test("a database that could be opened before and now cannot is being moved; one that never could is not there")
    func moved() async throws {
        try await withMockServer { server in
            let opened = Mutex(0)
            let pool = ConnectionPool(size: 1) { () throws(TDSError) in
                var configuration = server.configuration
                if opened.withLock({
                    $0 += 1; return $0
                }) > 1 {
                    configuration.database = "missing"
                }
                return try await TDSConnection.open(configuration, logger: .quiet)
            }
            _ = try await tdsError { try await pool.withConnection { try await $0.execute("err20") } }
            let error = try await tdsError { try await pool.withConnection { try await $0.execute("none") } }
            #expect(error.server?.number == 4060)
            #expect(error.isRetryable)
            await pool.close()
        }
    }

    @Test("rows that a borrower did not read do not reach the next one")
    func unread() async throws {
        try await withMockServer { server in
            let (pool, _) = pool(server, size: 1)
            try await pool.withConnection { connection in
                _ = try await connection.query("bulk 20000", rowsPerBatch: 10).next()
            }
            #expect(try await pool.withConnection { try await $0.smallResult("bulk 2").rowCount } == 2)
            await pool.close()
        }
    }

    @Test("waiting for a connection ends by cancellation, and by closing the pool")
    func waiting() async throws {
        try await withMockServer { server in
            let (pool, _) = pool(server, size: 1)
            try await pool.withConnection { (_) async throws in
                let cancelled = Task { try await tdsError { try await pool.withConnection { _ in } } }
                let closed = Task { try await tdsError { try await pool.withConnection { _ in } } }
                await waitUntil { await pool.waiterCount == 2 }
                cancelled.cancel()
                let first = try await cancelled.value
                #expect(first.code == .cancelled)
                await pool.close()
                let second = try await closed.value
                #expect(second.code == .poolClosed)
            }
            #expect(try await tdsError { try await pool.withConnection { _ in } }.code == .poolClosed)
        }
    }

    @Test("a login that fails gives its place back")
    func failedLogin() async throws {
        let nobody = try Loopback.Listener(isListening: false)
        defer { withExtendedLifetime(nobody) {} }
        let configuration = SQLServerConfiguration.local(port: nobody.port)
        let pool = ConnectionPool(configuration, size: 1, logger: .quiet)
        for _ in 0..<3 {
            #expect(try await tdsError { try await pool.withConnection { _ in } }.code == .connectionFailed)
        }
    }

    private func waitUntil(_ condition: () async -> Bool) async {
        while await !condition() { await Task.yield() }
    }
}

@Suite("Trying again")
struct StatementRetryTests {
    /// A clock that does not wait, and remembers how long it should have.
    private final class InstantClock: EngineClock {
        private let pauses = Mutex<[Duration]>([])
        var slept: [Duration] { pauses.withLock { $0 } }
        func now() -> Int64 { 0 }
        func sleep(for duration: Duration) async throws { pauses.withLock { $0.append(duration) } }
    }

    @Test("what may pass is tried again, with a pause that doubles")
    func passing() async throws {
        let clock = InstantClock()
        let retry = StatementRetry(maximumRetries: 5, firstDelay: .milliseconds(100), clock: clock)
        var attempts = 0
        let result = try await retry {
            attempts += 1
            if attempts < 4 { throw TDSError(.deadlockVictim, "again") }
            return attempts
        }
        #expect(result == 4)
        #expect(clock.slept == [.milliseconds(100), .milliseconds(200), .milliseconds(400)])
    }

    @Test("it ends after so many times, and at once where trying again does not help")
    func ending() async throws {
        let clock = InstantClock()
        let retry = StatementRetry(maximumRetries: 9, firstDelay: .milliseconds(1), clock: clock)
        #expect(try await tdsError { try await retry { throw TDSError(.timeout, "never") } }.code == .timeout)
        #expect(clock.slept.count == 9)
        #expect(clock.slept.last == .milliseconds(64))
        _ = try await tdsError { try await retry { throw TDSError(.loginFailed, "no") } }
        #expect(clock.slept.count == 9)
    }
}
