package import Logging

/// Up to a number of connections to one database, lent one at a time and kept for the next borrower.
///
/// Whoever waits for a connection gets it in the order of asking. A connection that broke is replaced when the next one is
/// needed.
package actor ConnectionPool {
    package nonisolated let size: Int
    private let open: @Sendable () async throws(TDSError) -> TDSConnection
    private var idle: [TDSConnection] = []
    private var free: Int
    private var waiting: [Waiter] = []
    private var isClosed = false
    /// Whether there was a connection already.
    private var hasConnected = false

    private struct Waiter {
        var number: Int
        var continuation: CheckedContinuation<Void, any Error>
    }
    private var lastWaiter = 0

    /// - Parameter size: How many connections there are at most, at least 1.
    package init(_ configuration: SQLServerConfiguration, size: Int, logger: Logger) {
        self.init(size: size) { () throws(TDSError) in try await TDSConnection.open(configuration, logger: logger) }
    }

    /// - Parameter open: Makes a connection.
    init(size: Int, open: @escaping @Sendable () async throws(TDSError) -> TDSConnection) {
        self.size = max(1, size)
        self.open = open
        free = self.size
    }

    /// Lends a connection to `body`, which gives it back by returning and must leave its session as it found it.
    ///
    /// Rows that `body` did not read are given up. After an error a transaction that is still open is rolled back.
    ///
    /// - Throws: what `body` throws; ``TDSError`` where there is no connection, with code `poolClosed` after ``close()``,
    ///   `cancelled` where the task was cancelled while it waited.
    package func withConnection<T: Sendable>(
        _ body: sending (TDSConnection) async throws -> T
    ) async throws -> T {
        try await takePlace()
        let connection: TDSConnection
        do { connection = try await nextConnection() } catch {
            givePlace()
            throw error
        }
        do {
            let result = try await body(connection)
            await connection.stop()
            await takeBack(connection)
            return result
        } catch {
            let isClean = await Self.rollBack(connection)
            if isClean { await takeBack(connection) } else { await discard(connection) }
            throw error
        }
    }

    /// Lends a connection for longer than one call.
    func lease() async throws -> ConnectionLease {
        try await takePlace()
        do { return ConnectionLease(try await nextConnection(), of: self) } catch {
            givePlace()
            throw error
        }
    }

    /// Takes back a connection that was leased, as it was lent.
    func takeBack(from connection: TDSConnection) async {
        await connection.stop()
        await takeBack(connection)
    }

    /// Closes a connection that was leased and whose session is in an unknown state.
    func discard(from connection: TDSConnection) async { await discard(connection) }

    /// Closes the connections that nobody has; those that are lent are closed when they come back. Nobody gets one afterwards.
    package func close() async {
        isClosed = true
        for waiter in waiting { waiter.continuation.resume(throwing: Self.closed) }
        waiting = []
        let closing = idle
        idle = []
        for connection in closing { await connection.close() }
    }

    /// How many tasks wait for a connection.
    var waiterCount: Int { waiting.count }

    // MARK: Connections

    private func nextConnection() async throws(TDSError) -> TDSConnection {
        while let connection = idle.popLast() {
            if await connection.isAlive { return connection }
        }
        do throws(TDSError) {
            let connection = try await open()
            hasConnected = true
            return connection
        } catch {
            // A database that could be opened before is being moved to another replica, restored or set offline.
            guard hasConnected, error.code == .unknownDatabase else { throw error }
            throw TDSError(.connectionFailed, "\(error.message); it could be opened before", server: error.server)
        }
    }

    private func takeBack(_ connection: TDSConnection) async {
        if await connection.isAlive, !isClosed {
            idle.append(connection)
            givePlace()
        } else {
            await discard(connection)
        }
    }

    private func discard(_ connection: TDSConnection) async {
        await connection.close()
        givePlace()
    }

    /// Ends a transaction that an error left open; `false` where that is not certain.
    private static func rollBack(_ connection: TDSConnection) async -> Bool {
        guard await connection.isAlive else { return false }
        do {
            try await connection.execute("IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION;")
            return true
        } catch {
            return false
        }
    }

    // MARK: Places

    private func takePlace() async throws(TDSError) {
        if isClosed { throw Self.closed }
        if free > 0 {
            free -= 1
            return
        }
        lastWaiter += 1
        let number = lastWaiter
        do {
            try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                    if Task.isCancelled {
                        continuation.resume(throwing: Self.cancelled)
                    } else {
                        waiting.append(Waiter(number: number, continuation: continuation))
                    }
                }
            } onCancel: {
                Task { await self.giveUp(number) }
            }
        } catch {
            throw (error as? TDSError) ?? Self.cancelled
        }
    }

    /// Hands a place on to whoever has waited longest.
    private func givePlace() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().continuation.resume() }
    }

    private func giveUp(_ number: Int) {
        guard let index = waiting.firstIndex(where: { $0.number == number }) else { return }
        waiting.remove(at: index).continuation.resume(throwing: Self.cancelled)
    }

    private static let closed = TDSError(.poolClosed, "the connections to the server were closed")
    private static let cancelled = TDSError(.cancelled, "the task was cancelled while it waited for a connection")
}
